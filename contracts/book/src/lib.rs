//! The vault's accounts and the one storage layout, shared by the vault's seven programs.
//!
//! # What it does
//!
//! [`Ledger`] is the accounting, pure: idle money, the marked value of each position, what a movement costs, and two
//! running totals that make the net asset value O(1). [`Book`] is where it lives, packed so that a deposit touches few
//! slots.
//!
//! # Invariants
//!
//! 1. `marked` is the sum of the positions' values, and `value_time` the sum of value times the moment of its mark,
//!    exactly, after every operation.
//! 2. What counts against a risk id is the sum of the values of the positions that have its bit: stored nowhere else.
//! 3. A mark lowers a value at once and raises it by at most value * rate * time since it was last marked, or by what is left
//!    of its shortfall, as far as that was paid in cash and entry has been paying it. What a mark takes off what entry pays
//!    fades within an epoch; where nobody can push the price, what it shows no gain of ends at once.
//! 4. No movement between idle and a position raises the net asset value, but for the slack of what is sold, which entry has
//!    been paying; only a mark does, as above.
//! 5. What a movement lowers the net asset value by is at most what it is charged with.
//! 6. A movement leaves a believed value within the slack of a fair one where it was so before, as long as the venue's price is
//!    within it. Gains that the rate has not let in yet, and losses since the last mark, come on top.
//! 7. Idle counts what came in by our own calls. What strangers send, and what a position pays beyond its marked
//!    value, is in nobody's price.
//! 8. While a call is under way the stored book is the one at its start or its end, never a half of it: views that
//!    venues read meanwhile are consistent, and every entry point that changes state refuses.
//!
//! # Known limits
//!
//! - Amounts fit in 96 bits: [`MAX_ASSETS`], 7.9e28 base units; shares in 160: [`MAX_SUPPLY`]. Time stands still in 2091.
//! - A position worth nothing by its mark gains nothing by marks: what it earned beyond the rate, after an exit that
//!   took all its marked value, comes back only when the keeper takes everything out, and then as money that no price
//!   counts.
//! - The rate bounds gains of each position; a governed change of the rate applies to the time since the last marks. What
//!   entry pays does not fall at once for a lower one.
//! - Another epoch measures what grants hold and what positions lost back to when that was written: grants are in a map,
//!   and the time of a loss is that of the mark.
//! - Money put into a position without units is believed as its venue states it: there is no earlier price.
//! - A shortfall fades in an epoch: what is paid late gives back no more than is left of it, and a position marked down by a false
//!   price and sold at one again after that is charged its slack alone, which governance must set to how far the venue's price
//!   can be moved.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

extern crate alloc;

mod accounts;
mod budget;
mod charter;
mod covenants;
mod feed;
mod governance;
mod ledger;
mod pack;
mod registry;
mod scale;
mod storage;

pub use self::feed::quote;
pub use ::feed::FeedFault;
pub use accounts::{Accounts, Asset, Clock, Lock, MAX_SUPPLY, NOT_OPENED, Supply};
pub use budget::{Buckets, Grant, Register, Terms, Watch};
pub use charter::{Bounds, Charter, Held};
pub use covenants::{Agreed, Covenants, Date, MAX_RUNGS};
pub use governance::{Change, Delay};
pub use ledger::{Ledger, MAX_ASSETS, Mark, Overflow, Stated, saturate, slack_up, timestamp, unix_secs};
pub use registry::{Breaker, Cap, Counted, Holding, MAX_CAPS, MAX_CHUNK_ASSETS, MAX_POSITIONS, Rescue};
pub use scale::Scale;
pub use storage::{Book, Role};
