//! Liquidity floor: idle money is at least a fraction of the least net asset value, were all money to leave that has not
//! stayed for an epoch: a deposit that will leave again loosens nothing. What is young is taken from before the change:
//! else a loss would make room.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    (index == 0).then(|| Measure {
        limit: Limit::LiquidityFloor,
        on: Subject::Portfolio,
        sense: Sense::AtLeast,
        amount: case.portfolio.idle_assets.saturating_sub(case.base.young_assets()),
        of: case.portfolio.least_nav_assets,
        bound: case.parameters.liquidity_floor_wad.into(),
        scale: math::WAD,
    })
}
