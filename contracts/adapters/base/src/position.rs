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

use alloy_primitives::{Address, B256, U256};
use host::{Slot, VM, number};
use stylus_sdk::stylus_core::{AccountAccess, BlockAccess};

/// The longest record: five words.
const RECORD_BYTES: usize = 160;
const WORD_BYTES: usize = 32;
const ADDRESS_BYTES: usize = 20;
const ASSET_AT: usize = 20;
const UNITS_AT: usize = 40;
const TERMS_AT: usize = 56;
/// The word that the units are in, and where it begins.
const UNITS_SLOT: u8 = 1;
const UNITS_WORD_AT: usize = 32;

/// The one position of the running adapter, as it was when the call began.
///
/// After the initialisation nothing but the units ever changes, and those only in the vault's own calls, which its lock
/// keeps apart: the record cannot grow stale within a call.
#[derive(Clone, Debug)]
pub struct Position {
    /// The host.
    pub vm: VM,
    record: [u8; RECORD_BYTES],
    vault_at: usize,
}

impl Position {
    /// Reads what a report needs of a record with terms of so many bytes.
    pub(crate) fn load(vm: VM, terms_bytes: usize) -> Self {
        let vault_at = TERMS_AT.saturating_add(terms_bytes);
        let mut position = Self { vm, record: [0; RECORD_BYTES], vault_at };
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
        self.number(UNITS_AT, TERMS_AT)
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

    /// Returns the number of 64 bits that stands so many bytes into the venue's terms.
    pub fn term_u64(&self, at: usize) -> U256 {
        let start = TERMS_AT.saturating_add(at);
        self.number(start, start.saturating_add(8))
    }

    /// Reads the vault too.
    pub(crate) fn read_vault(&mut self) {
        self.read(self.vault_at, self.vault_at.saturating_add(ADDRESS_BYTES));
    }

    /// Writes the whole record, without units.
    pub(crate) fn initialize(&mut self, vault: Address, venue: Address, asset: Address, terms: &[u8]) {
        let no_units = [0; TERMS_AT - UNITS_AT];
        let fields = [venue.as_slice(), asset.as_slice(), &no_units, terms, vault.as_slice()];
        for (to, from) in self.record.iter_mut().zip(fields.into_iter().flatten()) {
            *to = *from;
        }
        let end = self.vault_at.saturating_add(ADDRESS_BYTES);
        for (slot, word) in (0_u8..).zip(self.record.chunks_exact(WORD_BYTES)) {
            if start_of(slot) < end {
                Slot::at(slot).store(&self.vm, B256::from_slice(word));
            }
        }
    }

    /// Counts `units` from now on; `None` where they need more than 128 bits.
    pub(crate) fn set_units(&mut self, units: U256) -> Option<()> {
        let [low, high, 0, 0] = units.into_limbs() else { return None };
        let field = self.record.get_mut(UNITS_AT..TERMS_AT)?;
        for (to, from) in field.iter_mut().zip(high.to_be_bytes().into_iter().chain(low.to_be_bytes())) {
            *to = from;
        }
        let word = self.record.get(UNITS_WORD_AT..UNITS_WORD_AT + WORD_BYTES)?;
        Slot::at(UNITS_SLOT).store(&self.vm, B256::from_slice(word));
        Some(())
    }

    /// Reads every word that these bytes are in.
    fn read(&mut self, from: usize, to: usize) {
        for (slot, word) in (0_u8..).zip(self.record.chunks_exact_mut(WORD_BYTES)) {
            let start = start_of(slot);
            if start < to && from < start.saturating_add(WORD_BYTES) {
                word.copy_from_slice(Slot::at(slot).load(&self.vm).as_slice());
            }
        }
    }

    fn address(&self, at: usize) -> Address {
        Address::from_word(number_word(self.record.get(at..at.saturating_add(ADDRESS_BYTES))))
    }

    fn number(&self, from: usize, to: usize) -> U256 {
        number(number_word(self.record.get(from..to)))
    }
}

/// Returns where a slot's word begins in the record.
fn start_of(slot: u8) -> usize {
    usize::from(slot).saturating_mul(WORD_BYTES)
}

/// Returns bytes at the end of a word.
fn number_word(bytes: Option<&[u8]>) -> B256 {
    B256::left_padding_from(bytes.unwrap_or_default())
}
