//! Breaker: no new money counts against a tripped risk id.

use super::{Case, Limit, exposures};
use crate::{Measure, Sense, Subject};

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    let now = exposures(case.portfolio, case.parameters);
    let then = exposures(case.base, case.parameters);
    let tripped = now.zip(then).filter(|((cap, _), _)| cap.is_tripped);
    tripped.map(|((cap, exposure_assets), (_, before_assets))| Measure {
        limit: Limit::Breaker,
        on: Subject::Risk(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets,
        of: 1,
        bound: before_assets,
        scale: 1,
    })
}
