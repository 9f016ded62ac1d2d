//! Improvement: a change that puts money into a position raises the income a year of what it touches, where the venues
//! say what they pay. Churn that earns nothing is refused; a change that mends a limit is excused.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let (before_assets, after_assets) = case.flow.income_assets.filter(|_| case.flow.invests && index == 0)?;
    Some(Measure {
        limit: Limit::Improvement,
        on: Subject::Portfolio,
        sense: Sense::AtLeast,
        amount: after_assets,
        of: 1,
        bound: before_assets.saturating_add(1),
        scale: 1,
    })
}
