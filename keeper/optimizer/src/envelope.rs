//! The least concave function above a source on a range: arcs of its concave segments, and chords where it is not concave.
//!
//! At any linear price its best amount is also one of the source itself, so it relaxes what is not concave; how good the
//! relaxation is shows where its optimum stands inside a chord. It guides the search only: bounds are computed from the
//! segments.

use crate::source::Source;
use crate::stretch::{NO_PULL, Pull, Response, Stretch};

/// Steps of the search for a common tangent.
const TANGENT_STEPS: usize = 100;

/// Steps of the faster one, where the chain's last stretch is touched.
const BRIDGE_STEPS: usize = 16;

/// By how much a marginal must rise for a junction to count as not concave.
const RISE: f64 = 1e-15;

/// The envelope of one source on one range.
#[derive(Clone, Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) stretches: Vec<Stretch<'a>>,
    /// Whether some stretch is a line, or nearly, so that a price does not say where on it.
    pub(crate) is_flat: bool,
}

impl<'a> Envelope<'a> {
    /// The envelope of `source` on `[low, high]`; chords are cut at `pivot`.
    pub(crate) fn new(source: &Source<'a>, low: f64, high: f64, pivot: Option<f64>) -> Self {
        let mut chain: Vec<Stretch<'a>> = Vec::with_capacity(4);
        for segment in source.segments_in(low, high) {
            let next = if segment.is_concave() {
                Stretch::arc(segment)
            } else {
                let value = |x: f64| (x, segment.income(x).value);
                Stretch::chord(value(segment.low), value(segment.high), segment.is_above)
            };
            join(&mut chain, next);
        }
        if let Some(pivot) = pivot {
            let is_crossed = |stretch: &Stretch| stretch.is_chord() && stretch.low < pivot && stretch.high > pivot;
            if let Some(at) = chain.iter().position(is_crossed) {
                let (lower, upper) = chain[at].cut(pivot);
                chain[at] = lower;
                chain.insert(at + 1, upper);
            }
        }
        Self { is_flat: chain.iter().any(Stretch::is_flat), stretches: chain }
    }

    pub(crate) fn low(&self) -> f64 {
        self.stretches[0].low
    }

    pub(crate) fn high(&self) -> f64 {
        self.stretches[self.stretches.len() - 1].high
    }

    /// The amount that is best at the slopes of a price below and above the pivot, under a pull, and how it gives way; `response` was
    /// best at a price like it.
    #[inline]
    pub(crate) fn answer(&self, [below, above]: [f64; 2], pull: Option<&Pull>, response: &mut Response) {
        let pull = pull.unwrap_or(&NO_PULL);
        for stretch in &self.stretches {
            let slope = if stretch.is_above { above } else { below };
            if stretch.marginal_low - slope <= pull.strength * (stretch.low - pull.centre) {
                return stretch.hold(stretch.low, stretch.value_low, response);
            }
            if stretch.marginal_high - slope < pull.strength * (stretch.high - pull.centre) {
                return stretch.inside(slope, pull, response);
            }
        }
        // All of it is worth its price.
        let last = &self.stretches[self.stretches.len() - 1];
        last.hold(last.high, last.value_high, response);
    }

    /// The stretch that holds `x`, and the arc where an arc and a chord meet.
    pub(crate) fn stretch_of(&self, x: f64) -> &Stretch<'a> {
        let holds = |stretch: &&Stretch| stretch.low <= x && x <= stretch.high;
        let mut all = self.stretches.iter().filter(holds);
        let first = all.next();
        let arc = first.filter(|stretch| !stretch.is_chord()).or_else(|| all.find(|stretch| !stretch.is_chord()));
        arc.or(first).unwrap_or(&self.stretches[self.stretches.len() - 1])
    }
}

/// Where a concave chain is touched by a line of some slope: amount and value.
fn touch(chain: &[Stretch], price: f64) -> (f64, f64) {
    let stretch = chain.iter().find(|stretch| stretch.marginal_high <= price).unwrap_or(&chain[chain.len() - 1]);
    let x = stretch.touched(price);
    (x, stretch.income(x).value)
}

/// Appends a stretch to a concave chain and bridges what is not concave by a common tangent.
fn join<'a>(chain: &mut Vec<Stretch<'a>>, next: Stretch<'a>) {
    let Some(last) = chain.last() else {
        chain.push(next);
        return;
    };
    let seam = next.income(next.low).value - last.income(last.high).value;
    if seam.abs() <= RISE && next.marginal_low <= last.marginal_high + RISE {
        chain.push(next);
        return;
    }
    let ((left, left_value), (right, right_value)) = bridge(chain, &next).unwrap_or_else(|| tangent(chain, &next));
    while chain.last().is_some_and(|stretch| stretch.low >= left) {
        chain.pop();
    }
    if let Some(stretch) = chain.last_mut() {
        *stretch = stretch.between(stretch.low, left);
    }
    if right > left {
        // A chord that begins where an amount stands still belongs to the side that it leads to.
        chain.push(Stretch::chord((left, left_value), (right, right_value), next.is_above));
    }
    if right < next.high || chain.is_empty() {
        chain.push(next.between(right, next.high));
    }
}

/// The same line where it touches the chain's last stretch, by Newton's method on both points and the slope between them at once:
/// that depends on where they are by the square only. Nothing where it comes to no end there.
fn bridge(chain: &[Stretch], next: &Stretch) -> Option<((f64, f64), (f64, f64))> {
    let last = chain.last()?;
    let (mut left, mut right) = ((last.high, last.income(last.high)), (next.low, next.income(next.low)));
    let mut price = f64::midpoint(last.marginal_high, next.marginal_low);
    for _ in 0..BRIDGE_STEPS {
        let to = (last.stepped(left, price)?, next.stepped(right, price)?);
        let slope = (to.1.1.value - to.0.1.value) / (to.1.0 - to.0.0);
        if last.is_touched(to.0, slope) && next.is_touched(to.1, slope) {
            // Further down the chain it may lie lower still.
            let is_last = to.0.0 > last.low || chain.len() == 1;
            return is_last.then_some(((to.0.0, to.0.1.value), (to.1.0, to.1.1.value)));
        }
        ((left, right), price) = (to, slope);
    }
    None
}

/// The line that touches a chain and a stretch behind it: both points.
fn tangent(chain: &[Stretch], next: &Stretch) -> ((f64, f64), (f64, f64)) {
    let value = |stretch: &Stretch, x: f64| (x, stretch.income(x).value);
    let (first, last) = (value(&chain[0], chain[0].low), value(next, next.high));
    let mut price = if last.0 > first.0 { (last.1 - first.1) / (last.0 - first.0) } else { 0.0 };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut touched = (first, last);
    for _ in 0..TANGENT_STEPS {
        let right = next.touched(price);
        touched = (touch(chain, price), (right, next.income(right).value));
        let ((x, left_value), (y, right_value)) = touched;
        // What the chain is worth at this price beyond the stretch grows with the price.
        let ahead = (left_value - price * x) - (right_value - price * y);
        if ahead < 0.0 {
            low = price
        } else {
            high = price
        }
        if y <= x {
            break;
        }
        let secant = (right_value - left_value) / (y - x);
        let is_inside = secant > low && secant < high;
        let bisected = if low.is_finite() && high.is_finite() { f64::midpoint(low, high) } else { secant };
        let moved = if is_inside { secant } else { bisected };
        if (moved - price).abs() <= 1e-16 + f64::EPSILON * price.abs() {
            break;
        }
        price = moved;
    }
    touched
}
