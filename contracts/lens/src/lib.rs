//! The lens program: what anyone reads and no call that moves money needs. It runs by delegate call in the vault's
//! storage, for every selector that vault, desk and board do not know.
//!
//! # What holds
//!
//! - It writes nothing. A preview marks, books and judges by the very code that the desk runs (`tenor-portfolio`), on what
//!   the adapters report and on venues that take and pay exactly.
//! - It reads what governance has set from the tables, not from the charter: what it tells is what counts next.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod budgets;
mod preview;
mod program;
mod standing;

pub use program::{ROUTES, main};

host::entrypoint!(main);
