//! Breaker: no new money counts against a tripped risk id: what counts against it does not grow, and no position under it
//! takes any, not even what another one under it has given.

use super::{Case, Limit, exposure};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let mut tripped = case.parameters.caps.iter().enumerate().filter(|(_, cap)| cap.is_tripped);
    let (place, _) = tripped.nth(index)?;
    let (cap, exposure_assets) = exposure(case.portfolio, case.parameters, place)?;
    let (_, before_assets) = exposure(case.base, case.parameters, place)?;
    let bits = u32::try_from(place).ok().and_then(|place| case.flow.invested_mask.checked_shr(place));
    // One more than before stands for money that came in while other money left.
    let least_found = if bits.unwrap_or_default() & 1 == 1 { before_assets.saturating_add(1) } else { 0 };
    Some(Measure {
        limit: Limit::Breaker,
        on: Subject::Risk(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets.max(least_found),
        of: 1,
        bound: before_assets,
        scale: 1,
    })
}
