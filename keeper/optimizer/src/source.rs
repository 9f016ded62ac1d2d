//! One position's income on the solver's scale, cut into segments of one curvature and of one side of its pivot.

use model::Curve;
use model::rate::{Income, Piece};

use crate::programme::Programme;
use crate::weight::Weight;

/// Halvings that bring a bracket of doubles to a point.
const HALVINGS: usize = 200;

/// The income of one position over `[lower, upper]`, amounts in units of the programme. A source that earns nothing
/// anywhere has nothing above its lower bound, unless its movements count: money there is no better than idle.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    segments: Vec<Segment>,
}

/// A stretch on which income is smooth and its curvature keeps its sign.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether it lies above the place's pivot.
    pub(crate) is_above: bool,
    is_convex: bool,
    piece: Option<Piece>,
    unit: f64,
}

impl Source {
    /// Every source of a programme.
    pub(crate) fn all(programme: &Programme) -> Vec<Self> {
        let unit = programme.unit();
        let ranges = programme.lower().iter().zip(programme.upper()).zip(programme.pivots());
        let sources = programme.curves().iter().zip(ranges);
        sources.map(|(curve, ((low, high), pivot))| Self::new(curve, (*low, *high), *pivot, unit)).collect()
    }

    fn new(curve: &Curve, (low, high): (f64, f64), pivot: Option<f64>, unit: f64) -> Self {
        let mut ends = vec![low];
        ends.extend(curve.breakpoints(low, high));
        if let Some(pivot) = pivot.filter(|pivot| *pivot > low && *pivot < high) {
            ends.insert(ends.partition_point(|end| *end < pivot), pivot);
            ends.dedup();
        }
        if high > low {
            ends.push(high);
        }
        let piece_at = |x: f64| curve.pieces().iter().rev().find(|piece| piece.from <= x).copied();
        let segment = |low: f64, high: f64| {
            let middle = f64::midpoint(low, high);
            let piece = piece_at(middle);
            let is_convex = piece.is_some_and(|piece| piece.income(middle).curvature > 0.0);
            let is_above = pivot.is_none_or(|pivot| low >= pivot);
            Segment { low: low / unit, high: high / unit, is_above, is_convex, piece, unit }
        };
        let segments = if ends.len() == 1 {
            vec![segment(low, low)]
        } else {
            ends.windows(2).map(|pair| segment(pair[0], pair[1])).collect()
        };
        let earns = |segment: &Segment| {
            let incomes = [segment.low, segment.high].map(|x| segment.income(x));
            incomes.iter().any(|income| income.value != 0.0 || income.marginal != 0.0)
        };
        if pivot.is_some() || segments.iter().any(earns) {
            Self { segments }
        } else {
            Self { segments: vec![segment(low, low)] }
        }
    }

    pub(crate) fn lower(&self) -> f64 {
        self.segments.first().map_or(0.0, |segment| segment.low)
    }

    pub(crate) fn upper(&self) -> f64 {
        self.segments.last().map_or(0.0, |segment| segment.high)
    }

    /// The segments that share more than a point with `[low, high]`, or the one that holds it if it is a point.
    pub(crate) fn segments_in(&self, low: f64, high: f64) -> impl Iterator<Item = Segment> + '_ {
        let is_point = low >= high;
        let overlaps = move |segment: &&Segment| {
            if is_point { segment.low <= low && low <= segment.high } else { segment.low < high && segment.high > low }
        };
        let clip = move |segment: &Segment| Segment {
            low: segment.low.max(low),
            high: segment.high.min(high),
            ..segment.clone()
        };
        self.segments.iter().filter(overlaps).take(if is_point { 1 } else { usize::MAX }).map(clip)
    }

    /// The segment that holds `x` and continues upwards from it where it can.
    pub(crate) fn segment_at(&self, x: f64) -> &Segment {
        self.segments.iter().rev().find(|segment| segment.low <= x).unwrap_or(&self.segments[0])
    }

    /// The segment that ends at `x` or holds it.
    pub(crate) fn segment_below(&self, x: f64) -> &Segment {
        self.segments.iter().find(|segment| segment.high >= x).unwrap_or(&self.segments[self.segments.len() - 1])
    }

    pub(crate) fn value(&self, x: f64) -> f64 {
        self.segment_at(x).income(x).value
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

    /// The maximum of `income(x) - price(x)` over `[low, high]`, and the least `x` that attains it.
    pub(crate) fn best(&self, price: &Weight, low: f64, high: f64) -> (f64, f64) {
        let mut best = (low, f64::NEG_INFINITY);
        for segment in self.segments_in(low, high) {
            for x in segment.candidates(price.slope(segment.is_above)) {
                let value = segment.income(x).value - price.at(x);
                if value > best.1 {
                    best = (x, value);
                }
            }
        }
        best
    }
}

impl Segment {
    pub(crate) fn is_concave(&self) -> bool {
        !self.is_convex
    }

    /// Income and derivatives, everything on the programme's unit.
    pub(crate) fn income(&self, x: f64) -> Income {
        let zero = Income { value: 0.0, marginal: 0.0, curvature: 0.0 };
        self.piece.map_or(zero, |piece| {
            let income = piece.income(x * self.unit);
            Income { value: income.value / self.unit, curvature: income.curvature * self.unit, ..income }
        })
    }

    /// Where `income(x) - slope * x` can be largest, ascending.
    fn candidates(&self, price: f64) -> Vec<f64> {
        let above = |x: f64| self.income(x).marginal > price;
        if self.is_convex {
            return vec![self.low, self.high];
        }
        if !above(self.low) {
            return vec![self.low];
        }
        if above(self.high) {
            return vec![self.high];
        }
        let (mut low, mut high) = (self.low, self.high);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if above(middle) { low = middle } else { high = middle }
        }
        vec![low, high]
    }
}
