//! Refusals that several functions share, and names in a word.

use abi::{desk::IDesk, vault::IVault};
use alloy_primitives::{Address, B256};
use book::Overflow;
use host::{Revert, Word, revert};

/// Encodes a refusal to whoever lacks a role, named by a short string.
pub fn not_authorized(caller: Address, role: &str) -> Revert {
    revert::<IDesk::NotAuthorized>(&[caller.word(), name(role)])
}

/// Encodes a number that does not fit the accounts.
pub fn overflow(_: Overflow) -> Revert {
    revert::<IVault::Overflow>(&[])
}

/// Returns a short string padded with zeros, as roles and parameters are named.
pub fn name(name: &str) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    word
}

/// Returns a selector as the ABI encodes it.
pub fn bytes4(selector: [u8; 4]) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.iter_mut().zip(selector) {
        *to = from;
    }
    word
}
