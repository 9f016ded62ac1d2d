//! What cannot wait for an optimum: debts that may come near their soft threshold, and venues that run dry.
//!
//! It rests on nothing but the snapshot, so that it is decided even where no target can be: a debt is repaid to its target
//! where its soft threshold is passed, or is so within `protect_hours` with a chance of one in twenty and a quarter of the
//! way to it is gone; money leaves a dry venue as far as that pays. The nearest threshold comes first, then the driest
//! venue. Legs that the mandate would refuse are made smaller, or left out: one that cannot be made keeps back no other.

use std::cmp::Ordering;

use model::decision::{LimitLine, PositionLine};
use model::words::breach_line;
use model::{
    Assets, Charges, Curve, Decision, Explanation, Gas, Leg, Movement, Plan, PlannedLeg, Position, Purpose, Snapshot,
    Stuck, Trial,
};
use risk::lever::{Watch, watch};

use crate::{Error, Settings, economics, intent};

/// How often a repayment is halved before it is given up.
const HALVINGS: u32 = 8;
/// A repayment ends where the adapter finds the target: how much that is is not foreseen to the unit.
const LEAST_REPAID: Assets = Assets(model::alloy_primitives::U256::ONE);

/// Something to do, with its reason.
struct Wish {
    position: u32,
    movements: Vec<Movement>,
    reason: String,
}

/// Decides what cannot wait; nothing where everything can.
///
/// # Errors
/// Where settings or rates make no sense, or an amount is beyond the vault's accounts.
pub fn protect(snapshot: &Snapshot, settings: &Settings) -> Result<Option<Decision>, Error> {
    settings.check()?;
    let grant = &snapshot.operator.grant;
    if !grant.is_active(snapshot.now()) {
        return Ok(None);
    }
    let ours = |position: &&Position| grant.covers(position.index);
    let mut near: Vec<_> = snapshot.positions.iter().filter(ours).filter_map(|at| near(at, settings)).collect();
    near.sort_by(|(one, _), (other, _)| one.partial_cmp(other).unwrap_or(Ordering::Equal));
    let mut dry: Vec<_> = snapshot.positions.iter().zip(snapshot.believed()).filter(|(at, _)| ours(at)).collect();
    dry.retain(|(position, _)| position.drought().is_some() && !position.value.is_zero());
    dry.sort_by(|(one, _), (other, _)| liquid(one).partial_cmp(&liquid(other)).unwrap_or(Ordering::Equal));
    let stuck = dry.iter().filter_map(|(position, believed)| stuck(position, *believed)).collect();
    let wishes = near.into_iter().map(|(_, wish)| wish);
    let wishes = wishes.chain(dry.iter().filter_map(|(position, believed)| leave(position, *believed, settings)));

    let curves = economics::curves(snapshot)?;
    let (mut legs, mut reasons, mut passed) = (Vec::<Leg>::new(), Vec::new(), None);
    for wish in wishes {
        for movement in &wish.movements {
            let leg = Leg { position: wish.position, movement: *movement, min_result: least(movement, settings, 0) };
            let trial = Trial::of(snapshot, &curves, &[legs.as_slice(), &[leg]].concat())?;
            if trial.check().is_ok() {
                legs.push(leg);
                reasons.push(wish.reason);
                passed = Some(trial);
                break;
            }
        }
    }
    let Some(trial) = passed else { return Ok(None) };
    let planned =
        legs.iter().zip(reasons).map(|(leg, reason)| planned(snapshot, &curves, &trial, *leg, reason)).collect();
    Ok(Some(Decision::Rebalance(plan(snapshot, settings, &curves, &trial, planned, stuck, Purpose::Protect))))
}

/// Plans one movement that somebody asks for by hand, whatever it earns.
///
/// # Errors
/// Where settings or rates make no sense, the movement cannot be made, or the mandate would refuse it.
pub fn by_hand(snapshot: &Snapshot, settings: &Settings, position: u32, movement: Movement) -> Result<Plan, Error> {
    settings.check()?;
    let curves = economics::curves(snapshot)?;
    let found = snapshot.positions.iter().find(|found| found.index == position);
    let slack_bps = found.map_or(0, |found| found.terms.slack_bps);
    let min_result = match (movement, found) {
        // What it brings now is what is payable; the rest is requested.
        (Movement::Deallocate(asked), Some(found)) => settings.least_of(found.brings(asked), slack_bps),
        _ => least(&movement, settings, slack_bps),
    };
    let leg = Leg { position, movement, min_result };
    let trial = Trial::of(snapshot, &curves, &[leg])?;
    trial.check().map_err(|breach| Error::Refused(breach_line(&breach, Some(&snapshot.asset))))?;
    let legs = vec![planned(snapshot, &curves, &trial, leg, "somebody asked for it".to_owned())];
    Ok(plan(snapshot, settings, &curves, &trial, legs, Vec::new(), Purpose::ByHand))
}

