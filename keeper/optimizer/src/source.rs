//! One position's income less its charges on the solver's scale, cut into segments of one curvature and of one side of
//! its pivot.

use model::Curve;
use model::rate::Income;

use crate::charge::Charge;
use crate::form::Form;
use crate::programme::Programme;
use crate::weight::Weight;

/// Halvings that bring a bracket of doubles to a point.
const HALVINGS: usize = 200;

/// What one position brings over `[lower, upper]`, amounts in units of the programme. A source that earns nothing
/// anywhere has nothing above its lower bound, unless its movements or its risk count: money there is no better than idle.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    segments: Vec<Segment<'a>>,
    /// Where staying is free and any movement is charged, if it is.
    still: Option<f64>,
}

/// A stretch on which income is smooth and its curvature keeps its sign.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether it lies above the place's pivot.
    pub(crate) is_above: bool,
    is_convex: bool,
    form: Form<'a>,
}

impl<'a> Source<'a> {
    /// Every source of a programme.
    pub(crate) fn all(programme: &'a Programme) -> Vec<Self> {
        let unit = programme.unit();
        let source = |(place, curve): (usize, &'a Curve)| {
            let range = (programme.lower()[place], programme.upper()[place]);
            let counts = programme.factors().is_some() || programme.tail().is_some();
            let charge = programme.charges().get(place).filter(|charge| **charge != Charge::default());
            Self::new(curve, charge, range, programme.pivots()[place], counts, unit)
        };
        programme.curves().iter().enumerate().map(source).collect()
    }

    /// What costs `price` for each unit of the programme, up to a bound.
    pub(crate) fn cost(price: f64, upper: f64) -> Self {
        let form = Form::new(None, Some(&Charge { carry: price, ..Charge::default() }), true, 1.0);
        let segment = Segment { low: 0.0, high: upper, is_above: true, is_convex: false, form };
        Self { segments: vec![segment], still: None }
    }

