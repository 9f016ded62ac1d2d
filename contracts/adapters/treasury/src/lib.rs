//! The adapter to tokenised treasuries: holds the shares of one fund, bought at once (ERC-4626) and redeemed by request
//! (ERC-7540).
//!
//! See `tenor-adapter-base` for what an adapter does and never does.
//!
//! - Units are the fund's shares, counted by what our own calls were credited with. Of a request they stay ours until the claim
//!   is paid.
//! - The value is the lower of two: the shares at the oracle's lower price, and what the fund itself converts them to; `high` is
//!   by the oracle's higher price. An oracle without a price hides the value: that stops this position, and nothing else.
//! - Where shares are is what the fund says of us, up to what we count: held, in a request that stands, or payable. What is in
//!   none of them counts for nothing. A stranger's shares, held here or requested for us, change nothing.
//! - What is payable counts as the money that it would be paid with at once, and no more of it than the fund holds; neither oracle
//!   nor price is asked for that. What was fulfilled and is not payable waits on.
//! - A movement out of so much claims what is payable, first and up to that; a request that stands counts as on its way; what is
//!   still missing is requested. So one that is repeated requests nothing twice, and what reaches the vault may be less than asked.
//! - A movement out of nothing claims all that is payable, and requests nothing: what `IDesk.settle` asks for.
//! - A request that is not paid within the terms' `noticeSecs` fades to zero over their `decaySecs`, by the time of the oldest
//!   request of which some still waits. What is added to it has its age.
//! - What the fund would pay at once is the claim alone, so that no exit requests anything.
//!
//! # Known limits
//!
//! - Requests of one controller are one at the fund. Whoever gives shares away by requesting them for us, and has them fulfilled at a
//!   lower price than ours before anybody settles ours, lowers ours by less than he gives, unless the price has halved.
//! - While the oracle is silent nothing of a position that has shares to price can be claimed either.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod fund;
mod standing;
mod terms;
mod venue;

use alloc::vec::Vec;

use host::{Revert, VM};

pub use adapter::ROUTES;
pub use venue::Treasury;

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IAdapter` or `IBond`.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    adapter::run(&Treasury, &input, vm)
}

host::entrypoint!(main);
