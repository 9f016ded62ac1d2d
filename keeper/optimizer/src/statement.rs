//! The programme of a snapshot: curves, what is stuck, what may be held, and every limit as a group.

use model::alloy_primitives::U256;
use model::units::{Assets, Wad};
use model::{LimitKind, Mandate, Position, RiskId, Snapshot, Unreachable};

use crate::programme::{Group, Programme};
use crate::{Error, Settings};

/// A programme with the exact integer bounds that it was stated from.
pub(crate) struct Statement {
    pub(crate) programme: Programme,
    /// Limits that the least reachable amounts already break; their bounds are those amounts.
    pub(crate) unreachable: Vec<Unreachable>,
    /// The least of each position, in base units.
    pub(crate) lower: Vec<Assets>,
    /// The bound of each group of the programme, in base units.
    pub(crate) bounds: Vec<Assets>,
}

impl Statement {
    /// States the programme of `snapshot`.
    pub(crate) fn of(snapshot: &Snapshot, settings: &Settings) -> Result<Self, Error> {
        let positions = &snapshot.positions;
        // What a position pays beyond its value in the book would be in nobody's price: it stays there.
        let stuck =
            |(position, believed): (&Position, Assets)| position.value.saturating_sub(position.liquidity.min(believed));
        let lower = positions.iter().zip(snapshot.believed()).map(stuck).collect::<Vec<_>>();
        let mut curves = Vec::with_capacity(positions.len());
        let mut upper = Vec::with_capacity(positions.len());
        for (position, least) in positions.iter().zip(&lower) {
            let curve = position
                .rate
                .curve(position.value, snapshot.block.timestamp)
                .map_err(|source| Error::Rate { position: position.index, source })?;
            let most = if position.rate.refusal().is_some() { least.to_f64() } else { curve.capacity() };
            upper.push(most.max(least.to_f64()));
            curves.push(curve);
        }
        let (mut unreachable, mut groups, mut bounds) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, members, exact) in limits(snapshot) {
            let least = members.iter().fold(Assets::ZERO, |sum, member| sum.saturating_add(lower[*member]));
            if least > exact {
                unreachable.push(Unreachable { kind, least, bound: exact });
            }
            let room = Wad(Wad::ONE.0.saturating_sub(settings.headroom.0)).of_down(exact);
            let bound = room.max(least);
            // The sum of rounded doubles may exceed the rounded sum.
            let sum = members.iter().map(|member| lower[*member].to_f64()).sum::<f64>();
            groups.push(Group { kind, members, bound: bound.to_f64().max(sum) });
            bounds.push(bound);
        }
        let floats = lower.iter().map(|least| least.to_f64()).collect();
        let programme = Programme::new(curves, floats, upper, groups)?;
        Ok(Self { programme, unreachable, lower, bounds })
    }
}

/// Every limit with the positions that it covers and its exact bound, rounded down.
///
/// The book may lag behind the real values: caps take the lower of both net asset values, the floor the higher.
fn limits(snapshot: &Snapshot) -> Vec<(LimitKind, Vec<usize>, Assets)> {
    let (total, nav) = (snapshot.total_assets(), snapshot.book.nav);
    let (lower_nav, higher_nav) = (total.min(nav), total.max(nav));
    let above_floor = Wad(Wad::ONE.0.saturating_sub(snapshot.book.liquidity_floor.0)).of_down(higher_nav);
    let budget = above_floor.saturating_sub(higher_nav.saturating_sub(total));
    let mut limits = vec![(LimitKind::Budget, (0..snapshot.positions.len()).collect(), budget)];
    for (cap, members) in Mandate::of(snapshot).caps() {
        if members.is_empty() {
            continue;
        }
        let risk_id = RiskId(cap.id);
        let absolute = Assets::from(cap.absolute_assets);
        let relative = Wad(U256::from(cap.relative_wad)).of_down(lower_nav);
        limits.push((LimitKind::AbsoluteCap { risk_id }, members.to_vec(), absolute));
        limits.push((LimitKind::RelativeCap { risk_id }, members.to_vec(), relative));
    }
    limits
}
