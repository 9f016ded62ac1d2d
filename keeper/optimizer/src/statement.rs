//! The programme of a snapshot: curves, what is stuck, what may be held and moved, and every limit as a group.
//!
//! Limits of the portfolio (caps, floor, cover, depth) may be broken already, and are then brought as near as the others
//! allow (`reach`). Limits of the change (budgets, tripped breakers, grant, pause) hold for whoever moves nothing, so that the
//! programme always has an answer.

use model::alloy_primitives::U256;
use model::units::{Assets, Wad};
use model::{Curve, LimitKind, Position, RiskId, Snapshot, Unreachable};

use crate::budget;
use crate::covenants;
use crate::objective::Terms;
use crate::portfolio::{self, Limit};
use crate::programme::{Group, Programme};
use crate::reach::{Reach, admits, reach};
use crate::{Error, Settings};

/// A bp: what the book may believe less of a position that still takes money; no more than the headroom covers.
const DOUBT: Wad = Wad(U256::from_limbs([100_000_000_000_000, 0, 0, 0]));

/// What may move at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freedom {
    /// Both ways; what earns nothing leaves first.
    Full,
    /// Both ways; how much of what earns nothing leaves is weighed too.
    Weighed,
    /// Only to idle, and no floor is given up for it.
    Withdrawal,
    /// Only to idle, for the sake of broken limits: floors keep nobody from that.
    ReduceOnly,
    /// The withdrawals that serve broken limits best, as they are.
    Served,
}

impl Freedom {
    /// Whether nothing is put anywhere.
    pub(crate) fn only_reduces(self) -> bool {
        !matches!(self, Self::Full | Self::Weighed)
    }
}

/// A programme with the exact integer bounds that it was stated from.
pub(crate) struct Statement {
    pub(crate) programme: Programme,
    /// Limits that no movement possible now meets; their bounds are what can be reached.
    pub(crate) unreachable: Vec<Unreachable>,
    /// What stands in their way.
    pub(crate) conflicts: Vec<LimitKind>,
    /// Whether a broken limit cannot be brought nearer, so that no money may go anywhere but to idle.
    pub(crate) is_stuck: bool,
    /// Whether something is made to leave because it earns nothing.
    pub(crate) makes_leave: bool,
    /// The least of each position, in base units.
    pub(crate) lower: Vec<Assets>,
    /// The bound of each group of the programme, in base units; of a floor, what it asks for.
    pub(crate) bounds: Vec<Assets>,
}

/// How far floors that are missed are to be met: all of the way, or a part of it; not at all where money only leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Way(pub(crate) f64);

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
    pub(crate) fn of(snapshot: &Snapshot, settings: &Settings, freedom: Freedom, way: Way) -> Result<Self, Error> {
        let curves = curves(snapshot)?;
        let mut ranges = ranges(snapshot, &curves, freedom);
        let limits = portfolio::limits(snapshot, settings);
        let budgets = budget::groups(snapshot, settings, freedom);
        // What withdrawals come to is asked of every answer, also of one that invests.
        let leaving = budget::groups(snapshot, settings, Freedom::ReduceOnly);
        let Reach { achieved, lowest, conflicts, is_stuck, is_rationed } = reach(snapshot, &limits, &leaving, &ranges)?;
        let left = |(range, position): (&Range, &Position)| if range.is_barren { range.lower } else { position.value };
        let left = ranges.iter().zip(&snapshot.positions).map(left).collect::<Vec<_>>();
        // Money that earns nothing leaves as far as it can; where budgets bind, how far makes room for what earns more: that
        // is to be weighed.
        let all_leaves = match freedom {
            Freedom::Full => !is_rationed && admits(&budgets, &left),
            Freedom::Weighed => false,
            _ => admits(&budgets, &ranges.iter().map(|range| range.lower).collect::<Vec<_>>()),
        };
        let makes_leave = all_leaves && left.iter().zip(&snapshot.positions).any(|(left, now)| *left < now.value);
        for (range, lowest) in ranges.iter_mut().zip(lowest) {
            if freedom == Freedom::Served {
                range.lower = lowest;
            }
            if freedom == Freedom::Served || range.is_barren && all_leaves {
                range.upper = range.lower.to_f64();
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
        let upper = ranges.iter().map(|range| range.upper).collect::<Vec<_>>();
        for floor in covenants::floors(snapshot) {
            let is_missed = floor.now < floor.asked.to_f64();
            if freedom.only_reduces() && (freedom != Freedom::Withdrawal || is_missed) {
                // Nobody is made to hold what he would sell; but what is missed is missed.
                if is_missed {
                    let least = Assets::from_f64_down(floor.now);
                    unreachable.push(Unreachable { kind: floor.kind, least, bound: floor.asked });
                }
                continue;
            }
            let group = floor.group(way.0, &upper, settings);
            let (asked, stated) = (floor.asked.to_f64(), -group.bound);
            if stated < asked {
                let least = Assets::from_f64_down(stated);
                unreachable.push(Unreachable { kind: floor.kind, least, bound: floor.asked });
                bounds.push(least);
            } else {
                bounds.push(floor.asked);
            }
            if !floor.members.is_empty() {
                groups.push(group);
            } else {
                bounds.pop();
            }
        }
        let programme = Programme::new(curves, floats, upper, groups)?;
        let programme = Terms::of(snapshot, settings)?.on(programme, settings)?;
        let lower = ranges.into_iter().map(|range| range.lower).collect();
        let conflicts = if unreachable.is_empty() { Vec::new() } else { conflicts };
        Ok(Self { programme, unreachable, conflicts, is_stuck, makes_leave, lower, bounds })
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
    let only_reduces = freedom.only_reduces();
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
            || covenants::is_barred(snapshot, position)
            || is_doubted(value, believed);
        let most = match covenants::most_bought(snapshot, position, curve) {
            _ if takes_nothing => value.to_f64(),
            Some(most) => value.to_f64() + most.to_f64(),
            None => curve.capacity(),
        };
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
