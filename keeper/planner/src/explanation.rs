//! The figures and sentences behind a decision.

use model::decision::{LimitLine, PositionLine};
use model::{Explanation, LimitKind, Movement, PlannedLeg, Snapshot, Target};

use crate::economics::Economics;
use crate::movements::Movements;

/// The figures, with every limit as `states` has it.
pub(crate) fn of(
    snapshot: &Snapshot,
    target: &Target,
    economics: &Economics,
    states: &[model::mandate::State],
) -> Explanation {
    let line = |place: usize| {
        let (position, aim) = (&snapshot.positions[place], &target.positions[place]);
        let (curve, after) = (&economics.curves[place], economics.values_after[place]);
        PositionLine {
            index: position.index,
            before: position.value,
            after,
            target: aim.assets,
            rate_before: curve.rate(position.value.to_f64()),
            rate_after: curve.rate(after.to_f64()),
            marginal_after: curve.income(after.to_f64()).marginal,
            refusal: aim.refusal.clone(),
        }
    };
    Explanation {
        block: snapshot.block,
        total: snapshot.total_assets(),
        income_before_assets: economics.income_before_assets,
        income_after_assets: economics.income_after_assets,
        charges_before: economics.charges_before,
        charges_after: economics.charges_after,
        gain_assets: economics.gain_assets,
        gas_cost: economics.gas_cost,
        gas_cost_assets: economics.gas_cost_assets,
        required_assets: economics.required_assets,
        gap_assets: target.gap_assets,
        positions: (0..snapshot.positions.len()).map(line).collect(),
        binding: target.binding.clone(),
        limits: states.iter().map(LimitLine::from).collect(),
        stuck: Vec::new(),
        fallback: None,
    }
}

/// Each leg with what it does and why.
pub(crate) fn legs(
    snapshot: &Snapshot,
    target: &Target,
    economics: &Economics,
    movements: &Movements,
) -> Vec<PlannedLeg> {
    let planned = |leg: &model::Leg| {
        let place = snapshot.positions.iter().position(|position| position.index == leg.position);
        let place = place.expect("legs come from the snapshot's positions");
        let (before, after) = (snapshot.positions[place].value, movements.values_after[place]);
        let curve = &economics.curves[place];
        let (rate_before, rate_after) = (curve.rate(before.to_f64()), curve.rate(after.to_f64()));
        let marginal = curve.income(after.to_f64()).marginal;
        let limits = limits_on(snapshot, target, place);
        let reason = match (&leg.movement, &target.positions[place].refusal, limits.as_str()) {
            (_, Some(refusal), _) => format!("its rate cannot be read: {refusal}"),
            (Movement::Allocate(_), None, "") => {
                format!("the next unit here still earns {} after our own impact", percent(marginal))
            }
            (Movement::Allocate(_), None, limits) => {
                format!("the next unit here would still earn {}; no more because of the {limits}", percent(marginal))
            }
            (_, None, "") => {
                format!("the last unit here earned less than elsewhere; it earns {} after", percent(marginal))
            }
            (_, None, limits) => format!("no more is allowed by the {limits}"),
        };
        PlannedLeg { leg: *leg, before, after, rate_before, rate_after, reason }
    };
    movements.legs.iter().map(planned).collect()
}

/// The names of the binding limits that hold a position at its target; empty where none does.
fn limits_on(snapshot: &Snapshot, target: &Target, place: usize) -> String {
    let position = &snapshot.positions[place];
    let covers = |kind: &LimitKind| match kind {
        LimitKind::Budget => false,
        LimitKind::LiquidityCover => position.terms.instant_bps < 10_000,
        LimitKind::AbsoluteCap { risk_id } | LimitKind::RelativeCap { risk_id } | LimitKind::Breaker { risk_id } => {
            position.risk_ids.contains(risk_id)
        }
        LimitKind::DurationCap | LimitKind::DurationFloor | LimitKind::RungCap { .. } | LimitKind::RungFloor { .. } => {
            position.bond.is_some()
        }
        LimitKind::Capacity { position: index }
        | LimitKind::Illiquidity { position: index }
        | LimitKind::Leverage { position: index }
        | LimitKind::VenueDepth { position: index }
        | LimitKind::OutOfGrant { position: index } => *index == position.index,
        LimitKind::LossBudget
        | LimitKind::TurnoverBudget
        | LimitKind::GrantLoss
        | LimitKind::GrantTurnover
        | LimitKind::Credit
        | LimitKind::Tail
        | LimitKind::Paused => true,
    };
    let names = target.binding.iter().filter(|limit| covers(&limit.kind)).map(|limit| limit.kind.to_string());
    names.collect::<Vec<_>>().join(" and the ")
}

/// A rate in percent with three digits after the point, and no sign on what rounds to nothing.
fn percent(rate: f64) -> String {
    let percent = if rate.abs() < 5e-6 { 0.0 } else { rate * 100.0 };
    format!("{percent:.3} %")
}
