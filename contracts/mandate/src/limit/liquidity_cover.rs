//! Liquidity cover: idle money and what positions pay at once are at least a fraction of the least net asset value, were
//! all money to leave that has not stayed for an epoch.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    (index == 0).then(|| Measure {
        limit: Limit::LiquidityCover,
        on: Subject::Portfolio,
        sense: Sense::AtLeast,
        amount: case.portfolio.instant_assets.saturating_sub(case.base.young_assets()),
        of: case.portfolio.least_nav_assets,
        bound: case.parameters.liquidity_cover_wad.into(),
        scale: math::WAD,
    })
}
