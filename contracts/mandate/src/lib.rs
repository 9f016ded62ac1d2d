//! The mandate: every limit on the portfolio, as pure functions of a portfolio before, a portfolio after and the
//! parameters. No host, no allocation, no rounding in any decision.
//!
//! The desk calls [`check`] once, after the last leg of a rebalance; the keeper's optimizer and planner call the very
//! same code, so that what is feasible off chain is accepted on chain, bit for bit.
//!
//! # The rule
//!
//! After every change each limit **holds, or is strictly nearer to holding than before**. Fractions of the net asset
//! value are compared by cross multiplication in 256 bits, never by a rounded quotient.
//!
//! # What it never does
//!
//! It does not know adapters, venues or prices; an id is opaque to it. A cap that was never set is zero: nothing is
//! allowed. It does not decide which limits a position counts against: the caller sums exposures by its own registry.
//!
//! # A new limit
//!
//! One file in `limit/` that states its measures, one line in `limit::measures`, one name in [`Limit`].
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod check;
mod limit;
mod measure;

use alloy_primitives::B256;

pub use check::{Breach, State, check, states};
pub use limit::Limit;
pub use measure::{Measure, Sense};

/// What a limit hangs on: a protocol, an issuer, a collateral; a short readable string such as
/// `protocol/aave-v3`, padded with zeros to 32 bytes.
pub type RiskId = B256;

/// The caps of one risk id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cap<Id = RiskId> {
    /// What both caps hang on.
    pub id: Id,
    /// The most that may count against the id, in base units of the asset.
    pub absolute_assets: u128,
    /// The most that may count against the id, as a fraction of the net asset value.
    pub relative_wad: u64,
}

/// Everything that governance sets.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a, Id = RiskId> {
    /// Each risk id once.
    pub caps: &'a [Cap<Id>],
    /// The least idle money, as a fraction of the net asset value.
    pub liquidity_floor_wad: u64,
}

/// What the limits look at, at one moment. Amounts are base units of the asset.
#[derive(Clone, Copy, Debug)]
pub struct Portfolio<'a> {
    /// Net asset value: idle money and the marked value of every position.
    pub nav_assets: u128,
    /// Money in the vault itself.
    pub idle_assets: u128,
    /// What counts against each cap, in the order of [`Parameters::caps`]. One that is missing counts as infinite.
    pub exposures_assets: &'a [u128],
}
