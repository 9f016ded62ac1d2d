//! The least concave function above a source on a range: arcs of its concave segments, and chords where it is not concave.
//!
//! At any linear price its best amount is also one of the source itself, so it relaxes what is not concave; how good the
//! relaxation is shows where its optimum stands inside a chord. It guides the search only: bounds are computed from the
//! segments.

use model::rate::Income;

use crate::source::{Segment, Source, falling_root};
use crate::weight::Weight;

/// Steps of the search for a common tangent.
const TANGENT_STEPS: usize = 100;

/// Steps that bring a bracket of doubles to a point, by halvings alone.
const TOUCH_STEPS: usize = 200;

/// A step of Newton's method that is the last one, by what it moves.
const NEAR: f64 = 2e-8;

/// By how much a marginal must rise for a junction to count as not concave.
const RISE: f64 = 1e-15;

/// A stretch between whose ends marginals differ by less counts as flat.
const FLAT: f64 = 1e-6;

/// The envelope of one source on one range.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) stretches: Vec<Stretch>,
    /// Whether some stretch is a line, or nearly, so that a price does not say where on it.
    pub(crate) is_flat: bool,
}

/// A concave arc or a chord.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether it lies above the place's pivot.
    pub(crate) is_above: bool,
    marginal_low: f64,
    marginal_high: f64,
    value_low: f64,
    value_high: f64,
    line: Line,
}

#[derive(Clone, Copy, Debug)]
enum Line {
    Arc(Segment),
    Chord { at: f64, value: f64, slope: f64 },
}

/// The best amount at some price, what it brings before the price, and how fast it falls with the price.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Response {
    pub(crate) x: f64,
    pub(crate) value: f64,
    pub(crate) give: f64,
    /// The slope of the price that it answers.
    slope: f64,
    pub(crate) is_above: bool,
    /// Whether it is on a stretch that is not flat, or at an end of all.
    pub(crate) is_steady: bool,
    /// Whether it is inside a chord, where the source itself brings less.
    pub(crate) is_inside: bool,
}

/// A pull towards an amount: `strength/2 * (x - centre)^2` is taken away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pull {
    pub(crate) strength: f64,
    pub(crate) centre: f64,
}

impl Envelope {
    /// The envelope of `source` on `[low, high]`; chords are cut at `pivot`.
    pub(crate) fn new(source: &Source, low: f64, high: f64, pivot: Option<f64>) -> Self {
        let mut chain: Vec<Stretch> = Vec::with_capacity(4);
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
                let value = chain[at].income(pivot).value;
                let upper = Stretch { low: pivot, value_low: value, is_above: true, ..chain[at] };
                chain[at].high = pivot;
                chain[at].value_high = value;
                chain[at].is_above = false;
                chain.insert(at + 1, upper);
            }
        }
        Self { is_flat: chain.iter().any(Stretch::is_flat), stretches: chain }
    }

    /// The amount that is best at a price and under a pull, and its slope; `last` is what was best at a price like it.
    pub(crate) fn respond(&self, price: &Weight, pull: Option<Pull>, last: Option<&Response>) -> Response {
        let (strength, centre) = pull.map_or((0.0, 0.0), |pull| (pull.strength, pull.centre));
        let pulled = |x: f64| strength * (x - centre);
        let mut upmost = None;
        for stretch in &self.stretches {
            let slope = price.slope(stretch.is_above);
            if stretch.marginal_low - slope - pulled(stretch.low) <= 0.0 {
                return stretch.held(stretch.low, stretch.value_low);
            }
            if stretch.marginal_high - slope - pulled(stretch.high) < 0.0 {
                return stretch.inside(slope, strength, centre, last);
            }
            upmost = Some(stretch);
        }
        let upmost = upmost.unwrap_or(&self.stretches[0]);
        upmost.held(upmost.high, upmost.value_high)
    }

    /// The stretch that holds `x`, and the arc where an arc and a chord meet.
    pub(crate) fn stretch_of(&self, x: f64) -> &Stretch {
        let holds = |stretch: &&Stretch| stretch.low <= x && x <= stretch.high;
        let mut all = self.stretches.iter().filter(holds);
        let first = all.next();
        let arc = first.filter(|stretch| !stretch.is_chord()).or_else(|| all.find(|stretch| !stretch.is_chord()));
        arc.or(first).unwrap_or(&self.stretches[self.stretches.len() - 1])
    }
}

impl Stretch {
    pub(crate) fn arc(segment: Segment) -> Self {
        let Segment { low, high, is_above, .. } = segment;
        let (at_low, at_high) = (segment.income(low), segment.income(high));
        Self {
            low,
            high,
            is_above,
            marginal_low: at_low.marginal,
            marginal_high: at_high.marginal,
            value_low: at_low.value,
            value_high: at_high.value,
            line: Line::Arc(segment),
        }
    }

    fn chord((low, at_low): (f64, f64), (high, at_high): (f64, f64), is_above: bool) -> Self {
        let slope = (at_high - at_low) / (high - low);
        let line = Line::Chord { at: low, value: at_low, slope };
        let (marginal_low, marginal_high, value_low, value_high) = (slope, slope, at_low, at_high);
        Self { low, high, is_above, marginal_low, marginal_high, value_low, value_high, line }
    }

