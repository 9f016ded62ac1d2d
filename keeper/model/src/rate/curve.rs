//! The yearly income of our position at one venue, as a function of its size: smooth pieces side by side.
//!
//! On one piece, with `x` our position in base units,
//!
//! ```text
//! income(x) = keep * x/(tau + x) * [ rest + (nu + x) * ( r + D/(sigma + beta + x) * (p + q * D/(sigma + x)) ) ]
//! ```
//!
//! for a pool of lenders; instruments with a fixed rate and those traded at a price have shapes of their own (`line`,
//! `principal`, `long`). `r` is what a pool pays at any usage, `D` is the debt of the pool that takes our next unit, `sigma` its supply without us, `beta` what counts on
//! the supply side alone (Aave's unbacked), `p + q*U` its borrow rate after fees at usage `U`; `nu` and `tau`
//! are what our pooled vehicle holds in that pool and in all, without us (equal for a pool that we enter
//! directly), `rest` the yearly income of the vehicle's other pools and `keep` what its own fee leaves.

use serde::Serialize;

use super::hyperdrive::Long;
use super::jet::Jet;
use super::pendle::Principal;

/// How often a piece without closed-form curvature is sampled for changes of its curvature's sign.
const SAMPLES: usize = 128;

/// Halvings that bring a bracket of doubles to a point.
const HALVINGS: usize = 200;

/// Income curve of one position over `[0, capacity]`, in base units and base units a year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    pieces: Vec<Piece>,
    capacity: f64,
}

/// One smooth piece.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Piece {
    /// Where it begins.
    pub from: f64,
    /// Where it ends (the last one: infinity).
    pub to: f64,
    pub(super) shape: Shape,
    /// What is earned besides, for each unit.
    pub(super) flat: f64,
    /// What is earned besides, whatever is held.
    pub(super) offset: f64,
}

/// What a piece's income follows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "shape")]
pub(super) enum Shape {
    /// A pool of lenders that share what borrowers pay: the module's formula.
    Pool(Pool),
    /// A straight line through `(at, value)`.
    Line { at: f64, value: f64, slope: f64 },
    /// Principal tokens traded at a Pendle market.
    Principal(Principal),
    /// Longs opened at a Hyperdrive pool.
    Long(Long),
}

/// A pool that pays its suppliers by its usage, entered directly or by a pooled vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Pool {
    /// What the vehicle's own fee leaves.
    pub(super) keep: f64,
    /// What the vehicle holds in all, without us; for a direct pool any number equal to `nu`.
    pub(super) tau: f64,
    /// What the vehicle holds in the active pool, without us.
    pub(super) nu: f64,
    /// The supply of the active pool, without us.
    pub(super) sigma: f64,
    /// What counts as supply for the supply rate alone.
    pub(super) beta: f64,
    /// The yearly income of the vehicle's other pools.
    pub(super) rest: f64,
    /// The debt of the active pool.
    pub(super) debt: f64,
    /// What suppliers are paid a year whatever the usage.
    pub(super) flat: f64,
    /// Borrow rate after fees at usage zero, by this piece's line.
    pub(super) intercept: f64,
    /// Its slope by usage.
    pub(super) slope: f64,
}

/// A piece whose income is a pool's entered directly, reduced to what a search evaluates often:
///
/// ```text
/// income(x) = x * (linear / (sigma + x) + square / (sigma + x)^2 + flat) + offset
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Direct {
    /// What others supply, in base units.
    pub sigma: f64,
    /// Base units a year.
    pub linear: f64,
    /// Squared base units a year.
    pub square: f64,
    /// A yearly rate.
    pub flat: f64,
    /// Base units a year.
    pub offset: f64,
}

/// Income and its derivatives at one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Income {
    /// Base units a year.
    pub value: f64,
    /// What one more base unit would earn a year, own impact included.
    pub marginal: f64,
    /// How fast that changes.
    pub curvature: f64,
}

impl Curve {
    pub(super) fn new(mut pieces: Vec<Piece>, capacity: f64) -> Self {
        pieces.retain(|piece| piece.to > piece.from && piece.to > 0.0 && piece.from <= capacity);
        if let Some(first) = pieces.first_mut() {
            first.from = 0.0;
        }
        if let Some(last) = pieces.last_mut() {
            last.to = f64::INFINITY;
        }
        Self { pieces, capacity }
    }

