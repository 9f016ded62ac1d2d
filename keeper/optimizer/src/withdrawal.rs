//! What money does that only comes to idle: no turnover budget bounds it, no cover and no liquidity floor keeps it.
//!
//! So it may be worth more than what the turnover left admits in both directions, where a place holds more than it should: one
//! whose expected losses exceed what it earns, or that would be paid more on what is left.

use model::{LimitKind, Snapshot, Target};

use crate::programme::Programme;
use crate::source::Source;
use crate::statement::{Freedom, Statement, Way};
use crate::weight::Weight;
use crate::{Error, Settings, gas, refused, rounding};

/// A target, and what it brings by the programme that it comes from.
pub(crate) struct Answer {
    target: Target,
    /// Base units a year: income less charges.
    value: f64,
    statement: Statement,
}

impl Answer {
    pub(crate) fn of(target: Target, statement: Statement) -> Self {
        let value = value(&statement.programme, &target);
        Self { target, value, statement }
    }
}

/// The best that money comes to which only goes to idle; limits that are broken are mended as far as it can, at the cost of
/// floors where it must be. The operator's bound on the worst scenarios gives way to those of governance. Its gap is no less than
/// what it falls short of `most`.
pub(crate) fn only(snapshot: &Snapshot, settings: &Settings, most: f64) -> Result<Target, Error> {
    let solved = |settings: &Settings, freedom| {
        let statement = Statement::of(snapshot, settings, freedom, Way(0.0))?;
        gas::solved(&statement.programme, settings).map(|solution| (statement, solution))
    };
    let free = &settings.without_most_worst();
    let found = match solved(settings, Freedom::Withdrawal) {
        Err(Error::Conflict { limits }) if limits.contains(&LimitKind::Tail) => solved(free, Freedom::Withdrawal),
        found => found,
    };
    let found = found.or_else(|_| solved(free, Freedom::ReduceOnly));
    let (statement, solution) = found.or_else(|_| solved(free, Freedom::Served))?;
    let target = match rounding::target(snapshot, &statement, &solution)? {
        Ok(target) => target,
        Err(_) if !statement.unreachable.is_empty() => rounding::present(snapshot, &statement, &solution)?,
        Err(breach) => return Err(refused(snapshot, &breach)),
    };
    Ok(Target { gap_assets: target.gap_assets.max(most - value(&statement.programme, &target)), ..target })
}

/// An answer, or one that only brings money to idle, comes as near to every limit, gives up no floor and is worth more.
pub(crate) fn or_better(snapshot: &Snapshot, settings: &Settings, answer: Answer) -> Result<Target, Error> {
    let Answer { target, value: least, statement: other } = answer;
    let statement = Statement::of(snapshot, settings, Freedom::Withdrawal, Way(0.0))?;
    if statement.unreachable != other.unreachable || most(&statement.programme) <= least + target.gap_assets {
        return Ok(target);
    }
    let solution = match gas::solved(&statement.programme, settings) {
        Ok(solution) => solution,
        // Amounts as they are meet every limit that is stated here: without a proof there is only the other answer.
        Err(Error::Conflict { .. }) => return Ok(target),
        Err(Error::Unverified { .. } | Error::Solver { .. }) => {
            let gap_assets = target.gap_assets.max(most(&statement.programme) - least);
            return Ok(Target { gap_assets, ..target });
        }
        Err(error) => return Err(error),
    };
    let most = (least + target.gap_assets).max(solution.income + solution.gap);
    let found = rounding::target(snapshot, &statement, &solution)?.ok();
    let found = found.map(|found| (value(&statement.programme, &found), found)).filter(|(value, _)| *value > least);
    let (value, best) = found.unwrap_or((least, target));
    Ok(Target { gap_assets: (most - value).max(0.0), ..best })
}

/// What a target brings by a programme's curves and charges, in base units a year.
fn value(programme: &Programme, target: &Target) -> f64 {
    programme.value(&target.positions.iter().map(|position| position.assets.to_f64()).collect::<Vec<_>>())
}

/// No amounts inside the ranges bring more, in base units a year.
pub(crate) fn most(programme: &Programme) -> f64 {
    let free = Weight::part(0.0);
    let best = |source: &Source| source.best(&free, (source.lower(), source.upper()), None).1;
    Source::all(programme).iter().map(best).sum::<f64>() * programme.unit()
}
