//! What money does that may go both ways, inside the turnover budgets.

use model::{LimitKind, Mandate, Snapshot, mandate};

use crate::programme::Group;
use crate::solution::{self, Solution};
use crate::statement::{Freedom, Statement, Way};
use crate::withdrawal::{self, Answer};
use crate::{Error, Settings, gas, refused, rounding};

/// What came of money that may go both ways.
pub(crate) enum Found {
    /// The best of it.
    Answer(Box<Answer>),
    /// It may only go to idle: while the vault is paused; while a broken limit comes no nearer, which forbids to invest anything
    /// (health never does by what is weighed here); and while turnover, which does not bound the way to idle, keeps broken limits
    /// from being mended as far as withdrawals mend them, or the worst scenarios from coming down to the operator's bound.
    Stuck,
    /// Nothing that can be proved, where limits are out of reach by less than what doubles tell apart; none of it brings more
    /// than this, in base units a year.
    Unproved(f64),
}

/// The best where money may go both ways.
pub(crate) fn answer(snapshot: &Snapshot, settings: &Settings) -> Result<Found, Error> {
    if snapshot.budgets.is_paused(snapshot.now()) || is_unhealthy(snapshot)? {
        return Ok(Found::Stuck);
    }
    let full = Statement::of(snapshot, settings, Freedom::Full, Way(1.0))?;
    if full.is_stuck {
        return Ok(Found::Stuck);
    }
    let (makes_leave, most) = (full.makes_leave, withdrawal::most(&full.programme));
    match both_ways(snapshot, settings, full, makes_leave) {
        Err(Error::Unverified { .. } | Error::Solver { .. }) => Ok(Found::Unproved(most)),
        found => Ok(found?.map_or(Found::Stuck, |answer| Found::Answer(Box::new(answer)))),
    }
}

fn both_ways(
    snapshot: &Snapshot,
    settings: &Settings,
    full: Statement,
    makes_leave: bool,
) -> Result<Option<Answer>, Error> {
    let mut found = solved(snapshot, settings, Freedom::Full, full)?;
    if makes_leave && found.as_ref().is_none_or(|(statement, solution)| budgets_bind(statement, solution)) {
        // What has to leave is in the way of what earns more.
        let weighed = Statement::of(snapshot, settings, Freedom::Weighed, Way(1.0))?;
        found = solved(snapshot, settings, Freedom::Weighed, weighed)?;
    }
    let Some((statement, solution)) = found else { return Ok(None) };
    let target = match rounding::target(snapshot, &statement, &solution)? {
        Ok(target) => target,
        // What is put elsewhere at a lower rate would be refused, but not what comes to idle.
        Err(breach) if breach.limit == mandate::Limit::Improvement && is_over(snapshot, &statement) => return Ok(None),
        Err(breach) if breach.limit == mandate::Limit::Improvement => {
            rounding::present(snapshot, &statement, &solution)?
        }
        Err(breach) if statement.unreachable.is_empty() => return Err(refused(snapshot, &breach)),
        Err(_) => return Ok(None),
    };
    Ok(Some(Answer::of(target, statement)))
}

/// The solution of a statement, or of the one that comes nearest to it.
fn solved(
    snapshot: &Snapshot,
    settings: &Settings,
    freedom: Freedom,
    statement: Statement,
) -> Result<Option<(Statement, Solution)>, Error> {
    match gas::solved(&statement.programme, settings) {
        Ok(solution) => Ok(Some((statement, solution))),
        Err(Error::Conflict { limits }) if limits.contains(&LimitKind::Tail) => Ok(None),
        Err(Error::Conflict { limits }) => nearest(snapshot, settings, freedom, limits),
        Err(error) => Err(error),
    }
}

/// Whether a budget of movements has a price.
fn budgets_bind(statement: &Statement, solution: &Solution) -> bool {
    let binds =
        |(group, price): (&Group, &f64)| *price > 0.0 && group.weights.iter().any(|weight| weight.pivot().is_some());
    statement.programme.groups().iter().zip(&solution.prices).any(binds)
}

/// The best portfolio that comes as far towards floors as the other limits allow, where they do not allow all of the way;
/// none where they allow nothing.
fn nearest(
    snapshot: &Snapshot,
    settings: &Settings,
    freedom: Freedom,
    conflicts: Vec<LimitKind>,
) -> Result<Option<(Statement, Solution)>, Error> {
    let stated = |way| Statement::of(snapshot, settings, freedom, Way(way));
    // What is not proved to be possible is taken not to be.
    let is_possible = |statement: &Statement| solution::is_possible(&statement.programme).unwrap_or(false);
    if !is_possible(&stated(0.0)?) {
        return Ok(None);
    }
    let (mut near, mut far) = (0.0, 1.0);
    for _ in 0..WAYS {
        let way = f64::midpoint(near, far);
        if is_possible(&stated(way)?) { near = way } else { far = way }
    }
    // Short of the edge, where every amount would be the only one; further from it where that is still too near to prove anything.
    let mut fault = None;
    for part in SHORT_OF {
        let mut statement = stated(near * part)?;
        if statement.is_stuck || !is_possible(&statement) {
            return Ok(None);
        }
        match gas::solved(&statement.programme, settings) {
            Ok(solution) => {
                for limit in &conflicts {
                    let is_stated = statement.unreachable.iter().any(|floor| floor.kind == *limit);
                    if !statement.conflicts.contains(limit) && !is_stated {
                        statement.conflicts.push(*limit);
                    }
                }
                return Ok(Some((statement, solution)));
            }
            Err(Error::Conflict { limits }) if limits.contains(&LimitKind::Tail) => return Ok(None),
            Err(error) => fault = Some(error),
        }
    }
    fault.map_or(Ok(None), Err)
}

/// Whether the worst scenarios cost more now than the operator allows.
fn is_over(snapshot: &Snapshot, statement: &Statement) -> bool {
    let now = snapshot.positions.iter().map(|position| position.value.to_f64()).collect::<Vec<_>>();
    statement.programme.tail().is_some_and(|tail| tail.worst(&now).0 > tail.most)
}

/// The parts of the way to where limits stop being possible that are tried, one after the other.
const SHORT_OF: [f64; 3] = [1.0 - 1e-6, 0.99, 0.5];

/// Halvings of the way towards floors.
const WAYS: usize = 16;

/// Whether a debt is secured by less than governance asks for, or nobody says what is owed.
fn is_unhealthy(snapshot: &Snapshot) -> Result<bool, Error> {
    use mandate::Limit as L;
    let standing = Mandate::of(snapshot).standing_now(snapshot).map_err(model::TrialError::from)?;
    Ok(standing.iter().any(|state| matches!(state.limit, L::HealthFloor | L::PortfolioHealth) && !state.holds))
}
