//! Where the shares that we count are: held, waiting to be paid, or payable.

use adapter::{Position, bond::overdue_down};
use alloy_primitives::U256;
use host::{Failure, Slot, VM, Word, balance_of, number};
use math::{mul_div_down, mul_div_up};

use crate::{
    fund::{held, payable, requests, worth},
    terms::Terms,
};

/// The slot of what was requested and not claimed, and since when, in one word: 128 bits of shares, 64 of unix seconds.
const REQUESTED_SLOT: u8 = 1;

/// What our own calls have requested and not claimed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested {
    pub(crate) shares: U256,
    /// When the oldest request of which some waits was made, in unix seconds.
    pub(crate) since_secs: u64,
}

impl Requested {
    /// Reads the running adapter's.
    pub(crate) fn load(vm: &VM) -> Self {
        let [low, high, since_secs, _] = number(Slot::at(REQUESTED_SLOT).load(vm)).into_limbs();
        Self { shares: U256::from_limbs([low, high, 0, 0]), since_secs }
    }

    /// Writes the running adapter's. More than 128 bits count as the most that these hold.
    pub(crate) fn store(&self, vm: &VM) {
        let [low, high, ..] = self.shares.min(U256::from(u128::MAX)).into_limbs();
        Slot::at(REQUESTED_SLOT).store(vm, U256::from_limbs([low, high, self.since_secs, 0]).word());
    }
}

/// Where our shares are; together at most our units.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// Shares that are held.
    pub(crate) held: U256,
    /// Shares of requests that stand, fulfilled or not, and would not be paid now.
    pub(crate) waiting: U256,
    /// Shares that would be paid now.
    pub(crate) payable: U256,
    /// What they would be paid with, in base units of the asset, rounded down.
    pub(crate) payable_assets: U256,
    /// Whether the fund holds less than that and pays what it holds.
    pub(crate) is_short: bool,
}

/// What a position is worth, in base units of the asset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worth {
    /// At the lower price, what is overdue faded, rounded down.
    pub(crate) low: U256,
    /// At the higher one, what is overdue faded as well, rounded up.
    pub(crate) high: U256,
}

impl Standing {
    /// Asks the fund. Where nothing was requested nothing is asked of requests.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub(crate) fn of(position: &Position) -> Result<Self, Failure> {
        let (vm, units) = (&position.vm, position.units());
        let requested = Requested::load(vm).shares.min(units);
        let mut standing = Self::default();
        if !requested.is_zero() {
            let ([pending, fulfilled], [shares, assets]) = (requests(position)?, payable(position)?);
            let stands = pending.saturating_add(fulfilled).min(requested);
            standing.payable = shares.min(fulfilled).min(stands);
            standing.waiting = stands.saturating_sub(standing.payable);
            // Ours is a part of what strangers have requested for us too; and no more than there is.
            let ours = mul_div_down(assets, standing.payable, shares).unwrap_or_default();
            let there = balance_of(vm, position.asset(), position.venue())?;
            (standing.payable_assets, standing.is_short) = (ours.min(there), there < ours);
        }
        let requested = standing.payable.saturating_add(standing.waiting);
        standing.held = held(position)?.min(units.saturating_sub(requested));
        Ok(standing)
    }

    /// Returns the shares that are not payable.
    pub(crate) fn shares(&self) -> U256 {
        self.held.saturating_add(self.waiting)
    }

    /// Returns what all of it is worth.
    ///
    /// # Errors
    ///
    /// What fund or oracle reverted with, where shares are priced.
    pub(crate) fn worth(&self, position: &Position) -> Result<Worth, Failure> {
        let [low, high] = worth(position, self.shares())?;
        let left = low.saturating_sub(self.faded_up(position, low));
        // What has faded is paid by entry as what marks took off, and no more of it ever counts: the higher value fades with it.
        let (low, high) = (left, mul_div_up(high, left, low).unwrap_or(high));
        Ok(Worth { low: low.saturating_add(self.payable_assets), high: high.saturating_add(self.payable_assets) })
    }

    /// Returns what of the worth of all shares those that wait have lost by waiting for too long, rounded up.
    fn faded_up(&self, position: &Position, worth: U256) -> U256 {
        let due_secs = Requested::load(&position.vm).since_secs.saturating_add(position.notice_secs());
        let late_secs = position.now_secs().saturating_to::<u64>().checked_sub(due_secs);
        let (Some(late_secs), false) = (late_secs, self.waiting.is_zero()) else { return U256::ZERO };
        let waiting = mul_div_up(worth, self.waiting, self.shares()).unwrap_or(worth);
        waiting.saturating_sub(overdue_down(waiting, late_secs, position.decay_secs()))
    }
}
