//! The vault program: what wallets touch. ERC-20, ERC-4626 and ERC-2612 over one asset, in one small program,
//! because every deposit pays for its start-up. Every other selector runs the desk in the same storage, and what that does
//! not know the board.
//!
//! # What holds
//!
//! - Every rounding is in the vault's favour; a call that would mint or pay nothing is refused.
//! - Entry pays the higher net asset value (`navEntry`: gains that no mark has shown yet, and losses that one has just
//!   shown), exit receives the lower: depositing before a mark and leaving after it gains nothing.
//! - Exits take idle money first, then pull from positions in registry order; a position that fails is passed over.
//!   No role can stop an exit, and nothing here pauses.
//! - A deposit costs the same with one position or with sixty, and records the net asset value just before it: fresh
//!   money loosens no limit for as long as an epoch.
//! - Nobody deposits before the vault is opened, nor while money counts against a tripped risk id.
//! - After a deposit the vault holds at least the idle money that it counts, or the deposit reverts: a token that takes
//!   a fee on transfer is refused, one that answers nothing is accepted.
//! - Everything is written before the last call leaves; entry points that move money refuse while another call is under
//!   way. Moving shares alone touches neither money nor price and stays open.
//!
//! # What it never does
//!
//! It takes no ether, has no owner's path to the money, counts no donation, and trusts no adapter with a number: what
//! comes back is measured by balances.
//!
//! # Known limits
//!
//! - An exit is priced by the book as it stands. A loss that no mark has shown yet stays with those who remain;
//!   anybody may mark first, in the same transaction.
//! - Positions whose venue's price can be moved (a slack above zero) pay no exit at once, and count for none.
//! - `maxWithdraw` believes the adapters' liquidity; venues pay what they can when the exit comes.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod exchange;
mod permit;
mod price;
mod program;
mod shares;

pub use program::{ROUTES, main};

host::entrypoint!(main);