/// What a debt near its soft threshold wishes, and how many hours off that is.
fn near(position: &Position, settings: &Settings) -> Option<(f64, Wish)> {
    let watch = watch(position).filter(|watch| watch.is_pressed(settings.protect_hours))?;
    let Watch { health, thresholds, soft, .. } = watch;
    let hours = soft.hours?;
    let target = f64::from(thresholds.target_bps) / 1e4;
    let debt = position.lever?.debt?;
    let reason = format!(
        "health is {health:.4}, and its soft threshold of {:.4} is {} off at today's volatility: back to {target:.4}",
        f64::from(thresholds.soft_bps) / 1e4,
        if hours < 1.0 { "less than an hour".to_owned() } else { format!("{hours:.0} hours") },
    );
    let parts = (1..=HALVINGS).map(|halvings| Assets(debt.0 >> halvings)).filter(|part| *part >= settings.min_leg);
    let movements = std::iter::once(Movement::RepayAll).chain(parts.map(Movement::Repay)).collect();
    Some((hours, Wish { position: position.index, movements, reason }))
}

/// What money at a dry venue wishes.
fn leave(position: &Position, believed: Assets, settings: &Settings) -> Option<Wish> {
    let payable = position.value.min(position.liquidity).min(believed);
    let reason = position.drought().filter(|_| payable >= settings.min_leg)?;
    Some(Wish { position: position.index, movements: vec![Movement::Deallocate(payable)], reason })
}

/// What cannot leave a dry venue.
fn stuck(position: &Position, believed: Assets) -> Option<Stuck> {
    let assets = position.value.saturating_sub(position.liquidity.min(believed));
    let reason = position.drought().filter(|_| !assets.is_zero())?;
    Some(Stuck { position: position.index, assets, reason })
}

/// The part of a position that its venue would pay.
fn liquid(position: &Position) -> f64 {
    position.liquidity.to_f64() / position.value.to_f64()
}

fn least(movement: &Movement, settings: &Settings, slack_bps: u16) -> Assets {
    match movement {
        Movement::Deallocate(assets) | Movement::Allocate(assets) => settings.least_of(*assets, slack_bps),
        Movement::Repay(_) | Movement::RepayAll => LEAST_REPAID,
        Movement::DeallocateAll => Assets::ZERO,
    }
}

fn planned(snapshot: &Snapshot, curves: &[Curve], trial: &Trial, leg: Leg, reason: String) -> PlannedLeg {
    let place = snapshot.positions.iter().position(|position| position.index == leg.position);
    let place = place.expect("legs come from the snapshot's positions");
    let (before, after) = (snapshot.positions[place].value, trial.values_after()[place]);
    let rate = |value: Assets| curves[place].rate(value.to_f64());
    PlannedLeg { leg, before, after, rate_before: rate(before), rate_after: rate(after), reason }
}

fn plan(
    snapshot: &Snapshot,
    settings: &Settings,
    curves: &[Curve],
    trial: &Trial,
    legs: Vec<PlannedLeg>,
    stuck: Vec<Stuck>,
    purpose: Purpose,
) -> Plan {
    let income = |place: usize, value: Assets| curves[place].income(value.to_f64()).value;
    let all =
        |values: &dyn Fn(usize) -> Assets| (0..curves.len()).map(|place| income(place, values(place))).sum::<f64>();
    let (before, after) = (all(&|place| snapshot.positions[place].value), all(&|place| trial.values_after()[place]));
    let gas = settings.gas_per_leg.0.saturating_mul(legs.len() as u64);
    let gas_cost = Gas(settings.gas_base.0.saturating_add(gas)).cost(settings.gas_price);
    let line = |(place, position): (usize, &Position)| {
        let after = trial.values_after()[place];
        PositionLine {
            index: position.index,
            before: position.value,
            after,
            target: after,
            rate_before: curves[place].rate(position.value.to_f64()),
            rate_after: curves[place].rate(after.to_f64()),
            marginal_after: curves[place].income(after.to_f64()).marginal,
            refusal: position.refusal().map(str::to_owned),
        }
    };
    let explanation = Explanation {
        block: snapshot.block,
        total: snapshot.total_assets(),
        income_before_assets: before,
        income_after_assets: after,
        // What cannot wait is not weighed.
        charges_before: Charges::default(),
        charges_after: Charges::default(),
        gain_assets: economics::over_horizon(after - before, settings),
        gas_cost,
        gas_cost_assets: economics::in_assets(gas_cost, settings),
        required_assets: 0.0,
        gap_assets: 0.0,
        positions: snapshot.positions.iter().enumerate().map(line).collect(),
        binding: Vec::new(),
        limits: trial.states().iter().map(LimitLine::from).collect(),
        stuck,
        fallback: None,
    };
    Plan { intent: intent(snapshot, settings, &legs), legs, purpose, explanation }
}
