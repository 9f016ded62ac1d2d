//! The one storage layout, read and written a word at a time.
//!
//! | slot | bytes, from the left |
//! | --- | --- |
//! | 0 accounts | idle 12, marked 12, lock 1, positions 1, caps 1, decimals 1 |
//! | 1 clock | value times time 16, most yearly rate 8, nonce 4, revision 4 |
//! | 2 asset | asset 20, liquidity floor 8 |
//! | 3.. | supply; desk; owner; candidate; curator; the maps |
//!
//! A deposit reads slots 0 to 3 and writes 0 and 3; slot 0 holds the lock, so that locking costs no slot of its own.

use alloc::{vec, vec::Vec};

use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256};
use host::{Revert, VM, revert};
use stylus_sdk::{
    prelude::storage,
    storage::{StorageAddress, StorageB256, StorageBool, StorageMap, StorageType, StorageU256},
    stylus_core::{BlockAccess, HostAccess, MessageAccess},
};

use crate::{
    CapEntry, Ledger, PositionEntry,
    ledger::timestamp,
    pack::{Pack, Unpack},
};

/// Whether a call that changes state is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Lock {
    /// None is.
    #[default]
    Free = 0,
    /// One is.
    Entered = 1,
    /// A withdrawal is, and asks the desk for money: what `forceIdle` demands, and takes away before it calls out.
    Forcing = 2,
}

/// Slot 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Money in the vault itself, in base units.
    pub idle_assets: u128,
    /// Sum of the positions' marked values, in base units.
    pub marked_assets: u128,
    /// Whether a call is under way.
    pub lock: Lock,
    /// Positions registered.
    pub positions: u8,
    /// Risk ids with caps.
    pub caps: u8,
    /// Decimals of the shares.
    pub decimals: u8,
}

impl Accounts {
    /// Returns the net asset value that exits receive.
    pub fn nav_assets(&self) -> u128 {
        self.idle_assets.saturating_add(self.marked_assets)
    }
}

/// Slot 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Sum over the positions of value times the moment of its mark.
    pub value_time: u128,
    /// The yearly rate up to which gains are believed, in wad.
    pub max_rate_wad: u64,
    /// The nonce that the next intent must carry.
    pub nonce: u32,
    /// Moves with every governed change and every rebalance.
    pub revision: u32,
}

/// The whole storage of the vault.
#[storage]
pub struct Book {
    accounts: StorageB256,
    clock: StorageB256,
    asset: StorageB256,
    /// Shares in existence.
    pub supply: StorageU256,
    /// The program that answers every selector that the vault does not know.
    pub desk: StorageAddress,
    /// Governs everything.
    pub owner: StorageAddress,
    /// Whom ownership was offered to.
    pub pending_owner: StorageAddress,
    /// Governs positions, caps, floor and keepers.
    pub curator: StorageAddress,
    /// Who may reduce risk.
    pub guardians: StorageMap<Address, StorageBool>,
    /// Who may rebalance.
    pub keepers: StorageMap<Address, StorageBool>,
    /// Shares of each account.
    pub balances: StorageMap<Address, StorageU256>,
    /// What each spender may take of an owner's shares.
    pub allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
    /// The nonce of each owner's next permit.
    pub permits: StorageMap<Address, StorageU256>,
    /// Words 2i and 2i+1 are position i.
    positions: StorageMap<U256, StorageB256>,
    /// Words 2i and 2i+1 are the caps and the id of risk id i.
    caps: StorageMap<U256, StorageB256>,
    /// The place of each risk id in the table of caps, plus one.
    cap_places: StorageMap<B256, StorageU256>,
}

impl Book {
    /// Returns the book in the storage of the running program.
    ///
    /// One is built for each call; both programs build it at slot zero.
    pub fn open(vm: &VM) -> Self {
        // SAFETY: slot zero is the layout's, and each program builds one book a call.
        unsafe { Self::new(U256::ZERO, 0, vm.clone()) }
    }

    /// Returns slot 0.
    pub fn accounts(&self) -> Accounts {
        let word = self.accounts.get();
        let mut fields = Unpack::new(&word);
        Accounts {
            idle_assets: fields.number(12),
            marked_assets: fields.number(12),
            lock: match fields.u8() {
                0 => Lock::Free,
                2 => Lock::Forcing,
                _ => Lock::Entered,
            },
            positions: fields.u8(),
            caps: fields.u8(),
            decimals: fields.u8(),
        }
    }

