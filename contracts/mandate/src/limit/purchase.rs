//! Purchase: what is bought of a bond pays so much more at its date than was paid: the governed yield, and never less than
//! was paid.

use super::{Case, Limit};
use crate::{Measure, Purchase, Sense, Subject};

pub(super) fn measure<Id: Copy>(case: &Case<'_, Id>, index: usize) -> Option<Measure<Id>> {
    let mut bought = case.portfolio.bonds.iter().filter_map(|bond| bond.bought.map(|bought| (bond.position, bought)));
    let (position, Purchase { paid_assets, face_assets, growth_wad }) = bought.nth(index)?;
    Some(Measure {
        limit: Limit::Purchase,
        on: Subject::Position(position),
        sense: Sense::AtLeast,
        amount: face_assets,
        of: paid_assets,
        bound: growth_wad.max(math::WAD.into()),
        scale: math::WAD,
    })
}
