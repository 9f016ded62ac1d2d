//! Budgets that refill continuously: leaky buckets.
//!
//! A budget allows `wad` of the least net asset value in any period of one epoch. The bucket holds half of it and drains
//! the other half within one epoch, so that no period as long as an epoch, wherever it begins, admits more than the
//! whole: what was free at its start and what drained until its end are half each.

use alloy_primitives::U256;
use math::part_down;

/// What has been charged and not yet drained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The level at `at_secs`, in base units.
    pub level_assets: u128,
    /// When it was last charged, in seconds of whatever clock the caller keeps.
    pub at_secs: u32,
}

impl Bucket {
    /// Returns the level now: what `capacity_assets` an epoch drains since the last charge is rounded down. An epoch of
    /// no length drains nothing.
    pub fn level(&self, capacity_assets: u128, epoch_secs: u32, now_secs: u32) -> u128 {
        let elapsed_secs = now_secs.saturating_sub(self.at_secs);
        self.level_assets.saturating_sub(part_down(capacity_assets, U256::from(elapsed_secs), U256::from(epoch_secs)))
    }

    /// Returns the bucket after a charge.
    pub fn charged(&self, assets: u128, capacity_assets: u128, epoch_secs: u32, now_secs: u32) -> Self {
        let level = self.level(capacity_assets, epoch_secs, now_secs);
        Self { level_assets: level.saturating_add(assets), at_secs: now_secs }
    }
}

/// Returns what a bucket holds: half of `wad` of the least net asset value, less where the keeper has been silent
/// (`alertness_wad`), rounded down.
pub fn capacity_down(least_nav_assets: u128, wad: u64, alertness_wad: u64) -> u128 {
    let one = U256::from(math::WAD);
    let half = part_down(least_nav_assets, U256::from(wad), one.saturating_add(one));
    part_down(half, U256::from(alertness_wad), one)
}

/// Returns how much of its budgets a keeper keeps: all of them until it has been silent for `silence_secs`, then less by
/// the second, and nothing after twice that.
pub fn alertness_wad(silent_secs: u32, silence_secs: u32) -> u64 {
    let over_secs = silent_secs.saturating_sub(silence_secs);
    if over_secs == 0 {
        return math::WAD;
    }
    let left_secs = silence_secs.saturating_sub(over_secs);
    // At most one.
    part_down(math::WAD.into(), U256::from(left_secs), U256::from(silence_secs)) as u64
}
