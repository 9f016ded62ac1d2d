//! The rehearsal program: what a rebalance would do, and every limit as it stands. It runs by delegate call in the vault's
//! storage, for every selector that the lens does not know.
//!
//! # What holds
//!
//! - It writes nothing. A preview marks, books and judges by the very code that the desk runs (`tenor-portfolio`), on what
//!   the adapters report and on venues that take and pay exactly.
//! - It reads what governance has set from the tables, not from the charter: what it tells is what counts next.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod preview;
mod program;

pub use program::{ROUTES, main};

host::entrypoint!(main);
