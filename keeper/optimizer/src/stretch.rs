//! The stretches of an envelope, and what is best on one: concave arcs of a source's segments, and chords.

use model::rate::Income;

use crate::source::{Segment, falling_root};

/// What a marginal may differ from the price at which a stretch is touched: what the bridge misses by that is its square.
const TOUCHED: f64 = 1e-12;

/// Steps that bring a bracket of doubles to a point, by halvings alone.
const TOUCH_STEPS: usize = 200;

/// A step of Newton's method that is the last one, by what it moves.
const NEAR: f64 = 2e-8;

/// A stretch between whose ends marginals differ by less counts as flat.
const FLAT: f64 = 1e-6;

/// A concave arc or a chord.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'a> {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether it lies above the place's pivot.
    pub(crate) is_above: bool,
    pub(crate) marginal_low: f64,
    pub(crate) marginal_high: f64,
    pub(crate) value_low: f64,
    pub(crate) value_high: f64,
    line: Line<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Line<'a> {
    Arc(Segment<'a>),
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

/// No pull at all.
pub(crate) const NO_PULL: Pull = Pull { strength: 0.0, centre: 0.0 };

impl Response {
    /// Nothing yet.
    pub(crate) const NONE: Self =
        Self { x: f64::NAN, value: 0.0, give: 0.0, slope: 0.0, is_above: true, is_steady: true, is_inside: false };

    /// Where it was, and as far on as the price has moved.
    fn near(&self, slope: f64) -> f64 {
        self.x - self.give * (slope - self.slope)
    }
}

impl<'a> Stretch<'a> {
    pub(crate) fn arc(segment: Segment<'a>) -> Self {
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

    pub(crate) fn chord((low, at_low): (f64, f64), (high, at_high): (f64, f64), is_above: bool) -> Self {
        let slope = (at_high - at_low) / (high - low);
        let line = Line::Chord { at: low, value: at_low, slope };
        let (marginal_low, marginal_high, value_low, value_high) = (slope, slope, at_low, at_high);
        Self { low, high, is_above, marginal_low, marginal_high, value_low, value_high, line }
    }

    pub(crate) fn is_chord(&self) -> bool {
        matches!(self.line, Line::Chord { .. })
    }

    pub(crate) fn is_flat(&self) -> bool {
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
    pub(crate) fn hold(&self, x: f64, value: f64, response: &mut Response) {
        let is_above = self.is_above;
        *response = Response { x, value, give: 0.0, slope: 0.0, is_above, is_steady: true, is_inside: false };
    }

    /// The amount inside at which its marginal, less a pull, is `slope`.
    pub(crate) fn inside(&self, slope: f64, pull: &Pull, response: &mut Response) {
        let Pull { strength, centre } = *pull;
        let is_between = |x: &f64| *x >= self.low && *x <= self.high;
        let (x, value, steepness) = match &self.line {
            Line::Chord { at, value, slope: own } => {
                let x = (centre + (own - slope) / strength).clamp(self.low, self.high);
                (x, value + own * (x - at), strength)
            }
            Line::Arc(segment) => {
                let near = Some(response.near(slope)).filter(is_between);
                let start = near.unwrap_or_else(|| {
                    let gain = |marginal: f64, x: f64| marginal - slope - strength * (x - centre);
                    let (first, last) = (gain(self.marginal_low, self.low), gain(self.marginal_high, self.high));
                    self.low + (self.high - self.low) * first / (first - last)
                });
                let reached = segment.reached(slope, (strength, centre), start);
                let (x, income) = reached.filter(|(x, _)| is_between(x)).unwrap_or_else(|| {
                    touched(segment, (self.low, self.high), start, |x| (slope + strength * (x - centre), strength))
                });
                (x, income.value, strength - income.curvature)
            }
        };
        let give = if steepness > 0.0 { 1.0 / steepness } else { 0.0 };
        let is_inside = self.is_chord() && x > self.low && x < self.high;
        let (is_above, is_steady) = (self.is_above, !self.is_flat());
        *response = Response { x, value, give, slope, is_above, is_steady, is_inside };
    }

    /// A chord's parts below and above a pivot.
    pub(crate) fn cut(self, pivot: f64) -> (Self, Self) {
        let value = self.income(pivot).value;
        let lower = Self { high: pivot, value_high: value, is_above: false, ..self };
        (lower, Self { low: pivot, value_low: value, is_above: true, ..self })
    }

    /// The same between two of its amounts.
    pub(crate) fn between(self, low: f64, high: f64) -> Self {
        let (at_low, at_high) = (self.income(low), self.income(high));
        let (marginal_low, marginal_high) = (at_low.marginal, at_high.marginal);
        Self { low, high, marginal_low, marginal_high, value_low: at_low.value, value_high: at_high.value, ..self }
    }

    /// Whether an amount is the best one at a price.
    pub(crate) fn is_touched(&self, (x, Income { marginal, .. }): (f64, Income), price: f64) -> bool {
        let is_low = x == self.low && marginal <= price;
        is_low || x == self.high && marginal >= price || (marginal - price).abs() <= TOUCHED
    }

    /// The amount at which its marginal is `price` if it falls evenly.
    fn between_ends(&self, price: f64) -> f64 {
        let part = (self.marginal_low - price) / (self.marginal_low - self.marginal_high);
        self.low + (self.high - self.low) * part
    }

    /// The amount that a step of Newton's method takes for the best one at a price, and what it brings.
    pub(crate) fn stepped(&self, (x, income): (f64, Income), price: f64) -> Option<(f64, Income)> {
        let to = if self.marginal_low <= price {
            self.low
        } else if self.marginal_high >= price {
            self.high
        } else {
            let from = |x: f64, income: Income| x + (price - income.marginal) / income.curvature;
            let is_inside = |to: &f64| *to > self.low && *to < self.high;
            // From the far end, where the curvature may vanish, a step can lead anywhere; from the near one it falls short.
            let to = Some(from(x, income)).filter(is_inside);
            let to = to.or_else(|| Some(from(self.low, self.income(self.low))).filter(is_inside));
            to.unwrap_or_else(|| self.between_ends(price))
        };
        to.is_finite().then(|| (to, self.income(to)))
    }

    /// The amount that is best at a price.
    pub(crate) fn touched(&self, price: f64) -> f64 {
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
