//! Turns a target and a snapshot into a decision: an ordered, bounded, explained intent, or the reason for none.
//!
//! Pure: the same snapshot, target and settings give the same decision, to the bit.
//!
//! - Withdrawals come first, so that idle money suffices for the deposits; each in the order of positions.
//! - Amounts are integers; a withdrawal never exceeds what the venue pays now nor what the book counts.
//! - A least result is the amount less the tolerance, rounded down.
//! - Movements below the least one worth making are left out, unless limits are broken now: then withdrawals of
//!   any size are made, for a limit that stays where it is would refuse the whole intent.
//! - It acts for income only if the gain over the horizon exceeds the gas it costs by a factor; for broken limits
//!   it acts whenever the vault would accept it.
//! - Before it says "rebalance", the mandate itself judges the portfolio that the vault would find after the legs.

mod economics;
mod explanation;
mod movements;
mod settings;

use model::limits::{BeyondAccounts, breach_line};
use model::{Assets, Decision, Holdings, Idleness, Intent, Mandate, Plan, Snapshot, Status, Target};

use economics::Economics;
use movements::Movements;

pub use settings::Settings;

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
    /// The mandate refuses what should have been inside it.
    #[error("the mandate refuses the plan: {0}")]
    Refused(String),
}

/// Decides what to do about `target`.
///
/// # Errors
/// Where target or settings do not fit, or the mandate refuses a plan whose limits could all be met.
pub fn plan(snapshot: &Snapshot, target: &Target, settings: &Settings) -> Result<Decision, Error> {
    settings.check()?;
    if target.positions.len() != snapshot.positions.len() {
        return Err(Error::Mismatch { target: target.positions.len(), snapshot: snapshot.positions.len() });
    }
    let mandate = Mandate::of(snapshot);
    let marked = snapshot.positions.iter().map(|position| position.marked).collect::<Vec<_>>();
    let now = holdings(&mandate, snapshot.book.idle, &marked)?;
    let is_restoring = mandate.states(&now).iter().any(|state| !state.holds);
    let movements = Movements::of(snapshot, target, settings, is_restoring);
    let before = holdings_before(snapshot, &mandate, &movements)?;
    let after = holdings_after(snapshot, &mandate, &movements)?;
    let economics = Economics::of(snapshot, target, settings, &movements)?;
    let explained = |holdings: &Holdings| explanation::of(snapshot, target, &economics, &mandate.states(holdings));

    if snapshot.total_assets().is_zero() {
        return Ok(Decision::NothingToDo { reason: Idleness::NoAssets, explanation: explained(&now) });
    }
    // What the last wallet's rounding leaves behind may break every fraction; no transaction is worth mending that.
    if snapshot.total_assets() < settings.min_leg {
        let reason = Idleness::WithinDust { largest: snapshot.total_assets(), least: settings.min_leg };
        return Ok(Decision::NothingToDo { reason, explanation: explained(&now) });
    }
    if movements.legs.is_empty() {
        if let Status::Infeasible { unreachable } = &target.status {
            return Ok(Decision::Infeasible { unreachable: unreachable.clone(), explanation: explained(&now) });
        }
        let reason = Idleness::WithinDust { largest: movements.largest_left_out, least: settings.min_leg };
        return Ok(Decision::NothingToDo { reason, explanation: explained(&now) });
    }
    if let Err(breach) = mandate.check(&before, &after) {
        return match &target.status {
            Status::Infeasible { unreachable } => {
                Ok(Decision::Infeasible { unreachable: unreachable.clone(), explanation: explained(&now) })
            }
            Status::Optimal => Err(Error::Refused(breach_line(&breach))),
        };
    }
    if !is_restoring && !economics.is_worth_it() {
        let (gain_assets, required_assets) = (economics.gain_assets, economics.required_assets);
        let reason = Idleness::NotWorthIt { gain_assets, required_assets };
        return Ok(Decision::NothingToDo { reason, explanation: explained(&now) });
    }
    let intent = Intent {
        nonce: snapshot.intent_nonce,
        deadline: snapshot.block.timestamp.after_secs(settings.deadline_secs),
        revision: snapshot.revision,
        legs: movements.legs.clone(),
    };
    let legs = explanation::legs(snapshot, target, &economics, &movements);
    Ok(Decision::Rebalance(Plan { intent, legs, restores_limits: is_restoring, explanation: explained(&after) }))
}

/// The portfolio as the vault's book has it, after it has marked what the legs touch.
fn holdings_before(snapshot: &Snapshot, mandate: &Mandate, movements: &Movements) -> Result<Holdings, BeyondAccounts> {
    holdings(mandate, snapshot.book.idle, &movements.book_before(snapshot))
}

/// The portfolio as the vault would find it after the legs.
fn holdings_after(snapshot: &Snapshot, mandate: &Mandate, movements: &Movements) -> Result<Holdings, BeyondAccounts> {
    holdings(mandate, movements.idle_after, &movements.book_after(snapshot))
}

fn holdings(mandate: &Mandate, idle: Assets, values: &[Assets]) -> Result<Holdings, BeyondAccounts> {
    let nav = values.iter().fold(idle, |sum, value| sum.saturating_add(*value));
    mandate.holdings(nav, idle, values)
}
