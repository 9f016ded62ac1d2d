//! Turns a target and a snapshot into a decision: an ordered, bounded, explained intent, or the reason for none.
//!
//! Pure: the same snapshot, target, settings and scales give the same decision, to the bit.
//!
//! - Withdrawals come first, so that idle money suffices for the deposits; each in the order of positions.
//! - Amounts are integers; a withdrawal never exceeds what the venue pays now nor what the book counts.
//! - A least result is the amount less the tolerance and the position's slack, rounded down.
//! - What is due is left to whoever settles it.
//! - What a fund pays by request alone is requested where it would leave if it paid at once ([`request`]); it counts where it is.
//! - Movements below the least one worth making are left out, unless limits are broken now: then withdrawals of
//!   any size are made, for a limit that stays where it is would refuse the whole intent.
//! - It acts for income only if the gain over the horizon, in income less all charges, exceeds the gas it costs by a factor, which is
//!   less once it moves (`band`); for broken limits, the operator's bound on the worst scenarios among them, it acts whenever the
//!   vault would accept it.
//! - Before it says "rebalance", the legs are run on the book as the vault would run them, and the mandate itself judges
//!   what they move, what they cost, and the portfolio after them.
//! - What cannot wait is decided before, without a target ([`protect`]).
//! - Where a debt may have to be lowered, money for the gas of the worst hour is kept: nothing is done for income alone that
//!   would use it.
//! - Where nothing else is to be done and the keeper has been silent for half of the time that governance allows, it gives
//!   a sign of life: an intent without legs.

mod band;
mod economics;
mod explanation;
mod movements;
mod protect;
mod requests;
mod settings;

use model::limits::BeyondAccounts;
use model::mandate::{Breach, Limit, State};
use model::words::breach_line;
use model::{
    Assets, Charges, Curve, Decision, Idleness, Intent, LimitKind, Mandate, Plan, PlannedLeg, Purpose, Snapshot,
    Stance, Status, Target, Trial, TrialError,
};

use economics::Economics;
use movements::Movements;

pub use protect::{by_hand, protect};
pub use requests::request;
pub use settings::Settings;

/// What a plan is weighed by beside income and gas.
#[derive(Clone, Copy)]
pub struct Scales<'a> {
    /// Whether money was moving for income before.
    pub stance: Stance,
    /// What a portfolio costs a year, by the amounts of the snapshot's positions: what the target was chosen by.
    pub charges: &'a dyn Fn(&[Assets]) -> Charges,
}

