//! ERC-4626: money in for shares, shares in for money.

use abi::{desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use book::{Accounts, Lock, MAX_ASSETS, Role};
use host::{Failure, Revert, Word, balance_of, emit, encode, revert, transfer, transfer_from};
use math::{to_assets_down, to_assets_up, to_shares_down, to_shares_up};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::program::Vault;

impl Vault {
    pub(crate) fn deposit(&self, assets: U256, receiver: Address) -> Result<U256, Revert> {
        let accounts = self.open_for_deposits()?;
        let shares = self.convert(assets, self.entry_nav(&accounts), to_shares_down)?;
        self.take_in(assets, shares, receiver)?;
        Ok(shares)
    }

    pub(crate) fn mint(&self, shares: U256, receiver: Address) -> Result<U256, Revert> {
        let accounts = self.open_for_deposits()?;
        let assets = self.convert(shares, self.entry_nav(&accounts), to_assets_up)?;
        self.take_in(assets, shares, receiver)?;
        Ok(assets)
    }

    pub(crate) fn withdraw(&self, assets: U256, receiver: Address, owner: Address) -> Result<U256, Revert> {
        self.book.enter()?;
        let max = self.convert(self.book.balance_shares(owner), self.exit_nav(), to_assets_down)?;
        if assets > max {
            return Err(exceeded::<IVault::ERC4626ExceededMaxWithdraw>(owner, assets, max));
        }
        let shares = self.convert(assets, self.exit_nav(), to_shares_up)?;
        self.pay_out(assets, shares, receiver, owner)?;
        Ok(shares)
    }

    pub(crate) fn redeem(&self, shares: U256, receiver: Address, owner: Address) -> Result<U256, Revert> {
        self.book.enter()?;
        let max = self.book.balance_shares(owner);
        if shares > max {
            return Err(exceeded::<IVault::ERC4626ExceededMaxRedeem>(owner, shares, max));
        }
        let assets = self.convert(shares, self.exit_nav(), to_assets_down)?;
        self.pay_out(assets, shares, receiver, owner)?;
        Ok(assets)
    }

    /// Locks the book for a deposit.
    fn open_for_deposits(&self) -> Result<Accounts, Revert> {
        let accounts = self.book.enter()?;
        match self.blocked_until() {
            Some(until) => Err(revert::<IVault::DepositsBlocked>(&[until.word()])),
            None => Ok(accounts),
        }
    }

    /// Counts `assets` and creates `shares`, then takes the money in. The net asset value rises: what it was is recorded.
    fn take_in(&self, assets: U256, shares: U256, receiver: Address) -> Result<(), Revert> {
        self.check_receiver(receiver)?;
        if shares.is_zero() {
            return Err(revert::<IVault::ZeroResult>(&[]));
        }
        let (mut accounts, mut asset, mut supply) = (self.book.accounts(), self.book.asset(), self.book.supply());
        let nav = accounts.nav_assets();
        let assets_counted = u128::try_from(assets)
            .ok()
            .filter(|assets| nav.saturating_add(*assets) <= MAX_ASSETS)
            .ok_or_else(|| revert::<IVault::Overflow>(&[]))?;

        let least = accounts.least(&asset, &supply).recorded(nav, self.book.clock().epoch_secs, self.book.now());
        accounts.least_since_secs = least.since_secs;
        asset.least_current_assets = least.current_assets;
        supply.least_previous_assets = least.previous_assets;
        accounts.idle_assets = accounts.idle_assets.saturating_add(assets_counted);
        self.book.set_accounts(&accounts);
        self.book.set_asset(&asset);
        self.create_shares(supply, receiver, shares)?;
        let sender = self.vm.msg_sender();
        emit::<IVault::Deposit>(&self.vm, &[sender.word(), receiver.word()], &[assets.word(), shares.word()]);
        self.tell_flow(nav, accounts.nav_assets());

        let this = self.vm.contract_address();
        transfer_from(&self.vm, asset.token, sender, this, assets).map_err(asset_failed)?;
        let held = balance_of(&self.vm, asset.token, this).map_err(asset_failed)?;
        if held < U256::from(accounts.idle_assets) {
            return Err(revert::<IVault::AssetCallFailed>(&[]));
        }
        self.book.set_lock(Lock::Free);
        Ok(())
    }

    /// Brings in what idle money lacks, destroys `shares` and pays `assets` out.
    fn pay_out(&self, assets: U256, shares: U256, receiver: Address, owner: Address) -> Result<(), Revert> {
        self.check_receiver(receiver)?;
        if assets.is_zero() {
            return Err(revert::<IVault::ZeroResult>(&[]));
        }
        self.spend_allowance(owner, shares)?;
        let before = self.book.accounts();
        let missing = assets.saturating_sub(U256::from(before.idle_assets));
        if !missing.is_zero() {
            self.book.set_lock(Lock::Forcing);
            self.delegate(Role::Commons, &encode(IDesk::forceIdleCall::SELECTOR, &[missing.word()]))?;
        }

        let mut accounts = self.book.accounts();
        let idle = U256::from(accounts.idle_assets);
        let Some(left) = idle.checked_sub(assets) else {
            return Err(exceeded::<IVault::ERC4626ExceededMaxWithdraw>(owner, assets, idle));
        };
        accounts.idle_assets = left.saturating_to();
        self.book.set_accounts(&accounts);
        self.destroy_shares(owner, shares)?;
        let sender = self.vm.msg_sender();
        let parties = [sender.word(), receiver.word(), owner.word()];
        emit::<IVault::Withdraw>(&self.vm, &parties, &[assets.word(), shares.word()]);

        self.tell_flow(before.nav_assets(), accounts.nav_assets());

        transfer(&self.vm, self.book.asset().token, receiver, assets).map_err(asset_failed)?;
        self.book.set_lock(Lock::Free);
        Ok(())
    }

    fn tell_flow(&self, nav_before: u128, nav_after: u128) {
        emit::<IVault::Flowed>(&self.vm, &[], &[nav_before.word(), nav_after.word()]);
    }
}

fn asset_failed(_reason: Failure) -> Revert {
    revert::<IVault::AssetCallFailed>(&[])
}

fn exceeded<E: SolError>(owner: Address, amount: U256, max: U256) -> Revert {
    revert::<E>(&[owner.word(), amount.word(), max.word()])
}
