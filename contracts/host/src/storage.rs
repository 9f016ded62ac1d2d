//! Storage by the word: slots by number, mappings by Solidity's rule.
//!
//! The host caches every word during a call, so reading a packed word twice costs next to nothing, and nothing
//! is kept here. Whoever packs several numbers into a word does it on the word.

use alloy_primitives::{B256, FixedBytesSliceExt, U256};
use stylus_sdk::{
    host::VM,
    stylus_core::{CryptographyAccess, StorageAccess},
};

use crate::{Word, number};

/// Where a word is stored. It is kept as a number, which is what the host is asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(U256);

impl Slot {
    /// Returns slot `number`.
    pub fn at(number: u8) -> Self {
        Self(U256::from(number))
    }

    /// Returns word `item` of the table that begins at slot `table` times 2^16: beyond every single slot, and no hash.
    pub fn of_table(table: u8, item: u16) -> Self {
        Self(U256::from((u32::from(table) << 16) | u32::from(item)))
    }

    /// Returns the slot behind this one: of the second word of what takes two.
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(U256::ONE))
    }

    /// Returns the slot of a key in the mapping at this slot: keccak256(key, slot).
    pub fn of(self, vm: &VM, key: B256) -> Self {
        Self(number(vm.native_keccak256([key, self.0.word()].as_flattened())))
    }

    /// Returns the word.
    pub fn load(self, vm: &VM) -> B256 {
        vm.storage_load_bytes32(self.0)
    }

    /// Writes the word.
    pub fn store(self, vm: &VM, word: B256) {
        // SAFETY: nothing here holds a copy of stored words; the host's cache is the only one.
        unsafe { vm.storage_cache_bytes32(self.0, word) }
    }
}
