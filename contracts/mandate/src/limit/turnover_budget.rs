//! Turnover budget: what the vault moves in any epoch.

use super::{Case, Limit, budget};
use crate::Measure;

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    (index == 0).then(|| budget(Limit::TurnoverBudget, case.budgets.turnover, case.flow.turnover_assets))
}
