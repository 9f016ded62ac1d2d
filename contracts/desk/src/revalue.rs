//! What needs no role: marks, by anyone, and the forced way to idle, by the vault's own withdrawals.

use alloc::vec::Vec;

use abi::adapter::IAdapter;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, Clock, Ledger, Lock, MAX_ASSETS, PositionEntry};
use host::{Failure, ISOLATED_GAS, Revert, Word, balance_of, invoke_within, view_word_within};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::{
    program::{Desk, adapter_failed, not_authorized, overflow},
    session::{shifted, value_of},
};

/// A position as a call has changed it, to be written when all calls out have returned.
struct Changed {
    index: u8,
    entry: PositionEntry,
    before_assets: u128,
}

impl Desk {
    pub(crate) fn mark(&self, positions: &[u32]) -> Result<(), Revert> {
        let accounts = self.book.enter()?;
        let clock = self.book.clock();
        let mut ledger = self.book.ledger(&accounts, &clock);
        let mut changes: Vec<Changed> = Vec::new();
        for position in positions {
            let (index, mut entry) = self.registered(&accounts, *position)?;
            if changes.iter().any(|change| change.index == index) {
                continue; // Named twice.
            }
            let real = value_of(&self.vm, entry.adapter).map_err(|reason| adapter_failed(entry.adapter, reason))?;
            let before_assets = entry.mark.value_assets;
            ledger.mark(&mut entry.mark, real).map_err(overflow)?;
            changes.push(Changed { index, entry, before_assets });
        }
        self.settle(accounts, clock, &ledger, Lock::Free, &changes);
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
        let mut changes = Vec::new();
        for index in 0..accounts.positions {
            if missing == 0 {
                break;
            }
            let mut entry = self.book.position(index);
            // A position that does not answer, or does not pay, is passed over: its call left nothing behind.
            let Ok(paid) = self.pull(asset, &entry, missing) else { continue };
            let before_assets = entry.mark.value_assets;
            let real = value_of(&self.vm, entry.adapter).unwrap_or(before_assets.saturating_sub(paid));
            // What it earned before the exit is marked on all that earned it, not on what is left: otherwise it would
            // reach those who come later. A mark that does not fit the accounts changes nothing, and stops no exit.
            let _ = ledger.mark(&mut entry.mark, real.saturating_add(paid));
            ledger.divest(&mut entry.mark, paid, real).map_err(overflow)?;
            missing = missing.saturating_sub(paid);
            changes.push(Changed { index, entry, before_assets });
        }
        self.settle(accounts, clock, &ledger, Lock::Entered, &changes);
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
        let asked = due.min(view_word_within(vm, ISOLATED_GAS, adapter, IAdapter::liquidityCall::SELECTOR)?);
        if asked.is_zero() {
            return Err(Failure::new());
        }
        let this = vm.contract_address();
        let held = balance_of(vm, asset, this)?;
        invoke_within(vm, ISOLATED_GAS, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()])?;
        Ok(arrived(held, balance_of(vm, asset, this)?))
    }

    /// Writes the accounts and every changed position, with the exposure of each of its risk ids.
    fn settle(&self, accounts: Accounts, clock: Clock, ledger: &Ledger, lock: Lock, changes: &[Changed]) {
        let Ledger { idle_assets, marked_assets, value_time, .. } = *ledger;
        self.book.set_accounts(&Accounts { idle_assets, marked_assets, lock, ..accounts });
        self.book.set_clock(&Clock { value_time, ..clock });
        for Changed { index, entry, before_assets } in changes {
            let after_assets = entry.mark.value_assets;
            self.book.set_position(*index, entry);
            for place in entry.caps() {
                let mut cap = self.book.cap(*place);
                cap.exposure_assets = shifted(cap.exposure_assets, *before_assets, after_assets);
                self.book.set_cap(*place, &cap);
            }
            self.tell_marked(*index, *before_assets, after_assets);
        }
    }
}

/// Returns what arrived between two readings of our balance.
pub(crate) fn arrived(before: U256, after: U256) -> u128 {
    u128::try_from(after.saturating_sub(before)).map_or(MAX_ASSETS, |paid| paid.min(MAX_ASSETS))
}
