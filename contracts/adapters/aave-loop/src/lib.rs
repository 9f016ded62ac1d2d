//! The adapter of a leveraged position: collateral supplied to Aave v3, and the vault's asset borrowed against it at the
//! variable rate.
//!
//! See `tenor-adapter-base` for what an adapter does and never does. An `IOracle` prices the collateral in the asset;
//! what is bought and sold is swapped in the Uniswap v3 pool that this oracle names, by calling the pool itself.
//!
//! # Words and formulas
//!
//! ```text
//! value    E = collateral * bid - debt                        rounded down, zero where negative
//! backing  B = collateral * min(bid, Aave's price) * LT       LT: Aave's liquidation threshold
//! health   H = B / debt                                       Aave liquidates below 1 (Aave v3 technical paper, 3.4)
//! debt at a target, without costs:  D = E * LT / (H - LT)
//! ```
//!
//! `sizing.rs` has the same with costs. Units are shares of the value: the first ones one a base unit, later ones in
//! proportion to what a movement changes the value by. Deleveraging changes no units: what it costs is a loss.
//!
//! # What holds
//!
//! - After every movement health is at least the target, or at least what it was; else the call reverts. A purchase
//!   ends between the target and what is left of `slipBps` where the swap was better than that; investing nothing again
//!   goes nearer. Deleveraging ends at most at the target, but for what a pool gives better than the oracle's ask.
//! - Collateral counts as far as our own calls were credited with it, and it is still there; what strangers supply for us,
//!   or send here, does not, but where a liquidator has taken as much.
//!   Debt counts as Aave says, so that what strangers repay for us is a gain.
//! - A callback is answered once, from whom the adapter has just called, with the very words that it sent along.
//! - No approval outlives a call, and none is ever given to the pool that swaps.
//!
//! # Known limits
//!
//! - The target must leave room below Aave's loan to value, or Aave refuses to lend.
//! - In an e-mode with a price source of its own Aave prices differently; such a mode is refused at the initialisation.
//! - Reserve data are read in Aave v3.0's layout.
//! - Without a price nothing moves: neither in nor out.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod aave;
mod callback;
mod flash;
mod sizing;
mod state;
mod swap;
mod terms;
mod venue;

use alloc::vec::Vec;

use host::{Revert, VM};

/// Every selector that this program answers itself.
pub const ROUTES: [&[[u8; 4]]; 2] = [adapter::ROUTES, callback::ROUTES];

pub use venue::AaveLoop;

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IAdapter` or `ILoop`.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    match callback::answer(&input, &vm) {
        Some(answer) => answer,
        None => adapter::run(&AaveLoop::default(), &input, vm),
    }
}

host::entrypoint!(main);