    fn new(
        curve: &'a Curve,
        charge: Option<&Charge>,
        (low, high): (f64, f64),
        pivot: Option<f64>,
        counts: bool,
        unit: f64,
    ) -> Self {
        let breakpoints = curve.breakpoints_at(low, high, charge.map_or(0.0, Charge::curvature));
        let mut ends = Vec::with_capacity(breakpoints.len() + 3);
        ends.push(low);
        ends.extend(breakpoints);
        if let Some(pivot) = pivot.filter(|pivot| *pivot > low && *pivot < high) {
            ends.insert(ends.partition_point(|end| *end < pivot), pivot);
            ends.dedup();
        }
        if high > low {
            ends.push(high);
        }
        let piece_at = |x: f64| curve.pieces().iter().rev().find(|piece| piece.from <= x);
        let segment = |low: f64, high: f64| {
            let middle = f64::midpoint(low, high);
            let is_above = pivot.is_none_or(|pivot| low >= pivot);
            let (low, high) = (low / unit, high / unit);
            let form = Form::new(piece_at(middle), charge, is_above, unit);
            let segment = Segment { low, high, is_above, is_convex: false, form };
            Segment { is_convex: segment.income(f64::midpoint(low, high)).curvature > 0.0, ..segment }
        };
        let mut segments: Vec<_> = if ends.len() == 1 {
            vec![segment(low, low)]
        } else {
            ends.windows(2).map(|pair| segment(pair[0], pair[1])).collect()
        };
        let earns = |segment: &Segment<'_>| {
            let incomes = [segment.low, segment.high].map(|x| segment.income(x));
            incomes.iter().any(|income| income.value != 0.0 || income.marginal != 0.0)
        };
        let charges = charge.is_some_and(|charge| charge.fixed > 0.0);
        let still = pivot.filter(|pivot| charges && *pivot >= low && *pivot <= high).map(|pivot| pivot / unit);
        if let Some(still) = still {
            // Whoever stays pays nothing: a point of its own between the sides.
            let at = segments.partition_point(|segment| segment.low < still && segment.high <= still);
            let model = segments[at.min(segments.len() - 1)];
            let form = model.form.raised(charge.map_or(0.0, |charge| charge.fixed) / unit);
            let point = Segment { low: still, high: still, is_above: true, form, ..model };
            if segments.len() == 1 && segments[0].low == segments[0].high {
                segments = vec![point];
            } else {
                segments.insert(at, point);
            }
        }
        if !(pivot.is_some() || counts || segments.iter().any(earns)) {
            segments = vec![segment(low, low)];
        }
        Self { segments, still }
    }

    /// Leaves out what lies beyond the amount that brings most, unless that is below `pivot`, from where movements count: more
    /// of it only takes room.
    pub(crate) fn trim(&mut self, pivot: f64) {
        let (best, _) = self.best(&Weight::part(0.0), (self.lower(), self.upper()), None);
        if self.still.is_some() || best < pivot || best >= self.upper() {
            return;
        }
        let kept = self.segments.iter().position(|segment| segment.high >= best).unwrap_or(0);
        self.segments.truncate(kept + 1);
        self.segments[kept].high = best;
    }

    pub(crate) fn lower(&self) -> f64 {
        self.segments.first().map_or(0.0, |segment| segment.low)
    }

    pub(crate) fn upper(&self) -> f64 {
        self.segments.last().map_or(0.0, |segment| segment.high)
    }

    /// Where any movement is charged by itself.
    pub(crate) fn still(&self) -> Option<f64> {
        self.still
    }

    /// The segments that share more than a point with `[low, high]`, and a point of its own inside; the best one that holds
    /// it if the range is a point.
    pub(crate) fn segments_in(&self, low: f64, high: f64) -> impl Iterator<Item = Segment<'a>> + '_ {
        let point = (low >= high).then(|| self.segment_of(low));
        let overlaps = move |segment: &&Segment<'_>| {
            if segment.low == segment.high {
                segment.low >= low && segment.low <= high
            } else {
                segment.low < high && segment.high > low
            }
        };
        let clip = move |segment: &Segment<'a>| Segment {
            low: segment.low.max(low),
            high: segment.high.min(high),
            ..*segment
        };
        let point = point.map(|segment| Segment { low, high: low, ..segment });
        let is_point = point.is_some();
        point.into_iter().chain(self.segments.iter().filter(move |_| !is_point).filter(overlaps).map(clip))
    }

    /// The segments among which an amount can move from `x` without a charge for moving at all.
    pub(crate) fn segments_around(&self, x: f64, low: f64, high: f64) -> Vec<Segment<'a>> {
        let segments = self.segments_in(low, high);
        match self.still {
            Some(still) if x == still => segments.filter(|segment| segment.low == segment.high).collect(),
            Some(still) => {
                let side = |segment: &Segment<'_>| {
                    segment.low < segment.high && (if x > still { segment.low >= still } else { segment.high <= still })
                };
                segments.filter(side).collect()
            }
            None => segments.collect(),
        }
    }

    /// The segment in which `x` is worth most.
    fn segment_of(&self, x: f64) -> Segment<'a> {
        let holds = self.segments.iter().filter(|segment| segment.low <= x && x <= segment.high);
        let best = holds.max_by(|a, b| a.income(x).value.total_cmp(&b.income(x).value));
        *best.unwrap_or_else(|| self.segment_at(x))
    }

    /// The segment that holds `x` and continues upwards from it where it can.
    pub(crate) fn segment_at(&self, x: f64) -> &Segment<'a> {
        self.segments.iter().rev().find(|segment| segment.low <= x).unwrap_or(&self.segments[0])
    }

    /// The segment that ends at `x` or holds it.
    pub(crate) fn segment_below(&self, x: f64) -> &Segment<'a> {
        self.segments.iter().find(|segment| segment.high >= x).unwrap_or(&self.segments[self.segments.len() - 1])
    }

    pub(crate) fn value(&self, x: f64) -> f64 {
        if self.still.is_some() { self.segment_of(x).income(x).value } else { self.segment_at(x).income(x).value }
    }

    /// Marginal income of the last unit held and of the next one.
    pub(crate) fn marginals(&self, x: f64) -> (f64, f64) {
        (self.segment_below(x).income(x).marginal, self.segment_at(x).income(x).marginal)
    }

    /// The end of a segment strictly inside `(low, high)` that is nearest to `x`.
    pub(crate) fn cut_near(&self, x: f64, low: f64, high: f64) -> Option<f64> {
        let cuts = self.segments.iter().map(|segment| segment.low).filter(|cut| *cut > low && *cut < high);
        cuts.min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()))
    }

    /// The maximum of `income(x) - price(x)` over `[low, high]`, and the least `x` that attains it; it may be `near` some amount.
    pub(crate) fn best(&self, price: &Weight, (low, high): (f64, f64), near: Option<f64>) -> (f64, f64) {
        let mut best = (low, f64::NEG_INFINITY);
        for segment in self.segments_in(low, high) {
            let [first, second] = segment.candidates(price.slope(segment.is_above), near);
            let mut note = |x: f64| {
                let value = segment.income(x).value - price.at(x);
                if value > best.1 {
                    best = (x, value);
                }
            };
            note(first);
            if second > first {
                note(second);
            }
        }
        best
    }
}

