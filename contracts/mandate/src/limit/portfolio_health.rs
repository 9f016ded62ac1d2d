//! Portfolio health: what secures all debts is at least so many times all of them. A position that does not say what it
//! owes, before a change or after it, is left to its own floor: one that is silent would keep every other from repaying, for
//! beside an infinite debt whatever is sold lowers the ratio.

use super::{Case, Limit};
use crate::{Lever, Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    // Without levers there is nothing to say, as on both sides.
    if index != 0 || case.portfolio.levers.is_empty() {
        return None;
    }
    let (mut backing_assets, mut debt_assets) = (0_u128, 0_u128);
    let pairs = case.portfolio.levers.iter().zip(case.base.levers);
    let said = |(lever, base): &(&Lever, &Lever)| lever.debt_assets != u128::MAX && base.debt_assets != u128::MAX;
    for (lever, _) in pairs.filter(said) {
        backing_assets = backing_assets.saturating_add(lever.backing_assets);
        debt_assets = debt_assets.saturating_add(lever.debt_assets);
    }
    Some(Measure {
        limit: Limit::PortfolioHealth,
        on: Subject::Portfolio,
        sense: Sense::Covers,
        amount: backing_assets,
        of: debt_assets,
        bound: case.parameters.health_floor_wad.into(),
        scale: math::WAD,
    })
}
