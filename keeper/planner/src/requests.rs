//! What is redeemed by request: what would leave a fund if it paid at once is asked for. It earns and counts where it is until the
//! fund pays; then it is settled by anyone, and the next plans are about idle money.

use model::{
    Assets, Decision, Gas, Leg, Movement, Plan, PlannedLeg, Position, Purpose, Snapshot, Stance, Status, Target, Trial,
};

use crate::economics;
use crate::{Error, Scales, Settings, intent};

/// Adds to a decision what should be requested, where that pays: `wanted` is the target of the same vault, were every fund to pay
/// at once ([`Snapshot::paid_at_once`]). What was requested before is not asked for again.
///
/// # Errors
/// Where target or settings do not fit, or an amount is beyond the vault's accounts.
pub fn request(
    snapshot: &Snapshot,
    wanted: &Target,
    settings: &Settings,
    scales: &Scales<'_>,
    decision: Decision,
) -> Result<Decision, Error> {
    settings.check()?;
    if wanted.positions.len() != snapshot.positions.len() {
        return Err(Error::Mismatch { target: wanted.positions.len(), snapshot: snapshot.positions.len() });
    }
    let planned = match &decision {
        Decision::Rebalance(plan) if plan.purpose != Purpose::SignOfLife => plan.legs.clone(),
        _ => Vec::new(),
    };
    let grant = &snapshot.operator.grant;
    let is_free = |position: &Position| {
        grant.covers(position.index) && planned.iter().all(|other| other.leg.position != position.index)
    };
    let places = (0..snapshot.positions.len()).filter(|place| is_free(&snapshot.positions[*place]));
    let legs: Vec<_> =
        places.filter_map(|place| leg(snapshot, wanted, settings, place).map(|leg| (place, leg))).collect();
    if legs.is_empty() || !grant.is_active(snapshot.now()) {
        return Ok(decision);
    }

    let is_mending = matches!(&decision, Decision::Infeasible { .. }) && wanted.status == Status::Optimal;
    if !is_mending && !pays(snapshot, wanted, settings, scales, &decision, planned.is_empty(), legs.len())? {
        return Ok(decision);
    }
    let curves = economics::curves(snapshot)?;
    let all: Vec<_> = legs.iter().map(|(_, leg)| *leg).chain(planned.iter().map(|planned| planned.leg)).collect();
    let trial = Trial::of(snapshot, &curves, &all)?;
    if trial.check().is_err() {
        return Ok(decision);
    }
    let why = if is_mending { "a limit allows less" } else { "elsewhere it would earn more" };
    let requested = legs.into_iter().map(|(place, leg)| {
        let (before, after) = (snapshot.positions[place].value, trial.values_after()[place]);
        let rate = |value: Assets| curves[place].rate(value.to_f64());
        let reason = format!("{why}: it is requested, and counts here until the fund pays");
        PlannedLeg { leg, before, after, rate_before: rate(before), rate_after: rate(after), reason }
    });
    let legs: Vec<_> = requested.chain(planned).collect();
    let (explanation, purpose) = match decision {
        Decision::Rebalance(plan) if plan.purpose != Purpose::SignOfLife => (plan.explanation, plan.purpose),
        Decision::Infeasible { explanation, .. } => (explanation, Purpose::RestoreLimits),
        Decision::Rebalance(Plan { explanation, .. }) | Decision::NothingToDo { explanation, .. } => {
            (explanation, Purpose::Earn)
        }
    };
    Ok(Decision::Rebalance(Plan { intent: intent(snapshot, settings, &legs), legs, purpose, explanation }))
}

/// The movement out of a fund that brings what is payable and asks for the rest, where more should leave than was asked for.
fn leg(snapshot: &Snapshot, wanted: &Target, settings: &Settings, place: usize) -> Option<Leg> {
    let (position, aim) = (&snapshot.positions[place], wanted.positions[place].assets);
    let standing = position.requested?.saturating_add(position.liquidity);
    let surplus = position.value.saturating_sub(aim);
    if surplus.saturating_sub(standing) < settings.min_leg {
        return None;
    }
    let min_result = settings.least_of(position.brings(surplus), position.terms.slack_bps);
    Some(Leg { position: position.index, movement: Movement::Deallocate(surplus), min_result })
}

/// Whether what is requested earns so much more over the horizon, once it is elsewhere, that it is worth its gas: as of any movement.
fn pays(
    snapshot: &Snapshot,
    wanted: &Target,
    settings: &Settings,
    scales: &Scales<'_>,
    decision: &Decision,
    is_alone: bool,
    count: usize,
) -> Result<bool, Error> {
    let curves = economics::curves(snapshot)?;
    let income = |(curve, aim): (&model::Curve, &model::TargetPosition)| curve.income(aim.assets.to_f64()).value;
    let income: f64 = curves.iter().zip(&wanted.positions).map(income).sum();
    let amounts: Vec<_> = wanted.positions.iter().map(|aim| aim.assets).collect();
    let with = income - (scales.charges)(&amounts).total_assets();
    let explanation = decision.explanation();
    let without = explanation.income_after_assets - explanation.charges_after.total_assets();
    let gas = settings.gas_per_leg.0.saturating_mul(count as u64);
    let gas = if is_alone { gas.saturating_add(settings.gas_base.0) } else { gas };
    let cost = economics::in_assets(Gas(gas).cost(settings.gas_price), settings);
    let band = settings.band();
    let stance = band.stance(scales.stance, with - without, economics::horizon_years(settings), cost.to_f64());
    Ok(stance == Stance::Moving)
}
