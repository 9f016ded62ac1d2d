//! The covenants program: what the mandate says of what has a date, may not pay, or owes. It runs by delegate call in the
//! vault's storage: asked by desk and rehearsal for every change of a vault of which something was said here, and for every
//! selector that the rehearsal does not know.
//!
//! # What holds
//!
//! - It judges by `tenor-mandate` alone, on what governance has set (the end of the charter) and what it is told: values
//!   before and after, and what was bought. It writes nothing then, and a program that is told wrongly is one of the
//!   vault's own.
//! - A bond is bought at the governed yield or better, never above par, whatever the keeper says: what was paid and the
//!   face that came for it are counted by the desk. Where governance has named a reference and that is silent, stale or
//!   absurd, nothing is bought at all.
//! - Its setters pass the same gate as the board's (`tenor-gate`): what widens a band waits, what narrows it does not.
//!
//! # What it never does
//!
//! It moves no money, values nothing, and says nothing of what exits are paid.
//!
//! # Known limits
//!
//! - A yield is that of the last mark of a position, and none before the first: between two marks its duration is wrong by
//!   what the yield has moved. Anybody marks.
//! - Time alone moves positions from rung to rung; a limit that breaks so is mended by the next rebalances, each of which
//!   must bring it nearer or put no money anywhere.
//! - Whoever governs hazards decides what credit is: they are opinions on chain, not measures.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod bounds;
mod facts;
mod judge;
mod program;
mod risk;
mod setters;
mod terms;
mod thresholds;
mod view;

pub use program::{ROUTES, main};

host::entrypoint!(main);
