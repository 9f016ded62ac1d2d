//! Absolute cap: what counts against a risk id is at most so many base units of the asset.

use super::{Case, Limit, exposures};
use crate::{Measure, Sense, Subject};

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    exposures(case.portfolio, case.parameters).map(|(cap, exposure_assets)| Measure {
        limit: Limit::AbsoluteCap,
        on: Subject::Risk(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets,
        of: 1,
        bound: cap.absolute_assets,
        scale: 1,
    })
}
