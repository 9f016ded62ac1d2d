//! The adapter to zero-coupon bonds of Hyperdrive: holds longs of one pool and one date until they are due.
//!
//! See `tenor-adapter-base` for what an adapter does and never does.
//!
//! - A pool sells bonds that are due a whole term after its latest checkpoint: a position of one date is bought within one
//!   checkpoint, and refuses money before and after.
//! - Units are the face, in base units of the asset: what the bonds pay when they are due, the pool's flat fee taken off.
//! - Until then the value is the lower of what has accreted from what was paid and of the mark, `high` the higher. The mark is the
//!   pool's own mean price over its latest whole checkpoint, at most [`MOST_BACK`] back, as the pool weighs it: at that price for
//!   the part of the term that is left, and one for the rest. Never the price of the moment, nor of a checkpoint that has not
//!   ended.
//! - Once due the face is a claim that fades to zero over the terms' `decaySecs`, and nothing is asked that could stop a redemption.
//! - Where the pool's vault has lost since the bonds were sold, so have they, as the pool has it.
//! - A sale of so much is made in a few parts, each at the price of the one before, until it is paid; rounding may pay more.
//! - What would be paid at once is not told before the date: zero.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod pool;
mod terms;
mod venue;

use alloc::vec::Vec;

use host::{Revert, VM};

pub use adapter::ROUTES;
pub use pool::MOST_BACK;
pub use venue::HyperdriveLong;

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IAdapter` or `IBond`.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    adapter::run(&HyperdriveLong, &input, vm)
}

host::entrypoint!(main);
