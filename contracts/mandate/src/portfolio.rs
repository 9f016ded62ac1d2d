//! What the limits look at, what moved, and what governance allows.

use math::mul_wide;

use crate::{Bond, Covenants, RiskId};

/// The caps of one risk id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cap<Id = RiskId> {
    /// What both caps hang on.
    pub id: Id,
    /// The most that may count against the id, in base units of the asset.
    pub absolute_assets: u128,
    /// The most that may count against the id, as a fraction of the least net asset value.
    pub relative_wad: u64,
    /// Whether its breaker is tripped: no new money.
    pub is_tripped: bool,
}

/// Everything that governance sets.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a, Id = RiskId> {
    /// Each risk id once.
    pub caps: &'a [Cap<Id>],
    /// The least idle money, as a fraction of the least net asset value.
    pub liquidity_floor_wad: u64,
    /// The least money that is idle or payable at once, as a fraction of the least net asset value.
    pub liquidity_cover_wad: u64,
    /// The least that secures all debts together, as a fraction of them.
    pub health_floor_wad: u64,
    /// What it allows of bonds and of credit: what [`crate::judge_covenants`] judges by.
    pub covenants: Covenants<'a>,
}

/// The portfolio at one moment. Amounts are base units of the asset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portfolio<'a> {
    /// Net asset value: idle money and the marked value of every position.
    pub nav_assets: u128,
    /// The least net asset value of the current and the last epoch, at most `nav_assets`: what caps are fractions of.
    pub least_nav_assets: u128,
    /// Money in the vault itself.
    pub idle_assets: u128,
    /// Idle money and what positions count as payable at once.
    pub instant_assets: u128,
    /// What counts against each cap, in the order of [`Parameters::caps`]. One that is missing counts as infinite.
    pub exposures_assets: &'a [u128],
    /// The positions whose venue was measured, the same and in the same order before and after a change.
    pub stakes: &'a [Stake],
    /// The positions that owe, or may; the same and in the same order before and after a change.
    pub levers: &'a [Lever],
    /// The positions that have a date; the same and in the same order before and after a change.
    pub bonds: &'a [Bond],
}

impl Portfolio<'_> {
    /// Returns the money that has not stayed for an epoch and may leave as it came.
    pub(crate) fn young_assets(&self) -> u128 {
        self.nav_assets.saturating_sub(self.least_nav_assets)
    }
}

/// A position against its venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// The position's index.
    pub position: u8,
    /// Its value.
    pub value_assets: u128,
    /// What the venue holds for everybody; [`u128::MAX`] where it does not say.
    pub depth_assets: u128,
    /// The most of the venue that the position may be.
    pub depth_wad: u64,
}

/// A position that owes, or may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lever {
    /// The position's index.
    pub position: u8,
    /// What secures its debt, as far as the venue lends against it, by the worst price that counts.
    pub backing_assets: u128,
    /// What it owes; [`u128::MAX`] where it does not say.
    pub debt_assets: u128,
    /// The least backing, as a fraction of the debt; [`u64::MAX`] where it may owe nothing.
    pub floor_wad: u64,
}

impl Lever {
    /// Returns whether it is at its floor or above.
    pub fn holds(&self) -> bool {
        mul_wide(self.backing_assets, math::WAD.into()) >= mul_wide(self.debt_assets, self.floor_wad.into())
    }
}

/// What a change moved and cost. Amounts are base units of the asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// What it lost, rounding allowed for: the vault's own accounts before less after.
    pub loss_assets: u128,
    /// Sum of the amounts moved, in whichever direction.
    pub turnover_assets: u128,
    /// Whether money went into any position.
    pub invests: bool,
    /// Whether more of it did than lowered the position's debt.
    pub ventures: bool,
    /// Whether it did nothing but repay debts whose health was below its floor.
    pub rescues: bool,
    /// The caps that count the positions into which money went, bit i for the cap at place i.
    pub invested_mask: u64,
    /// Income a year of the positions it touched, before and after; `None` where a venue does not say.
    pub income_assets: Option<(u128, u128)>,
}

/// What is used of a budget, and the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Used, drained to now, in base units.
    pub used_assets: u128,
    /// The most, in base units.
    pub capacity_assets: u128,
}

/// The budgets that a change is charged to, as they stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Losses of the vault.
    pub loss: Level,
    /// Turnover of the vault.
    pub turnover: Level,
    /// Losses under the keeper's grant.
    pub grant_loss: Level,
    /// Turnover under the keeper's grant.
    pub grant_turnover: Level,
}

impl Level {
    /// A budget that bounds nothing: what a caller without a grant is charged to.
    pub const UNBOUNDED: Self = Self { used_assets: 0, capacity_assets: u128::MAX };
}

impl Budgets {
    /// Budgets that bound nothing.
    pub const UNBOUNDED: Self = Self {
        loss: Level::UNBOUNDED,
        turnover: Level::UNBOUNDED,
        grant_loss: Level::UNBOUNDED,
        grant_turnover: Level::UNBOUNDED,
    };
}

/// Sums what counts against each of `out.len()` caps: every position's value under every bit of its mask, bit i for
/// the cap at place i.
pub fn exposures(positions: impl Iterator<Item = (u128, u64)>, out: &mut [u128]) {
    out.fill(0);
    for (value_assets, mask) in positions {
        let mut rest = mask;
        while rest != 0 {
            if let Some(exposure) = out.get_mut(rest.trailing_zeros() as usize) {
                *exposure = exposure.saturating_add(value_assets);
            }
            rest &= rest.wrapping_sub(1);
        }
    }
}
