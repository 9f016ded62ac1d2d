//! Turnover under a grant: what one keeper moves in any epoch.

use super::{Case, Limit, budget};
use crate::Measure;

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    core::iter::once(budget(Limit::GrantTurnover, case.budgets.grant_turnover, case.flow.turnover_assets))
}
