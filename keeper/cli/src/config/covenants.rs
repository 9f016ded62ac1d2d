//! Bonds and credit, in the `[deploy]` table and in the mandate file.

use alloy_primitives::Address;
use chain::covenants::{DurationBand, Purchases};
use chain::deployment::bps_to_wad;
use model::{Hazard, RiskId, Rung, Wad};
use serde::Deserialize;

use super::value::{Error, address, risk_id, value, within};

/// The band of the modified duration, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DurationEntry {
    #[serde(default)]
    least_days: u32,
    most_days: u32,
}

/// A rung of the ladder, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RungEntry {
    until_days: u16,
    #[serde(default)]
    least_bps: u16,
    most_bps: u16,
}

/// What is expected of a risk id, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HazardEntry {
    risk_id: String,
    hazard_bps: u16,
    loss_bps: u16,
}

/// At what yield bonds are bought, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PurchasesEntry {
    yield_bps: u16,
    spread_bps: Option<u16>,
    reference: Option<String>,
    max_age_secs: Option<u32>,
}

const DAY_SECS: u32 = 86_400;
/// A hundred years of 365 days: the longest that the contracts take.
const MAX_DAYS: u32 = 36_500;
/// The most rungs that the contracts keep.
const MAX_RUNGS: usize = 10;
/// The most that a fraction may be: all of it.
const WHOLE_BPS: u16 = 10_000;
const MONTH_SECS: u32 = 30 * DAY_SECS;

/// How a table calls its keys.
pub(super) type Key<'a> = &'a dyn Fn(&str) -> String;

impl DurationEntry {
    /// Checks a band, as the contracts will.
    pub(super) fn check(&self, key: Key<'_>) -> Result<DurationBand, Error> {
        let most_days = within(&key("duration.most_days"), self.most_days, 0, MAX_DAYS)?;
        let least_days = within(&key("duration.least_days"), self.least_days, 0, most_days)?;
        Ok(DurationBand { least_secs: least_days * DAY_SECS, most_secs: most_days * DAY_SECS })
    }
}

impl PurchasesEntry {
    /// Checks what may be bought, as the contracts will.
    pub(super) fn check(self, key: Key<'_>) -> Result<Purchases, Error> {
        let key = |name: &str| key(&format!("purchases.{name}"));
        let yield_bps = self.yield_bps;
        let Some(reference) = self.reference else {
            let said = self.spread_bps.map(|bps| ("spread_bps", bps.into()));
            let said = said.or(self.max_age_secs.map(|secs| ("max_age_secs", secs)));
            return match said {
                Some((name, found)) => Err(value(&key(name), found, "there is no reference")),
                None => Ok(Purchases { yield_bps, spread_bps: 0, reference: Address::ZERO, max_age_secs: 0 }),
            };
        };
        let age =
            self.max_age_secs.ok_or_else(|| value(&key("max_age_secs"), "missing", "a reference can be stale"))?;
        Ok(Purchases {
            yield_bps,
            spread_bps: self.spread_bps.unwrap_or(0),
            reference: address(&key("reference"), &reference)?,
            max_age_secs: within(&key("max_age_secs"), age, 60, MONTH_SECS)?,
        })
    }
}

/// Checks a ladder, as the contracts will.
pub(super) fn ladder(entries: &[RungEntry], key: Key<'_>) -> Result<Vec<Rung>, Error> {
    if entries.len() > MAX_RUNGS {
        return Err(value(&key("ladder"), format!("{} rungs", entries.len()), format!("at most {MAX_RUNGS} are kept")));
    }
    let (mut ladder, mut until) = (Vec::with_capacity(entries.len()), 0);
    for (at, entry) in entries.iter().enumerate() {
        let key = |name: &str| key(&format!("ladder[{at}].{name}"));
        if entry.until_days <= until {
            let rule = format!("it must be more than the {until} of the rung before it");
            return Err(value(&key("until_days"), entry.until_days, rule));
        }
        until = entry.until_days;
        let most_bps = within(&key("most_bps"), entry.most_bps, 0, WHOLE_BPS)?;
        let least_bps = within(&key("least_bps"), entry.least_bps, 0, most_bps)?;
        ladder.push(Rung { until_days: entry.until_days, least_bps, most_bps });
    }
    Ok(ladder)
}

