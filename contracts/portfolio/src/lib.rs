//! A portfolio in memory while legs run, and the limits over it: what the desk, which moves money, and the lens, which
//! foresees, do in common.
//!
//! # How a change is judged
//!
//! 1. [`Session::open`] loads the accounts, what the book believes of every position, and what governance has set.
//! 2. Every leg has an [`Outcome`]: what its adapter said just before and after it, and what was paid. The desk moves the
//!    money and measures; the lens imagines ([`imagine`]).
//! 3. [`Session::account`] marks every position that a leg names by the first report about it, takes the sight before,
//!    books the legs in their order, and sums what they cost.
//! 4. [`Session::judge`] holds the sight before against the sight after, by `tenor-mandate`.
//!
//! Nothing here writes storage but `close` of [`Base`] and [`Touched`], and nothing calls out but [`Report::ask`].
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod actor;
mod base;
mod intent;
mod legs;
mod limits;
mod refusal;
mod report;
mod session;
mod sight;
mod touched;

pub use actor::{Actor, authorise, check_count};
pub use base::Base;
pub use intent::{read_intent, read_leg};
pub use legs::{Account, Moved, Movement, Outcome, imagine};
pub use limits::Asking;
pub use refusal::{adapter_failed, bound_exceeded, not_authorized, overflow, registered};
pub use report::Report;
pub use session::Session;
pub use sight::Sight;
pub use touched::Touched;
