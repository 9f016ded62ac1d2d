//! The oracle: what one token is worth in another, or a refusal that says why.
//!
//! # What it does
//!
//! Asks a feed (or two, in a unit that they share) and, where its terms name one, a pool of Uniswap v3 for its
//! time-weighted price. A bond is priced by its own market: the pool may be a market of Pendle v2, whose time-weighted rate
//! discounts what the base, its principal token, pays at the expiry; there a feed is a second source or none. Every source must answer, be of its time, and agree with the other; then the lower price is what
//! one gets, rounded down, and the higher what one pays, rounded up. The terms are fixed once, at a price that is there.
//!
//! # What it never does
//!
//! It takes no source for another: one that fails is a refusal, not a fallback. It has no owner, no upgrade and no
//! storage, and moves no money: governance replaces an oracle by another one. It reads no price of a moment: what trades
//! within a block does to a pool is in no mean.
//!
//! # What holds
//!
//! 1. bid <= each source's price <= ask, and ask - bid is at most the terms' deviation of the bid; of a market of Pendle
//!    alone they are apart by rounding.
//! 2. Both are within the terms' bounds.
//! 3. A source gets at most [`host::ISOLATED_GAS`] a call, and cannot change anything.
//!
//! # Known limits
//!
//! - `initialize` is open to the first caller: the deployer calls it in the deployment's own transaction.
//! - Whoever holds a pool's price away for its whole window moves the mean; the deviation from the feed bounds by how much.
//! - Whoever gives too little gas hears that a source is silent: what acts on a refusal must have given enough.
//! - A pool's mean is geometric, to a tick: its price is told as that of the tick below and that of the tick above.
//! - A principal token's price is in what its wrapper calls its asset, which must be the quote: what that is worth elsewhere
//!   is no part of it. From the expiry on no market is asked: the price is one, or what is left of the wrapper.
//! - Feeds that are wrong together, within the bounds and beside a pool that follows them, are believed.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod feeds;
mod pendle;
mod pool;
mod price;
mod program;
mod refusal;
mod sequencer;
mod terms;

pub use program::{ROUTES, main};
pub use terms::{MAX_DEVIATION_BPS, MAX_GRACE_SECS, MAX_WINDOW_SECS, MIN_WINDOW_SECS};

host::entrypoint!(main);
