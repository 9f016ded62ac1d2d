//! Duration floor: the modified duration of all bonds together, spread over the least net asset value, is at least so long.

use super::{Case, Limit, duration};
use crate::{Measure, Sense};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    (index == 0)
        .then(|| duration(case, Limit::DurationFloor, Sense::AtLeast, case.parameters.covenants.least_duration_secs))
}
