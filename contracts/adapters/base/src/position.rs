//! Where a position is held: a record that never changes, kept as the code of an account that the adapter creates
//! at its initialisation and does not have to look up, and the units, the one word of the adapter's storage.
//!
//! ```text
//! words of the record   0  vault
//!                       1  venue
//!                       2  asset
//!                       3  the venue's terms, as many as it says
//! ```

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, FixedBytesSliceExt, U256};
use host::{Failure, Slot, VM, Word, blob, number};
use stylus_sdk::stylus_core::{AccountAccess, BlockAccess};

const VAULT: usize = 0;
const VENUE: usize = 1;
const ASSET: usize = 2;
const TERMS: usize = 3;
/// The adapter creates one account in its life, and a contract's nonce begins at 1.
const RECORD_NONCE: u32 = 1;
const UNITS_SLOT: u8 = 0;

/// The one position of the running adapter, as it was when the call began.
///
/// After the initialisation nothing but the units ever changes, and those only in the vault's own calls, which its lock
/// keeps apart: what was read cannot grow stale within a call.
#[derive(Clone, Debug)]
pub struct Position {
    /// The host.
    pub vm: VM,
    record: Vec<u8>,
    units: U256,
}

impl Position {
    /// Reads the running adapter's position.
    pub fn load(vm: VM) -> Self {
        let record = blob::read(&vm, blob::address_of(&vm, vm.contract_address(), RECORD_NONCE));
        let units = number(Slot::at(UNITS_SLOT).load(&vm));
        Self { vm, record, units }
    }

    /// Returns the vault, to which alone money leaves; zero before initialisation.
    pub fn vault(&self) -> Address {
        Address::from_word(self.word(VAULT))
    }

    /// Returns the contract that takes and pays the asset.
    pub fn venue(&self) -> Address {
        Address::from_word(self.word(VENUE))
    }

    /// Returns the asset.
    pub fn asset(&self) -> Address {
        Address::from_word(self.word(ASSET))
    }

    /// Returns a word of the venue's terms.
    pub fn term(&self, index: usize) -> B256 {
        self.word(TERMS.saturating_add(index))
    }

    /// Returns the venue's units that we count as the vault's.
    pub fn units(&self) -> U256 {
        self.units
    }

    /// Returns this adapter.
    pub fn this(&self) -> Address {
        self.vm.contract_address()
    }

    /// Returns the time, in unix seconds.
    pub fn now_secs(&self) -> U256 {
        U256::from(self.vm.block_timestamp())
    }

    /// Writes the record, once. The position itself stays as it was.
    pub(crate) fn initialize(
        &self,
        vault: Address,
        venue: Address,
        asset: Address,
        terms: &[B256],
    ) -> Result<(), Failure> {
        let record = [&[vault.word(), venue.word(), asset.word()], terms].concat();
        blob::create(&self.vm, record.as_flattened()).map(|_| ())
    }

    /// Counts `units` from now on.
    pub(crate) fn set_units(&mut self, units: U256) {
        self.units = units;
        Slot::at(UNITS_SLOT).store(&self.vm, units.word());
    }

    fn word(&self, index: usize) -> B256 {
        let (words, _) = self.record.as_chunks();
        words.get(index).copied().map(B256::new).unwrap_or_default()
    }
}
