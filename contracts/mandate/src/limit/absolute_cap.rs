//! Absolute cap: what counts against a risk id is at most so many base units of the asset.

use super::{Case, Limit, exposure};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let (cap, exposure_assets) = exposure(case.portfolio, case.parameters, index)?;
    Some(Measure {
        limit: Limit::AbsoluteCap,
        on: Subject::Risk(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets,
        of: 1,
        bound: cap.absolute_assets,
        scale: 1,
    })
}
