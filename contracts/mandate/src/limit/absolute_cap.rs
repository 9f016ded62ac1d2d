//! Absolute cap: what counts against a risk id is at most so many base units of the asset.

use super::{Limit, exposures};
use crate::{Measure, Parameters, Portfolio, Sense};

pub(super) fn measures<'a, Id: Copy>(
    portfolio: &'a Portfolio<'a>,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = Measure<Id>> + 'a {
    exposures(portfolio, parameters).map(|(cap, exposure_assets)| Measure {
        limit: Limit::AbsoluteCap,
        id: Some(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets,
        of: 1,
        bound: cap.absolute_assets,
        scale: 1,
    })
}
