//! The one storage layout, read and written a word at a time.
//!
//! | slot | bytes, from the left |
//! | --- | --- |
//! | 0 accounts | idle 12, marked 12, lock 1, positions 1, caps 1, decimals 1 |
//! | 1 clock | value times time 16, most yearly rate 8, nonce 4, revision 4 |
//! | 2 asset | asset 20, liquidity floor 8 |
//! | 3.. | one each: supply, desk, owner, candidate, curator, and the maps, in the order of `At` |
//!
//! A deposit reads slots 0 to 3 and writes 0 and 3; slot 0 holds the lock, so that locking costs no slot of its own.

use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256};
use host::{Revert, Slot, VM, Word, number, revert};
use stylus_sdk::stylus_core::BlockAccess;

use crate::{
    Accounts, CapEntry, Clock, Ledger, Lock, PositionEntry,
    ledger::timestamp,
    pack::{Pack, Unpack},
};

/// The slots, in order. A new one is appended; none is ever moved.
#[derive(Clone, Copy)]
#[repr(u8)]
enum At {
    Accounts,
    Clock,
    Asset,
    Supply,
    Desk,
    Owner,
    PendingOwner,
    Curator,
    Guardians,
    Keepers,
    Balances,
    Allowances,
    Permits,
    Positions,
    Caps,
    CapPlaces,
}

/// The whole storage of the vault, in the storage of the running program.
#[derive(Clone, Debug)]
pub struct Book {
    vm: VM,
}

/// Single accounts of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Governs everything.
    Owner,
    /// Whom ownership was offered to.
    PendingOwner,
    /// Governs positions, caps, floor and keepers.
    Curator,
    /// The program that answers every selector that the vault does not know.
    Desk,
}

/// Sets of accounts of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Who may reduce risk.
    Guardians,
    /// Who may rebalance.
    Keepers,
}

impl Book {
    /// Returns the book of the running program.
    pub fn open(vm: &VM) -> Self {
        Self { vm: vm.clone() }
    }

    fn slot(&self, at: At) -> Slot {
        Slot::at(at as u8)
    }

    fn entry(&self, at: At, key: B256) -> Slot {
        self.slot(at).of(&self.vm, key)
    }

    /// Returns slot 0.
    pub fn accounts(&self) -> Accounts {
        Accounts::unpack(&self.slot(At::Accounts).load(&self.vm))
    }

    /// Writes slot 0. Amounts are at most [`crate::MAX_ASSETS`].
    pub fn set_accounts(&self, accounts: &Accounts) {
        self.slot(At::Accounts).store(&self.vm, accounts.pack());
    }

    /// Returns slot 0 when no call that changes state is under way.
    ///
    /// # Errors
    ///
    /// `Entered` when one is.
    pub fn free(&self) -> Result<Accounts, Revert> {
        let accounts = self.accounts();
        if accounts.lock == Lock::Free { Ok(accounts) } else { Err(revert::<IVault::Entered>(&[])) }
    }

    /// Locks the book for a call that changes state, and returns slot 0.
    ///
    /// # Errors
    ///
    /// `Entered` when another call is under way.
    pub fn enter(&self) -> Result<Accounts, Revert> {
        let accounts = Accounts { lock: Lock::Entered, ..self.free()? };
        self.set_accounts(&accounts);
        Ok(accounts)
    }

    /// Sets the lock alone.
    pub fn set_lock(&self, lock: Lock) {
        self.set_accounts(&Accounts { lock, ..self.accounts() });
    }

    /// Returns slot 1.
    pub fn clock(&self) -> Clock {
        Clock::unpack(&self.slot(At::Clock).load(&self.vm))
    }

    /// Writes slot 1.
    pub fn set_clock(&self, clock: &Clock) {
        self.slot(At::Clock).store(&self.vm, clock.pack());
    }

    /// Returns the ledger of these accounts, now.
    pub fn ledger(&self, accounts: &Accounts, clock: &Clock) -> Ledger {
        Ledger {
            idle_assets: accounts.idle_assets,
            marked_assets: accounts.marked_assets,
            value_time: clock.value_time,
            max_rate_wad: clock.max_rate_wad,
            now_secs: timestamp(self.vm.block_timestamp()),
        }
    }

    /// Returns the asset and the liquidity floor in wad.
    pub fn asset_and_floor(&self) -> (Address, u64) {
        let word = self.slot(At::Asset).load(&self.vm);
        let mut fields = Unpack::new(&word);
        let mut asset = Address::ZERO;
        fields.fill(asset.as_mut_slice());
        (asset, fields.u64())
    }

    /// Writes the asset and the liquidity floor in wad.
    pub fn set_asset_and_floor(&self, asset: Address, floor_wad: u64) {
        let word = Pack::default().bytes(asset.as_slice()).number(floor_wad.into(), 8).word();
        self.slot(At::Asset).store(&self.vm, word);
    }

