//! What turns governed fractions into budgets at one moment, and what a change of the pace does to them.

use mandate::{Bucket, Budgets, Level, alertness_wad, capacity_down};

use crate::{Book, Buckets, Clock, Grant, Ledger, Terms, Watch};

/// The net asset value, the alertness and the time that budgets are measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// What budgets are fractions of, in base units.
    pub least_nav_assets: u128,
    /// How much of its budgets a keeper keeps, in wad.
    pub alertness_wad: u64,
    /// How long a bucket takes to drain what it holds, in seconds.
    pub epoch_secs: u32,
    /// Now, in book time.
    pub now_secs: u32,
}

impl Scale {
    /// Returns a budget drained to now.
    #[inline(never)]
    pub fn level(&self, bucket: Bucket, wad: u64) -> Level {
        let capacity_assets = capacity_down(self.least_nav_assets, wad, self.alertness_wad);
        Level { used_assets: bucket.level(capacity_assets, self.epoch_secs, self.now_secs), capacity_assets }
    }

    /// Returns the budgets, drained to now; without a grant, its part bounds nothing.
    #[inline(never)]
    pub fn budgets(&self, buckets: &Buckets, terms: &Terms, grant: Option<&Grant>) -> Budgets {
        let mut budgets = Budgets {
            loss: self.level(buckets.loss(), terms.loss_wad),
            turnover: self.level(buckets.turnover(), terms.turnover_wad),
            ..Budgets::UNBOUNDED
        };
        if let Some(grant) = grant {
            budgets.grant_loss = self.level(grant.loss(), grant.loss_wad);
            budgets.grant_turnover = self.level(grant.turnover(), grant.turnover_wad);
        }
        budgets
    }
}

impl Book {
    /// Returns what turns fractions into the keepers' budgets now: less of them the longer they have been silent.
    #[inline(never)]
    pub fn scale(&self, ledger: &Ledger, least_nav_assets: u128, buckets: &Buckets, silence_secs: u32) -> Scale {
        let Ledger { epoch_secs, now_secs, .. } = *ledger;
        let silent_secs = now_secs.saturating_sub(buckets.keeper_seen_at_secs);
        let alertness_wad = alertness_wad(silent_secs, silence_secs);
        Scale { least_nav_assets, alertness_wad, epoch_secs, now_secs }
    }

    /// Writes another rate of gains and another epoch. What faded, drained and stayed until now was measured by the old
    /// ones and stays so; only what keepers' grants hold and what single positions lost is measured by the new epoch back
    /// to when it was written.
    #[inline(never)]
    pub fn set_pace(&self, max_rate_wad: u64, epoch_secs: u32) {
        let (accounts, clock) = (self.accounts(), self.clock());
        let (ledger, least) = (self.ledger(&accounts, &clock), self.least());
        let paced = ledger.paced(max_rate_wad, epoch_secs);
        if epoch_secs != clock.epoch_secs {
            let (nav_assets, buckets) = (ledger.nav_assets(), self.buckets());
            let rebased = least.rebased(nav_assets, clock.epoch_secs, ledger.now_secs);
            let least_nav_assets = rebased.assets(nav_assets, epoch_secs, ledger.now_secs);
            let scale = self.scale(&ledger, least_nav_assets, &buckets, self.register().silence_secs);
            let levels = scale.budgets(&buckets, &self.terms(), None);
            self.set_buckets(&Buckets {
                loss_assets: levels.loss.used_assets,
                turnover_assets: levels.turnover.used_assets,
                at_secs: ledger.now_secs,
                ..buckets
            });
            self.set_least(&rebased);
        }
        let Ledger { recent_loss_assets, recent_at_secs, .. } = paced;
        self.set_watch(&Watch { recent_loss_assets, recent_at_secs, ..self.watch() });
        self.set_clock(&Clock { max_rate_wad, epoch_secs, ..clock });
    }
}
