//! Bonds and credit in plain language.

use alloy_primitives::U256;
use model::words::{days, exact_percent};
use model::{Hazard, Rung};

use super::super::covenant::CovenantChange;
use super::{moves, percent, verb};
use crate::covenants::{Agreed, DurationBand, Purchases};

/// Returns what a change does to what is agreed.
pub(super) fn what(change: &CovenantChange, now: &Agreed) -> String {
    match change {
        CovenantChange::SetDuration { band: to } => {
            let from = band(&now.duration);
            format!("has the modified duration lie {} in place of {from}", band(to))
        }
        CovenantChange::SetLadder { rungs } if rungs.is_empty() => "takes the maturity ladder away".to_owned(),
        CovenantChange::SetLadder { rungs } => {
            let verb = if now.ladder.is_empty() { "sets the" } else { "replaces the" };
            format!("{verb} maturity ladder: {}", ladder(rungs))
        }
        CovenantChange::SetCredit { credit } => {
            moves("the most that is expected to be lost", now.credit, *credit, " of the least net asset value a year")
        }
        CovenantChange::SetHazard { hazard: to } => {
            let from = now.hazard(to.risk_id);
            format!("expects of {} {} in place of {}", to.risk_id, hazard(to), hazard(&from))
        }
        CovenantChange::SetPurchases { purchases: to } => {
            format!("has bonds bought {} in place of {}", purchases(to), purchases(&now.purchases))
        }
        CovenantChange::SetTerm { position, secs: 0 } => format!("has position {position} last no time"),
        CovenantChange::SetTerm { position, secs } => {
            let from = now.terms_secs.get(position).copied().unwrap_or(0);
            let verb = if from == 0 { "has" } else { self::verb(*secs > from) };
            match from {
                0 => format!("{verb} position {position} always pay {} from now", days(U256::from(*secs))),
                from => {
                    let [from, to] = [from, *secs].map(|secs| days(U256::from(secs)));
                    format!("{verb} the term of position {position} from {from} to {to}")
                }
            }
        }
    }
}

/// Returns a band of durations: "from 0.00 days to 180.00 days".
pub fn band(band: &DurationBand) -> String {
    let [least, most] = [band.least_secs, band.most_secs].map(|secs| days(U256::from(secs)));
    format!("from {least} to {most}")
}

/// Returns a ladder: "up to 30 days 5 % to 60 %, later 0 % to 20 %"; the last rung holds all that is later too.
pub fn ladder(rungs: &[Rung]) -> String {
    let shown = rungs.iter().enumerate().map(|(at, rung)| {
        let until = match at + 1 == rungs.len() {
            true if at == 0 => "at any time".to_owned(),
            true => "later".to_owned(),
            false => format!("up to {} days", rung.until_days),
        };
        format!("{until} {} to {}", percent(rung.least_bps), percent(rung.most_bps))
    });
    match rungs {
        [] => "none".to_owned(),
        _ => shown.collect::<Vec<_>>().join(", "),
    }
}

/// Returns what is expected of an id: "a hazard of 2 % a year and a loss of 60 % in it".
pub fn hazard(hazard: &Hazard) -> String {
    if !hazard.is_said() {
        return "nothing".to_owned();
    }
    format!("a hazard of {} a year and a loss of {} in it", percent(hazard.hazard_bps), percent(hazard.loss_bps))
}

/// Returns at what yield bonds are bought: "at 3 % a year at least, and at most 0.5 % below what 0x… tells".
pub fn purchases(purchases: &Purchases) -> String {
    let least = format!("at {} a year at least", percent(purchases.yield_bps));
    if purchases.reference.is_zero() {
        return least;
    }
    let age = model::words::duration(purchases.max_age_secs.into());
    let (spread, reference) = (percent(purchases.spread_bps), purchases.reference);
    format!("{least}, and at most {spread} below what {reference} tells, at most {age} old")
}

/// Returns the most that is expected to be lost: "1 % of the least net asset value a year".
pub fn credit(agreed: &Agreed) -> String {
    format!("{} of the least net asset value a year", exact_percent(agreed.credit.0))
}
