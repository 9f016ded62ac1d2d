//! The programme of a snapshot: curves, what is stuck, what may be held and moved, and every limit as a group.
//!
//! Limits of the portfolio (caps, floor, cover, depth) may be broken already, and are then brought as near as the others
//! allow (`reach`). Limits of the change (budgets, tripped breakers, grant, pause) hold for whoever moves nothing, so that the
//! programme always has an answer.

use model::alloy_primitives::U256;
use model::units::{Assets, Wad};
use model::{Curve, LimitKind, Position, RiskId, Snapshot, Unreachable};

use crate::budget;
use crate::portfolio::{self, Limit};
use crate::programme::{Group, Programme};
use crate::reach::{Reach, reach};
use crate::{Error, Settings};

/// A bp: what the book may believe less of a position that still takes money; no more than the headroom covers.
const DOUBT: Wad = Wad(U256::from_limbs([100_000_000_000_000, 0, 0, 0]));

/// What may move at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freedom {
    /// Both ways.
    Full,
    /// Only to idle.
    ReduceOnly,
}

/// A programme with the exact integer bounds that it was stated from.
pub(crate) struct Statement {
    pub(crate) programme: Programme,
    /// Limits that no movement possible now meets; their bounds are what can be reached.
    pub(crate) unreachable: Vec<Unreachable>,
    /// What stands in their way.
    pub(crate) conflicts: Vec<LimitKind>,
    /// Whether a broken limit cannot be brought nearer, or not as near as without budgets, so that no money should go
    /// anywhere but to idle.
    pub(crate) is_stuck: bool,
    /// The least of each position, in base units.
    pub(crate) lower: Vec<Assets>,
    /// The bound of each group of the programme, in base units.
    pub(crate) bounds: Vec<Assets>,
}

/// The range of one position, and why it is no wider.
pub(crate) struct Range {
    pub(crate) lower: Assets,
    pub(crate) upper: f64,
    /// What keeps it from going lower, where something does.
    pub(crate) holds: Option<LimitKind>,
    /// Whether it earns nothing anywhere, so that money there is no better than idle.
    pub(crate) is_barren: bool,
    /// What the last unit there earns a year.
    pub(crate) marginal: f64,
}

impl Statement {
    /// States the programme of `snapshot`.
    pub(crate) fn of(snapshot: &Snapshot, settings: &Settings, freedom: Freedom) -> Result<Self, Error> {
        let curves = curves(snapshot)?;
        let mut ranges = ranges(snapshot, &curves, freedom);
        let limits = portfolio::limits(snapshot, settings);
        let budgets = budget::groups(snapshot, settings, freedom);
        let Reach { achieved, lowest, conflicts, is_stuck, is_rationed } = reach(snapshot, &limits, &budgets, &ranges)?;
        for (range, lowest) in ranges.iter_mut().zip(lowest) {
            // Money that earns nothing leaves as far as it can, and rationed budgets serve the broken limits alone: how far
            // is not for the search to weigh.
            if range.is_barren || is_rationed {
                range.lower = lowest;
                range.upper = lowest.to_f64();
            }
        }
        let (mut unreachable, mut groups, mut bounds) = (Vec::new(), Vec::new(), Vec::new());
        for (limit, achieved) in limits.into_iter().zip(achieved) {
            let Limit { group, exact, .. } = limit;
            if achieved > exact {
                unreachable.push(Unreachable { kind: group.kind, least: achieved, bound: exact });
            }
            let bound = achieved.max(Assets::from_f64_down(group.bound));
            // The sum of rounded doubles may exceed the rounded sum.
            let sum = group.members.iter().zip(&group.weights);
            let sum = sum.map(|(member, weight)| weight.at(ranges[*member].lower.to_f64())).sum::<f64>();
            groups.push(Group { bound: bound.to_f64().max(sum), ..group });
            bounds.push(bound);
        }
        for group in budgets {
            bounds.push(Assets::from_f64_down(group.bound));
            groups.push(group);
        }
        let floats = ranges.iter().map(|range| range.lower.to_f64()).collect();
        let upper = ranges.iter().map(|range| range.upper).collect();
        let programme = Programme::new(curves, floats, upper, groups)?;
        let lower = ranges.into_iter().map(|range| range.lower).collect();
        let conflicts = if unreachable.is_empty() { Vec::new() } else { conflicts };
        Ok(Self { programme, unreachable, conflicts, is_stuck: is_stuck || is_rationed, lower, bounds })
    }
}

/// The income curve of each position.
pub(crate) fn curves(snapshot: &Snapshot) -> Result<Vec<Curve>, Error> {
    let curve = |position: &Position| {
        let curve = position.rate.curve(position.value, snapshot.now());
        curve.map_err(|source| Error::Rate { position: position.index, source })
    };
    snapshot.positions.iter().map(curve).collect()
}

/// What each position may hold: all else being free.
fn ranges(snapshot: &Snapshot, curves: &[Curve], freedom: Freedom) -> Vec<Range> {
    let (now, grant) = (snapshot.now(), &snapshot.operator.grant);
    let only_reduces = freedom == Freedom::ReduceOnly;
    let range = |((position, curve), believed): ((&Position, &Curve), Assets)| {
        let value = position.value;
        let marginal = curve.income(value.to_f64()).marginal;
        if !grant.is_active(now) || !grant.covers(position.index) {
            let holds = Some(LimitKind::OutOfGrant { position: position.index });
            return Range { lower: value, upper: value.to_f64(), holds, is_barren: false, marginal };
        }
        if position.lever.is_some() {
            let holds = Some(LimitKind::Leverage { position: position.index });
            return Range { lower: value, upper: value.to_f64(), holds, is_barren: false, marginal };
        }
        // What a position pays beyond its value in the book would be in nobody's price: it stays there.
        let lower = value.saturating_sub(position.liquidity.min(believed));
        let stuck = LimitKind::Illiquidity { position: position.index };
        let holds = (!lower.is_zero()).then_some(stuck);
        let is_barren = position.rate.refusal().is_some() || earns_nothing(curve, lower.to_f64());
        let takes_nothing = only_reduces
            || is_barren
            || position.is_dry()
            || snapshot.is_tripped(position)
            || is_doubted(value, believed);
        let most = if takes_nothing { value.to_f64() } else { curve.capacity() };
        Range { lower, upper: most.max(lower.to_f64()), holds, is_barren, marginal }
    };
    snapshot.positions.iter().zip(curves).zip(snapshot.believed()).map(range).collect()
}

/// Whether the book believes of a position more than a bp less than its venue says. What went in would count as lost by
/// as much, until marks catch up: so nothing goes in.
fn is_doubted(value: Assets, believed: Assets) -> bool {
    value.saturating_sub(believed) > DOUBT.of_down(value)
}

/// Whether a venue pays nothing at any size.
fn earns_nothing(curve: &Curve, low: f64) -> bool {
    let earns = |x: f64| {
        let income = curve.income(x);
        income.value != 0.0 || income.marginal != 0.0
    };
    !earns(low) && !curve.pieces().iter().any(|piece| earns(piece.from.max(low)))
}

/// The part of a bound that the headroom leaves.
pub(crate) fn room(bound: Assets, settings: &Settings) -> Assets {
    Wad(Wad::ONE.0.saturating_sub(settings.headroom.0)).of_down(bound)
}

/// A risk id out of a cap.
pub(crate) fn risk_id(cap: &model::mandate::Cap) -> RiskId {
    RiskId(cap.id)
}
