//! The adapter to Aave v3: holds a supply of the asset for one position.
//!
//! See `tenor-adapter-base` for what an adapter does and never does.
//!
//! - Units are the scaled balance of aTokens; the value is units times the normalised income, rounded down, which is
//!   never more than what Aave itself would say.
//! - Liquidity is the asset that the aToken holds, at most the value; none while the reserve is paused or inactive.
//!   A frozen reserve still pays, so it counts.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod venue;

use alloc::vec::Vec;

use host::{Revert, VM};

pub use adapter::ROUTES;
pub use venue::AaveV3;

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IAdapter`.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    adapter::run(&AaveV3, &input, vm)
}

host::entrypoint!(main);