    /// The same curve of a venue that takes no more than `capacity`.
    pub(super) fn up_to(self, capacity: f64) -> Self {
        Self { capacity: self.capacity.min(capacity), ..self }
    }

    /// A venue that earns nothing and takes no more than `capacity`.
    pub(super) fn flat_zero(capacity: f64) -> Self {
        Self { pieces: Vec::new(), capacity }
    }

    /// The most that the venue can hold of us; infinity where nothing bounds it.
    #[must_use]
    pub fn capacity(&self) -> f64 {
        self.capacity
    }

    /// The smooth pieces in order; none where the venue earns nothing.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Income and derivatives at `x`; at a kink those of the piece that begins there.
    #[must_use]
    pub fn income(&self, x: f64) -> Income {
        let piece = self.pieces.iter().rev().find(|piece| piece.from <= x).or(self.pieces.first());
        piece.map_or(Income { value: 0.0, marginal: 0.0, curvature: 0.0 }, |piece| piece.income(x))
    }

    /// The venue's yearly rate when we hold `x`; for none held, what the first unit would earn.
    #[must_use]
    pub fn rate(&self, x: f64) -> f64 {
        let income = self.income(x);
        if x > 0.0 { income.value / x } else { income.marginal }
    }

    /// Every size in `(from, to)` at which the curve has a kink or its curvature changes sign, ascending.
    ///
    /// Exact for a pool entered directly, for a vehicle with one pool, for lines and for whatever is bought at a
    /// convex price (the curvature's sign changes at most once a piece there); sampled at 128 places a piece for a
    /// vehicle with several pools, and for what is sold at a market.
    #[must_use]
    pub fn breakpoints(&self, from: f64, to: f64) -> Vec<f64> {
        self.breakpoints_at(from, to, 0.0)
    }

    /// The same where the curvature passes `level`: the places at which the sum of this curve and a parabola of curvature
    /// `-level` turns.
    #[must_use]
    pub fn breakpoints_at(&self, from: f64, to: f64, level: f64) -> Vec<f64> {
        let mut points = Vec::with_capacity(2 * self.pieces.len());
        for piece in &self.pieces {
            let (low, high) = (piece.from.max(from), piece.to.min(to));
            if low >= high {
                continue;
            }
            points.push(low);
            piece.inflections(low, high, level, &mut points);
        }
        points.retain(|point| *point > from && *point < to);
        points.dedup();
        points
    }
}

impl Piece {
    /// A piece that earns what its shape says and nothing besides.
    pub(super) fn new(from: f64, to: f64, shape: Shape) -> Self {
        Self { from, to, shape, flat: 0.0, offset: 0.0 }
    }

    /// The piece in its reduced form, where it has one.
    #[must_use]
    pub fn direct(&self) -> Option<Direct> {
        match &self.shape {
            Shape::Pool(pool) if pool.is_closed() && pool.sigma > 0.0 => Some(Direct {
                sigma: pool.sigma,
                linear: pool.keep * pool.intercept * pool.debt,
                square: pool.keep * pool.slope * pool.debt * pool.debt,
                flat: pool.keep * pool.flat + self.flat,
                offset: self.offset,
            }),
            Shape::Line { at, value, slope } => Some(Direct {
                sigma: 1.0,
                linear: 0.0,
                square: 0.0,
                flat: slope + self.flat,
                offset: value - slope * at + self.offset,
            }),
            _ => None,
        }
    }

    /// Income and derivatives at `x` by this piece's formula.
    #[must_use]
    pub fn income(&self, x: f64) -> Income {
        let shaped = self.shaped(x);
        Income { value: shaped.value + self.flat * x + self.offset, marginal: shaped.marginal + self.flat, ..shaped }
    }

    fn shaped(&self, x: f64) -> Income {
        match &self.shape {
            Shape::Pool(pool) => pool.income(x),
            Shape::Line { at, value, slope } => {
                Income { value: value + slope * (x - at), marginal: *slope, curvature: 0.0 }
            }
            Shape::Principal(principal) => principal.income(x),
            Shape::Long(long) => long.income(x),
        }
    }

