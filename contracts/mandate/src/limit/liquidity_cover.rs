//! Liquidity cover: idle money and what positions pay at once are at least a fraction of the net asset value.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    core::iter::once(Measure {
        limit: Limit::LiquidityCover,
        on: Subject::Portfolio,
        sense: Sense::AtLeast,
        amount: case.portfolio.instant_assets,
        of: case.portfolio.nav_assets,
        bound: case.parameters.liquidity_cover_wad.into(),
        scale: math::WAD,
    })
}
