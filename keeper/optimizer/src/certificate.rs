//! The optimality conditions, checked apart from whatever produced the answer.

use crate::rows::Rows;
use crate::source::Source;

/// The largest residual that an answer may have (yearly rate, or part of the programme's unit).
pub(crate) const ACCEPTED: f64 = 1e-9;

/// How near to a bound an amount counts as at it, in programme units.
const AT_BOUND: f64 = 1e-12;

/// The largest violation of: bounds, rows, signs, complementary slackness, stationarity.
///
/// At a kink of income or price an amount is stationary when the next unit earns at most its price, and the last one at
/// least its own.
pub(crate) fn residual(sources: &[Source], rows: &Rows, amounts: &[f64], prices: &[f64]) -> f64 {
    let mut most = 0.0_f64;
    let mut note = |violation: f64| most = if violation.is_nan() { f64::INFINITY } else { most.max(violation) };
    for (row, price) in prices.iter().enumerate() {
        let slack = -rows.excess(row, amounts, prices);
        if rows.is_factor(row) {
            // Its price is what its exposure costs, to the accuracy of a rate.
            note((slack * rows.aversion).abs());
            continue;
        }
        note(-slack);
        note(-price);
        note((price * slack).abs());
    }
    let tolls = rows.whole_tolls(prices);
    for (i, (source, x)) in sources.iter().zip(amounts).enumerate() {
        note(source.lower() - x);
        note(x - source.upper());
        if source.still() == Some(*x) {
            // The first unit that moves pays for all: no marginal speaks for it, the bound does.
            continue;
        }
        let (last, next) = source.marginals(*x);
        let price = tolls.of(i);
        if *x < source.upper() - AT_BOUND {
            note(next - price.slope(source.segment_at(*x).is_above));
        }
        if *x > source.lower() + AT_BOUND {
            note(price.slope(source.segment_below(*x).is_above) - last);
        }
    }
    most
}
