//! Governance as it stands and as it should be: the vault's own delays, and the Governor that may own the vault.
//!
//! Everything that a vault's governance sets is read into one value ([`Governed`]); a mandate that somebody wants
//! ([`Wanted`]) is compared with it ([`steps`]): each change in plain language, the way it goes (what adds risk waits), and
//! what it does to today's portfolio ([`effects`]). The vault alone decides what waits; the rule here predicts it.

mod change;
mod covenant;
mod diff;
mod effect;
mod establish;
mod events;
mod function;
mod governed;
mod house;
mod memory;
mod programs;
mod read;
mod refusal;
mod risk;
mod wanted;
pub mod words;

pub use change::{Change, announced};
pub use covenant::CovenantChange;
pub use diff::{Course, Impossible, Step, after, steps};
pub use effect::{Effect, effects};
pub use establish::{Charter, Contracts, Error as EstablishError, Established, NotArtifact, establish, verify};
pub use function::{FUNCTIONS, Function, Selector};
pub use governed::{Breaker, Governed, Grant, Nest, Power, Roles, Submitted};
pub use house::{House, Proposal, Stage, Standing, Vote};
pub use memory::{Memory, memories};
pub use programs::{Life, Program, programs};
pub use read::read;
pub(crate) use refusal::refusal;
pub use wanted::{Wanted, WantedCap, WantedPosition};

#[cfg(test)]
mod tests;
