//! The lens program: what anyone reads and no call that moves money needs. It runs by delegate call in the vault's
//! storage, for every selector that vault, desk, commons and board do not know. It writes nothing, and tells what counts
//! next: it reads what governance has set from the tables, not from the charter.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod budgets;
mod program;
mod standing;

pub use program::{ROUTES, main};

host::entrypoint!(main);
