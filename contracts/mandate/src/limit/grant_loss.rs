//! Loss under a grant: what the vault loses by one keeper in any epoch.

use super::{Case, Limit, budget};
use crate::Measure;

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    (index == 0).then(|| budget(Limit::GrantLoss, case.budgets.grant_loss, case.flow.loss_assets))
}
