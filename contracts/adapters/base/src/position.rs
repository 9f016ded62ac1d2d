//! Where a position is held: the adapter's storage, read where it is needed.

use alloy_primitives::{Address, U256};
use host::{Slot, VM, Word, number};
use stylus_sdk::stylus_core::AccountAccess;

/// The slots, in order.
#[derive(Clone, Copy)]
#[repr(u8)]
enum At {
    Vault,
    Venue,
    Asset,
    Receipt,
    Units,
}

/// The one position of the running adapter.
#[derive(Clone, Debug)]
pub struct Position {
    /// The host.
    pub vm: VM,
}

impl Position {
    /// Returns the vault, to which alone money leaves; zero before initialisation.
    pub fn vault(&self) -> Address {
        self.address(At::Vault)
    }

    /// Returns the contract that takes and pays the asset.
    pub fn venue(&self) -> Address {
        self.address(At::Venue)
    }

    /// Returns the asset.
    pub fn asset(&self) -> Address {
        self.address(At::Asset)
    }

    /// Returns the contract that counts our units: the aToken, or the venue itself.
    pub fn receipt(&self) -> Address {
        self.address(At::Receipt)
    }

    /// Returns the venue's units that we count as the vault's.
    pub fn units(&self) -> U256 {
        number(Slot::at(At::Units as u8).load(&self.vm))
    }

    /// Returns this adapter.
    pub fn this(&self) -> Address {
        self.vm.contract_address()
    }

    pub(crate) fn initialize(&self, vault: Address, venue: Address, asset: Address, receipt: Address) {
        self.store(At::Vault, vault);
        self.store(At::Venue, venue);
        self.store(At::Asset, asset);
        self.store(At::Receipt, receipt);
    }

    pub(crate) fn set_units(&self, units: U256) {
        self.store(At::Units, units);
    }

    fn address(&self, at: At) -> Address {
        Address::from_word(Slot::at(at as u8).load(&self.vm))
    }

    fn store(&self, at: At, value: impl Word) {
        Slot::at(at as u8).store(&self.vm, value.word());
    }
}
