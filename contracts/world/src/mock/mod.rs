//! Contracts of others, as far as tests need them: an honest one each, and switches for what goes wrong.
//!
//! A mock keeps its state in the world's storage, so that it rolls back with the call.

pub mod aave;
pub mod adapter;
pub mod arb;
pub mod batch;
pub mod bond;
pub mod credit;
pub mod exchange;
pub mod feed;
pub mod fund;
pub mod lender;
pub mod morpho;
pub mod oracle;
pub mod pool;
pub mod script;
mod signer;
pub mod token;
pub mod venue;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Slot, VM};

pub(crate) use signer::recover;
pub use signer::{sign, signer};

/// Where mocks keep a switch: the call to make in the middle of their work, as target and calldata.
pub type Hook = std::rc::Rc<std::cell::RefCell<Option<(Address, Vec<u8>)>>>;

pub(crate) fn load(vm: &VM, slot: u8) -> U256 {
    Slot::at(slot).load(vm).into()
}

pub(crate) fn store(vm: &VM, slot: u8, word: U256) {
    Slot::at(slot).store(vm, B256::from(word));
}

/// Decodes a call when the selector is its own.
pub(crate) fn is<C: SolCall>(input: &[u8]) -> Option<C> {
    input.starts_with(&C::SELECTOR).then(|| C::abi_decode(input).expect("our programs encode calls well"))
}

/// Makes a call, of whatever arguments.
pub(crate) fn send<C: SolCall>(vm: &VM, to: Address, call: &C) -> Result<Vec<u8>, crate::Revert> {
    let data = call.abi_encode();
    let words: Vec<B256> = data[4..].chunks(32).map(B256::right_padding_from).collect();
    host::invoke(vm, to, C::SELECTOR, &words)
}

/// Makes the hook's call; what it answers does not matter, whether it was refused is stored in the last slot.
pub(crate) fn fire(vm: &VM, hook: &Hook) {
    let Some((target, data)) = hook.borrow().clone() else { return };
    let selector = data[..4].try_into().expect("calldata has a selector");
    let words: Vec<B256> = data[4..].chunks(32).map(B256::right_padding_from).collect();
    let refused = host::invoke(vm, target, selector, &words).is_err();
    store(vm, HOOK_RESULT, U256::from(if refused { 1 } else { 2 }));
}

/// The slot where a mock stores what became of its hook: 0 not fired, 1 refused, 2 accepted.
pub const HOOK_RESULT: u8 = 250;
