//! Where a position is held: one packed record in the adapter's storage, read once a call.
//!
//! ```text
//! bytes   0..20   venue
//!        20..40   asset
//!        40..56   units: all within the second word
//!        56..     the venue's terms, as many bytes as it says
//!        then 20  vault
//! ```
//!
//! What a report needs stands before the vault, so that the report of a position with long terms reads a word less.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, FixedBytesSliceExt, U256};
use host::{Slot, VM, Word, number};
use stylus_sdk::stylus_core::{AccountAccess, BlockAccess};

/// The longest record.
const RECORD_WORDS: usize = 5;
const WORD_BYTES: usize = 32;
const ADDRESS_BYTES: usize = 20;
const ASSET_AT: usize = 20;
const UNITS_AT: usize = 40;
const TERMS_AT: usize = 56;
/// The word that the units are in: in its middle, 64 bits from either end.
const UNITS_SLOT: u8 = 1;

/// The one position of the running adapter, as it was when the call began.
///
/// After the initialisation nothing but the units ever changes, and those only in the vault's own calls, which its lock
/// keeps apart: the record cannot grow stale within a call.
#[derive(Clone, Debug)]
pub struct Position {
    /// The host.
    pub vm: VM,
    record: [B256; RECORD_WORDS],
    vault_at: usize,
}

impl Position {
    /// Reads what a report needs of a record with terms of so many bytes.
    pub(crate) fn load(vm: VM, terms_bytes: usize) -> Self {
        let vault_at = TERMS_AT.saturating_add(terms_bytes);
        let mut position = Self { vm, record: [B256::ZERO; RECORD_WORDS], vault_at };
        position.read(0, vault_at);
        position
    }

    /// Returns the contract that takes and pays the asset.
    pub fn venue(&self) -> Address {
        self.address(0)
    }

    /// Returns the asset.
    pub fn asset(&self) -> Address {
        self.address(ASSET_AT)
    }

    /// Returns the venue's units that we count as the vault's.
    pub fn units(&self) -> U256 {
        let [_, low, high, _] = self.units_word().into_limbs();
        U256::from_limbs([low, high, 0, 0])
    }

    /// Returns the vault, to which alone money leaves; zero before initialisation.
    pub fn vault(&self) -> Address {
        self.address(self.vault_at)
    }

    /// Returns this adapter.
    pub fn this(&self) -> Address {
        self.vm.contract_address()
    }

    /// Returns the time, in unix seconds.
    pub fn now_secs(&self) -> U256 {
        U256::from(self.vm.block_timestamp())
    }

    /// Returns the address that stands so many bytes into the venue's terms.
    pub fn term_address(&self, at: usize) -> Address {
        self.address(TERMS_AT.saturating_add(at))
    }

    /// Returns the number of 64 bits that stands so many bytes into the venue's terms, as a word.
    pub fn term_u64(&self, at: usize) -> B256 {
        let bytes = <[u8; 8]>::try_from(self.bytes(TERMS_AT.saturating_add(at), 8)).unwrap_or_default();
        u64::from_be_bytes(bytes).word()
    }

    /// Reads the vault too.
    pub(crate) fn read_vault(&mut self) {
        self.read(self.vault_at, self.vault_at.saturating_add(ADDRESS_BYTES));
    }

    /// Writes the whole record, without units. The position itself stays as it was.
    pub(crate) fn initialize(&self, vault: Address, venue: Address, asset: Address, terms: &[u8]) {
        let mut record = Vec::with_capacity(RECORD_WORDS.saturating_mul(WORD_BYTES));
        for field in [venue.as_slice(), asset.as_slice(), &[0; TERMS_AT - UNITS_AT], terms, vault.as_slice()] {
            record.extend_from_slice(field);
        }
        record.resize(record.len().next_multiple_of(WORD_BYTES), 0);
        for (slot, word) in (0_u8..).zip(record.chunks_exact(WORD_BYTES)) {
            Slot::at(slot).store(&self.vm, B256::try_from(word).unwrap_or_default());
        }
    }

    /// Counts `units` from now on; `None` where they need more than 128 bits.
    pub(crate) fn set_units(&mut self, units: U256) -> Option<()> {
        let [low, high, 0, 0] = units.into_limbs() else { return None };
        let [after, _, _, before] = self.units_word().into_limbs();
        let word = U256::from_limbs([after, low, high, before]).word();
        *self.record.get_mut(usize::from(UNITS_SLOT))? = word;
        Slot::at(UNITS_SLOT).store(&self.vm, word);
        Some(())
    }

    /// Reads every word that these bytes are in.
    fn read(&mut self, from: usize, to: usize) {
        for (slot, word) in (0_u8..).zip(self.record.iter_mut()) {
            let start = usize::from(slot).saturating_mul(WORD_BYTES);
            if start < to && from < start.saturating_add(WORD_BYTES) {
                *word = Slot::at(slot).load(&self.vm);
            }
        }
    }

    fn units_word(&self) -> U256 {
        number(self.record.get(usize::from(UNITS_SLOT)).copied().unwrap_or_default())
    }

    fn address(&self, at: usize) -> Address {
        Address::try_from(self.bytes(at, ADDRESS_BYTES)).unwrap_or_default()
    }

    fn bytes(&self, at: usize, length: usize) -> &[u8] {
        self.record.as_flattened().get(at..at.saturating_add(length)).unwrap_or_default()
    }
}
