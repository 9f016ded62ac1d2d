//! Duration cap: the modified duration of all bonds together, spread over the least net asset value, is at most so long.

use super::{Case, Limit, duration};
use crate::{Measure, Sense};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    (index == 0)
        .then(|| duration(case, Limit::DurationCap, Sense::AtMost, case.parameters.covenants.most_duration_secs))
}
