//! Loss budget: what the vault loses by its keepers in any epoch.

use super::{Case, Limit, budget};
use crate::Measure;

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    core::iter::once(budget(Limit::LossBudget, case.budgets.loss, case.flow.loss_assets))
}
