//! The adapter to zero-coupon bonds of Pendle v2: holds principal tokens (PT) of one market until they are due.
//!
//! See `tenor-adapter-base` for what an adapter does and never does.
//!
//! - Units are the face, in base units of the asset: what the tokens pay when they are due.
//! - Until then the value is the lower of what has accreted from what was paid and of the oracle's lower price, which is of the
//!   market's rate over time; `high` is the higher of both. The market's price of the moment values nothing: it only bounds
//!   how much may be bought or sold, which the vault judges by what is left.
//! - Once due the face is a claim: less worth with every second, to zero over the terms' `decaySecs`, and never the whole face.
//!   Neither oracle nor market is asked then, so that neither can stop a redemption.
//! - Money goes in and out by the venue, Pendle's wrapper (SY) of what earns, and the market itself: no router, no callback. How
//!   much principal can be bought for so much is computed here by the market's own formula; should that be off, the market
//!   refuses.
//! - What rounding leaves of a purchase, of the order of a base unit, stays with the market.
//! - Rewards that a wrapper may pay, and tokens that strangers send here, stay here.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod curve;
mod market;
mod terms;
mod venue;

use alloc::vec::Vec;

use host::{Revert, VM};

pub use adapter::ROUTES;
pub use curve::{Curve, State};
pub use venue::PendlePt;

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IAdapter` or `IBond`.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    adapter::run(&PendlePt, &input, vm)
}

host::entrypoint!(main);
