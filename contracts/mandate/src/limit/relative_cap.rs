//! Relative cap: what counts against a risk id is at most a fraction of the least net asset value.

use super::{Case, Limit, exposures};
use crate::{Measure, Sense, Subject};

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    exposures(case.portfolio, case.parameters).map(move |(cap, exposure_assets)| Measure {
        limit: Limit::RelativeCap,
        on: Subject::Risk(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets,
        of: case.portfolio.least_nav_assets,
        bound: cap.relative_wad.into(),
        scale: math::WAD,
    })
}
