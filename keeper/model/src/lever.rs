//! What a position owes: what secures it, and what governance says of that.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use crate::position::Position;
use crate::units::{Assets, Timestamp};

/// One basis point of a health of one, in wad.
const BPS_WAD: u64 = math::WAD / 10_000;

/// What a position owes, or may. Health is what secures the debt, by the debt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lever {
    /// What secures its debt, as far as the venue lends against it, by the adapter.
    pub backing: Assets,
    /// What it owes, by the adapter; nothing where that does not say.
    pub debt: Option<Assets>,
    /// What governance says of it; nothing of a position that may owe nothing.
    pub thresholds: Option<Thresholds>,
}

/// What governance says of a position that may owe (`IBoard.Thresholds`). A health of 1 is 10,000 bps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The health that deleveraging restores.
    pub target_bps: u16,
    /// The health below which nothing but deleveraging is allowed.
    pub soft_bps: u16,
    /// The health below which anyone may deleverage.
    pub hard_bps: u16,
    /// The most that strangers may repay at a time.
    pub chunk: Assets,
    /// How long strangers wait between two times.
    pub cooldown_secs: u32,
    /// The most that their repayment may lose, as a part of it.
    pub slip_bps: u16,
    /// What they receive for it in new shares, as a part of it.
    pub reward_bps: u16,
    /// From when on they may do it again.
    pub ready_at: Timestamp,
}

impl Lever {
    /// The least health that the mandate asks for, in wad: the soft threshold, or infinite where nothing may be owed.
    #[must_use]
    pub fn floor_wad(&self) -> u64 {
        self.thresholds.map_or(u64::MAX, |thresholds| u64::from(thresholds.soft_bps) * BPS_WAD)
    }

    /// Health in wad, rounded down; nothing where no debt is known.
    #[must_use]
    pub fn health_wad_down(&self) -> Option<U256> {
        let debt = self.debt.filter(|debt| !debt.is_zero())?;
        Some(math::mul_div_down(self.backing.0, U256::from(math::WAD), debt.0).unwrap_or(U256::MAX))
    }

    /// The most that a repayment of `wanted` comes to: no more than the debt, and no further than to the health of
    /// `target_bps`. That the venue lends against all that is sold is assumed, so that it takes the more.
    #[must_use]
    pub(crate) fn repayable(&self, target_bps: u16, wanted: Assets) -> Assets {
        // (backing - x) / (debt - x) = target
        let (debt, target, whole) = (self.debt.unwrap_or_default(), U256::from(target_bps), U256::from(10_000));
        let due = math::mul_div_up(debt.0, target, whole).unwrap_or(U256::MAX).saturating_sub(self.backing.0);
        let most = math::mul_div_up(due, whole, target.saturating_sub(whole)).map_or(debt, Assets);
        wanted.min(most).min(debt)
    }

    /// After what secures the debt was sold for `assets`, and as much repaid.
    #[must_use]
    pub(crate) fn repaid(self, assets: Assets) -> Self {
        let debt = self.debt.map(|debt| debt.saturating_sub(assets));
        Self { backing: self.backing.saturating_sub(assets), debt, ..self }
    }

    /// After money went in or out, so that the position is worth `now` where it was worth `held`: health stays, or falls by
    /// what rounding takes.
    #[must_use]
    pub(crate) fn scaled(self, now: Assets, held: Assets) -> Self {
        let Some(debt) = self.debt.filter(|debt| !debt.is_zero() && !held.is_zero()) else { return self };
        let backing = math::mul_div_down(self.backing.0, now.0, held.0).unwrap_or(U256::MAX);
        let debt = math::mul_div_up(debt.0, now.0, held.0).unwrap_or(U256::MAX);
        Self { backing: Assets(backing), debt: Some(Assets(debt)), ..self }
    }
}

impl Position {
    /// Why the keeper puts no money into it; nothing where it may.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        match self.lever {
            Some(_) => Some("it is leveraged, and what leverage earns is not weighed yet"),
            None => self.rate.refusal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lever(backing: u128, debt: u128) -> Lever {
        let thresholds = Thresholds { soft_bps: 11_000, ..Thresholds::default() };
        Lever { backing: backing.into(), debt: Some(debt.into()), thresholds: Some(thresholds) }
    }

    #[test]
    fn a_repayment_ends_at_the_target() {
        let lever = lever(110_000, 100_000);

        let most = lever.repayable(12_500, Assets::MAX);

        // (110 - 60) / (100 - 60) = 1.25
        assert_eq!(most, Assets::from(60_000));
        assert_eq!(lever.repaid(most).health_wad_down(), Some(U256::from(1_250_000_000_000_000_000_u64)));
        assert_eq!(lever.repayable(12_500, Assets::from(7)), Assets::from(7));
    }

    #[test]
    fn at_the_target_nothing_is_repaid_and_under_water_everything() {
        assert_eq!(lever(125_000, 100_000).repayable(12_500, Assets::MAX), Assets::ZERO);
        assert_eq!(lever(90_000, 100_000).repayable(12_500, Assets::MAX), Assets::from(100_000));
    }

    #[test]
    fn health_stays_when_money_moves_but_for_rounding() {
        let lever = lever(110_001, 100_003);
        let (held, health) = (Assets::from(30_007), lever.health_wad_down());

        for now in [17, 30_006, 47_000] {
            let scaled = lever.scaled(Assets::from(now), held);
            assert!(scaled.health_wad_down() <= health);
            assert!(
                Lever { backing: scaled.backing.saturating_add(Assets::from(2)), ..scaled }.health_wad_down() >= health
            );
        }
        assert_eq!(lever.scaled(held, held), lever);
        assert_eq!(lever.scaled(Assets::ZERO, held).debt, Some(Assets::ZERO));
        assert_eq!(lever.scaled(Assets::from(5), Assets::ZERO), lever, "of nothing there is no part");
    }

    #[test]
    fn the_floor_is_the_soft_threshold_or_infinite() {
        assert_eq!(lever(1, 1).floor_wad(), 1_100_000_000_000_000_000);
        assert_eq!(Lever::default().floor_wad(), u64::MAX);
    }
}
