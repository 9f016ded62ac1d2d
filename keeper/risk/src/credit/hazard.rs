//! Hazard rates: the chance a year to fail of whoever has not failed yet.
//!
//! `S(t) = exp(-integral of h from 0 to t)`; hazards of independent causes add up (Cox and Oakes, Analysis of Survival Data, 1984).

use crate::{
    calendar::Date,
    day_count::DayCount,
    error::{Error, bounded, positive},
};

/// A hazard rate that is constant between knots.
#[derive(Clone, Debug, PartialEq)]
pub struct Hazard {
    /// Years until which a rate holds, and the rate; the last holds for ever.
    pieces: Vec<(f64, f64)>,
}

impl Hazard {
    /// Returns one rate for all times.
    ///
    /// # Errors
    /// Where the rate is below zero or not finite.
    pub fn flat(rate: f64) -> Result<Self, Error> {
        Self::piecewise(vec![(f64::INFINITY, rate)])
    }

    /// Returns rates that hold up to so many years each, the last for ever.
    ///
    /// # Errors
    /// Where there is none, years do not rise, or a rate is below zero or not finite.
    pub fn piecewise(pieces: Vec<(f64, f64)>) -> Result<Self, Error> {
        if pieces.is_empty() {
            return Err(Error::TooFew { what: "hazard rates", found: 0, needed: 1 });
        }
        let mut last = 0.0;
        for (until, rate) in &pieces {
            bounded("the years until which a hazard rate holds", *until, *until > last, "later than the one before")?;
            bounded("a hazard rate", *rate, rate.is_finite() && *rate >= 0.0, "zero or above")?;
            last = *until;
        }
        Ok(Self { pieces })
    }

    /// Returns the rates that give these chances (years, chance to survive until then).
    ///
    /// # Errors
    /// Where chances rise or are not above zero, or years do not rise.
    pub fn from_survival(points: &[(f64, f64)]) -> Result<Self, Error> {
        let (mut years, mut chance) = (0.0, 1.0);
        let mut pieces = Vec::with_capacity(points.len());
        for (until, survival) in points {
            positive("a chance to survive", *survival)?;
            pieces.push((*until, (chance / survival).ln() / (until - years)));
            (years, chance) = (*until, *survival);
        }
        Self::piecewise(pieces)
    }

    /// Returns the same hazard with `by` a year added.
    ///
    /// # Errors
    /// Where a rate would fall below zero.
    pub fn shifted(&self, by: f64) -> Result<Self, Error> {
        Self::piecewise(self.pieces.iter().map(|(until, rate)| (*until, rate + by)).collect())
    }

    /// Returns what hazard there is until then; at most that at time zero for times before it.
    #[must_use]
    pub fn until(&self, years: f64) -> f64 {
        let (mut total, mut from) = (0.0, 0.0);
        for (index, (until, rate)) in self.pieces.iter().enumerate() {
            let end = if index + 1 == self.pieces.len() { years } else { years.min(*until) };
            total += rate * (end - from).max(0.0);
            from = *until;
        }
        total
    }

    /// Returns the chance not to have failed by then.
    #[must_use]
    pub fn survival(&self, years: f64) -> f64 {
        (-self.until(years)).exp()
    }

    /// Where rates change, years.
    pub(super) fn knots(&self) -> impl Iterator<Item = f64> + '_ {
        self.pieces.iter().map(|piece| piece.0).filter(|until| until.is_finite())
    }
}

/// A hazard from a day on.
#[derive(Clone, Debug, PartialEq)]
pub struct HazardCurve {
    /// Where years begin.
    pub reference: Date,
    /// How they are counted; not ISMA, which needs a coupon.
    pub day_count: DayCount,
    /// The rates as a function of them.
    pub hazard: Hazard,
}

impl HazardCurve {
    /// Returns the chance not to have failed by the end of a day.
    #[must_use]
    pub fn survival(&self, date: Date) -> f64 {
        (-self.until(date)).exp()
    }

    /// Returns what hazard there is until the end of a day.
    #[must_use]
    pub fn until(&self, date: Date) -> f64 {
        self.hazard.until(self.day_count.years_between(self.reference, date))
    }
}

/// A stretch of time over which forward and hazard rates are flat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Discount and survival together at its begin.
    pub(super) start_value: f64,
    /// What hazard there is in it, of the cause that is asked for.
    pub(super) hazard: f64,
    /// The fall of the logarithm of discount and survival.
    pub(super) fall: f64,
}

impl Stretch {
    /// What one is worth that is paid at the moment of failure.
    pub(super) fn protection(&self) -> f64 {
        self.start_value * self.hazard * mean_decay(self.fall)
    }

    /// What is worth that grows from `start` to `end` and is paid at the moment of failure.
    pub(super) fn accrual(&self, start: f64, end: f64) -> f64 {
        let grown = start * mean_decay(self.fall) + (end - start) * weighted_decay(self.fall);
        self.start_value * self.hazard * grown
    }
}

/// `integral of exp(-x s) for s from 0 to 1`.
fn mean_decay(x: f64) -> f64 {
    if x.abs() < 1e-12 { 1.0 } else { -(-x).exp_m1() / x }
}

/// `integral of s exp(-x s) for s from 0 to 1`; by its series where the closed form would cancel.
fn weighted_decay(x: f64) -> f64 {
    if x.abs() < 1e-2 {
        0.5 - x / 3.0 + x.powi(2) / 8.0 - x.powi(3) / 30.0 + x.powi(4) / 144.0 - x.powi(5) / 840.0 + x.powi(6) / 5760.0
    } else {
        (mean_decay(x) - (-x).exp()) / x
    }
}
