//! ERC-20: balances and allowances of the shares.

use abi::vault::IVault;
use alloy_primitives::{Address, U256};
use host::{Revert, emit, revert};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::program::Vault;

impl Vault {
    pub(crate) fn transfer(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Revert> {
        self.check_receiver(to)?;
        self.take_shares(from, value)?;
        self.give_shares(to, value);
        emit(&self.vm, &IVault::Transfer { from, to, value });
        Ok(true)
    }

    pub(crate) fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Revert> {
        self.spend_allowance(from, value)?;
        self.transfer(from, to, value)
    }

    pub(crate) fn approve(&mut self, owner: Address, spender: Address, value: U256) -> Result<bool, Revert> {
        self.book.allowances.setter(owner).insert(spender, value);
        emit(&self.vm, &IVault::Approval { owner, spender, value });
        Ok(true)
    }

    /// Creates shares; the caller has checked the receiver.
    pub(crate) fn create_shares(&mut self, to: Address, value: U256) -> Result<(), Revert> {
        let supply = self.book.supply.get().checked_add(value).ok_or_else(|| revert(IVault::Overflow {}))?;
        self.book.supply.set(supply);
        self.give_shares(to, value);
        emit(&self.vm, &IVault::Transfer { from: Address::ZERO, to, value });
        Ok(())
    }

    /// Destroys shares of an account that has them.
    pub(crate) fn destroy_shares(&mut self, from: Address, value: U256) -> Result<(), Revert> {
        self.take_shares(from, value)?;
        let supply = self.book.supply.get().saturating_sub(value);
        self.book.supply.set(supply);
        emit(&self.vm, &IVault::Transfer { from, to: Address::ZERO, value });
        Ok(())
    }

    /// Lowers what the caller may take of `owner`'s shares; its own it takes freely, and a whole word is no limit.
    pub(crate) fn spend_allowance(&mut self, owner: Address, value: U256) -> Result<(), Revert> {
        let spender = self.vm.msg_sender();
        if spender == owner {
            return Ok(());
        }
        let mut allowances = self.book.allowances.setter(owner);
        let allowance = allowances.get(spender);
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(left) = allowance.checked_sub(value) else {
            return Err(revert(IVault::ERC20InsufficientAllowance { spender, allowance, needed: value }));
        };
        allowances.insert(spender, left);
        Ok(())
    }

    /// Refuses the zero address and the vault itself: shares or assets sent there are lost.
    pub(crate) fn check_receiver(&self, receiver: Address) -> Result<(), Revert> {
        if receiver.is_zero() || receiver == self.vm.contract_address() {
            return Err(revert(IVault::ERC20InvalidReceiver { receiver }));
        }
        Ok(())
    }

    fn take_shares(&mut self, sender: Address, needed: U256) -> Result<(), Revert> {
        let balance = self.book.balances.get(sender);
        let Some(left) = balance.checked_sub(needed) else {
            return Err(revert(IVault::ERC20InsufficientBalance { sender, balance, needed }));
        };
        self.book.balances.insert(sender, left);
        Ok(())
    }

    /// Adds shares to a balance: no sum of balances exceeds the supply, which fits.
    fn give_shares(&mut self, to: Address, value: U256) {
        let balance = self.book.balances.get(to).saturating_add(value);
        self.book.balances.insert(to, balance);
    }
}
