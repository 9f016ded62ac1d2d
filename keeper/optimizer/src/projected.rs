//! Prices by a projected first-order method: slow, but with nothing to decompose and nobody else's code.
//!
//! Accelerated gradient steps on the same smoothed dual as Newton's method, each projected to prices of at least zero, with a
//! step that halves until the value falls as much as promised, and momentum that restarts when it does not (Nesterov;
//! O'Donoghue and Candès, "Adaptive restart for accelerated gradient schemes", 2015). Its prices are near, not exact: they
//! bound, and what they suggest is polished.

use std::rc::Rc;

use crate::dual::Dual;
use crate::envelope::Envelope;
use crate::newton::Point;
use crate::rows::Rows;

/// Steps at most.
const STEPS: usize = 4_000;

/// What rows may be off when it stops.
const TOLERANCE: f64 = 1e-10;

/// How strongly flat sources are pulled to where they answer the first prices.
const STRENGTH: f64 = 1e-4;

/// The best prices found within the steps.
pub(crate) fn projected(rows: &Rows, envelopes: &[Rc<Envelope>], start: &[f64]) -> Point {
    let mut dual = Dual::new(rows, envelopes, start, |_| None);
    dual.pulls_to_rest(STRENGTH);
    let mut rate = 1.0;
    let (mut here, mut state) = (dual.prices.clone(), dual.state.clone());
    let mut ahead = here.clone();
    let mut momentum = 1.0_f64;
    for _ in 0..STEPS {
        if dual.off(&here, &state) <= TOLERANCE {
            break;
        }
        let from = dual.at(&ahead);
        let (next, reached) = loop {
            let moved = |(row, (price, slack)): (usize, (&f64, &f64))| {
                let to = price - rate * slack;
                if rows.is_factor(row) { to } else { to.max(0.0) }
            };
            let next = ahead.iter().zip(&from.slack).enumerate().map(moved).collect::<Vec<_>>();
            let reached = dual.at(&next);
            let (mut promised, mut square) = (0.0, 0.0);
            for ((to, at), slack) in next.iter().zip(&ahead).zip(&from.slack) {
                promised += slack * (to - at);
                square += (to - at).powi(2);
            }
            if reached.value <= from.value + promised + square / (2.0 * rate) + 1e-15 || rate < 1e-12 {
                break (next, reached);
            }
            rate *= 0.5;
        };
        let is_worse = reached.value > state.value;
        let grown = 0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt());
        let carry = if is_worse { 0.0 } else { (momentum - 1.0) / grown };
        momentum = if is_worse { 1.0 } else { grown };
        ahead = next.iter().zip(&here).map(|(next, here)| next + carry * (next - here)).collect();
        for group in &rows.live {
            ahead[*group] = ahead[*group].max(0.0);
        }
        if is_worse {
            ahead.clone_from(&here);
        } else {
            (here, state) = (next, reached);
        }
        rate *= 1.1;
    }
    Point { amounts: state.amounts, prices: here }
}
