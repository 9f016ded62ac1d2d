//! What every program says to its host: reverts, calls and logs in one small form.
//!
//! The SDK's typed interfaces cost 1.5 KiB of code a call and 1.7 KiB an event, and a program may have 24 KiB; nearly
//! everything that these programs take, call and emit is whole words, so a few functions on words serve all of it.
//! Selectors and topics come from the interface files (`tenor-abi`), never from literals.
//!
//! # What holds
//!
//! - Storage writes reach the chain before any call leaves, and cached reads are dropped where the callee may write.
//! - No callee can make us pay for more than [`MAX_ANSWER_BYTES`] of its answer.
//! - An answer shorter than what was asked for is a failure, so that a call to an address without code fails.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod arguments;
pub mod blob;
mod call;
mod codec;
mod log;
mod route;
mod signature;
mod storage;
mod token;
mod word;

pub use arguments::Arguments;
pub use call::{
    Failure, ISOLATED_GAS, MAX_ANSWER_BYTES, call_word, call_words, delegate, invoke, invoke_within, view_raw,
    view_within, view_word, view_word_within, view_words,
};
pub use codec::{Answer, Encoded, Revert, append, append_bytes, encode, revert, revert_with_bytes};
pub use log::emit;
#[cfg(target_arch = "wasm32")]
pub use route::run;
pub use signature::recover;
pub use storage::Slot;
pub use token::{approve, balance_of, transfer, transfer_from};

pub use word::{Word, number};

pub use stylus_sdk::host::VM;