/// Why there is no decision.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// A setting that makes no sense.
    #[error("{name} is {value}: {rule}")]
    Setting {
        /// Which one.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A target for another snapshot.
    #[error("the target has {target} positions, the snapshot {snapshot}")]
    Mismatch {
        /// How many the target has.
        target: usize,
        /// How many the snapshot has.
        snapshot: usize,
    },
    /// A venue's parameters are impossible.
    #[error("position {position}: {source}")]
    Rate {
        /// The position's index.
        position: u32,
        /// What is impossible.
        source: model::rate::Error,
    },
    /// An amount is beyond the vault's accounts.
    #[error(transparent)]
    Amount(#[from] BeyondAccounts),
    /// Legs that cannot be run at all.
    #[error("the plan cannot be run: {0}")]
    Trial(#[from] TrialError),
    /// The mandate refuses what should have been inside it.
    #[error("the mandate refuses the plan: {0}")]
    Refused(String),
}

/// Decides what to do about `target`.
///
/// # Errors
/// Where target or settings do not fit, or the mandate refuses a plan whose limits could all be met.
pub fn plan(snapshot: &Snapshot, target: &Target, settings: &Settings, scales: &Scales<'_>) -> Result<Decision, Error> {
    settings.check()?;
    if target.positions.len() != snapshot.positions.len() {
        return Err(Error::Mismatch { target: target.positions.len(), snapshot: snapshot.positions.len() });
    }
    let standing = Mandate::of(snapshot).standing_now(snapshot)?;
    let is_restoring = standing.iter().any(is_broken);
    let attempt = Attempt::best(snapshot, target, settings, is_restoring)?;
    let economics = Economics::of(snapshot, target, settings, scales, &attempt.movements)?;
    let is_restoring = is_restoring || economics.is_mending();
    let explained = |states: &[State]| explanation::of(snapshot, target, &economics, states);

    let idle = idleness(snapshot, target, settings, &attempt.movements);
    let keeps_gas = keeps_gas(snapshot, settings, &economics) && economics.is_worth_it();
    let reason = match (idle, &attempt.trial, &target.status) {
        (Some(Idle::Reason(reason)), ..) => reason,
        (Some(Idle::OutOfReach), _, Status::Infeasible { unreachable, conflicts })
        | (None, Err(_), Status::Infeasible { unreachable, conflicts }) => {
            if let Some(sign) = sign_of_life(snapshot, settings, || explained(&standing)) {
                return Ok(sign);
            }
            let (unreachable, conflicts) = (unreachable.clone(), conflicts.clone());
            return Ok(Decision::Infeasible { unreachable, conflicts, explanation: explained(&standing) });
        }
        (_, Err(breach), _) if breach.limit != Limit::Improvement || economics.is_worth_it() => {
            return Err(Error::Refused(breach_line(breach, Some(&snapshot.asset))));
        }
        (None, Ok(trial), _) if is_restoring || economics.is_worth_it() && !keeps_gas => {
            let legs = explanation::legs(snapshot, target, &economics, &attempt.movements);
            let purpose = if is_restoring { Purpose::RestoreLimits } else { Purpose::Earn };
            return Ok(Decision::Rebalance(Plan {
                intent: intent(snapshot, settings, &legs),
                legs,
                purpose,
                explanation: explained(&trial.states()),
            }));
        }
        _ if keeps_gas => reserve(snapshot, settings),
        _ => Idleness::NotWorthIt { gain_assets: economics.gain_assets, required_assets: economics.required_assets },
    };
    if let Some(sign) = sign_of_life(snapshot, settings, || explained(&standing)) {
        return Ok(sign);
    }
    Ok(Decision::NothingToDo { reason, explanation: explained(&standing) })
}

/// Decides to leave everything where it is, for want of a target; gives no sign of life: a keeper that cannot think is silent.
///
/// # Errors
/// Where settings or rates make no sense, or an amount is beyond the vault's accounts.
pub fn idle(
    snapshot: &Snapshot,
    settings: &Settings,
    scales: &Scales<'_>,
    reason: Idleness,
) -> Result<Decision, Error> {
    settings.check()?;
    let curves = economics::curves(snapshot)?;
    let target = Target::present(snapshot, &curves);
    let standing = Mandate::of(snapshot).standing_now(snapshot)?;
    let movements = Movements::of(snapshot, &target, settings, false, false, &curves);
    let economics = Economics::of(snapshot, &target, settings, scales, &movements)?;
    Ok(Decision::NothingToDo { reason, explanation: explanation::of(snapshot, &target, &economics, &standing) })
}

/// Whether what an act for income costs is needed for the worst hour of a debt.
fn keeps_gas(snapshot: &Snapshot, settings: &Settings, economics: &Economics) -> bool {
    let may_owe =
        snapshot.positions.iter().any(|position| position.lever.is_some_and(|lever| lever.thresholds.is_some()));
    may_owe && snapshot.operator.balance.0 < settings.gas_reserve.0.saturating_add(economics.gas_cost.0)
}

fn reserve(snapshot: &Snapshot, settings: &Settings) -> Idleness {
    Idleness::GasReserve { balance: snapshot.operator.balance, reserve: settings.gas_reserve }
}

/// Whether a limit of the portfolio is broken; a budget that is overdrawn drains by itself.
fn is_broken(state: &State) -> bool {
    use Limit as L;
    let of_portfolio =
        matches!(state.limit, L::AbsoluteCap | L::RelativeCap | L::LiquidityFloor | L::LiquidityCover | L::VenueDepth);
    let is_covenant = matches!(state.limit, L::DurationCap | L::DurationFloor | L::RungCap | L::RungFloor | L::Credit);
    (of_portfolio || is_covenant) && !state.holds
}

/// Movements with what the mandate says to them.
struct Attempt {
    movements: Movements,
    trial: Result<Trial, Breach>,
}

impl Attempt {
    /// The movements as the settings want them; where the mandate refuses those, with every withdrawal however small, and
    /// without exits that take the last dust along.
    fn best(snapshot: &Snapshot, target: &Target, settings: &Settings, is_restoring: bool) -> Result<Self, Error> {
        let curves = economics::curves(snapshot)?;
        let first =
            Self::of(snapshot, Movements::of(snapshot, target, settings, is_restoring, true, &curves), &curves)?;
        if first.trial.is_ok() {
            return Ok(first);
        }
        for exits in [true, false] {
            let movements = Movements::of(snapshot, target, settings, true, exits, &curves);
            let other = Self::of(snapshot, movements, &curves)?;
            if other.trial.is_ok() {
                return Ok(other);
            }
        }
        Ok(first)
    }

    fn of(snapshot: &Snapshot, movements: Movements, curves: &[Curve]) -> Result<Self, Error> {
        let trial = Trial::of(snapshot, curves, &movements.legs)?;
        Ok(Self { movements, trial: trial.check().map(|()| trial) })
    }
}

/// Why nothing can be done, whatever it would earn.
enum Idle {
    Reason(Idleness),
    /// Limits are broken, and nothing that can be moved nears them.
    OutOfReach,
}

fn idleness(snapshot: &Snapshot, target: &Target, settings: &Settings, movements: &Movements) -> Option<Idle> {
    let (now, grant, nav) = (snapshot.now(), &snapshot.operator.grant, snapshot.book.nav);
    let reason = if grant.positions == 0 {
        Idleness::NoGrant { account: snapshot.operator.account }
    } else if !grant.is_active(now) {
        Idleness::GrantExpired { expiry: grant.expiry, now }
    } else if snapshot.total_assets().is_zero() {
        Idleness::NoAssets
    } else if snapshot.total_assets() < settings.min_leg {
        // What the last wallet's rounding leaves behind may break every fraction; no transaction is worth mending that.
        Idleness::WithinDust { largest: snapshot.total_assets(), least: settings.min_leg }
    } else if !movements.legs.is_empty() {
        return None;
    } else if matches!(target.status, Status::Infeasible { .. }) {
        return Some(Idle::OutOfReach);
    } else if snapshot.budgets.is_paused(now) {
        Idleness::Paused { until: snapshot.budgets.paused_until }
    } else if snapshot.book.nav_least.saturating_add(snapshot.book.nav_least) < nav {
        let (counted, epoch_secs) = (snapshot.book.nav_least, snapshot.parameters.epoch_secs);
        Idleness::TooYoung { counted, nav, epoch_secs }
    } else if let Some(limit) = target.binding.iter().find(|limit| is_budget(&limit.kind)) {
        Idleness::BudgetSpent { budget: limit.kind, left: limit.bound }
    } else {
        Idleness::WithinDust { largest: movements.largest_left_out, least: settings.min_leg }
    };
    Some(Idle::Reason(reason))
}

fn is_budget(kind: &LimitKind) -> bool {
    use LimitKind as L;
    matches!(kind, L::LossBudget | L::TurnoverBudget | L::GrantLoss | L::GrantTurnover)
}

/// An intent without legs, where the keeper has been silent for half of what governance allows.
fn sign_of_life(
    snapshot: &Snapshot,
    settings: &Settings,
    explained: impl FnOnce() -> model::Explanation,
) -> Option<Decision> {
    let silent_secs = snapshot.now().secs_since(snapshot.budgets.keeper_seen_at);
    let is_due = silent_secs > snapshot.parameters.silence_secs / 2 && !snapshot.total_assets().is_zero();
    (is_due && snapshot.operator.grant.is_active(snapshot.now())).then(|| {
        Decision::Rebalance(Plan {
            intent: intent(snapshot, settings, &[]),
            legs: Vec::new(),
            purpose: Purpose::SignOfLife,
            explanation: explained(),
        })
    })
}

fn intent(snapshot: &Snapshot, settings: &Settings, legs: &[PlannedLeg]) -> Intent {
    Intent {
        nonce: snapshot.operator.grant.nonce,
        deadline: snapshot.now().after_secs(settings.deadline_secs),
        revision: snapshot.revision,
        legs: legs.iter().map(|planned| planned.leg).collect(),
    }
}
