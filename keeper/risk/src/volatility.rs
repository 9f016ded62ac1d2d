//! How far a price moves: realised variance, from observations at any times.
//!
//! `sigma^2 = sum ln(p[i] / p[i-1])^2 / (t[n] - t[0])`, a year: the quadratic variation of the log price (Andersen and
//! Bollerslev, 1998). Feeds report when the price has moved, not by the clock; the estimate does not care. Jumps count in
//! full. With n returns its relative standard error is about `1 / sqrt(2 n)`.

/// A year of 365 days.
pub const YEAR_SECS: f64 = 31_536_000.0;

/// A price at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Unix seconds.
    pub at_secs: u64,
    /// In whatever unit; above zero.
    pub price: f64,
}

/// How far a price moves in a year, as a fraction, with what is known of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Volatility {
    /// A year, 1 = 100 %.
    pub yearly: f64,
    /// Of `yearly`, as a fraction of it.
    pub relative_error: f64,
    /// Returns that it rests on.
    pub returns: usize,
}

/// Estimates from observations in order of time. Those that are not later than the one before, or no price, are left out.
///
/// Returns nothing where fewer than two are left.
#[must_use]
pub fn realised(observations: &[Observation]) -> Option<Volatility> {
    let is_price = |observation: &&Observation| observation.price.is_finite() && observation.price > 0.0;
    let mut rest = observations.iter().filter(is_price);
    let first = rest.next()?;
    let (mut last, mut variation, mut returns) = (first, 0.0, 0_usize);
    for observation in rest.filter(|observation| observation.at_secs > first.at_secs) {
        if observation.at_secs <= last.at_secs {
            continue;
        }
        variation += (observation.price / last.price).ln().powi(2);
        (last, returns) = (observation, returns + 1);
    }
    if returns == 0 {
        return None;
    }
    let years = (last.at_secs - first.at_secs) as f64 / YEAR_SECS;
    let relative_error = 1.0 / (2.0 * returns as f64).sqrt();
    Some(Volatility { yearly: (variation / years).sqrt(), relative_error, returns })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u64, price: f64) -> Observation {
        Observation { at_secs: hour * 3600, price }
    }

    #[test]
    fn one_percent_an_hour_up_and_down_is_its_root_of_a_year() {
        let prices: Vec<_> = (0..25).map(|hour| at(hour, if hour % 2 == 0 { 100.0 } else { 101.0 })).collect();

        let found = realised(&prices).expect("24 returns");

        let expected = (1.01_f64).ln() * (8760.0_f64).sqrt();
        assert!((found.yearly - expected).abs() < 1e-12, "{found:?}");
        assert_eq!(found.returns, 24);
        assert!((found.relative_error - 1.0 / 48.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn how_often_a_still_price_is_told_does_not_matter() {
        let told = [at(0, 100.0), at(24, 90.0)];
        let often = [at(0, 100.0), at(5, 100.0), at(6, 100.0), at(24, 90.0)];

        let of = |prices: &[Observation]| realised(prices).expect("enough").yearly;
        assert!((of(&told) - of(&often)).abs() < 1e-15);
    }

    #[test]
    fn what_is_no_price_or_out_of_order_is_left_out() {
        let good = [at(0, 100.0), at(1, 101.0), at(2, 100.0)];
        let bad = [at(0, 100.0), at(1, 101.0), at(1, 500.0), at(0, 7.0), at(2, 0.0), at(2, f64::NAN), at(2, 100.0)];

        assert_eq!(realised(&bad), realised(&good));
        assert_eq!(realised(&[]), None);
        assert_eq!(realised(&[at(1, 1.0)]), None);
        assert_eq!(realised(&[at(1, 1.0), at(1, 2.0)]), None);
    }
}
