//! The mandate: every limit on the portfolio, as pure functions of a portfolio before, a portfolio after, what moved
//! between them, and the parameters. No host, no allocation, no rounding in any decision.
//!
//! The desk calls [`check`] once, after the last leg of a rebalance; the keeper's optimizer and planner call the very
//! same code, so that what is feasible off chain is accepted on chain, bit for bit.
//!
//! # The rule
//!
//! After every change each limit **holds, or is strictly nearer to holding than before**. A change that only brings
//! money to idle may also leave a broken limit where it is: otherwise one limit that cannot be mended would forbid to
//! mend another. Fractions are compared by cross multiplication in 256 bits, never by a rounded quotient.
//!
//! # What it never does
//!
//! It does not know adapters, venues or prices; an id is opaque to it. A cap that was never set is zero: nothing is
//! allowed. It does not decide which limits a position counts against: the caller sums exposures by its own registry.
//!
//! # A new limit
//!
//! One file in `limit/` that states its measures, one line in `limit::rules`, one name in [`Limit`].
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod bucket;
mod check;
mod covenants;
mod least;
mod limit;
mod measure;
mod portfolio;

use alloy_primitives::B256;

pub use bucket::{Bucket, alertness_wad, capacity_down};
pub use check::{Breach, State, Verdict, check, covenant_states, judge, judge_covenants, states};
pub use covenants::{Bond, Covenants, Hazard, Purchase, Rung, growth_up};
pub use least::Least;
pub use limit::Limit;
pub use measure::{Measure, Sense, Subject};
pub use portfolio::{Budgets, Cap, Flow, Level, Lever, Parameters, Portfolio, Stake, exposures};

/// What a limit hangs on: a protocol, an issuer, a collateral; a short readable string such as
/// `protocol/aave-v3`, padded with zeros to 32 bytes.
pub type RiskId = B256;
