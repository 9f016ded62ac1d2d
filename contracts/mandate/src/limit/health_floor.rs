//! Health floor: what secures a position's debt is at least so many times the debt. Below it nothing but what raises it is
//! allowed.

use super::{Case, Limit};
use crate::{Measure, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let lever = case.portfolio.levers.get(index)?;
    Some(Measure {
        limit: Limit::HealthFloor,
        on: Subject::Position(lever.position),
        sense: Sense::Covers,
        amount: lever.backing_assets,
        of: lever.debt_assets,
        bound: lever.floor_wad.into(),
        scale: math::WAD,
    })
}