    /// Writes slot 0. Amounts are at most [`crate::MAX_ASSETS`].
    pub fn set_accounts(&mut self, accounts: &Accounts) {
        let word = Pack::default().number(accounts.idle_assets, 12).number(accounts.marked_assets, 12).bytes(&[
            accounts.lock as u8,
            accounts.positions,
            accounts.caps,
            accounts.decimals,
        ]);
        self.accounts.set(word.word());
    }

    /// Locks the book for a call that changes state, and returns slot 0.
    ///
    /// # Errors
    ///
    /// `Entered` when another call is under way.
    pub fn enter(&mut self) -> Result<Accounts, Revert> {
        let mut accounts = self.accounts();
        if accounts.lock != Lock::Free {
            return Err(revert(IVault::Entered {}));
        }
        accounts.lock = Lock::Entered;
        self.set_accounts(&accounts);
        Ok(accounts)
    }

    /// Sets the lock alone.
    pub fn set_lock(&mut self, lock: Lock) {
        let accounts = Accounts { lock, ..self.accounts() };
        self.set_accounts(&accounts);
    }

    /// Returns slot 1.
    pub fn clock(&self) -> Clock {
        let word = self.clock.get();
        let mut fields = Unpack::new(&word);
        Clock { value_time: fields.number(16), max_rate_wad: fields.u64(), nonce: fields.u32(), revision: fields.u32() }
    }

    /// Writes slot 1.
    pub fn set_clock(&mut self, clock: &Clock) {
        let word = Pack::default()
            .number(clock.value_time, 16)
            .number(clock.max_rate_wad.into(), 8)
            .number(clock.nonce.into(), 4)
            .number(clock.revision.into(), 4);
        self.clock.set(word.word());
    }

    /// Returns the ledger of these accounts, now.
    pub fn ledger(&self, accounts: &Accounts, clock: &Clock) -> Ledger {
        Ledger {
            idle_assets: accounts.idle_assets,
            marked_assets: accounts.marked_assets,
            value_time: clock.value_time,
            max_rate_wad: clock.max_rate_wad,
            now_secs: timestamp(self.vm().block_timestamp()),
        }
    }

    /// Returns the asset and the liquidity floor in wad.
    pub fn asset_and_floor(&self) -> (Address, u64) {
        let word = self.asset.get();
        let mut fields = Unpack::new(&word);
        let mut asset = Address::ZERO;
        fields.fill(asset.as_mut_slice());
        (asset, fields.u64())
    }

    /// Writes the asset and the liquidity floor in wad.
    pub fn set_asset_and_floor(&mut self, asset: Address, floor_wad: u64) {
        self.asset.set(Pack::default().bytes(asset.as_slice()).number(floor_wad.into(), 8).word());
    }

    /// Returns position `index`; one that is not registered has no adapter.
    pub fn position(&self, index: u8) -> PositionEntry {
        let (first, second) = places(index);
        PositionEntry::unpack(&self.positions.get(first), &self.positions.get(second))
    }

    /// Writes position `index`.
    pub fn set_position(&mut self, index: u8, entry: &PositionEntry) {
        let (first, second) = places(index);
        let (holding, registration) = entry.pack();
        self.positions.insert(first, holding);
        self.positions.insert(second, registration);
    }

    /// Returns the caps and exposure at a place of the table.
    pub fn cap(&self, place: u8) -> CapEntry {
        CapEntry::unpack(&self.caps.get(places(place).0))
    }

    /// Writes the caps and exposure at a place of the table.
    pub fn set_cap(&mut self, place: u8, entry: &CapEntry) {
        self.caps.insert(places(place).0, entry.pack());
    }

    /// Returns the risk id at a place of the table.
    pub fn risk_id(&self, place: u8) -> B256 {
        self.caps.get(places(place).1)
    }

    /// Returns the place of a risk id in the table of caps, `None` when it has none.
    pub fn cap_place(&self, risk_id: B256) -> Option<u8> {
        self.cap_places.get(risk_id).checked_sub(U256::ONE).map(|place| place.as_limbs()[0] as u8)
    }

    /// Gives a risk id a place in the table of caps.
    pub fn place_cap(&mut self, place: u8, risk_id: B256) {
        self.caps.insert(places(place).1, risk_id);
        self.cap_places.insert(risk_id, U256::from(place).saturating_add(U256::ONE));
    }
}

fn places(index: u8) -> (U256, U256) {
    let first = u64::from(index).saturating_mul(2);
    (U256::from(first), U256::from(first.saturating_add(1)))
}
