//! The refusals that several functions share.

use abi::{desk::IDesk, vault::IVault};
use alloy_primitives::{Address, B256, U256};
use book::{Accounts, Overflow};
use host::{Failure, Revert, Word, revert, revert_with_bytes};

/// Returns the index of a registered position.
///
/// # Errors
///
/// `UnknownPosition`.
pub fn registered(accounts: &Accounts, position: u32) -> Result<u8, Revert> {
    let index = u8::try_from(position).ok().filter(|index| *index < accounts.positions);
    index.ok_or_else(|| revert::<IDesk::UnknownPosition>(&[position.word()]))
}

/// Encodes a refusal to whoever lacks a role, named by a short string.
pub fn not_authorized(caller: Address, role: &str) -> Revert {
    revert::<IDesk::NotAuthorized>(&[caller.word(), name(role)])
}

/// Encodes a failed call to an adapter.
pub fn adapter_failed(adapter: Address, reason: Failure) -> Revert {
    revert_with_bytes::<IDesk::AdapterCallFailed>(&[adapter.word()], &reason)
}

/// Encodes an amount that does not fit the accounts.
pub fn overflow(_: Overflow) -> Revert {
    revert::<IVault::Overflow>(&[])
}

/// Encodes a number beyond what is allowed for it.
pub fn bound_exceeded(value: U256, bound: U256) -> Revert {
    revert::<IDesk::BoundExceeded>(&[value.word(), bound.word()])
}

/// Returns a short string padded with zeros, as roles are named.
fn name(role: &str) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.iter_mut().zip(role.bytes()) {
        *to = from;
    }
    word
}
