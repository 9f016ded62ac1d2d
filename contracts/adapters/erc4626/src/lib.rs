//! The adapter to any ERC-4626 vault: holds its shares for one position.
//!
//! See `tenor-adapter-base` for what an adapter does and never does.
//!
//! - Units are the venue's shares; the value is `previewRedeem` of them, so that exit fees count.
//! - Liquidity is the venue's `maxWithdraw` for this adapter, at most the value.
//! - A venue must take exactly the assets it is told to; money that it leaves here stays here, and shows as a loss.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod venue;

use alloc::vec::Vec;

use host::{Revert, VM};

pub use adapter::ROUTES;
pub use venue::Erc4626;

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IAdapter`.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    adapter::run(&Erc4626, &input, vm)
}

host::entrypoint!(main);
