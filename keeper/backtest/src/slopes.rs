//! Estimates a pool's curve from what it has paid so far: day by day, never ahead.
//!
//! Below the optimal usage the borrow rate is a line in usage. Three days or more on one line give it away; governance moves
//! the line every few weeks, which shows as days that lie on none, and until the new one is found the old intercept is kept
//! and the slope passes through today's point. Above, the first slope is the last one known, and the second one passes
//! through today's point where that is far enough from the bend.

use std::collections::VecDeque;

/// Days that a line is fitted to, at most.
const WINDOW: usize = 5;

/// Days that it takes at least.
const LEAST: usize = 3;

/// How far a day may lie from a line, a year: rates have six decimals, and usage is a quotient of two.
const ON_LINE: f64 = 2e-5;

/// How much usages must differ for a slope to be told from rounding.
const SPREAD: f64 = 0.004;

/// How far beyond the bend today must be to tell the second slope.
const BEYOND: f64 = 0.005;

/// The second slope where no day has shown it: Aave's for stablecoins.
const SLOPE2: f64 = 0.4;

/// The second slopes that are possible.
const SLOPES2: std::ops::RangeInclusive<f64> = 0.02..=4.0;

/// A curve of the borrow rate through today's point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slopes {
    /// At no usage.
    pub base: f64,
    /// Gained up to the optimal usage.
    pub slope1: f64,
    /// Gained from there to full usage.
    pub slope2: f64,
}

/// What has been seen of one pool.
#[derive(Clone, Debug)]
pub struct Estimator {
    optimal: f64,
    recent: VecDeque<(f64, f64)>,
    base: f64,
    slope1: f64,
    slope2: f64,
}

impl Estimator {
    /// One that has seen nothing, of a pool with this optimal usage.
    #[must_use]
    pub fn new(optimal: f64) -> Self {
        Self { optimal, recent: VecDeque::with_capacity(WINDOW), base: 0.0, slope1: 0.0, slope2: SLOPE2 }
    }

    /// Takes in a day: usage and what borrowers pay; returns the curve, which passes through that point.
    pub fn see(&mut self, usage: f64, borrow_rate: f64) -> Slopes {
        if usage <= 0.0 {
            // Nobody borrows: all that is seen is the intercept.
            return Slopes { base: borrow_rate, slope1: self.slope1, slope2: self.slope2 };
        }
        if usage <= self.optimal {
            self.recent.push_back((usage, borrow_rate));
            if self.recent.len() > WINDOW {
                self.recent.pop_front();
            }
            if let Some(base) = self.line() {
                self.base = base;
            }
            let base = self.base.min(borrow_rate);
            self.slope1 = (borrow_rate - base) * self.optimal / usage;
            return Slopes { base, slope1: self.slope1, slope2: self.slope2 };
        }
        let part = (usage - self.optimal) / (1.0 - self.optimal);
        let base = self.base.min(borrow_rate);
        let slope2 = (borrow_rate - base - self.slope1) / part;
        if usage > self.optimal + BEYOND && SLOPES2.contains(&slope2) {
            self.slope2 = slope2;
            return Slopes { base, slope1: self.slope1, slope2 };
        }
        // Too near to the bend to tell, or the first slope has moved: it is what the second one leaves.
        let steep = (self.slope2 * part).min(borrow_rate - base);
        Slopes { base, slope1: borrow_rate - base - steep, slope2: if part > 0.0 { steep / part } else { SLOPE2 } }
    }

    /// The intercept of the line through the last days, by least squares, where they lie on one.
    fn line(&self) -> Option<f64> {
        (LEAST..=self.recent.len()).rev().find_map(|days| {
            let recent = || self.recent.iter().rev().take(days);
            let count = days as f64;
            let (u, b) = recent().fold((0.0, 0.0), |(u, b), day| (u + day.0 / count, b + day.1 / count));
            let (uu, ub) =
                recent().fold((0.0, 0.0), |(uu, ub), day| (uu + (day.0 - u).powi(2), ub + (day.0 - u) * (day.1 - b)));
            let usages = recent().map(|day| day.0);
            let spread = usages.clone().fold(0.0, f64::max) - usages.fold(1.0, f64::min);
            let slope = ub / uu;
            let base = b - slope * u;
            let is_line = recent().all(|day| (base + slope * day.0 - day.1).abs() <= ON_LINE);
            (spread >= SPREAD && is_line && base >= -1e-3).then_some(if base < 1e-3 { 0.0 } else { base })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn borrow(usage: f64, base: f64, slope1: f64, slope2: f64) -> f64 {
        let steep = (usage - 0.9_f64).max(0.0) / 0.1;
        let rate = base + slope1 * (usage / 0.9_f64).min(1.0) + slope2 * steep;
        (rate * 1e6).round() / 1e6
    }

    #[test]
    fn three_days_on_a_line_give_the_curve_away() {
        let mut pool = Estimator::new(0.9);
        let usages = [0.80, 0.82, 0.79, 0.85];

        let last = usages.map(|usage| pool.see(usage, borrow(usage, 0.0175, 0.0625, 0.4)))[3];

        assert!((last.base - 0.0175).abs() < 1e-4, "{last:?}");
        assert!((last.slope1 - 0.0625).abs() < 1e-4, "{last:?}");
    }

    #[test]
    fn beyond_the_bend_the_second_slope_passes_through_the_day() {
        let mut pool = Estimator::new(0.9);
        for usage in [0.80, 0.82, 0.79, 0.85] {
            pool.see(usage, borrow(usage, 0.0, 0.055, 0.6));
        }

        let steep = pool.see(0.95, borrow(0.95, 0.0, 0.055, 0.6));

        assert!((steep.slope2 - 0.6).abs() < 1e-3 && (steep.slope1 - 0.055).abs() < 1e-4, "{steep:?}");
    }

    #[test]
    fn every_curve_passes_through_its_day() {
        let mut pool = Estimator::new(0.9);
        let days = [
            (0.5, 0.03),
            (0.7, 0.05),
            (0.91, 0.06),
            (0.902, 0.066),
            (0.99, 0.5),
            (0.3, 0.02),
            (0.95, 0.04),
            (1.0, 0.7),
        ];
        for (usage, rate) in days {
            let Slopes { base, slope1, slope2 } = pool.see(usage, rate);
            let found = base + slope1 * (usage / 0.9_f64).min(1.0) + slope2 * (usage - 0.9_f64).max(0.0) / 0.1;

            assert!((found - rate).abs() < 1e-12, "{found} at {usage}");
            assert!(base >= 0.0 && slope1 >= 0.0 && slope2 >= 0.0);
        }
    }

    #[test]
    fn a_moved_line_keeps_the_old_intercept_until_it_shows() {
        let mut pool = Estimator::new(0.9);
        for usage in [0.80, 0.82, 0.79] {
            pool.see(usage, borrow(usage, 0.02, 0.06, 0.4));
        }
        let first = pool.see(0.81, borrow(0.81, 0.0, 0.05, 0.4));
        assert!((first.base - 0.02).abs() < 1e-4, "{first:?}");

        let later = [0.83, 0.78].map(|usage| pool.see(usage, borrow(usage, 0.0, 0.05, 0.4)))[1];
        assert!((later.base, (later.slope1 - 0.05).abs() < 1e-4) == (0.0, true), "{later:?}");
    }
}
