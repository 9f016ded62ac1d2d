//! What budgets and the least net asset value are computed from: buckets, and when things happened.

use mandate::{Bucket, Budgets, Least, Level, alertness_wad, capacity_down};

use crate::random::Random;

/// The time of every case.
const NOW_SECS: u32 = 1_000_000;

/// Buckets and clocks.
#[derive(Clone, Debug)]
pub(crate) struct Clocks {
    least: Least,
    /// Loss and turnover of the vault, then of the grant.
    buckets: [Bucket; 4],
    wads: [u64; 4],
    epoch_secs: u32,
    silence_secs: u32,
    seen_at_secs: u32,
}

impl Clocks {
    pub(crate) fn random(random: &mut Random) -> Self {
        Self {
            least: Least { previous_assets: random.bound(), current_assets: random.bound(), since_secs: ago(random) },
            buckets: core::array::from_fn(|_| Bucket {
                level_assets: u128::from(random.next() & 15),
                at_secs: ago(random),
            }),
            wads: core::array::from_fn(|_| random.fraction()),
            epoch_secs: random.below(200_000),
            silence_secs: random.below(400_000),
            seen_at_secs: ago(random),
        }
    }

    /// Returns the record of the least value, the epoch's length, and now.
    pub(crate) fn least(&self) -> (Least, u32, u32) {
        (self.least, self.epoch_secs, NOW_SECS)
    }

    pub(crate) fn budgets(&self, least_nav_assets: u128) -> Budgets {
        let alertness = alertness_wad(NOW_SECS.saturating_sub(self.seen_at_secs), self.silence_secs);
        let mut levels = self.buckets.iter().zip(self.wads).map(|(bucket, wad)| {
            let capacity_assets = capacity_down(least_nav_assets, wad, alertness);
            let used_assets = bucket.level(capacity_assets, self.epoch_secs, NOW_SECS);
            Level { used_assets, capacity_assets }
        });
        let mut next = || levels.next().unwrap_or(Level::UNBOUNDED);
        Budgets { loss: next(), turnover: next(), grant_loss: next(), grant_turnover: next() }
    }
}

/// A time within the last three days or so, or long before.
fn ago(random: &mut Random) -> u32 {
    let secs = if random.one_in(8) { NOW_SECS } else { 1 << 18 };
    NOW_SECS.saturating_sub(random.below(secs))
}
