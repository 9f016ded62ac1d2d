//! From doubles to base units: rounded so that every limit holds, and judged by the mandate itself.

use model::limits::breach_line;
use model::units::Assets;
use model::{Limit, LimitKind, Mandate, Snapshot, Status, Target, TargetPosition};

use crate::search::Solution;
use crate::statement::Statement;
use crate::{Error, Group};

/// Shadow prices (yearly rate) below this are the solver's noise.
const NOISE: f64 = 1e-9;

/// The target of a solution.
///
/// # Errors
/// Where the mandate refuses it although every limit could be met.
pub(crate) fn target(snapshot: &Snapshot, statement: &Statement, solution: &Solution) -> Result<Target, Error> {
    let amounts = whole(statement, solution);
    let idle = snapshot.total_assets().saturating_sub(sum(amounts.iter().copied()));
    if statement.unreachable.is_empty() {
        judge(snapshot, idle, &amounts)?;
    }
    let curves = statement.programme.curves();
    let position = |(place, amount): (usize, &Assets)| {
        let (position, curve) = (&snapshot.positions[place], &curves[place]);
        TargetPosition {
            index: position.index,
            assets: *amount,
            rate: curve.rate(amount.to_f64()),
            marginal: solution.marginals[place],
            refusal: position.rate.refusal().map(str::to_owned),
        }
    };
    Ok(Target {
        positions: amounts.iter().enumerate().map(position).collect(),
        idle,
        income_assets: amounts.iter().zip(curves).map(|(amount, curve)| curve.income(amount.to_f64()).value).sum(),
        gap_assets: solution.gap,
        binding: binding(snapshot, statement, solution),
        status: match statement.unreachable.as_slice() {
            [] => Status::Optimal,
            unreachable => Status::Infeasible { unreachable: unreachable.to_vec() },
        },
    })
}

fn sum(amounts: impl Iterator<Item = Assets>) -> Assets {
    amounts.fold(Assets::ZERO, Assets::saturating_add)
}

/// The solution in whole base units, less what rounding puts over an exact bound.
fn whole(statement: &Statement, solution: &Solution) -> Vec<Assets> {
    let nearest = solution.amounts.iter().map(|amount| Assets::from_f64_down(amount.round()));
    let mut amounts = nearest.zip(&statement.lower).map(|(amount, least)| amount.max(*least)).collect::<Vec<_>>();
    for (Group { members, .. }, bound) in statement.programme.groups().iter().zip(&statement.bounds) {
        let mut excess = sum(members.iter().map(|member| amounts[*member])).saturating_sub(*bound);
        for &member in members.iter().rev() {
            let taken = excess.min(amounts[member].saturating_sub(statement.lower[member]));
            amounts[member] = amounts[member].saturating_sub(taken);
            excess = excess.saturating_sub(taken);
        }
    }
    amounts
}

/// Asks the mandate at both net asset values between which the book stands.
fn judge(snapshot: &Snapshot, idle: Assets, amounts: &[Assets]) -> Result<(), Error> {
    let mandate = Mandate::of(snapshot);
    let marked = snapshot.positions.iter().map(|position| position.marked).collect::<Vec<_>>();
    let before = mandate.holdings(snapshot.book.nav, snapshot.book.idle, &marked)?;
    for nav in [snapshot.book.nav, snapshot.total_assets()] {
        let after = mandate.holdings(nav, idle, amounts)?;
        mandate.check(&before, &after).map_err(|breach| Error::Refused(breach_line(&breach)))?;
    }
    Ok(())
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
    for (place, position) in snapshot.positions.iter().enumerate() {
        let price = groups.iter().zip(&solution.prices).filter(|(group, _)| group.members.contains(&place));
        let reduced = solution.marginals[place] - price.map(|(_, price)| price).sum::<f64>();
        let amount = solution.amounts[place];
        let (lower, upper) = (statement.programme.lower()[place], statement.programme.upper()[place]);
        if position.rate.refusal().is_some() || reduced.abs() <= NOISE {
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
