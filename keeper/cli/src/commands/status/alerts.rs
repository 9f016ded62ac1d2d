//! What needs somebody's care: programs that expire, a grant that ends, a keeper that is silent, trips and pauses.

use alloy_primitives::U256;
use chain::governance::{Life, Program};
use model::words::duration;
use model::{Assets, Position, Snapshot};
use risk::lever::watch;
use serde::Serialize;

/// Programs that live shorter than this are told of.
const PROGRAM_WARNING_SECS: u64 = 60 * DAY_SECS;
/// And shorter than this are an error.
const PROGRAM_ERROR_SECS: u64 = 14 * DAY_SECS;
/// A grant that ends sooner is told of.
const GRANT_WARNING_SECS: u64 = 7 * DAY_SECS;
const DAY_SECS: u64 = 86_400;

/// A vault that holds no more base units than this is empty.
const WORTHLESS: Assets = Assets(U256::from_limbs([1_000, 0, 0, 0]));

/// One thing that needs care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// How soon.
    pub severity: Severity,
    /// What, in one sentence.
    pub message: String,
}

/// How soon something needs care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Now: the command ends with exit code 1.
    Error,
    /// Within weeks.
    Warning,
    /// It is as somebody wanted it, and good to know.
    Notice,
}

impl Alert {
    /// Returns whether it needs care now.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Everything that needs care, the most urgent first.
pub fn of(snapshot: &Snapshot, programs: &[Program]) -> Vec<Alert> {
    let mut alerts: Vec<_> = programs.iter().filter_map(program).collect();
    alerts.extend(keeper(snapshot));
    alerts.extend(stops(snapshot));
    alerts.extend(snapshot.positions.iter().filter_map(debt));
    alerts.extend(snapshot.positions.iter().filter_map(dry));
    alerts.sort_by_key(|alert| alert.severity as u8);
    alerts
}

fn alert(severity: Severity, message: String) -> Alert {
    Alert { severity, message }
}

fn program(program: &Program) -> Option<Alert> {
    let (name, account) = (&program.name, program.account);
    let message = match program.life {
        Life::Active { secs_left, .. } if secs_left >= PROGRAM_WARNING_SECS => return None,
        Life::Active { secs_left, .. } => {
            let left = duration(secs_left - secs_left % DAY_SECS);
            let message = format!("program {name} ({account}) expires in {left}: `keeper keepalive` extends its life");
            let is_near = secs_left < PROGRAM_ERROR_SECS;
            return Some(alert(if is_near { Severity::Error } else { Severity::Warning }, message));
        }
        Life::Expired => format!("program {name} ({account}) has expired: `keeper keepalive` activates it again"),
        Life::Inactive => format!("program {name} ({account}) is not active: `keeper keepalive` activates it"),
    };
    Some(alert(Severity::Error, message))
}

fn keeper(snapshot: &Snapshot) -> Vec<Alert> {
    let (now, grant) = (snapshot.now(), &snapshot.operator.grant);
    let mut alerts = Vec::new();
    let left_secs = grant.expiry.secs_since(now);
    if grant.positions != 0 && left_secs == 0 {
        alerts.push(alert(Severity::Error, format!("the grant of {} has ended", snapshot.operator.account)));
    } else if grant.positions != 0 && left_secs < GRANT_WARNING_SECS {
        alerts.push(alert(Severity::Warning, format!("the grant ends in {}", rough(left_secs))));
    }
    let silent_secs = now.secs_since(snapshot.budgets.keeper_seen_at);
    let allowed_secs = snapshot.parameters.silence_secs;
    // What the last wallet's rounding leaves behind needs no keeper.
    if silent_secs >= allowed_secs && snapshot.book.nav > WORTHLESS {
        let (silent, allowed) = (rough(silent_secs), duration(allowed_secs));
        let message = format!("no keeper was seen for {silent}, {allowed} are allowed: anyone may bring money to idle");
        alerts.push(alert(Severity::Error, message));
    }
    alerts
}

/// A debt whose health is below a threshold, or of which nobody says what it is.
fn debt(position: &Position) -> Option<Alert> {
    let (index, lever) = (position.index, position.lever?);
    let Some(watch) = watch(position) else {
        let is_silent = lever.debt.is_none();
        return is_silent.then(|| alert(Severity::Error, format!("position {index} does not say what it owes")));
    };
    let below = |name, bps: u16| {
        format!(
            "position {index}: health {:.4} is below its {name} threshold {:.4}",
            watch.health,
            f64::from(bps) / 1e4
        )
    };
    if watch.hard.price_fall <= 0.0 {
        return Some(alert(Severity::Error, below("hard", watch.thresholds.hard_bps)));
    }
    (watch.soft.price_fall <= 0.0).then(|| alert(Severity::Error, below("soft", watch.thresholds.soft_bps)))
}

/// Money at a venue that it should leave.
fn dry(position: &Position) -> Option<Alert> {
    let reason = position.drought().filter(|_| !position.value.is_zero())?;
    Some(alert(Severity::Warning, format!("position {}: {reason}; the keeper takes out what it pays", position.index)))
}

fn stops(snapshot: &Snapshot) -> Vec<Alert> {
    let now = snapshot.now();
    let mut alerts = Vec::new();
    for cap in snapshot.caps.iter().filter(|cap| cap.is_tripped(now)) {
        let (id, until) = (cap.risk_id, cap.tripped_until);
        alerts.push(alert(Severity::Warning, format!("{id} is tripped until {until}: it takes no new money")));
    }
    if snapshot.budgets.is_paused(now) {
        let until = snapshot.budgets.paused_until;
        alerts.push(alert(Severity::Warning, format!("paused until {until}: money may only move to idle")));
    }
    if snapshot.budgets.is_blocked(now) {
        let message = match snapshot.budgets.blocked_until.0 {
            NOT_OPENED => "the vault is not open: nobody can deposit, and changes do not wait".to_owned(),
            until => format!("nobody can deposit until {until}"),
        };
        alerts.push(alert(Severity::Notice, message));
    }
    alerts
}

/// A length of time in whole days from two days on, in whole hours from two hours on.
pub fn rough(secs: u64) -> String {
    let grain = if secs >= 2 * DAY_SECS {
        DAY_SECS
    } else if secs >= 7_200 {
        3_600
    } else {
        1
    };
    duration(secs - secs % grain)
}

/// How the vault says that it was never opened.
pub const NOT_OPENED: u64 = u32::MAX as u64;

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256};

    use super::*;

    fn severity(life: Life) -> Option<Severity> {
        let program = Program { name: "desk".into(), account: Address::ZERO, codehash: B256::ZERO, life };
        super::program(&program).map(|alert| alert.severity)
    }

    #[test]
    fn programs_are_told_of_below_sixty_days_and_are_errors_below_fourteen() {
        let left = |days: u64| Life::Active { secs_left: days * DAY_SECS, can_extend: true };

        assert_eq!(
            [60, 59, 14, 13].map(|days| severity(left(days))),
            [None, Some(Severity::Warning), Some(Severity::Warning), Some(Severity::Error)]
        );
        assert_eq!(severity(Life::Expired), Some(Severity::Error));
        assert_eq!(severity(Life::Inactive), Some(Severity::Error));
    }
}
