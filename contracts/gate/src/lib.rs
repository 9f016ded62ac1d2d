//! The gate that every governed change passes, for every program that has setters: what adds risk was announced with its
//! very calldata and has waited, the rest needs a role.
//!
//! A setter reads its arguments from a [`Change`], decides its [`Effect`] from the state at that moment, and asks
//! [`Gate::admits`] once, after everything that could refuse the change by itself and before it writes anything.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

pub mod bounds;
mod change;
mod effect;
mod gate;
mod refusal;

pub use change::Change;
pub use effect::Effect;
pub use gate::{By, Gate};
pub use refusal::{bytes4, name, not_authorized, overflow};
