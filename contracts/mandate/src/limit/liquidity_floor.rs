//! Liquidity floor: idle money is at least a fraction of the least net asset value, were all money to leave that has not
//! stayed for an epoch: a deposit that will leave again loosens nothing. What is young is taken from before the change:
//! else a loss would make room.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    core::iter::once(Measure {
        limit: Limit::LiquidityFloor,
        on: Subject::Portfolio,
        sense: Sense::AtLeast,
        amount: case.portfolio.idle_assets.saturating_sub(case.base.young_assets()),
        of: case.portfolio.least_nav_assets,
        bound: case.parameters.liquidity_floor_wad.into(),
        scale: math::WAD,
    })
}
