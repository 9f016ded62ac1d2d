//! The ABI in words: what is written one word after the other: calls, errors and answers.
//!
//! Generic codecs cost about 900 bytes of code a function, error or event; these few functions serve all of them.
//! Selectors and topics come from the interface files; the order of words is what the tests decode by the same files.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::SolError;

use crate::Word;

/// The bytes that a call reverts with: an error of the interface files, encoded where it arises.
pub type Revert = Vec<u8>;

/// Returns words behind a selector: a call or an error.
pub fn encode(selector: [u8; 4], words: &[B256]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(words.len().saturating_mul(32).saturating_add(4));
    bytes.extend_from_slice(&selector);
    append(&mut bytes, words);
    bytes
}

/// Appends words.
pub fn append(bytes: &mut Vec<u8>, words: &[B256]) {
    bytes.reserve(words.len().saturating_mul(32));
    for word in words {
        bytes.extend_from_slice(word.as_slice());
    }
}

/// Encodes an error whose fields are words, in their order.
pub fn revert<E: SolError>(words: &[B256]) -> Revert {
    encode(E::SELECTOR, words)
}

/// Encodes an error whose fields are words and, last, bytes.
pub fn revert_with_bytes<E: SolError>(words: &[B256], last: &[u8]) -> Revert {
    let mut bytes = encode(E::SELECTOR, words);
    let offset = words.len().saturating_add(1).saturating_mul(32);
    append(&mut bytes, &[(offset as u64).word()]);
    append_bytes(&mut bytes, last);
    bytes
}

/// Appends a length, bytes, and zeros up to a whole word.
pub fn append_bytes(bytes: &mut Vec<u8>, last: &[u8]) {
    append(bytes, &[(last.len() as u64).word()]);
    bytes.extend_from_slice(last);
    let padding = last.len().wrapping_neg() % 32;
    bytes.resize(bytes.len().saturating_add(padding), 0);
}

/// What a function returns, written as the ABI encodes it.
pub trait Answer {
    /// Appends the encoding.
    fn write(self, bytes: &mut Vec<u8>);
}

impl<T: Word> Answer for T {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &[self.word()]);
    }
}

impl Answer for () {
    fn write(self, _bytes: &mut Vec<u8>) {}
}

impl Answer for &str {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &[32_u8.word()]);
        append_bytes(bytes, self.as_bytes());
    }
}

/// An answer that is encoded already.
#[derive(Clone, Debug, Default)]
pub struct Encoded(pub Vec<u8>);

impl Answer for Encoded {
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.0);
    }
}

impl Encoded {
    /// Returns the beginning of an array of so many items.
    pub fn array(count: usize) -> Self {
        let mut bytes = Vec::new();
        append(&mut bytes, &[32_u8.word(), (count as u64).word()]);
        Self(bytes)
    }

    /// Appends words.
    #[inline(never)]
    pub fn put(&mut self, words: &[B256]) {
        append(&mut self.0, words);
    }
}

/// A static tuple of words.
impl<const N: usize> Answer for [B256; N] {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &self);
    }
}

/// Two static tuples.
impl<A: Answer, B: Answer> Answer for (A, B) {
    fn write(self, bytes: &mut Vec<u8>) {
        self.0.write(bytes);
        self.1.write(bytes);
    }
}

/// An array of static tuples of words.
impl<const N: usize> Answer for Vec<[B256; N]> {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &[32_u8.word(), (self.len() as u64).word()]);
        append(bytes, self.as_flattened());
    }
}

#[cfg(test)]
mod tests {
    use abi::{desk::IDesk::AdapterCallFailed, vault::IVault::nameCall};
    use alloy_primitives::Address;
    use alloy_sol_types::SolCall;

    use super::*;

    #[test]
    fn bytes_of_every_length_are_encoded_as_by_the_interface() {
        let adapter = Address::with_last_byte(7);
        for length in 0..=70 {
            let reason = alloc::vec![0xab; length];
            let typed = AdapterCallFailed { adapter, reason: reason.clone().into() }.abi_encode();
            assert_eq!(revert_with_bytes::<AdapterCallFailed>(&[adapter.word()], &reason), typed);
        }
    }

    #[test]
    fn strings_are_encoded_as_by_the_interface() {
        let mut bytes = Vec::new();
        "Tenor Vault".write(&mut bytes);

        assert_eq!(nameCall::abi_decode_returns_validate(&bytes).expect("well encoded"), "Tenor Vault");
    }
}
