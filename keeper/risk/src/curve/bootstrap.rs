//! A curve through every quote: one point where each ends, from the shortest to the longest.

use super::{Interpolation, Nodes, Quote, Shape};
use crate::{error::Error, root};

/// Two quotes that end this near to one another are one point: the first counts.
const LEAST_YEARS: f64 = 1e-6;

/// Returns the curve at which each quote is worth its price, to rounding; of quotes that end at one time the first counts.
///
/// # Errors
/// Where there is none, or no zero rate at its end gives a quote its price.
pub fn bootstrap(quotes: &[Quote], interpolation: Interpolation) -> Result<Nodes, Error> {
    let mut order: Vec<_> = quotes.iter().collect();
    order.sort_by(|one, other| one.years().total_cmp(&other.years()));
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(order.len());
    for quote in order {
        let (years, last) = (quote.years(), points.last().map_or(0.0, |point| point.0));
        if years - last < LEAST_YEARS {
            continue;
        }
        let with = |zero: f64| {
            let mut points = points.clone();
            points.push((years, zero));
            Nodes::new(interpolation, points).map(Shape::Nodes)
        };
        let miss = |zero: f64| with(zero).map_or(f64::NAN, |shape| shape.value(quote.flows()) - quote.price());
        let rate = quote.own_rate();
        let zero = root::falling("zero rate", quote.price(), (f64::NEG_INFINITY, rate - 0.02, rate + 0.02), miss)?;
        points.push((years, zero));
    }
    Nodes::new(interpolation, points)
}
