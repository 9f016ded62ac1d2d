//! What needs no role: marks, by anyone, and the forced way to idle, by the vault's own withdrawals.

use abi::adapter::IAdapter;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, Clock, Ledger, Lock, MAX_ASSETS, PositionEntry};
use host::{Failure, Revert, Word, balance_of, invoke, view_word};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::{
    program::{Desk, adapter_failed, not_authorized, overflow},
    session::{shifted, value_of},
};

impl Desk {
    pub(crate) fn mark(&self, positions: &[u32]) -> Result<(), Revert> {
        let accounts = self.book.enter()?;
        let clock = self.book.clock();
        let mut ledger = self.book.ledger(&accounts, &clock);
        for position in positions {
            let (index, mut entry) = self.registered(&accounts, *position)?;
            let real = value_of(&self.vm, entry.adapter).map_err(|reason| adapter_failed(entry.adapter, reason))?;
            let before_assets = entry.mark.value_assets;
            ledger.mark(&mut entry.mark, real).map_err(overflow)?;
            self.settle(index, &entry, before_assets);
        }
        self.write(accounts, clock, &ledger, Lock::Free);
        Ok(())
    }

    pub(crate) fn force_idle(&self, assets: U256) -> Result<(), Revert> {
        let mut accounts = self.book.accounts();
        if accounts.lock != Lock::Forcing {
            return Err(not_authorized(self.vm.msg_sender(), "vault"));
        }
        accounts.lock = Lock::Entered;
        self.book.set_accounts(&accounts);

        let clock = self.book.clock();
        let mut ledger = self.book.ledger(&accounts, &clock);
        let (asset, _) = self.book.asset_and_floor();
        let mut missing = u128::try_from(assets).unwrap_or(MAX_ASSETS);
        let mut moved = alloc::vec::Vec::new();
        for index in 0..accounts.positions {
            if missing == 0 {
                break;
            }
            let mut entry = self.book.position(index);
            // A position that does not answer, or does not pay, is passed over: its call left nothing behind.
            let Ok(paid) = self.pull(asset, &entry, missing) else { continue };
            let before_assets = entry.mark.value_assets;
            let real = value_of(&self.vm, entry.adapter).unwrap_or(before_assets.saturating_sub(paid));
            ledger.divest(&mut entry.mark, paid, real).map_err(overflow)?;
            missing = missing.saturating_sub(paid);
            moved.push((index, entry, before_assets));
        }
        for (index, entry, before_assets) in &moved {
            self.settle(*index, entry, *before_assets);
        }
        self.write(accounts, clock, &ledger, Lock::Entered);
        Ok(())
    }

    /// Takes back up to `missing`, as far as the venue is liquid and the position's marked value goes; returns what
    /// arrived.
    fn pull(&self, asset: Address, entry: &PositionEntry, missing: u128) -> Result<u128, Failure> {
        let (vm, adapter) = (&self.vm, entry.adapter);
        let due = U256::from(missing.min(entry.mark.value_assets));
        if due.is_zero() {
            return Err(Failure::new());
        }
        let asked = due.min(view_word(vm, adapter, IAdapter::liquidityCall::SELECTOR, &[])?);
        if asked.is_zero() {
            return Err(Failure::new());
        }
        let this = vm.contract_address();
        let held = balance_of(vm, asset, this)?;
        invoke(vm, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()])?;
        let paid = balance_of(vm, asset, this)?.saturating_sub(held);
        Ok(u128::try_from(paid).unwrap_or(MAX_ASSETS).min(MAX_ASSETS))
    }

    /// Writes a position's new mark and with it the exposure of each of its risk ids.
    fn settle(&self, index: u8, entry: &PositionEntry, before_assets: u128) {
        self.book.set_position(index, entry);
        for place in entry.caps() {
            let mut cap = self.book.cap(*place);
            cap.exposure_assets = shifted(cap.exposure_assets, before_assets, entry.mark.value_assets);
            self.book.set_cap(*place, &cap);
        }
        self.tell_marked(index, before_assets, entry.mark.value_assets);
    }

    fn write(&self, accounts: Accounts, clock: Clock, ledger: &Ledger, lock: Lock) {
        let Ledger { idle_assets, marked_assets, value_time, .. } = *ledger;
        self.book.set_accounts(&Accounts { idle_assets, marked_assets, lock, ..accounts });
        self.book.set_clock(&Clock { value_time, ..clock });
    }
}
