//! Changes in plain language, one line each.

pub mod covenants;

use alloy_primitives::U256;
use model::words::{amount, duration, exact_percent};
use model::{Asset, RiskId, Terms, Thresholds, Timestamp, Wad};

use super::change::Change;
use super::diff::Course;
use super::governed::{Breaker, Governed, Grant};

/// Returns one line: what changes from `now`, which way it goes, and how it gets made.
pub fn line(change: &Change, now: &Governed, course: &Course) -> String {
    let what = what(change, now);
    match course {
        Course::AtOnce if !now.is_open => format!("{what}: at once, the vault is not open yet"),
        Course::AtOnce => match change {
            Change::Abdicate { .. } | Change::TakeOwnership | Change::Open => format!("{what}: at once"),
            _ => format!("{what}: adds no risk, at once"),
        },
        Course::Waits { secs } => format!("{what}: adds risk, waits {}", duration(*secs)),
        Course::Announced { executable_at } => {
            format!("{what}: adds risk, announced, can be made from {}", date(*executable_at))
        }
        Course::Blocked { reason } => format!("{what}: not now, {reason}"),
    }
}

/// Returns what a change does to what stands: "raises the cap on a from 40 % to 60 % of the least net asset value".
pub fn what(change: &Change, now: &Governed) -> String {
    let snapshot = &now.snapshot;
    let (set, book) = (&snapshot.parameters, &snapshot.book);
    match change {
        Change::Open => "opens the vault: deposits begin, and what adds risk waits".to_owned(),
        Change::SetDelay { function, secs } => {
            let from = now.delay_secs(*function).unwrap_or_default();
            let verb = if *secs < from { "shortens" } else { "lengthens" };
            format!("{verb} the delay of {} from {} to {}", function.name, duration(from), duration(*secs))
        }
        Change::Abdicate { function } => format!("gives up for good the power to add risk by {}", function.name),
        Change::SetCurator { account } => match (now.roles.curator, account.is_zero()) {
            (from, true) => format!("removes the curator {from}"),
            (from, false) if from.is_zero() => format!("makes {account} the curator"),
            (from, false) => format!("makes {account} the curator in place of {from}"),
        },
        Change::SetGuardian { account, granted: true } => format!("makes {account} a guardian"),
        Change::SetGuardian { account, granted: false } => format!("removes the guardian {account}"),
        Change::OfferOwnership { candidate } => format!("offers ownership to {candidate}"),
        Change::TakeOwnership => format!("takes the ownership that was offered to {}", now.roles.pending_owner),
        Change::SetMaxRate { rate } => moves("the rate at which gains are believed", book.max_rate, *rate, " a year"),
        Change::SetEpoch { secs } => {
            let verb = if *secs < set.epoch_secs { "shortens" } else { "lengthens" };
            format!("{verb} the epoch from {} to {}", duration(set.epoch_secs), duration(*secs))
        }
        Change::SetSilence { secs } => {
            let verb = if *secs < set.silence_secs { "shortens" } else { "lengthens" };
            let (from, to) = (duration(set.silence_secs), duration(*secs));
            format!("{verb} the silence after which anyone may bring money home from {from} to {to}")
        }
        Change::SetHealthFloor { bps } => {
            let (from, to) = (set.health_floor_bps, u64::from(*bps));
            format!("{} the health floor of all debts from {} to {}", verb(to > from), health(from), health(to))
        }
        Change::SetBudgets { loss, turnover } => both(
            (*loss != set.loss).then(|| moves("the loss budget", set.loss, *loss, LEAST_AN_EPOCH)),
            (*turnover != set.turnover).then(|| moves("the turnover budget", set.turnover, *turnover, LEAST_AN_EPOCH)),
        ),
        Change::AdmitCode { codehash, admitted: true } => format!("admits adapters of code {codehash}"),
        Change::AdmitCode { codehash, admitted: false } => format!("admits no more adapters of code {codehash}"),
        Change::AddPosition { adapter, risk_ids, terms } => {
            let index = snapshot.positions.len();
            format!("adds position {index}, {adapter}, counting against {}: {}", list(risk_ids), told(terms))
        }
        Change::SetTerms { position, terms } => terms_moves(*position, &now.terms(*position), terms),
        Change::SetThresholds { position, thresholds } => match now.thresholds(*position) {
            None => format!("lets position {position} owe: {}", self::thresholds(thresholds, &snapshot.asset)),
            Some(from) => thresholds_move(*position, &from, thresholds, &snapshot.asset),
        },
        Change::SetCap { risk_id, absolute, relative } => {
            let (from_absolute, from_relative) =
                now.cap(*risk_id).map_or_else(Default::default, |cap| (cap.absolute, cap.relative));
            let show = |assets| amount(assets, &snapshot.asset);
            both(
                (*relative != from_relative).then(|| {
                    moves(&format!("the cap on {risk_id}"), from_relative, *relative, " of the least net asset value")
                }),
                (*absolute != from_absolute).then(|| {
                    let verb = verb(*absolute > from_absolute);
                    format!("{verb} the absolute cap on {risk_id} from {} to {}", show(from_absolute), show(*absolute))
                }),
            )
        }
        Change::Nest { nest, nested: true } => format!("counts {} against {} too", nest.risk_id, nest.parent),
        Change::Nest { nest, nested: false } => format!("counts {} no longer against {}", nest.risk_id, nest.parent),
        Change::SetBreaker { breaker } => {
            let verb = if now.breaker(breaker.risk_id).is_some() { "replaces" } else { "sets" };
            format!("{verb} the breaker of {}: {}", breaker.risk_id, self::breaker(breaker))
        }
        Change::SetLiquidity { floor, cover } => both(
            (*floor != set.liquidity_floor)
                .then(|| moves("the liquidity floor", set.liquidity_floor, *floor, " of the net asset value")),
            (*cover != set.liquidity_cover)
                .then(|| moves("the liquidity cover", set.liquidity_cover, *cover, " of the net asset value")),
        ),
        Change::SetKeeper { grant } => grant_told(grant, &now.live_grant(grant.keeper)),
        Change::Covenant(change) => covenants::what(change, &now.agreed),
    }
}

