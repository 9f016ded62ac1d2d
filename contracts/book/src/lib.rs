//! The vault's accounts and the one storage layout, shared by the vault's two programs.
//!
//! # What it does
//!
//! [`Ledger`] is the accounting, pure: idle money, the marked value of each position, and two running totals that
//! make the net asset value O(1). [`Book`] is where it lives, packed so that a deposit touches few slots.
//!
//! # Invariants
//!
//! 1. `marked` is the sum of the positions' values, and `value_time` the sum of value times the moment of its mark,
//!    exactly, after every operation.
//! 2. The exposure of a risk id is the sum of the values of the positions registered under it, exactly.
//! 3. A mark lowers a value at once and raises it by at most value * rate * time since it was last marked.
//! 4. No movement between idle and a position raises the net asset value; only a mark does, at its rate.
//! 5. Idle counts what came in by our own calls. What strangers send, and what a position pays beyond its marked
//!    value, is in nobody's price.
//! 6. While a call is under way the stored book is the one at its start or its end, never a half of it: views that
//!    venues read meanwhile are consistent, and every entry point that changes state refuses.
//!
//! # Known limits
//!
//! - Amounts fit in 96 bits: [`MAX_ASSETS`], 7.9e28 base units.
//! - A position worth nothing by its mark gains nothing by marks: what it earned beyond the rate, after an exit that
//!   took all its marked value, comes back only when the keeper takes everything out, and then as money that no price
//!   counts.
//! - The rate bounds gains of each position; a governed change of the rate applies to the time since the last marks.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod accounts;
mod ledger;
mod pack;
mod registry;
mod storage;

pub use accounts::{Accounts, Clock, Lock};
pub use ledger::{Ledger, MAX_ASSETS, Mark, Overflow, timestamp};
pub use registry::{CapEntry, MAX_CAPS, MAX_POSITION_IDS, MAX_POSITIONS, PositionEntry};
pub use storage::{Book, Group, Role};
