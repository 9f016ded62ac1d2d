//! Breaker: no new money counts against a tripped risk id: what counts against it does not grow, and no position under it
//! takes any, not even what another one under it has given.

use super::{Case, Limit, exposures};
use crate::{Measure, Sense, Subject};

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    let now = exposures(case.portfolio, case.parameters);
    let then = exposures(case.base, case.parameters);
    let invested = (0..u64::BITS).map(move |place| case.flow.invested_mask.checked_shr(place).unwrap_or_default() & 1 == 1);
    let places = now.zip(then).zip(invested.chain(core::iter::repeat(false)));
    places.filter(|(((cap, _), _), _)| cap.is_tripped).map(|(((cap, exposure_assets), (_, before_assets)), invested)| {
        // One more than before stands for money that came in while other money left.
        let least_found = if invested { before_assets.saturating_add(1) } else { 0 };
        Measure {
            limit: Limit::Breaker,
            on: Subject::Risk(cap.id),
            sense: Sense::AtMost,
            amount: exposure_assets.max(least_found),
            of: 1,
            bound: before_assets,
            scale: 1,
        }
    })
}
