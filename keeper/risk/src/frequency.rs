//! How often a class of things fails, from what has failed: a hazard rate that is never told without how little is known of it.
//!
//! `n` events in `T` years of exposure (protocols watched, each for its time) and a gamma prior `(a, b)` leave a gamma posterior
//! `(a + n, b + T)` for the rate (Gelman and others, Bayesian Data Analysis, 2.6). Jeffreys' prior is `(1/2, 0)`. Events are taken to be
//! independent and the rate constant over the window; a record that lists only what was noticed gives too low a rate.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    calendar::Date,
    credit::Hazard,
    error::{Error, bounded, positive},
    special::gamma_quantile,
};

/// Something that has failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub day: Date,
    /// Who.
    pub protocol: String,
    /// What kind of thing it was.
    pub class: String,
    /// What was lost, in whatever unit; nothing where nobody says.
    pub loss: Option<f64>,
}

/// What is believed of a rate before anything is seen: a gamma distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Events, as it were; above zero.
    pub events: f64,
    /// In so many years; zero or above.
    pub exposure_years: f64,
}

impl Prior {
    /// Says as little as can be said (Jeffreys).
    pub const JEFFREYS: Self = Self { events: 0.5, exposure_years: 0.0 };
}

/// What is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'a> {
    /// Everything that failed, in any order; of two events of one protocol on one day one counts.
    pub events: &'a [Event],
    /// The first day of the window.
    pub from: Date,
    /// The day after its last.
    pub until: Date,
    /// Losses below it do not count; what has no known loss does.
    pub least_loss: f64,
    /// Each class' years of exposure within the window: the sum over its protocols of the time that each was there.
    pub exposure_years: &'a BTreeMap<String, f64>,
    /// What is believed before.
    pub prior: Prior,
}

/// What is known of a class' hazard rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Frequency {
    /// Events that count.
    pub events: usize,
    /// Years of exposure.
    pub exposure_years: f64,
    /// The mean of the known losses among them; nothing where none is known.
    pub mean_loss: Option<f64>,
    shape: f64,
    rate_years: f64,
}

/// A rate and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean, a year.
    pub mean: f64,
    /// The rate is below it with half of what the interval leaves out.
    pub low: f64,
    /// And above it with the other half.
    pub high: f64,
    /// What the interval holds, 0.9 = 90 %.
    pub credibility: f64,
}

impl Frequency {
    /// Returns the rate a year with its interval.
    ///
    /// # Errors
    /// Where the credibility is not between 0 and 1.
    pub fn estimate(&self, credibility: f64) -> Result<Estimate, Error> {
        bounded("the credibility", credibility, credibility > 0.0 && credibility < 1.0, "between 0 and 1")?;
        let tail = 0.5 * (1.0 - credibility);
        let quantile = |chance: f64| gamma_quantile(self.shape, chance).map(|value| value / self.rate_years);
        Ok(Estimate {
            mean: self.shape / self.rate_years,
            low: quantile(tail)?,
            high: quantile(1.0 - tail)?,
            credibility,
        })
    }

    /// Returns the chance that one of the class fails within so many years, not knowing its rate: less than at the mean rate.
    #[must_use]
    pub fn chance_within(&self, years: f64) -> f64 {
        -(-self.shape * (years / self.rate_years).ln_1p()).exp_m1()
    }

    /// Returns the estimate's mean and upper end as hazards, the one to expect and the one to fear.
    ///
    /// # Errors
    /// As [`Self::estimate`].
    pub fn hazards(&self, credibility: f64) -> Result<[Hazard; 2], Error> {
        let found = self.estimate(credibility)?;
        Ok([Hazard::flat(found.mean)?, Hazard::flat(found.high)?])
    }
}

/// Counts the events of each class that has an exposure.
///
/// # Errors
/// Where an event that counts has a class without exposure, or window, prior or exposures are impossible.
pub fn frequencies(record: &Record<'_>) -> Result<BTreeMap<String, Frequency>, Error> {
    if record.from >= record.until {
        return Err(Error::NotBefore { what: "the window of events", early: record.from, late: record.until });
    }
    positive("the prior's events", record.prior.events)?;
    let prior_years = record.prior.exposure_years;
    bounded("the prior's exposure", prior_years, prior_years.is_finite() && prior_years >= 0.0, "zero or above")?;
    let mut seen = BTreeSet::new();
    let mut losses: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    for event in record.events {
        let is_in_window = (record.from..record.until).contains(&event.day);
        let is_large = event.loss.is_none_or(|loss| loss >= record.least_loss);
        if is_in_window && is_large && seen.insert((event.day, event.protocol.as_str())) {
            if !record.exposure_years.contains_key(&event.class) {
                return Err(Error::NoExposure { class: event.class.clone() });
            }
            losses.entry(&event.class).or_default().push(event.loss);
        }
    }
    let frequency = |(class, exposure_years): (&String, &f64)| {
        let exposure_years = positive("the years of exposure", *exposure_years)?;
        let losses = losses.get(class.as_str()).map_or(&[][..], Vec::as_slice);
        let known: Vec<f64> = losses.iter().copied().flatten().collect();
        let mean_loss = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        let shape = record.prior.events + losses.len() as f64;
        let rate_years = prior_years + exposure_years;
        Ok((class.clone(), Frequency { events: losses.len(), exposure_years, mean_loss, shape, rate_years }))
    };
    record.exposure_years.iter().map(frequency).collect()
}
