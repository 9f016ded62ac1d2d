//! How a price answers to a curve: in parallel, at each key rate, to a spread, and to time.
//!
//! With `z` the zero rate, `s` a spread over it (both continuous) and `k` a key rate's weights,
//!
//! ```text
//! P = sum of c * exp(-(z(t) + s) t)        D = sum of t c exp(..) / P        D_k = sum of k(t) t c exp(..) / P
//! ```
//!
//! The weights of all key rates at a time come to one (hats; flat before the first and after the last: Ho, Journal of Fixed Income 2,
//! 1992), so key-rate durations come to the parallel one, but for rounding.

use super::Shape;
use crate::{
    error::{Error, finite, positive},
    flow::{BASIS_POINT, Flow, Response},
    root,
};

/// How a price answers to a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// To a parallel move of zero rates.
    pub parallel: Response,
    /// To each key rate, years; their sum is the parallel duration.
    pub key_rates_years: Vec<f64>,
    /// To the spread, years; flows that are fixed answer to it as to rates.
    pub spread_years: f64,
}

/// What time brings where nothing else changes, as parts of today's price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passing {
    /// What the price earns at its own yield.
    pub carry: f64,
    /// What it gains as its flows slide down a curve that stays.
    pub roll_down: f64,
}

/// Prices flows over a curve.
#[derive(Clone, Copy, Debug)]
pub struct Pricing<'a> {
    /// The zero rates.
    pub shape: &'a Shape,
    /// Over them, continuous.
    pub spread: f64,
}

impl Pricing<'_> {
    /// Returns what one is worth that is paid in so many years.
    #[must_use]
    pub fn discount(&self, years: f64) -> f64 {
        (-(self.shape.zero(years) + self.spread) * years).exp()
    }

    /// Where forwards jump, years.
    pub(crate) fn knots(&self) -> impl Iterator<Item = f64> + '_ {
        let points = if let Shape::Nodes(nodes) = self.shape { nodes.points() } else { &[] };
        points.iter().map(|point| point.0)
    }

    /// Returns what flows are worth.
    #[must_use]
    pub fn value(&self, flows: &[Flow]) -> f64 {
        flows.iter().map(|flow| flow.amount * self.discount(flow.years)).sum()
    }

    /// Returns how fixed flows answer, with key rates at these years.
    ///
    /// # Errors
    /// Where the flows are worth nothing, or the key rates are not above zero and rising.
    pub fn exposure(&self, flows: &[Flow], keys: &[f64]) -> Result<Exposure, Error> {
        check_keys(keys)?;
        let (mut price, mut slope, mut curvature) = (0.0, 0.0, 0.0);
        let mut key_rates_years = vec![0.0; keys.len()];
        for flow in flows {
            let value = flow.amount * self.discount(flow.years);
            price += value;
            slope -= flow.years * value;
            curvature += flow.years.powi(2) * value;
            for (key, part) in weights(keys, flow.years) {
                key_rates_years[key] += part * flow.years * value;
            }
        }
        positive("what the flows are worth", price)?;
        key_rates_years.iter_mut().for_each(|duration| *duration /= price);
        let parallel = Response::of(price, slope, curvature);
        Ok(Exposure { parallel, key_rates_years, spread_years: parallel.duration_years })
    }

    /// Returns what `horizon_years` bring where the curve stays as a function of the time to payment. Money paid until then is
    /// kept as it is.
    ///
    /// # Errors
    /// Where the flows are worth nothing or have no yield.
    pub fn passing(&self, flows: &[Flow], horizon_years: f64) -> Result<Passing, Error> {
        let now = positive("what the flows are worth", self.value(flows))?;
        let at_yield = crate::bond::yield_of(flows, now, crate::bond::Compounding::Continuous)?;
        let later = |discount: &dyn Fn(f64) -> f64| -> f64 {
            let left = |flow: &Flow| flow.amount * discount((flow.years - horizon_years).max(0.0));
            flows.iter().map(left).sum::<f64>() / now - 1.0
        };
        let carry = later(&|years| (-at_yield * years).exp());
        let total = later(&|years| self.discount(years));
        Ok(Passing { carry, roll_down: total - carry })
    }
}

impl Exposure {
    /// Returns by how much the price falls where the spread widens by a basis point, in its unit (CS01).
    #[must_use]
    pub fn cs01(&self) -> f64 {
        self.spread_years * self.parallel.price * BASIS_POINT
    }
}

/// Returns the constant spread over a curve, continuous, at which flows are worth a price (Z-spread), to 1e-14.
///
/// # Errors
/// Where there are no flows, or no spread gives the price.
pub fn z_spread(shape: &Shape, flows: &[Flow], price: f64) -> Result<f64, Error> {
    let price = positive("the price", price)?;
    if flows.is_empty() {
        return Err(Error::TooFew { what: "payments", found: 0, needed: 1 });
    }
    let miss = |spread: f64| Pricing { shape, spread }.value(flows) - price;
    root::falling("spread", price, (f64::NEG_INFINITY, -0.02, 0.05), miss)
}

/// Returns which key rates a time hangs on, and by what parts; one for sure, two between them.
pub(crate) fn weights(keys: &[f64], years: f64) -> impl Iterator<Item = (usize, f64)> + use<> {
    let after = keys.partition_point(|key| *key <= years);
    let pair = match (after, keys.len()) {
        (_, 0) => [None, None],
        (0, _) => [Some((0, 1.0)), None],
        (after, len) if after == len => [Some((len - 1, 1.0)), None],
        (after, _) => {
            let part = (years - keys[after - 1]) / (keys[after] - keys[after - 1]);
            [Some((after - 1, 1.0 - part)), Some((after, part))]
        }
    };
    pair.into_iter().flatten()
}

/// Refuses key rates out of order.
pub(crate) fn check_keys(keys: &[f64]) -> Result<(), Error> {
    let mut last = 0.0;
    for key in keys {
        positive("the years between two key rates", finite("a key rate", *key)? - last)?;
        last = *key;
    }
    Ok(())
}
