//! Liquidity floor: idle money is at least a fraction of the net asset value.

use super::Limit;
use crate::{Measure, Parameters, Portfolio, Sense};

pub(super) fn measures<'a, Id: Copy>(
    portfolio: &'a Portfolio<'a>,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = Measure<Id>> + 'a {
    core::iter::once(Measure {
        limit: Limit::LiquidityFloor,
        id: None,
        sense: Sense::AtLeast,
        amount: portfolio.idle_assets,
        of: portfolio.nav_assets,
        bound: parameters.liquidity_floor_wad.into(),
        scale: math::WAD,
    })
}
