//! Loss budget: what the vault loses by its keepers in any epoch.

use super::{Case, Limit, budget};
use crate::Measure;

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    (index == 0).then(|| budget(Limit::LossBudget, case.budgets.loss, case.flow.loss_assets))
}
