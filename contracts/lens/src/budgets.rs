//! The budgets, of the vault and of one key, as they stand.

use alloy_primitives::{Address, B256};
use book::{Grant, NOT_OPENED, Scale};
use host::Word;
use portfolio::Base;

use crate::program::{Lens, told};

impl Lens {
    /// `IDesk.Budgets`.
    pub(crate) fn view_budgets(&self) -> [B256; 7] {
        let (scale, buckets, clock) = (self.scale_now(), self.book.buckets(), self.book.clock());
        let budgets = scale.budgets(&buckets, &self.book.terms(), None);
        let blocked_until = match clock.blocked_until_secs {
            NOT_OPENED => NOT_OPENED.word(),
            until => told(until).word(),
        };
        [
            budgets.loss.used_assets.word(),
            budgets.loss.capacity_assets.word(),
            budgets.turnover.used_assets.word(),
            budgets.turnover.capacity_assets.word(),
            told(buckets.keeper_seen_at_secs).word(),
            told(self.book.watch().paused_until_secs).word(),
            blocked_until,
        ]
    }

    /// `IDesk.Grant`.
    pub(crate) fn view_grant(&self, keeper: Address) -> [B256; 9] {
        let (scale, grant) = (self.scale_now(), self.book.grant(keeper));
        let Grant { positions, turnover_wad, loss_wad, expiry_secs, nonce, .. } = grant;
        let turnover = scale.level(grant.turnover(), turnover_wad);
        let loss = scale.level(grant.loss(), loss_wad);
        [
            positions.word(),
            turnover_wad.word(),
            loss_wad.word(),
            told(expiry_secs).word(),
            nonce.word(),
            turnover.used_assets.word(),
            turnover.capacity_assets.word(),
            loss.used_assets.word(),
            loss.capacity_assets.word(),
        ]
    }

    fn scale_now(&self) -> Scale {
        let base = Base::open(&self.book, self.book.accounts());
        let silence_secs = self.book.register().silence_secs;
        self.book.scale(&base.ledger, base.least_nav_assets(), &self.book.buckets(), silence_secs)
    }
}