    /// Appends where the curvature passes `level` inside `(from, to)`.
    fn inflections(&self, from: f64, to: f64, level: f64, points: &mut Vec<f64>) {
        match &self.shape {
            Shape::Line { .. } => {}
            Shape::Pool(pool) if pool.is_closed() && level == 0.0 => {
                points.extend(pool.inflection().filter(|turn| *turn > from && *turn < to));
            }
            Shape::Pool(pool) if pool.is_closed() => {
                // The curvature has at most one extremum, so it is monotone on either side of it.
                let turn = pool.steepest().filter(|turn| *turn > from && *turn < to);
                points.extend(self.inflection(from, turn.unwrap_or(to), level));
                points.extend(turn.and_then(|turn| self.inflection(turn, to, level)));
            }
            Shape::Principal(principal) if level == 0.0 && principal.is_bought() => {}
            Shape::Long(_) if level == 0.0 => {}
            _ => {
                let sample = |step: usize| from + (to - from) * (step as f64 / SAMPLES as f64);
                points.extend((0..SAMPLES).filter_map(|step| self.inflection(sample(step), sample(step + 1), level)));
            }
        }
    }

    /// The one passing between two places, by bisection.
    fn inflection(&self, mut low: f64, mut high: f64, level: f64) -> Option<f64> {
        let is_convex = |x: f64| self.income(x).curvature > level;
        let at_low = is_convex(low);
        if at_low == is_convex(high) {
            return None;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if is_convex(middle) == at_low { low = middle } else { high = middle }
        }
        Some(high)
    }
}

impl Pool {
    fn income(&self, x: f64) -> Income {
        let supply = self.sigma + x;
        if supply <= 0.0 || supply + self.beta <= 0.0 {
            return Income { value: 0.0, marginal: 0.0, curvature: 0.0 };
        }
        if self.is_closed() { self.closed(x, supply) } else { self.general(x) }
    }

    /// One division instead of jets: most of what a search asks is asked here.
    fn closed(&self, x: f64, supply: f64) -> Income {
        let inverse = 1.0 / supply;
        let usage = self.debt * inverse;
        let (linear, square) = (self.intercept * usage, self.slope * usage * usage);
        let rate = self.flat + linear + square;
        let rate_slope = -inverse * (linear + 2.0 * square);
        let rate_curvature = inverse * inverse * (2.0 * linear + 6.0 * square);
        Income {
            value: self.keep * (x * rate),
            marginal: self.keep * (rate + x * rate_slope),
            curvature: self.keep * (2.0 * rate_slope + x * rate_curvature),
        }
    }

    fn general(&self, x: f64) -> Income {
        let size = Jet::variable(x);
        let supply = size + self.sigma;
        let lent = supply + self.beta;
        let debt = Jet::constant(self.debt);
        let borrow_rate = debt / supply * self.slope + self.intercept;
        let supply_rate = debt / lent * borrow_rate + self.flat;
        let income = if self.is_direct() {
            size * supply_rate
        } else {
            let part = if self.tau > 0.0 { size / (size + self.tau) } else { Jet::constant(1.0) };
            part * ((size + self.nu) * supply_rate + self.rest)
        };
        (income * self.keep).into()
    }

    /// Whether the vehicle has no other pool, so that its part cancels.
    fn is_direct(&self) -> bool {
        self.rest == 0.0 && self.nu == self.tau
    }

    fn is_closed(&self) -> bool {
        self.is_direct() && self.beta == 0.0
    }

    /// The curvature of a closed pool, with `s = sigma + x`, is `a/s^3 + b/s^4`, by what its fee leaves.
    fn bend(&self) -> (f64, f64) {
        let (linear, square) = (self.intercept * self.debt, self.slope * self.debt * self.debt);
        (2.0 * square - 2.0 * self.sigma * linear, -6.0 * square * self.sigma)
    }

    /// Where it is extreme.
    fn steepest(&self) -> Option<f64> {
        let (cubic, quartic) = self.bend();
        (cubic != 0.0).then(|| -4.0 * quartic / (3.0 * cubic) - self.sigma)
    }

    /// Where it changes its sign.
    fn inflection(&self) -> Option<f64> {
        let (cubic, quartic) = self.bend();
        (cubic != 0.0).then(|| -quartic / cubic - self.sigma)
    }
}

impl From<Jet> for Income {
    fn from(jet: Jet) -> Self {
        Self { value: jet.value, marginal: jet.slope, curvature: jet.curvature }
    }
}
