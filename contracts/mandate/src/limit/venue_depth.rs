//! Venue depth: a position is at most a fraction of what its venue holds for everybody.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measures<'a, Id: Copy>(case: Case<'a, Id>) -> impl Iterator<Item = Measure<Id>> + use<'a, Id> {
    case.portfolio.stakes.iter().map(|stake| Measure {
        limit: Limit::VenueDepth,
        on: Subject::Position(stake.position),
        sense: Sense::AtMost,
        amount: stake.value_assets,
        of: stake.depth_assets,
        bound: stake.depth_wad.into(),
        scale: math::WAD,
    })
}
