//! Recovery of a signer by the chain's precompile.

use alloy_primitives::{Address, B256, FixedBytesSliceExt, U256};
use stylus_sdk::host::VM;

use crate::{
    Word,
    call::{first_word, view_raw},
};

/// The precompile that recovers signers.
const ECRECOVER: Address = Address::with_last_byte(1);

/// Returns who signed `digest`; zero when nobody could have.
pub fn recover(vm: &VM, digest: B256, v: u8, r: B256, s: B256) -> Address {
    let words = [digest, U256::from(v).word(), r, s];
    let signer = view_raw(vm, u64::MAX, ECRECOVER, words.as_flattened()).and_then(|answer| first_word(&answer));
    signer.map_or(Address::ZERO, |word| Address::from_word(word.word()))
}
