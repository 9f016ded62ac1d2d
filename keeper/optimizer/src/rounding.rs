//! From doubles to base units: rounded so that every limit holds, run as legs, and judged by the mandate itself.

use model::units::{Assets, Wad};
use model::{
    Leg, Limit, LimitKind, Movement, Position, RiskId, Snapshot, Status, Target, TargetPosition, Trial, mandate,
};

use crate::solution::Solution;
use crate::statement::Statement;
use crate::{Error, Group, Weight};

/// How often a cap that what movements cost has broken is mended, what is taken beyond that for rounding, in base units, and a
/// basis point.
const MENDINGS: usize = 4;
const SPARE_ASSETS: u128 = 4;
const BP: u128 = 100_000_000_000_000;

/// Shadow prices (yearly rate) below this are the solver's noise.
const NOISE: f64 = 1e-9;

/// The target of a solution, or what the mandate says against it.
///
/// # Errors
/// Where its movements cannot be run at all.
pub(crate) fn target(
    snapshot: &Snapshot,
    statement: &Statement,
    solution: &Solution,
) -> Result<Result<Target, mandate::Breach>, Error> {
    let mut amounts = whole(statement, solution);
    let mut mendings = MENDINGS;
    loop {
        let trial = Trial::of(snapshot, statement.programme.curves(), &legs(snapshot, &amounts))?;
        match trial.check() {
            Err(breach) if mendings > 0 && mends(statement, &trial, &breach, &mut amounts) => mendings -= 1,
            judged => return Ok(judged.map(|()| stated(snapshot, statement, solution, &amounts))),
        }
    }
}

/// Takes out of what counts against a part of the net asset value what it exceeds that by, where that is what movements cost: they
/// lower the net asset value, and a limit that is used up to the last unit breaks by that. Whether anything was taken.
fn mends(statement: &Statement, trial: &Trial, breach: &mandate::Breach, amounts: &mut [Assets]) -> bool {
    let lost = Assets::from(trial.flow().loss_assets);
    let bound = u128::try_from(breach.bound).unwrap_or(u128::MAX);
    let (kind, part) = match (breach.limit, breach.on) {
        (mandate::Limit::RelativeCap, mandate::Subject::Risk(id)) => {
            (LimitKind::RelativeCap { risk_id: RiskId(id) }, Wad::from(bound))
        }
        (mandate::Limit::RungCap, mandate::Subject::Rung(rung)) => {
            (LimitKind::RungCap { rung }, Wad::from(bound.saturating_mul(BP)))
        }
        _ => return false,
    };
    let Some(cap) = statement.programme.groups().iter().find(|group| group.kind == kind) else { return false };
    let mut excess = part.of_down(lost).saturating_add(Assets::from(SPARE_ASSETS));
    for &member in cap.members.iter().rev() {
        let taken = excess.min(amounts[member].saturating_sub(statement.lower[member]));
        amounts[member] = amounts[member].saturating_sub(taken);
        excess = excess.saturating_sub(taken);
    }
    excess.is_zero()
}

/// The portfolio as it is, as the target: what the solution earns more is its gap.
///
/// # Errors
/// Never today; as [`target`].
pub(crate) fn present(snapshot: &Snapshot, statement: &Statement, solution: &Solution) -> Result<Target, Error> {
    let values = snapshot.positions.iter().map(|position| position.value).collect::<Vec<_>>();
    let target = stated(snapshot, statement, solution, &values);
    let amounts = values.iter().map(|value| value.to_f64()).collect::<Vec<_>>();
    let gap_assets = (solution.income + solution.gap - statement.programme.value(&amounts)).max(0.0);
    Ok(Target { gap_assets, ..target })
}

