//! Calls whose arguments and answers are whole words.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{call::RawCall, host::VM};

use crate::{encode, number};

/// The most that is copied of any answer: the largest that we read is Hyperdrive's configuration, 17 words of it.
pub const MAX_ANSWER_BYTES: usize = 576;

/// The most gas of a call whose failure must not stop what comes after it: an exit passes over a position that burns
/// all it gets and goes on with the next. The deepest venue known, a MetaMorpho of thirty markets, takes 2.0 million to
/// be asked for its liquidity, and then 2.8 to be left through nearly all of them (`keeper/sim/tests/adapters/deep.rs`).
pub const ISOLATED_GAS: u64 = 3_000_000;

/// What a failed call reverted with, cut to [`MAX_ANSWER_BYTES`]; empty when it answered too little.
pub type Failure = Vec<u8>;

/// Calls a contract that may change state, with all gas but a 64th, and returns the bytes of its answer.
///
/// # Errors
///
/// What it reverted with.
pub fn invoke(vm: &VM, to: Address, selector: [u8; 4], words: &[B256]) -> Result<Vec<u8>, Failure> {
    invoke_within(vm, u64::MAX, to, selector, words)
}

/// Calls a contract that may change state, with at most so much gas, and returns the bytes of its answer.
///
/// # Errors
///
/// What it reverted with.
pub fn invoke_within(vm: &VM, gas: u64, to: Address, selector: [u8; 4], words: &[B256]) -> Result<Vec<u8>, Failure> {
    let data = encode(selector, words);
    // SAFETY: the storage cache is flushed and cleared before the call, and nothing here caches storage itself.
    unsafe { RawCall::new(vm).gas(gas).clear_storage_cache().limit_return_data(0, MAX_ANSWER_BYTES).call(to, &data) }
}

/// Calls a contract that may change state and returns the first word of its answer.
///
/// # Errors
///
/// What it reverted with; empty when it answered less than a word.
pub fn call_word(vm: &VM, to: Address, selector: [u8; 4], words: &[B256]) -> Result<U256, Failure> {
    first_word(&invoke(vm, to, selector, words)?)
}

/// Calls a contract that may change state and returns `N` words of its answer.
///
/// # Errors
///
/// What it reverted with; empty when it answered less.
pub fn call_words<const N: usize>(
    vm: &VM,
    to: Address,
    selector: [u8; 4],
    words: &[B256],
) -> Result<[B256; N], Failure> {
    read_words(&invoke(vm, to, selector, words)?)
}

/// Asks a contract that cannot change state and returns `N` words of its answer.
///
/// # Errors
///
/// What it reverted with; empty when it answered less.
pub fn view_words<const N: usize>(
    vm: &VM,
    to: Address,
    selector: [u8; 4],
    words: &[B256],
) -> Result<[B256; N], Failure> {
    read_words(&view_raw(vm, u64::MAX, to, &encode(selector, words))?)
}

/// Asks a contract that cannot change state, with at most so much gas, and returns `N` words of its answer.
///
/// # Errors
///
/// What it reverted with; empty when it answered less.
pub fn view_within<const N: usize>(vm: &VM, gas: u64, to: Address, selector: [u8; 4]) -> Result<[B256; N], Failure> {
    read_words(&view_raw(vm, gas, to, &selector)?)
}

/// Reads `N` words of an answer.
///
/// # Errors
///
/// Where it is shorter.
fn read_words<const N: usize>(answer: &[u8]) -> Result<[B256; N], Failure> {
    let (words, _) = answer.as_chunks::<32>();
    let words = words.get(..N).ok_or_else(Vec::new)?;
    let mut read = [B256::ZERO; N];
    for (to, from) in read.iter_mut().zip(words) {
        *to = B256::new(*from);
    }
    Ok(read)
}

/// Asks a contract that cannot change state and returns the first word of its answer.
///
/// # Errors
///
/// What it reverted with; empty when it answered less than a word.
pub fn view_word(vm: &VM, to: Address, selector: [u8; 4], words: &[B256]) -> Result<U256, Failure> {
    first_word(&view_raw(vm, u64::MAX, to, &encode(selector, words))?)
}

/// Asks a contract that cannot change state, with at most so much gas, and returns the first word of its answer.
///
/// # Errors
///
/// What it reverted with; empty when it answered less than a word.
pub fn view_word_within(vm: &VM, gas: u64, to: Address, selector: [u8; 4]) -> Result<U256, Failure> {
    first_word(&view_raw(vm, gas, to, &selector)?)
}

/// Asks a contract that cannot change state, with at most so much gas and calldata as it stands.
///
/// # Errors
///
/// What it reverted with.
pub fn view_raw(vm: &VM, gas: u64, to: Address, data: &[u8]) -> Result<Vec<u8>, Failure> {
    // SAFETY: the storage cache is flushed before the call; a static callee cannot change what is cached.
    unsafe {
        RawCall::new_static(vm).gas(gas).flush_storage_cache().limit_return_data(0, MAX_ANSWER_BYTES).call(to, data)
    }
}

/// Runs another program's code on our own storage and returns its whole answer.
///
/// # Errors
///
/// What it reverted with.
pub fn delegate(vm: &VM, program: Address, data: &[u8]) -> Result<Vec<u8>, Failure> {
    // SAFETY: only the desk is ever called so: our own program with the same storage layout, named once. The cache
    // is flushed and cleared before the call, and nothing here caches storage itself.
    unsafe { RawCall::new_delegate(vm).clear_storage_cache().call(program, data) }
}

pub(crate) fn first_word(answer: &[u8]) -> Result<U256, Failure> {
    let word = answer.get(..32).and_then(|word| B256::try_from(word).ok());
    word.map(number).ok_or_else(Vec::new)
}
