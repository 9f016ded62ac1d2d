//! The desk program: what is judged by the whole mandate. It runs by delegate call in the vault's storage, for every
//! selector that the vault does not know; what it does not know either runs the commons.
//!
//! # What holds
//!
//! - After every rebalance and relief each limit holds, or is strictly nearer to holding than before (`tenor-mandate`),
//!   judged once, on the vault's own accounts.
//! - The desk believes nothing that the keeper says: amounts come back by balance differences, values by the book's
//!   rules, what counts against an id by the vault's own registry.
//! - What a key does is inside its grant: positions, turnover and losses an epoch, until it expires. An intent is used
//!   once: it names the grant's nonce, a deadline and the revision of the state that it was computed from.
//! - Every leg is charged, rounded up, with what it lacks against the believed price and the position's shortfall, and
//!   with the slack of its venue; charges never cancel. Every mark that lowers a value charges the vault's loss budget
//!   too, whoever makes it, and is never refused for it.
//! - No leg can raise the net asset value but by the slack of what it sells, which entry has been paying; marks do, at the
//!   governed rate. What it was before either is recorded.
//! - Every entry point keeps one order: authorise, check, accrue, compute, write, emit, call out; where a call must come
//!   first (legs), nothing but the lock is written before the last one returned; a charter that governance has outdated
//!   is published before.
//!
//! # What it never does
//!
//! It makes no call that the keeper chooses: typed adapters of the registry alone, and the asset. It sends money to
//! registered adapters only. Called at its own address it has no owner, no roles and no money.
//!
//! # Who
//!
//! Keeper: rebalances within its grant; an intent without legs is a sign of life. Anyone, where no keeper was seen for the
//! governed silence: relieves: brings money to idle or repays debt, under the vault's budgets, where a limit mends or
//! more becomes payable at once.
//!
//! # Known limits
//!
//! - A limit that is broken and not touched refuses a rebalance that invests: it must improve every broken limit.
//! - Health is what adapters report: of positions that may owe every rebalance asks, named or not. One that does not answer
//!   counts as owing more than anything secures, so that nothing can be invested until it does.
//! - A price moved farther than the slack, and longer than an epoch, is believed once the shortfall has faded.
//! - What a mark lowers counts once at the mark and, for the part that is sold within an epoch, again at the sale: after
//!   a real loss a keeper sells slowly. Exits do not wait.
//! - A leg that lacks at most two base units lacks nothing: what venues round.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod program;
mod rebalance;

pub use program::{ROUTES, main};

host::entrypoint!(main);
