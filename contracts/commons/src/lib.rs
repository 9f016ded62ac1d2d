//! The commons program: what anybody may do, with no role and no keeper, and what of the registry anybody may read. It runs by delegate call in the vault's storage, for
//! every selector that neither vault nor desk knows; what it does not know either runs the board.
//!
//! # What holds
//!
//! - Nothing here adds risk: marks tell what is so, exits and evacuations bring money to idle, deleveraging lowers a debt,
//!   trips keep new money away. So none of it is judged by the mandate, and each has bounds of its own.
//! - Deleveraging is for positions whose health is below their hard threshold, by the worse of the venue's price and the
//!   oracle's: it repays at most the governed chunk, no further than to the target, raises health, loses at most the
//!   governed part of what it repays, and all of them together no more than one chunk a cooldown. The caller may choose
//!   less, where a pool is thin. A price that the oracle refuses refuses it.
//! - What it pays are new shares, at the price of entry, for at most the governed part of what was repaid: no pot can run
//!   dry. What it lost and what it pays charge the vault's loss budget, and are never refused for that.
//! - An evacuation needs a tripped risk id, and takes from positions under it whose price nobody can push, the least
//!   liquid first, all that their venues pay.
//! - Every entry point keeps one order: authorise, check, accrue, compute, write, emit, call out; where a call must come
//!   first, nothing but the lock is written before the last one returned.
//!
//! # What it never does
//!
//! It sends money to nobody but the vault's idle: calls go to registered adapters and feeds alone. Neither pause, nor trip,
//! nor budget stops an exit: `forceIdle` passes over whatever fails. Called at its own address it has no positions.
//!
//! # Known limits
//!
//! - Whoever can push health below the hard threshold, by an oracle's deviation at most, can have one chunk an interval sold
//!   at the worst price that is allowed: a cooldown costs at most chunk * (slip + reward).
//! - Positions that owe, or whose price can be pushed, are nobody's to evacuate but the keeper's.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod deleverage;
mod exit;
mod mark;
mod program;
mod registry;
mod trip;

pub use program::{ROUTES, main};

host::entrypoint!(main);
