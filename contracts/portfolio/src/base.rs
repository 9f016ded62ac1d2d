//! The words that every call which moves money changes, in memory until the last call out has returned.

use alloy_primitives::U256;
use book::{Accounts, Asset, Book, Clock, Ledger, Lock, MAX_SUPPLY, Mark, Overflow, Supply, Watch};
use host::Revert;
use mandate::Least;

use crate::overflow;

/// The accounts during a call.
pub struct Base {
    /// As they were when it began, the lock as the call set it.
    pub accounts: Accounts,
    /// The clock.
    pub clock: Clock,
    /// The asset.
    pub asset: Asset,
    supply: Supply,
    least: Least,
    /// The accounting: what changes.
    pub ledger: Ledger,
    /// What marks of this call have lost.
    pub lost_assets: u128,
}

impl Base {
    /// Loads the words.
    #[inline(never)]
    pub fn open(book: &Book, accounts: Accounts) -> Self {
        let (clock, asset, supply) = (book.clock(), book.asset(), book.supply());
        let (ledger, least) = (book.ledger(&accounts, &clock), accounts.least(&asset, &supply));
        Self { accounts, clock, asset, supply, least, ledger, lost_assets: 0 }
    }

    /// Marks a position; where that does not fit the accounts, nothing changes.
    ///
    /// # Errors
    ///
    /// `Overflow`.
    #[inline(never)]
    pub(crate) fn mark(&mut self, mark: &mut Mark, real_assets: u128) -> Result<(), Revert> {
        let lost = self.change(|ledger| ledger.mark(mark, real_assets))?;
        self.lost_assets = self.lost_assets.saturating_add(lost);
        Ok(())
    }

    /// Changes the ledger; where the net asset value rises, what it was before is recorded.
    pub fn change(&mut self, operation: impl FnOnce(&mut Ledger) -> Result<u128, Overflow>) -> Result<u128, Revert> {
        let nav_before = self.ledger.nav_assets();
        let cost = operation(&mut self.ledger).map_err(overflow)?;
        if self.ledger.nav_assets() > nav_before {
            self.least = self.least.recorded(nav_before, self.clock.epoch_secs, self.ledger.now_secs);
        }
        Ok(cost)
    }

    /// Returns the shares in existence.
    pub fn shares(&self) -> U256 {
        self.supply.shares
    }

    /// Adds shares to those in existence, unless they would be too many. Returns whether it did.
    pub fn create_shares(&mut self, shares: U256) -> bool {
        let all = self.supply.shares.checked_add(shares).filter(|all| *all <= MAX_SUPPLY);
        self.supply.shares = all.unwrap_or(self.supply.shares);
        all.is_some()
    }

    /// Returns the least net asset value of the current and the last epoch.
    pub fn least_nav_assets(&self) -> u128 {
        self.least.assets(self.ledger.nav_assets(), self.clock.epoch_secs, self.ledger.now_secs)
    }

    /// Writes the words.
    #[inline(never)]
    pub fn close(mut self, book: &Book, lock: Lock) {
        self.accounts.idle_assets = self.ledger.idle_assets;
        self.accounts.marked_assets = self.ledger.marked_assets;
        self.accounts.lock = lock;
        self.accounts.least_since_secs = self.least.since_secs;
        let Ledger { slack_assets, premium_assets, .. } = self.ledger;
        book.note_apart(&mut self.accounts, slack_assets, premium_assets);
        self.clock.value_time = self.ledger.value_time;
        self.asset.least_current_assets = self.least.current_assets;
        self.supply.least_previous_assets = self.least.previous_assets;
        book.set_accounts(&self.accounts);
        book.set_clock(&self.clock);
        book.set_asset(&self.asset);
        book.set_supply(&self.supply);
        let Ledger { recent_loss_assets, recent_at_secs, .. } = self.ledger;
        book.set_watch(&Watch { recent_loss_assets, recent_at_secs, ..book.watch() });
    }
}
