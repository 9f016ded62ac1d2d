//! What every adapter shares: one position of one vault at one venue.
//!
//! An adapter is this crate's program with a [`Venue`] that speaks the venue's language.
//!
//! # What it does
//!
//! Invests assets that the vault has transferred here just before, pays them back to the vault, and reports units,
//! value, depth, rate and liquidity. Units are its own count, raised and lowered by what the venue credited and took
//! during our own calls: donated units change nothing. A movement returns two reports, of just before it and just after
//! it, so that the vault needs no other call.
//!
//! # What it never does
//!
//! It moves no money for anyone but the vault, pays nobody but the vault, keeps no approval after a call, and has no
//! owner, no upgrade and no other entry point that writes. What it is told at its initialisation is kept as code, which
//! nothing can change.
//!
//! # Known limits
//!
//! - `initialize` is open to the first caller: the deployer calls it in the deployment's own transaction, and the
//!   vault's registry refuses an adapter of another vault or asset.
//! - Assets or units sent here by strangers stay here.
//! - A venue whose own accounts lie is believed up to what the vault's book lets in: losses at once, gains slowly.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

pub mod bond;

mod movement;
mod position;
mod program;
mod venue;

pub use movement::{Moved, Movement};
pub use position::Position;
pub use program::{ROUTES, run};
pub use venue::{Report, Venue, invalid_market, no_terms, same_asset, venue_failed};