impl Segment<'_> {
    pub(crate) fn is_concave(&self) -> bool {
        !self.is_convex
    }

    /// Income and derivatives, everything on the programme's unit.
    #[inline]
    pub(crate) fn income(&self, x: f64) -> Income {
        self.form.income(x)
    }

    /// Where its marginal, less a pull, is `slope`, and what it brings there, from near it; nothing where no formula says so.
    #[inline]
    pub(crate) fn reached(&self, slope: f64, pull: (f64, f64), start: f64) -> Option<(f64, Income)> {
        self.form.reached(slope, pull, start)
    }

    /// The most that is left of its income after a price.
    pub(crate) fn best(&self, price: &Weight) -> f64 {
        let left = |x: f64| self.income(x).value - price.at(x);
        self.candidates(price.slope(self.is_above), None).into_iter().map(left).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Where `income(x) - slope * x` can be largest, ascending.
    fn candidates(&self, price: f64, near: Option<f64>) -> [f64; 2] {
        if self.is_convex {
            return [self.low, self.high];
        }
        if self.income(self.low).marginal <= price {
            return [self.low; 2];
        }
        if self.income(self.high).marginal > price {
            return [self.high; 2];
        }
        let is_inside = |x: &f64| *x >= self.low && *x <= self.high;
        let start = near.filter(is_inside).unwrap_or_else(|| f64::midpoint(self.low, self.high));
        let reached = self.reached(price, (0.0, 0.0), start).map(|(x, _)| x).filter(is_inside);
        let root = reached.unwrap_or_else(|| {
            falling_root(self.low, self.high, start, |x| {
                let income = self.income(x);
                (income.marginal - price, income.curvature)
            })
        });
        [root; 2]
    }
}

/// Where a falling function passes zero between two places at which it has not the same sign: Newton's method between
/// bounds that close in. `function` gives value and slope.
pub(crate) fn falling_root(low: f64, high: f64, start: f64, function: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high, mut x) = (low, high, start.clamp(low, high));
    for _ in 0..HALVINGS {
        let (value, slope) = function(x);
        if value > 0.0 {
            low = x
        } else {
            high = x
        }
        let step = value / slope;
        // Newton's error is the square of its step: what follows one so small is below a double's spacing.
        if value == 0.0 || slope < 0.0 && step.abs() <= 1e-9 * x.abs() {
            return if value == 0.0 { x } else { (x - step).clamp(low, high) };
        }
        let is_inside = slope < 0.0 && x - step > low && x - step < high;
        let next = if is_inside { x - step } else { f64::midpoint(low, high) };
        if next <= low || next >= high {
            return next;
        }
        x = next;
    }
    x
}
