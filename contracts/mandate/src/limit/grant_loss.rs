//! Loss under a grant: what the vault loses by one keeper in any epoch.

use super::{Case, Limit, budget};
use crate::Measure;

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    core::iter::once(budget(Limit::GrantLoss, case.budgets.grant_loss, case.flow.loss_assets))
}
