//! Relative cap: what counts against a risk id is at most a fraction of the least net asset value.

use super::{Case, Limit, exposure};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let (cap, exposure_assets) = exposure(case.portfolio, case.parameters, index)?;
    Some(Measure {
        limit: Limit::RelativeCap,
        on: Subject::Risk(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets,
        of: case.portfolio.least_nav_assets,
        bound: cap.relative_wad.into(),
        scale: math::WAD,
    })
}