/// Returns what a breaker watches: "a price of 0x… from 99 % to 101 %, …".
pub fn breaker(breaker: &Breaker) -> String {
    let Breaker { min_price, max_price, max_age_secs, liquid_bps, confirm_secs, trip_secs, .. } = breaker;
    let price = if breaker.feed.is_zero() {
        "no price".to_owned()
    } else {
        let (least, most, age) =
            (exact_percent(min_price.0), exact_percent(max_price.0), duration((*max_age_secs).into()));
        format!("a price of {} from {least} to {most}, at most {age} old", breaker.feed)
    };
    let (liquid, confirm, trip) =
        (percent(*liquid_bps), duration((*confirm_secs).into()), duration((*trip_secs).into()));
    format!("{price}; {liquid} payable at once, seen missing twice {confirm} apart; a trip lasts {trip}")
}

/// Returns a health in basis points: "1.1500".
pub fn health(bps: u64) -> String {
    model::words::health(U256::from(bps) * U256::from(100_000_000_000_000_u64))
}

/// Returns when a position is deleveraged, and by how much: "to 1.5000, nothing else below 1.3000, ...".
pub fn thresholds(thresholds: &Thresholds, asset: &Asset) -> String {
    let Thresholds { target_bps, soft_bps, hard_bps, chunk, cooldown_secs, slip_bps, reward_bps, .. } = thresholds;
    let [target, soft, hard] = [target_bps, soft_bps, hard_bps].map(|bps| health((*bps).into()));
    let (chunk, cooldown) = (amount(*chunk, asset), duration((*cooldown_secs).into()));
    let (slip, reward) = (percent(*slip_bps), percent(*reward_bps));
    format!(
        "it is deleveraged to a health of {target}, nothing else is done below {soft}, anyone does it below {hard}: at \
         most {chunk} every {cooldown}, losing at most {slip} for {reward} of it"
    )
}

/// Returns the positions of a mask: "0, 1".
pub fn indices(mask: u64) -> String {
    let positions = (0..u64::BITS).filter(|bit| mask >> bit & 1 == 1).map(|bit| bit.to_string());
    positions.collect::<Vec<_>>().join(", ")
}

