//! Venue depth: a position is at most a fraction of what its venue holds for everybody.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let stake = case.portfolio.stakes.get(index)?;
    Some(Measure {
        limit: Limit::VenueDepth,
        on: Subject::Position(stake.position),
        sense: Sense::AtMost,
        amount: stake.value_assets,
        of: stake.depth_assets,
        bound: stake.depth_wad.into(),
        scale: math::WAD,
    })
}
