//! What follows from the state at a moment: values, exposures, budgets, and what blocks.

use alloy_primitives::{B256, U256};
use mandate::{Bucket, alertness_wad, capacity_down};
use math::{interest_up, mul_div_down};
use serde::{Serialize, Serializer};

use super::{Grant, MAX_ASSETS, Position, State};
use crate::fade::faded_up;

/// The moment from which the vault counts its times, in unix seconds; a time at or before it means never. Epochs are
/// counted from it until the first governed change of their length.
pub const BOOK_EPOCH_SECS: u64 = 1_700_000_000;

/// One part of a value in basis points.
const BPS: u64 = 10_000;

/// A budget drained to a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Drained {
    /// What is used of it.
    #[serde(serialize_with = "as_text")]
    pub used_assets: u128,
    /// What it holds: half of what an epoch allows.
    #[serde(serialize_with = "as_text")]
    pub capacity_assets: u128,
}

impl Position {
    /// Returns how far an amount at this position's price may be from a fair one, rounded up.
    pub(super) fn slack_of(&self, assets: u128) -> u128 {
        (U256::from(assets) * U256::from(self.slack_bps)).div_ceil(U256::from(10_000)).saturating_to()
    }
}

impl State {
    /// Returns the sum of the marked values.
    pub fn marked_assets(&self) -> u128 {
        self.positions.iter().fold(0, |sum, position| sum.saturating_add(position.value_assets))
    }

    /// Returns how far all values together may be from fair ones: each position's slack of it, rounded up.
    pub fn slack_assets(&self) -> u128 {
        self.positions.iter().map(|position| position.slack_of(position.value_assets)).fold(0, u128::saturating_add)
    }

    /// Returns the net asset value that exits receive.
    pub fn nav_exit_assets(&self) -> u128 {
        self.nav_assets().saturating_sub(self.slack_assets())
    }

    /// Returns the net asset value.
    pub fn nav_assets(&self) -> u128 {
        self.idle_assets.saturating_add(self.marked_assets())
    }

    /// Returns the net asset value that entries pay: the higher of two values of positions that have two, their slack, all that they may have gained since their marks at the
    /// governed rate, rounded up, and what marks took off lately and has not faded.
    pub fn nav_entry_assets(&self, now_secs: u64) -> u128 {
        let gain = self.gain_assets(&self.positions, now_secs);
        let recent = faded_up(self.recent_loss_assets, self.recent_at_secs, self.mandate.epoch_secs, now_secs);
        let apart = self.slack_assets().saturating_add(self.premium_assets());
        self.nav_assets().saturating_add(apart).saturating_add(gain).saturating_add(recent)
    }

    /// Returns what positions may have gained since their marks at the governed rate, rounded up.
    pub(super) fn gain_assets(&self, positions: &[Position], now_secs: u64) -> u128 {
        let held = |position: &Position| {
            let held_secs = now_secs.saturating_sub(position.marked_at_secs.max(BOOK_EPOCH_SECS));
            U256::from(position.value_assets) * U256::from(held_secs)
        };
        let value_secs: U256 = positions.iter().map(held).sum();
        let gain = interest_up(value_secs, self.mandate.max_rate_wad).unwrap_or(U256::MAX);
        gain.min(U256::from(MAX_ASSETS)).saturating_to()
    }

    /// Returns the least net asset value of the current and the last epoch.
    pub fn nav_least_assets(&self, now_secs: u64) -> u128 {
        self.navs.least_assets(self.mandate.epoch_secs, now_secs)
    }

    /// Returns what a sale of a whole position would still be charged with.
    pub fn shortfall_assets(&self, position: &Position, now_secs: u64) -> u128 {
        faded_up(position.shortfall_assets, position.marked_at_secs, self.mandate.epoch_secs, now_secs)
    }

    /// Returns the place of a risk id.
    pub fn place(&self, id: B256) -> Option<usize> {
        self.ids.iter().position(|known| known.id == id)
    }

    /// Returns the ids that count the one at `place` against them, itself included: bit i for the id at place i.
    pub fn ancestors(&self, place: usize) -> u64 {
        let mut reached = bit(place);
        loop {
            let nested = bits(reached).filter_map(|place| self.ids.get(place));
            let next = nested.fold(reached, |reached, id| reached | id.parents);
            if next == reached {
                return reached;
            }
            reached = next;
        }
    }