/// Checks what is expected of each id; none twice.
pub(super) fn hazards(entries: &[HazardEntry], key: Key<'_>) -> Result<Vec<Hazard>, Error> {
    let mut hazards: Vec<Hazard> = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let key = |name: &str| key(&format!("hazards[{at}].{name}"));
        let risk_id: RiskId = risk_id(&key("risk_id"), &entry.risk_id)?;
        if hazards.iter().any(|hazard| hazard.risk_id == risk_id) {
            return Err(value(&key("risk_id"), risk_id, "it is named before"));
        }
        let loss_bps = within(&key("loss_bps"), entry.loss_bps, 0, WHOLE_BPS)?;
        hazards.push(Hazard { risk_id, hazard_bps: entry.hazard_bps, loss_bps });
    }
    Ok(hazards)
}

/// Checks the most that is expected to be lost.
pub(super) fn credit(bps: u64, key: Key<'_>) -> Result<Wad, Error> {
    within(&key("credit_bps"), bps, 0, WHOLE_BPS.into()).map(bps_to_wad)
}

/// Checks how far off a position always pays.
pub(super) fn term_secs(days: u32, key: Key<'_>) -> Result<u32, Error> {
    within(&key("term_days"), days, 0, MAX_DAYS).map(|days| days * DAY_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Whole {
        duration: Option<DurationEntry>,
        #[serde(default)]
        ladder: Vec<RungEntry>,
        #[serde(default)]
        hazards: Vec<HazardEntry>,
        purchases: Option<PurchasesEntry>,
    }

    fn read(text: &str) -> Result<(), String> {
        let whole: Whole = toml::from_str(text).map_err(|error| error.to_string())?;
        let key = |name: &str| format!("deploy.{name}");
        let check = || {
            ladder(&whole.ladder, &key)?;
            hazards(&whole.hazards, &key)?;
            whole.duration.map(|entry| entry.check(&key)).transpose()?;
            whole.purchases.map(|entry| entry.check(&key)).transpose()
        };
        check().map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let rung = |until: u16, least: u16, most: u16| {
            format!("[[ladder]]\nuntil_days = {until}\nleast_bps = {least}\nmost_bps = {most}\n")
        };
        let hazard = "[[hazards]]\nrisk_id = \"a\"\nhazard_bps = 1\nloss_bps = 1\n";
        let cases = [
            ("[duration]\nleast_days = 2\nmost_days = 1".to_owned(), "deploy.duration.least_days is 2"),
            ("[duration]\nmost_days = 36_501".to_owned(), "deploy.duration.most_days is 36501"),
            (rung(30, 0, 9) + &rung(30, 0, 9), "deploy.ladder[1].until_days is 30: it must be more than the 30"),
            (rung(30, 5, 4), "deploy.ladder[0].least_bps is 5"),
            (rung(30, 5, 10_001), "deploy.ladder[0].most_bps is 10001"),
            ((1..=11).map(|days| rung(days, 0, 1)).collect(), "deploy.ladder is 11 rungs"),
            (hazard.repeat(2), "deploy.hazards[1].risk_id is a"),
            (hazard.replace("loss_bps = 1", "loss_bps = 10_001"), "deploy.hazards[0].loss_bps is 10001"),
            ("[purchases]\nyield_bps = 1\nspread_bps = 1".to_owned(), "deploy.purchases.spread_bps is 1"),
            (
                "[purchases]\nyield_bps = 1\nreference = \"0x5FbDB2315678afecb367f032d93F642f64180aa3\"".to_owned(),
                "deploy.purchases.max_age_secs is missing",
            ),
        ];
        for (text, expected) in cases {
            let error = read(&text).expect_err(&text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_whole_is_taken() {
        let text =
            "[duration]\nmost_days = 180\n[purchases]\nyield_bps = 300\n[[ladder]]\nuntil_days = 30\nmost_bps = 9";
        assert_eq!(read(text), Ok(()));
    }
}
