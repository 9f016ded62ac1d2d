//! What shares cost and pay: conversions, previews and the four limits, none of which changes anything.

use abi::{adapter::IAdapter, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, Holding, MAX_ASSETS, MAX_SUPPLY, NOT_OPENED, unix_secs};
use host::{ISOLATED_GAS, Revert, revert, view_word_within};
use math::{to_assets_down, to_assets_up, to_shares_down, to_shares_up};

use crate::program::Vault;

/// A conversion of `math`: amount, net asset value, supply.
type Conversion = fn(U256, U256, U256) -> Option<U256>;

impl Vault {
    pub(crate) fn convert_to_shares(&self, assets: U256) -> Result<U256, Revert> {
        self.convert(assets, self.exit_nav(), to_shares_down)
    }

    pub(crate) fn convert_to_assets(&self, shares: U256) -> Result<U256, Revert> {
        self.convert(shares, self.exit_nav(), to_assets_down)
    }

    pub(crate) fn preview_deposit(&self, assets: U256) -> Result<U256, Revert> {
        self.convert(assets, self.entry_nav(&self.book.accounts()), to_shares_down)
    }

    pub(crate) fn preview_mint(&self, shares: U256) -> Result<U256, Revert> {
        self.convert(shares, self.entry_nav(&self.book.accounts()), to_assets_up)
    }

    pub(crate) fn preview_withdraw(&self, assets: U256) -> Result<U256, Revert> {
        self.convert(assets, self.exit_nav(), to_shares_up)
    }

    /// Until when nobody may deposit, in unix seconds or, before the vault is opened, the most of 32 bits; `None` when
    /// everybody may.
    pub(crate) fn blocked_until(&self) -> Option<u64> {
        match self.book.clock().blocked_until_secs {
            NOT_OPENED => Some(NOT_OPENED.into()),
            until => (self.book.now() < until).then(|| unix_secs(until)),
        }
    }

    /// What fits: the book's accounts, and shares that every conversion can take; nothing while deposits are blocked.
    pub(crate) fn max_deposit(&self) -> U256 {
        if self.blocked_until().is_some() {
            return U256::ZERO;
        }
        let accounts = self.book.accounts();
        let room = U256::from(MAX_ASSETS.saturating_sub(accounts.nav_assets()));
        let room_shares = MAX_SUPPLY.saturating_sub(self.book.supply().shares);
        let nav = self.entry_nav(&accounts);
        room.min(self.convert(room_shares, nav, to_assets_down).unwrap_or(U256::MAX))
    }

    pub(crate) fn max_mint(&self) -> U256 {
        self.preview_deposit(self.max_deposit()).unwrap_or(U256::ZERO)
    }

    /// What the owner is due, as far as idle money and what adapters report liquid goes.
    pub(crate) fn max_withdraw(&self, owner: Address) -> U256 {
        let shares = self.book.balance_shares(owner);
        let due = self.convert_to_assets(shares).unwrap_or(U256::ZERO);
        self.available(due)
    }

    pub(crate) fn max_redeem(&self, owner: Address) -> U256 {
        let shares = self.book.balance_shares(owner);
        let due = self.convert_to_assets(shares).unwrap_or(U256::ZERO);
        let available = self.available(due);
        // Shares that are due nothing are refused, not burnt for it.
        if available == due && !due.is_zero() {
            shares
        } else {
            self.convert_to_shares(available).unwrap_or(U256::ZERO)
        }
    }

    pub(crate) fn exit_nav(&self) -> U256 {
        let accounts = self.book.accounts();
        U256::from(accounts.nav_assets().saturating_sub(self.book.apart(&accounts).0))
    }

    pub(crate) fn entry_nav(&self, accounts: &Accounts) -> U256 {
        U256::from(self.book.ledger(accounts, &self.book.clock()).nav_entry_assets())
    }

    #[inline(never)]
    pub(crate) fn convert(&self, amount: U256, nav: U256, conversion: Conversion) -> Result<U256, Revert> {
        conversion(amount, nav, self.book.supply().shares).ok_or_else(|| revert::<IVault::Overflow>(&[]))
    }

    /// Returns `due`, or less where idle money and the positions' liquidity do not reach; a position counts for what
    /// its adapter says is liquid, at most its marked value, and for nothing when the adapter fails.
    fn available(&self, due: U256) -> U256 {
        let accounts = self.book.accounts();
        let mut available = U256::from(accounts.idle_assets);
        for index in 0..accounts.positions {
            if available >= due {
                break;
            }
            let Holding { adapter, slack_bps, .. } = self.book.holding(index);
            if slack_bps != 0 {
                continue; // No exit is forced where the price can be moved.
            }
            let liquid = view_word_within(&self.vm, ISOLATED_GAS, adapter, IAdapter::liquidityCall::SELECTOR);
            let value = U256::from(self.book.value_assets(index));
            available = available.saturating_add(liquid.unwrap_or(U256::ZERO).min(value));
        }
        available.min(due)
    }
}
