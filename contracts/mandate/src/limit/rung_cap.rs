//! Rung cap: what pays between two dates is at most a fraction of the least net asset value.

use super::{Case, Limit, rung};
use crate::{Measure, Sense};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    rung(case, index).map(|(rung, measure)| Measure {
        limit: Limit::RungCap,
        sense: Sense::AtMost,
        bound: rung.most_bps.into(),
        ..measure
    })
}
