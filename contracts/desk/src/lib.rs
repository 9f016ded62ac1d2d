//! The desk program: what keeper, curator, guardian and owner touch. It runs by delegate call in the vault's storage,
//! for every selector that the vault does not know.
//!
//! # What holds
//!
//! - After every rebalance each limit holds, or is strictly nearer to holding than before (`tenor-mandate`), judged
//!   once, on the vault's own accounts.
//! - The desk believes nothing that the keeper says: amounts come back by balance differences, values by the book's
//!   rules, exposures by the vault's own registry.
//! - An intent is used once: it names a nonce, a deadline and the revision of the state that it was computed from.
//! - No leg can raise the net asset value; marks alone do, at the governed rate.
//! - Every entry point keeps one order: authorise, check, accrue, compute, write, emit, call out; where a call must come
//!   first (legs), nothing but the lock is written before the last one returned.
//!
//! # What it never does
//!
//! It makes no call that the keeper chooses: typed adapters of the registry alone, and the asset. It sends money to
//! registered adapters only. It stops no exit: `forceIdle` passes over whatever fails. Called at its own address it
//! has no owner, no roles and no money.
//!
//! # Roles
//!
//! Owner: curator, guardians, the rate of gains, ownership. Curator or owner: positions, caps, floor, keepers.
//! Guardian: lowers a cap, raises the floor, removes a keeper. Keeper: rebalances. Anyone: marks.
//!
//! # Known limits
//!
//! - A position is never unregistered: set its caps to zero.
//! - Governed changes take effect at once; waiting times come with governance.
//! - A limit that is broken and not touched by a rebalance refuses it: each rebalance must improve every broken limit.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod legs;
mod limits;
mod program;
mod rebalance;
mod report;
mod revalue;
mod session;
mod views;

pub use program::{ROUTES, main};

host::entrypoint!(main);