    /// Returns what counts against each id, in their order.
    pub fn exposures_assets(&self) -> Vec<u128> {
        let mut sums = vec![0_u128; self.ids.len()];
        for position in &self.positions {
            for place in bits(position.mask) {
                if let Some(sum) = sums.get_mut(place) {
                    *sum = sum.saturating_add(position.value_assets);
                }
            }
        }
        sums
    }

    /// Returns the ids that take no new money now: bit i for the id at place i.
    pub fn tripped(&self, now_secs: u64) -> u64 {
        let places = self.ids.iter().enumerate();
        places.filter(|(_, id)| now_secs < id.tripped_until_secs).fold(0, |mask, (place, _)| mask | bit(place))
    }

    /// Returns idle money and what positions count as payable at once, each rounded down; one under a tripped id,
    /// or whose venue's price can be moved, counts for nothing: no exit can force it.
    pub fn instant_assets(&self, now_secs: u64) -> u128 {
        let tripped = self.tripped(now_secs);
        let payable = |position: &Position| {
            let part = U256::from(position.instant_bps);
            let payable = mul_div_down(U256::from(position.value_assets), part, U256::from(BPS));
            payable.unwrap_or_default().saturating_to::<u128>()
        };
        let sound = self.positions.iter().filter(|position| position.mask & tripped == 0 && position.slack_bps == 0);
        sound.map(payable).fold(self.idle_assets, u128::saturating_add)
    }

    /// Returns until when deposits are blocked by trips: the last of those of ids that hold money.
    pub fn blocked_by_trips_secs(&self, now_secs: u64) -> u64 {
        let exposures = self.exposures_assets();
        let tripped =
            self.ids.iter().zip(exposures).filter(|(id, exposure)| *exposure > 0 && now_secs < id.tripped_until_secs);
        tripped.map(|(id, _)| id.tripped_until_secs).max().unwrap_or_default()
    }

    /// Returns how much of its budgets a keeper keeps: less after a silence.
    pub fn alertness_wad(&self, now_secs: u64) -> u64 {
        let silent_secs = book_secs(now_secs).saturating_sub(book_secs(self.keeper_seen_at_secs));
        alertness_wad(silent_secs, small(self.mandate.silence_secs))
    }

    /// Returns the vault's budget for losses now.
    pub fn loss_budget(&self, least_assets: u128, alertness_wad: u64, now_secs: u64) -> Drained {
        let capacity = capacity_down(least_assets, self.mandate.loss_wad, alertness_wad);
        self.drained(self.loss_level_assets, self.levels_at_secs, capacity, now_secs)
    }

    /// Returns the vault's budget for turnover now.
    pub fn turnover_budget(&self, least_assets: u128, alertness_wad: u64, now_secs: u64) -> Drained {
        let capacity = capacity_down(least_assets, self.mandate.turnover_wad, alertness_wad);
        self.drained(self.turnover_level_assets, self.levels_at_secs, capacity, now_secs)
    }

    /// Returns a grant's budgets for losses and turnover now.
    pub fn grant_budgets(&self, grant: &Grant, least_assets: u128, alertness_wad: u64, now_secs: u64) -> [Drained; 2] {
        let budget = |level, wad| {
            let capacity = capacity_down(least_assets, wad, alertness_wad);
            self.drained(level, grant.at_secs, capacity, now_secs)
        };
        [budget(grant.loss_level_assets, grant.loss_wad), budget(grant.turnover_level_assets, grant.turnover_wad)]
    }

    fn drained(&self, level_assets: u128, at_secs: u64, capacity_assets: u128, now_secs: u64) -> Drained {
        let bucket = Bucket { level_assets, at_secs: book_secs(at_secs) };
        let used_assets = bucket.level(capacity_assets, small(self.mandate.epoch_secs), book_secs(now_secs));
        Drained { used_assets, capacity_assets }
    }
}

/// Returns the places of the bits that are set.
pub(crate) fn bits(mask: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |place| mask >> place & 1 == 1)
}

/// Returns the bit of a place; none where it has none.
pub(crate) fn bit(place: usize) -> u64 {
    u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place)).unwrap_or_default()
}

fn book_secs(unix_secs: u64) -> u32 {
    small(unix_secs.saturating_sub(BOOK_EPOCH_SECS))
}

fn small(secs: u64) -> u32 {
    u32::try_from(secs).unwrap_or(u32::MAX)
}

/// Writes an amount as a decimal string.
pub(crate) fn as_text<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
