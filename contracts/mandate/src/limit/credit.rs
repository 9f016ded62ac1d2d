//! Credit: what is expected to be lost a year, every exposure by its hazard and by what is lost then, is at most a fraction
//! of the least net asset value. What counts against several ids has the hazards of all of them.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let covenants = &case.parameters.covenants;
    if index != 0 {
        return None;
    }
    let mut amount = 0_u128;
    for (place, hazard) in covenants.hazards.iter().enumerate() {
        let exposure_assets = case.portfolio.exposures_assets.get(place).copied().unwrap_or(u128::MAX);
        amount = amount.saturating_add(hazard.loss_up(exposure_assets));
    }
    Some(Measure {
        limit: Limit::Credit,
        on: Subject::Portfolio,
        sense: Sense::AtMost,
        amount,
        of: case.portfolio.least_nav_assets,
        bound: covenants.credit_wad.into(),
        scale: math::WAD,
    })
}
