//! The board program: what owner, curator and guardians touch. It runs by delegate call in the vault's storage, for every
//! selector that vault, desk and commons do not know; what it does not know either runs the lens.
//!
//! # What holds
//!
//! - Once the vault is open, whatever adds risk was announced with its very calldata and has waited for its function's
//!   delay, at least a day longer than the longest exit: whoever does not want it can leave before. Then anyone may make
//!   it, once, within 30 days. Each setter decides whether it adds risk from the state at that moment, and one gate
//!   (`tenor-gate`) draws the consequences.
//! - A change is judged when it is announced and again when it is made: bounds, abdication, code hash, the adapter's and
//!   the feed's self-test. Who announced it does not matter any more: a curator who was removed leaves what he announced,
//!   to be taken back or not.
//! - Calldata of changes is canonical: no dirty bits, nothing behind the arguments, so that one change has one hash.
//! - What was announced before an abdication cannot be made after it. Nothing can be announced before the vault is open.
//! - Nobody can keep himself in office: changes of curator, guardians and ownership are taken back by the owner alone.
//! - Guardians only take risk away. Pauses and trips by word end by themselves: together they last at most 7 days, and
//!   7 days pass before the next, however many guardians there are.
//! - The risk ids that a position counts against are the closure of those that it was registered under, always: nesting
//!   is kept free of cycles, and every change of it recomputes every mask.
//! - Every change outdates the charter (`tenor-book`), so that no rebalance reads what governance has changed.
//! - Whatever is called to judge a change is called statically and with bounded gas; whatever changes state refuses while
//!   another call is under way.
//!
//! # What it never does
//!
//! It moves no money and stops no exit: no function here can reach the vault's own selectors, and to give a position the
//! slack that keeps exits from forcing it waits as what adds risk does. Called at its own address it has no owner and no
//! roles.
//!
//! # Roles
//!
//! Owner: curator and guardians, ownership, gains, time, budgets, code, delays, abdication. Curator or owner: positions,
//! terms, caps, nesting, breakers, liquidity, grants. Guardian: of the latter what takes risk away, pauses, trips by
//! word, and takes back what was announced. Anyone: makes what was announced and has waited, publishes the charter.
//!
//! # Known limits
//!
//! - A position is never unregistered, nor a risk id: set its caps to zero. Withdrawing a code's admission concerns new
//!   positions alone.
//! - What was announced stays so when a guardian lowers the same parameter meanwhile: to keep it low, he must take the
//!   announced change back as well.
//! - A first breaker is set at once, so a curator can name a feed of his own that keeps new money and new shares away
//!   until the breaker is changed, which waits. It passes its self-test at two moments; nothing bounds what it says later.
//! - A guardian who means harm can stop new investments (caps, grants) and, within the windows, new shares, until the
//!   owner has removed him, which he cannot prevent. Every governed change moves the revision, so whoever may make one
//!   may hinder a keeper's intents; exits and, after the silence, `relieve` know no revision.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod bounds;
mod breakers;
mod closure;
mod grants;
mod halt;
mod parameters;
mod program;
mod registry;
mod risk;
mod roles;
mod setters;
mod window;

pub use bounds::{COOL_DOWN_SECS, WINDOW_SECS};
pub use gate::bounds::{DEFAULT_DELAY_SECS, EXIT_SECS, EXPIRY_SECS, MAX_DELAY_SECS, MIN_DELAY_SECS};
pub use program::{ROUTES, main};

host::entrypoint!(main);
