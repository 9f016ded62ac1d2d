//! Rebuilds a vault's whole history and every limit at every block from its events alone, and says where it differs from
//! what is stored.
//!
//! # What it does
//!
//! [`State`] is the vault written down a second time, from what the interface files say that events mean: it shares the
//! mandate's rules with the contracts, and nothing of their accounts. [`Auditor`] takes in the entries of the vault's
//! log, block by block, and compares: what each event claims beyond what it changes (net asset values, prices of
//! shares, levels of budgets, limits broken before and after), and what the views answer at that block.
//!
//! # What it never does
//!
//! No input or output: who reads the log and asks the views is elsewhere. It repairs nothing: a difference stays for as
//! long as it is there, and is told once, from its first block to its last.
//!
//! # Known limits
//!
//! - Allowances and the nonces of permits are not rebuilt: what is spent of an allowance is told by no event.
//! - How much a venue holds is known as it was when a leg last touched it: the limits on depth at rest are rebuilt from
//!   that and not compared; those that a rebalance was judged by are.

mod action;
mod auditor;
mod claims;
mod deed;
mod difference;
mod entry;
mod fact;
mod fade;
mod least;
mod limits;
mod question;
mod state;

pub use action::{Action, Look, Name, Tightest};
pub use auditor::Auditor;
pub use deed::{Deed, Detail, deed};
pub use difference::{Difference, Source};
pub use entry::{Entry, Event, Place, Unreadable};
pub use fact::{Fact, On, Value, short_name};
pub use least::NavHistory;
pub use limits::{LimitState, at_rest, limit_name};
pub use question::{Facts, Malformed, Question};
pub use state::{
    BOOK_EPOCH_SECS, Breaker, Drained, Grant, Health, Id, Mandate, Origin, Position, Roles, State, Thresholds,
};
