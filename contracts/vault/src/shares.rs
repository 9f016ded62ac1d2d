//! ERC-20: balances and allowances of the shares.

use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256};
use book::{MAX_SUPPLY, Supply};
use host::{Revert, Word, emit, revert};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::program::Vault;

impl Vault {
    pub(crate) fn transfer(&self, from: Address, to: Address, value: U256) -> Result<bool, Revert> {
        self.check_receiver(to)?;
        self.take_shares(from, value)?;
        self.give_shares(to, value);
        emit::<IVault::Transfer>(&self.vm, &[from.word(), to.word()], &[value.word()]);
        Ok(true)
    }

    pub(crate) fn transfer_from(&self, from: Address, to: Address, value: U256) -> Result<bool, Revert> {
        self.spend_allowance(from, value)?;
        self.transfer(from, to, value)
    }

    pub(crate) fn approve(&self, owner: Address, spender: Address, value: U256) -> Result<bool, Revert> {
        self.book.set_allowance_shares(owner, spender, value);
        emit::<IVault::Approval>(&self.vm, &[owner.word(), spender.word()], &[value.word()]);
        Ok(true)
    }

    /// Creates shares; the caller has checked the receiver.
    pub(crate) fn create_shares(&self, mut supply: Supply, to: Address, value: U256) -> Result<(), Revert> {
        let shares = supply.shares.checked_add(value).filter(|shares| *shares <= MAX_SUPPLY);
        supply.shares = shares.ok_or_else(|| revert::<IVault::Overflow>(&[]))?;
        self.book.set_supply(&supply);
        self.give_shares(to, value);
        emit::<IVault::Transfer>(&self.vm, &[B256::ZERO, to.word()], &[value.word()]);
        Ok(())
    }

    /// Destroys shares of an account that has them.
    pub(crate) fn destroy_shares(&self, from: Address, value: U256) -> Result<(), Revert> {
        self.take_shares(from, value)?;
        let mut supply = self.book.supply();
        supply.shares = supply.shares.saturating_sub(value);
        self.book.set_supply(&supply);
        emit::<IVault::Transfer>(&self.vm, &[from.word(), B256::ZERO], &[value.word()]);
        Ok(())
    }

    /// Lowers what the caller may take of `owner`'s shares; its own it takes freely, and a whole word is no limit.
    pub(crate) fn spend_allowance(&self, owner: Address, value: U256) -> Result<(), Revert> {
        let spender = self.vm.msg_sender();
        if spender == owner {
            return Ok(());
        }
        let allowance = self.book.allowance_shares(owner, spender);
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(left) = allowance.checked_sub(value) else {
            return Err(revert::<IVault::ERC20InsufficientAllowance>(&[
                spender.word(),
                allowance.word(),
                value.word(),
            ]));
        };
        self.book.set_allowance_shares(owner, spender, left);
        Ok(())
    }

    /// Refuses the zero address and the vault itself: shares or assets sent there are lost.
    pub(crate) fn check_receiver(&self, receiver: Address) -> Result<(), Revert> {
        if receiver.is_zero() || receiver == self.vm.contract_address() {
            return Err(revert::<IVault::ERC20InvalidReceiver>(&[receiver.word()]));
        }
        Ok(())
    }

    fn take_shares(&self, sender: Address, needed: U256) -> Result<(), Revert> {
        let balance = self.book.balance_shares(sender);
        let Some(left) = balance.checked_sub(needed) else {
            return Err(revert::<IVault::ERC20InsufficientBalance>(&[sender.word(), balance.word(), needed.word()]));
        };
        self.book.set_balance_shares(sender, left);
        Ok(())
    }

    /// Adds shares to a balance: no sum of balances exceeds the supply, which fits.
    fn give_shares(&self, to: Address, value: U256) {
        let balance = self.book.balance_shares(to).saturating_add(value);
        self.book.set_balance_shares(to, balance);
    }
}
