//! The adapter to Morpho Blue: supplies one of its markets for one position.
//!
//! See `tenor-adapter-base` for what an adapter does and never does.
//!
//! - The market is named at the initialisation by its id. Its terms are read once, checked to hash to that id, and kept;
//!   Morpho never changes them.
//! - Units are Morpho's supply shares. They are raised and lowered by what `supply` and `withdraw` answer, which is what
//!   Morpho credits and takes; shares that others supply on our behalf are not counted and never paid out.
//! - The value is what Morpho would pay for the units now: interest since the market's last accrual is computed as
//!   Morpho computes it, to the base unit (`accrual.rs`).
//! - Liquidity is what the market has not lent out, at most the asset that Morpho holds and at most the value.
//! - The rate of a report is what suppliers earn at the use of now, at the borrow rate that the market's rate model
//!   names: in a view the mean since the last accrual, in both reports of a movement the one of that moment.
//! - The report of just before a movement is told after it: Morpho accrues interest first and then moves our money, and
//!   nobody can act in between but the rate model and the asset. So the market was then what it is now, less what moved.
//!
//! # Known limits
//!
//! - A market whose rate model fails cannot accrue, so it pays nobody and has no value here either: report, value and
//!   movements revert until it answers again.
//! - Bad debt shows in the value only once a liquidation has realised it, as at Morpho itself.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod accrual;
mod state;
mod terms;
mod venue;

use alloc::vec::Vec;

use host::{Revert, VM};

pub use accrual::Market;
pub use adapter::ROUTES;
pub use venue::MorphoBlue;

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IAdapter`.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    adapter::run(&MorphoBlue, &input, vm)
}

host::entrypoint!(main);
