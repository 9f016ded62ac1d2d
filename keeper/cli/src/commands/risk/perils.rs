//! What is assumed of failure, in words: a hazard that was given, one counted from a record, or none.

use std::collections::BTreeMap;

use risk::calendar::Date;
use risk::credit::{Hazard, Peril, Perils};
use risk::frequency::{Estimate, Prior, Record, frequencies};
use serde_json::{Value, json};

use super::{unmeasured, within};
use crate::args::Risk;
use crate::data::{CLASS, losses};
use crate::failure::Failure;

/// Losses below it do not count, dollars: a vault of millions would not feel them.
const LEAST_LOSS: f64 = 1e6;
/// Records are sparse before.
const FROM_YEAR: i32 = 2021;
const CREDIBILITY: f64 = 0.9;

/// What is assumed of failure.
pub struct Assumed {
    /// No issuer; every venue's contract.
    pub perils: Perils,
    /// A year.
    rate: f64,
    recovery: f64,
    /// Where the rate was counted: events, years and how well it is known.
    counted: Option<(usize, f64, Estimate)>,
}

/// Returns what the arguments say; without any, that nothing fails.
pub fn assumed(args: &Risk, until: Date) -> Result<Assumed, Failure> {
    let recovery = within("--recovery", args.recovery, 0.0, 100.0)? / 100.0;
    let counted = match (args.exposure_years, &args.data) {
        (Some(years), Some(folder)) => Some(count(folder, within("--exposure-years", years, 1e-3, 1e9)?, until)?),
        _ => None,
    };
    let given = within("--hazard", args.hazard.unwrap_or_default(), 0.0, 1_000.0)? / 100.0;
    let rate = counted.map_or(given, |(_, _, estimate)| estimate.mean);
    let peril = |rate: f64, recovery: f64| Peril::new(Hazard::flat(rate)?, recovery);
    let perils = || Ok::<_, risk::Error>(Perils { issuer: peril(0.0, 0.0)?, contract: peril(rate, recovery)? });
    Ok(Assumed { perils: perils().map_err(unmeasured)?, rate, recovery, counted })
}

fn count(folder: &std::path::Path, years: f64, until: Date) -> Result<(usize, f64, Estimate), Failure> {
    let events = losses(folder)?;
    let exposure_years = BTreeMap::from([(CLASS.to_owned(), years)]);
    let from = Date::new(FROM_YEAR, 1, 1).map_err(unmeasured)?;
    let record = Record {
        events: &events,
        from,
        until,
        least_loss: LEAST_LOSS,
        exposure_years: &exposure_years,
        prior: Prior::JEFFREYS,
    };
    let found = frequencies(&record).map_err(unmeasured)?;
    let frequency =
        found.get(CLASS).ok_or_else(|| Failure::fault("no losses were counted", "see `keeper risk --help`"))?;
    Ok((frequency.events, years, frequency.estimate(CREDIBILITY).map_err(unmeasured)?))
}

impl Assumed {
    /// Takes perils whose contract fails at a given rate.
    #[cfg(test)]
    pub fn given(perils: Perils, rate: f64) -> Self {
        let recovery = perils.contract.recovery();
        Self { perils, rate, recovery, counted: None }
    }

    /// Returns it in a sentence.
    pub fn words(&self) -> String {
        let percent = |rate: f64| format!("{:.2} %", rate * 100.0);
        let recovery = format!("{} recovered", percent(self.recovery));
        match self.counted {
            Some((events, years, estimate)) => format!(
                "contracts fail at {} a year ({} to {} with {:.0} % credibility: {events} losses of a million dollars or more since \
                 {FROM_YEAR}, in {years} protocol-years), {recovery}",
                percent(estimate.mean),
                percent(estimate.low),
                percent(estimate.high),
                estimate.credibility * 100.0
            ),
            None if self.rate > 0.0 => format!("contracts fail at {} a year, as given, {recovery}", percent(self.rate)),
            None => "no contract fails: give --hazard or --exposure-years".to_owned(),
        }
    }

    /// Returns it for machines.
    pub fn to_json(&self) -> Value {
        let counted = self.counted.map(|(events, years, estimate)| {
            json!({
                "events": events, "exposure_years": years, "low": estimate.low, "high": estimate.high,
                "credibility": estimate.credibility,
            })
        });
        json!({ "contract_rate": self.rate, "recovery": self.recovery, "counted": counted })
    }
}
