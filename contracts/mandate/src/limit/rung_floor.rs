//! Rung floor: what pays between two dates is at least a fraction of the least net asset value.

use super::{Case, Limit, rung};
use crate::Measure;

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    rung(case, index).map(|(rung, measure)| Measure {
        limit: Limit::RungFloor,
        bound: rung.least_bps.into(),
        ..measure
    })
}
