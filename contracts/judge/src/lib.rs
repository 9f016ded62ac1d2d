//! The mandate alone as a program: judges random portfolios, so that a test can compare what runs on chain with what the
//! keeper links, bit for bit. The product never deploys it.
//!
//! The calldata is three numbers of 8 big-endian bytes: a seed, the first case and how many. The answer is the 32 bytes
//! that commit to every case and to all that was found of it, and then the last case's own record. Cases are made here
//! from seed and number, by the same code on both sides: calldata for a million portfolios would cost more than they do.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]
extern crate alloc;

mod case;
mod clocks;
mod random;
mod record;

use alloc::vec::Vec;

use alloy_primitives::B256;
use host::{Revert, VM};
use stylus_sdk::stylus_core::CryptographyAccess;

pub use case::Case;
pub use record::Record;

/// Answers one call.
///
/// # Errors
///
/// Calldata of another length.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    let ([seed, first, count], []) = input.as_chunks::<8>() else { return Err(Vec::new()) };
    let [seed, first, count] = [seed, first, count].map(|bytes| u64::from_be_bytes(*bytes));
    let (digest, record) = judge(seed, first, count, |bytes| vm.native_keccak256(bytes));
    Ok([digest.as_slice(), record.bytes()].concat())
}

/// Judges cases `first .. first + count` of a seed. Returns the commitment to all of them and the last one's record.
pub fn judge(seed: u64, first: u64, count: u64, keccak: impl Fn(&[u8]) -> B256) -> (B256, Record) {
    let (mut digest, mut record) = (B256::ZERO, Record::default());
    for number in first..first.saturating_add(count) {
        record.restart(&digest);
        Case::random(seed, number).judge(&mut record);
        digest = keccak(record.with_start());
    }
    (digest, record)
}

host::entrypoint!(main);