    /// Returns the shares in existence.
    pub fn supply_shares(&self) -> U256 {
        number(self.slot(At::Supply).load(&self.vm))
    }

    /// Writes the shares in existence.
    pub fn set_supply_shares(&self, shares: U256) {
        self.slot(At::Supply).store(&self.vm, shares.word());
    }

    /// Returns who holds a role; zero when nobody does.
    pub fn role(&self, role: Role) -> Address {
        Address::from_word(self.slot(role.at()).load(&self.vm))
    }

    /// Gives a role to an account.
    pub fn set_role(&self, role: Role, account: Address) {
        self.slot(role.at()).store(&self.vm, account.word());
    }

    /// Returns whether an account is in a group.
    pub fn is_in(&self, group: Group, account: Address) -> bool {
        !self.entry(group.at(), account.word()).load(&self.vm).is_zero()
    }

    /// Puts an account into a group, or out of it.
    pub fn set_in(&self, group: Group, account: Address, granted: bool) {
        self.entry(group.at(), account.word()).store(&self.vm, granted.word());
    }

    /// Returns an account's shares.
    pub fn balance_shares(&self, account: Address) -> U256 {
        number(self.entry(At::Balances, account.word()).load(&self.vm))
    }

    /// Writes an account's shares.
    pub fn set_balance_shares(&self, account: Address, shares: U256) {
        self.entry(At::Balances, account.word()).store(&self.vm, shares.word());
    }

    /// Returns what a spender may take of an owner's shares.
    pub fn allowance_shares(&self, owner: Address, spender: Address) -> U256 {
        number(self.allowance(owner, spender).load(&self.vm))
    }

    /// Writes what a spender may take of an owner's shares.
    pub fn set_allowance_shares(&self, owner: Address, spender: Address, shares: U256) {
        self.allowance(owner, spender).store(&self.vm, shares.word());
    }

    fn allowance(&self, owner: Address, spender: Address) -> Slot {
        self.entry(At::Allowances, owner.word()).of(&self.vm, spender.word())
    }

    /// Returns the nonce of an owner's next permit.
    pub fn permit_nonce(&self, owner: Address) -> U256 {
        number(self.entry(At::Permits, owner.word()).load(&self.vm))
    }

    /// Writes the nonce of an owner's next permit.
    pub fn set_permit_nonce(&self, owner: Address, nonce: U256) {
        self.entry(At::Permits, owner.word()).store(&self.vm, nonce.word());
    }

    /// Returns position `index`; one that is not registered has no adapter.
    pub fn position(&self, index: u8) -> PositionEntry {
        let [first, second] = self.pair(At::Positions, index);
        PositionEntry::unpack(&first.load(&self.vm), &second.load(&self.vm))
    }

    /// Writes position `index`.
    pub fn set_position(&self, index: u8, entry: &PositionEntry) {
        let [first, second] = self.pair(At::Positions, index);
        let (holding, registration) = entry.pack();
        first.store(&self.vm, holding);
        second.store(&self.vm, registration);
    }

    /// Returns the caps and exposure at a place of the table.
    pub fn cap(&self, place: u8) -> CapEntry {
        let [first, _] = self.pair(At::Caps, place);
        CapEntry::unpack(&first.load(&self.vm))
    }

    /// Writes the caps and exposure at a place of the table.
    pub fn set_cap(&self, place: u8, entry: &CapEntry) {
        let [first, _] = self.pair(At::Caps, place);
        first.store(&self.vm, entry.pack());
    }

    /// Returns the risk id at a place of the table.
    pub fn risk_id(&self, place: u8) -> B256 {
        let [_, second] = self.pair(At::Caps, place);
        second.load(&self.vm)
    }

    /// Returns the place of a risk id in the table of caps, `None` when it has none.
    pub fn cap_place(&self, risk_id: B256) -> Option<u8> {
        let word = self.entry(At::CapPlaces, risk_id).load(&self.vm);
        word.last().and_then(|place| place.checked_sub(1))
    }

    /// Gives a risk id a place in the table of caps.
    pub fn place_cap(&self, place: u8, risk_id: B256) {
        let [_, second] = self.pair(At::Caps, place);
        second.store(&self.vm, risk_id);
        self.entry(At::CapPlaces, risk_id).store(&self.vm, place.saturating_add(1).word());
    }

    /// The two words of an item of a table.
    fn pair(&self, at: At, index: u8) -> [Slot; 2] {
        let first = u32::from(index).saturating_mul(2);
        [self.entry(at, first.word()), self.entry(at, first.saturating_add(1).word())]
    }
}

impl Role {
    fn at(self) -> At {
        match self {
            Self::Owner => At::Owner,
            Self::PendingOwner => At::PendingOwner,
            Self::Curator => At::Curator,
            Self::Desk => At::Desk,
        }
    }
}

impl Group {
    fn at(self) -> At {
        match self {
            Self::Guardians => At::Guardians,
            Self::Keepers => At::Keepers,
        }
    }
}