    pub(crate) fn is_chord(&self) -> bool {
        matches!(self.line, Line::Chord { .. })
    }

    fn is_flat(&self) -> bool {
        self.high > self.low && self.marginal_low - self.marginal_high < FLAT
    }

    pub(crate) fn income(&self, x: f64) -> Income {
        match &self.line {
            Line::Arc(segment) => segment.income(x),
            Line::Chord { at, value, slope } => {
                Income { value: value + slope * (x - at), marginal: *slope, curvature: 0.0 }
            }
        }
    }

    /// An amount at which it stands whatever the price.
    fn held(&self, x: f64, value: f64) -> Response {
        Response { x, value, give: 0.0, slope: 0.0, is_above: self.is_above, is_steady: true, is_inside: false }
    }

    /// The amount inside at which its marginal, less a pull, is `slope`.
    fn inside(&self, slope: f64, strength: f64, centre: f64, last: Option<&Response>) -> Response {
        let (x, value, steepness) = match &self.line {
            Line::Chord { at, value, slope: own } => {
                let x = (centre + (own - slope) / strength).clamp(self.low, self.high);
                (x, value + own * (x - at), strength)
            }
            Line::Arc(segment) => {
                // Where it was, and as far on as the price has moved.
                let guess = last.map(|last| last.x - last.give * (slope - last.slope));
                let start = guess.filter(|x| *x > self.low && *x < self.high).unwrap_or_else(|| {
                    let gain = |marginal: f64, x: f64| marginal - slope - strength * (x - centre);
                    let (first, last) = (gain(self.marginal_low, self.low), gain(self.marginal_high, self.high));
                    self.low + (self.high - self.low) * first / (first - last)
                });
                let (x, income) =
                    touched(segment, (self.low, self.high), start, |x| (slope + strength * (x - centre), strength));
                (x, income.value, strength - income.curvature)
            }
        };
        let give = if steepness > 0.0 { 1.0 / steepness } else { 0.0 };
        let is_inside = self.is_chord() && x > self.low && x < self.high;
        let (is_above, is_steady) = (self.is_above, !self.is_flat());
        Response { x, value, give, slope, is_above, is_steady, is_inside }
    }

    /// The same between two of its amounts.
    fn between(self, low: f64, high: f64) -> Self {
        let (at_low, at_high) = (self.income(low), self.income(high));
        let (marginal_low, marginal_high) = (at_low.marginal, at_high.marginal);
        Self { low, high, marginal_low, marginal_high, value_low: at_low.value, value_high: at_high.value, ..self }
    }

    /// The amount that is best at a price.
    fn touched(&self, price: f64) -> f64 {
        if self.marginal_low <= price {
            return self.low;
        }
        if self.marginal_high > price {
            return self.high;
        }
        match &self.line {
            Line::Chord { .. } => self.high,
            Line::Arc(segment) => {
                let start = f64::midpoint(self.low, self.high);
                falling_root(self.low, self.high, start, |x| {
                    let income = segment.income(x);
                    (income.marginal - price, income.curvature)
                })
            }
        }
    }
}

/// Where the marginal of a concave segment falls to a price (its slope and how fast that rises), and what it brings there:
/// Newton's method between bounds that close in.
fn touched(
    segment: &Segment,
    (mut low, mut high): (f64, f64),
    start: f64,
    price: impl Fn(f64) -> (f64, f64),
) -> (f64, Income) {
    let mut x = start;
    let mut income = segment.income(x);
    for _ in 0..TOUCH_STEPS {
        let (slope, rise) = price(x);
        let (gain, fall) = (income.marginal - slope, income.curvature - rise);
        if gain > 0.0 {
            low = x
        } else {
            high = x
        }
        let step = gain / fall;
        if gain == 0.0 || fall < 0.0 && step.abs() <= NEAR * x.abs() {
            // The error of a step is about its square: below a double's spacing, also of what is brought there.
            let on = if gain == 0.0 { 0.0 } else { (x - step).clamp(low, high) - x };
            income.value += on * (income.marginal + 0.5 * on * income.curvature);
            return (x + on, income);
        }
        let is_between = fall < 0.0 && x - step > low && x - step < high;
        let next = if is_between { x - step } else { f64::midpoint(low, high) };
        if next <= low || next >= high {
            return (x, income);
        }
        x = next;
        income = segment.income(x);
    }
    (x, income)
}

/// Where a concave chain is touched by a line of some slope: amount and value.
fn touch(chain: &[Stretch], price: f64) -> (f64, f64) {
    let stretch = chain.iter().find(|stretch| stretch.marginal_high <= price).unwrap_or(&chain[chain.len() - 1]);
    let x = stretch.touched(price);
    (x, stretch.income(x).value)
}

/// Appends a stretch to a concave chain and bridges what is not concave by a common tangent.
fn join(chain: &mut Vec<Stretch>, next: Stretch) {
    let Some(last) = chain.last() else {
        chain.push(next);
        return;
    };
    let seam = next.income(next.low).value - last.income(last.high).value;
    if seam.abs() <= RISE && next.marginal_low <= last.marginal_high + RISE {
        chain.push(next);
        return;
    }
    let ((left, left_value), (right, right_value)) = tangent(chain, &next);
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
