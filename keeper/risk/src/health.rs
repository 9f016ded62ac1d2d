//! How far a position that owes is from its thresholds: in price, and in hours at today's volatility.
//!
//! Health is `backing / debt`, and backing moves with the collateral's price: at health `h` a threshold `t` is passed when the
//! price has fallen by `1 - t / h`, that is by `ln(h / t)` in logs. Debt that grows faster than the collateral earns brings
//! it nearer too: the drift.

use crate::passage::Motion;

/// The chance at which hours are told: one in twenty.
pub const CHANCE: f64 = 0.05;

/// What moves a position's health.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// What secures the debt, by the debt.
    pub health: f64,
    /// Of the collateral's price in the asset, and of debt over collateral.
    pub motion: Motion,
}

/// How far a threshold is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// By what part the price may fall until it is passed; zero where it is already.
    pub price_fall: f64,
    /// Within so many hours it is passed with the chance [`CHANCE`]; nothing for more than ten years.
    pub hours: Option<f64>,
}

impl Outlook {
    /// Returns how far a threshold is.
    #[must_use]
    pub fn distance(&self, threshold: f64) -> Distance {
        let logs = (self.health / threshold).ln();
        if logs <= 0.0 || logs.is_nan() {
            return Distance { price_fall: 0.0, hours: Some(0.0) };
        }
        let hours = self.motion.secs_until(logs, CHANCE).map(|secs| secs / 3600.0);
        Distance { price_fall: 1.0 - threshold / self.health, hours }
    }

    /// Returns the chance that a threshold is passed within so many hours.
    #[must_use]
    pub fn chance(&self, threshold: f64, hours: f64) -> f64 {
        self.motion.chance((self.health / threshold).ln(), hours * 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlook(health: f64) -> Outlook {
        Outlook { health, motion: Motion { volatility: 0.6, drift: 0.0 } }
    }

    #[test]
    fn a_threshold_is_as_far_as_the_price_may_fall() {
        let found = outlook(1.5).distance(1.2);

        assert!((found.price_fall - 0.2).abs() < 1e-12);
        let expected = ((1.25_f64).ln() / (1.959_963_985 * 0.6)).powi(2) * 8760.0;
        assert!((found.hours.expect("days") / expected - 1.0).abs() < 1e-8);
    }

    #[test]
    fn a_threshold_that_is_passed_is_no_way_off() {
        let here = Distance { price_fall: 0.0, hours: Some(0.0) };

        assert_eq!(outlook(1.2).distance(1.2), here);
        assert_eq!(outlook(1.1).distance(1.2), here);
        assert_eq!(outlook(f64::NAN).distance(1.2), here, "what is not known is taken for the worst");
    }

    #[test]
    fn what_owes_nothing_is_never_there() {
        let found = outlook(f64::INFINITY).distance(1.2);

        assert_eq!((found.price_fall, found.hours), (1.0, None));
        assert_eq!(outlook(f64::INFINITY).chance(1.2, 1e4), 0.0);
    }
}
