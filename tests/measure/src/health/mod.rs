//! The property of health: after any call that is allowed, health is at its floor or strictly nearer to it.
//!
//! Stages are prepared once, each near a bound of its own: with one lever or two, healthy, below the soft threshold, below the
//! hard one, under a high floor of all debts, in the keepers' silence, under tripped ids. A case restores its stage, draws
//! prices for our feed and for Aave's apart, at times a push of the pool and some time, and makes one call by somebody. What
//! it did is read from Aave and judged by the prices that were drawn, not by what the vault says. The same seed gives the
//! same cases on any number of threads.

mod case;
mod run;
mod stage;
mod truth;

pub use run::{Found, Tally, run};