fn stated(snapshot: &Snapshot, statement: &Statement, solution: &Solution, amounts: &[Assets]) -> Target {
    let idle = snapshot.total_assets().saturating_sub(sum(amounts.iter().copied()));
    let curves = statement.programme.curves();
    let position = |(place, amount): (usize, &Assets)| {
        let (position, curve) = (&snapshot.positions[place], &curves[place]);
        TargetPosition {
            index: position.index,
            assets: *amount,
            rate: curve.rate(amount.to_f64()),
            marginal: solution.marginals[place],
            refusal: position.refusal().map(str::to_owned),
        }
    };
    Target {
        positions: amounts.iter().enumerate().map(position).collect(),
        idle,
        income_assets: amounts.iter().zip(curves).map(|(amount, curve)| curve.income(amount.to_f64()).value).sum(),
        gap_assets: solution.gap,
        binding: binding(snapshot, statement, solution),
        status: match statement.unreachable.as_slice() {
            [] => Status::Optimal,
            unreachable => {
                Status::Infeasible { unreachable: unreachable.to_vec(), conflicts: statement.conflicts.clone() }
            }
        },
    }
}

/// The movements from where the snapshot stands: withdrawals first.
fn legs(snapshot: &Snapshot, amounts: &[Assets]) -> Vec<Leg> {
    let moved = snapshot.positions.iter().zip(amounts);
    let leg = |position: &Position, movement| Leg { position: position.index, movement, min_result: Assets::ZERO };
    let outs = moved
        .clone()
        .filter(|(position, amount)| **amount < position.value)
        .map(|(position, amount)| leg(position, Movement::Deallocate(position.value.saturating_sub(*amount))));
    let ins = moved
        .filter(|(position, amount)| **amount > position.value)
        .map(|(position, amount)| leg(position, Movement::Allocate(amount.saturating_sub(position.value))));
    outs.chain(ins).collect()
}

fn sum(amounts: impl Iterator<Item = Assets>) -> Assets {
    amounts.fold(Assets::ZERO, Assets::saturating_add)
}

/// The solution in whole base units, less what rounding puts over an exact bound on what is held.
fn whole(statement: &Statement, solution: &Solution) -> Vec<Assets> {
    let nearest = solution.amounts.iter().map(|amount| Assets::from_f64_down(amount.round()));
    let mut amounts = nearest.zip(&statement.lower).map(|(amount, least)| amount.max(*least)).collect::<Vec<_>>();
    for (Group { members, weights, .. }, bound) in statement.programme.groups().iter().zip(&statement.bounds) {
        // Budgets of movements and parts of positions leave room for rounding; bounds on whole positions are exact.
        if weights.iter().any(|weight| *weight != Weight::WHOLE) {
            continue;
        }
        let mut excess = sum(members.iter().map(|member| amounts[*member])).saturating_sub(*bound);
        for &member in members.iter().rev() {
            let taken = excess.min(amounts[member].saturating_sub(statement.lower[member]));
            amounts[member] = amounts[member].saturating_sub(taken);
            excess = excess.saturating_sub(taken);
        }
    }
    amounts
}

/// The limits with a shadow price.
fn binding(snapshot: &Snapshot, statement: &Statement, solution: &Solution) -> Vec<Limit> {
    let groups = statement.programme.groups();
    let mut binding = Vec::new();
    for ((group, price), bound) in groups.iter().zip(&solution.prices).zip(&statement.bounds) {
        if *price > NOISE {
            binding.push(Limit { kind: group.kind, bound: *bound, shadow_price: *price });
        }
    }
    if let Some(tail) = statement.programme.tail().filter(|_| solution.tail_price > NOISE) {
        let bound = Assets::from_f64_down(tail.most);
        binding.push(Limit { kind: LimitKind::Tail, bound, shadow_price: solution.tail_price });
    }
    for (place, position) in snapshot.positions.iter().enumerate() {
        let amount = solution.amounts[place];
        let price = |(group, price): (&Group, &f64)| group.slope_below(place, amount).map(|slope| slope * price);
        let reduced = solution.marginals[place] - groups.iter().zip(&solution.prices).filter_map(price).sum::<f64>();
        let (lower, upper) = (statement.programme.lower()[place], statement.programme.upper()[place]);
        if position.refusal().is_some() || reduced.abs() <= NOISE {
            continue;
        }
        if reduced > 0.0 && amount >= upper {
            let kind = LimitKind::Capacity { position: position.index };
            binding.push(Limit { kind, bound: Assets::from_f64_down(upper), shadow_price: reduced });
        } else if reduced < 0.0 && amount <= lower && lower > 0.0 {
            let kind = LimitKind::Illiquidity { position: position.index };
            binding.push(Limit { kind, bound: statement.lower[place], shadow_price: -reduced });
        }
    }
    binding
}
