//! Relative cap: what counts against a risk id is at most a fraction of the net asset value.

use super::{Limit, exposures};
use crate::{Measure, Parameters, Portfolio, Sense};

pub(super) fn measures<'a, Id: Copy>(
    portfolio: &'a Portfolio<'a>,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = Measure<Id>> + 'a {
    exposures(portfolio, parameters).map(|(cap, exposure_assets)| Measure {
        limit: Limit::RelativeCap,
        id: Some(cap.id),
        sense: Sense::AtMost,
        amount: exposure_assets,
        of: portfolio.nav_assets,
        bound: cap.relative_wad.into(),
        scale: math::WAD,
    })
}