/// Returns a moment as people write it, in UTC.
pub fn date(at: Timestamp) -> String {
    let (days, secs) = (at.0 / 86_400, at.0 % 86_400);
    if days > 3_000_000 {
        return format!("second {}", at.0);
    }
    // Years that begin in March put the leap day last (Hinnant, "chrono-compatible low-level date algorithms").
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let clock = format!("{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60);
    format!("{year:04}-{month:02}-{day:02} {clock} UTC")
}

const LEAST_AN_EPOCH: &str = " of the least net asset value an epoch";

fn verb(is_more: bool) -> &'static str {
    if is_more { "raises" } else { "lowers" }
}

fn moves(what: &str, from: Wad, to: Wad, of: &str) -> String {
    format!("{} {what} from {} to {}{of}", verb(to > from), exact_percent(from.0), exact_percent(to.0))
}

fn both(first: Option<String>, second: Option<String>) -> String {
    match (first, second) {
        (Some(first), Some(second)) => format!("{first} and {second}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "changes nothing".to_owned(),
    }
}

fn percent(bps: u16) -> String {
    exact_percent(U256::from(u64::from(bps) * 100_000_000_000_000))
}

fn told(terms: &Terms) -> String {
    let (instant, depth, slack) = (percent(terms.instant_bps), percent(terms.depth_bps), percent(terms.slack_bps));
    format!("{instant} of it counts as payable at once, it is at most {depth} of its venue, its slack is {slack}")
}

fn terms_moves(position: u32, from: &Terms, to: &Terms) -> String {
    let one = |what: &str, from: u16, to: u16| {
        (from != to).then(|| format!("{} {what} from {} to {}", verb(to > from), percent(from), percent(to)))
    };
    let parts = [
        one("the part that counts as payable at once", from.instant_bps, to.instant_bps),
        one("its most of the venue", from.depth_bps, to.depth_bps),
        one("its slack", from.slack_bps, to.slack_bps),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("position {position}: {}", parts.join(", "))
}

fn thresholds_move(position: u32, from: &Thresholds, to: &Thresholds, asset: &Asset) -> String {
    let one = |what: &str, is_more: bool, from: String, to: String| {
        (from != to).then(|| format!("{} {what} from {from} to {to}", verb(is_more)))
    };
    let bps = |what: &str, show: fn(u16) -> String, from: u16, to: u16| one(what, to > from, show(from), show(to));
    let healths: fn(u16) -> String = |bps| health(bps.into());
    let span = |secs: u32| duration(secs.into());
    let parts = [
        bps("the health that deleveraging restores", healths, from.target_bps, to.target_bps),
        bps("the health below which nothing else is done", healths, from.soft_bps, to.soft_bps),
        bps("the health below which anyone deleverages", healths, from.hard_bps, to.hard_bps),
        one("what strangers may repay", to.chunk > from.chunk, amount(from.chunk, asset), amount(to.chunk, asset)),
        one(
            "the time that they wait after it",
            to.cooldown_secs > from.cooldown_secs,
            span(from.cooldown_secs),
            span(to.cooldown_secs),
        ),
        bps("what it may lose", percent, from.slip_bps, to.slip_bps),
        bps("what is given for it", percent, from.reward_bps, to.reward_bps),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("position {position}: {}", parts.join(", "))
}

fn grant_told(grant: &Grant, from: &Grant) -> String {
    if grant.positions == 0 {
        return format!("takes every power from keeper {}", grant.keeper);
    }
    let verb = if from.positions == 0 { "gives" } else { "changes the grant of" };
    let positions = indices(grant.positions);
    let (turnover, loss) = (exact_percent(grant.turnover.0), exact_percent(grant.loss.0));
    let to = if from.positions == 0 { "" } else { " to" };
    format!(
        "{verb} keeper {}{to} positions {positions}, moving at most {turnover} and losing at most \
         {loss}{LEAST_AN_EPOCH}, until {}",
        grant.keeper,
        date(grant.expiry)
    )
}

fn list(ids: &[RiskId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_dates() {
        let told = [0, 951_782_400, 1_772_323_199, 1_795_237_200].map(|secs| date(Timestamp(secs)));

        assert_eq!(
            told,
            [
                "1970-01-01 00:00:00 UTC",
                "2000-02-29 00:00:00 UTC",
                "2026-02-28 23:59:59 UTC",
                "2026-11-21 05:00:00 UTC"
            ]
        );
    }
}
