//! Prices by Clarabel, where Newton's method comes to none.
//!
//! A linear programme over points of each curve (quadratic, where factors of risk count); the maximisers found at its prices
//! become new points, until the programme and the bound meet (Dantzig and Wolfe). It may break a group at a price beyond
//! any rate, so that it has an answer for every node; such an answer only makes the bound looser.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSettingsBuilder, DefaultSolver, IPSolver, SupportedConeT};

use crate::Error;
use crate::rows::{Ranges, Rows};
use crate::source::Source;

/// What one unit beyond a group's bound costs the linear programme a year: no rate model gives as much.
const BREACH_PRICE: f64 = 2_000.0;

/// Points a concave segment starts with.
const POINTS: usize = 2;

/// What one round found.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// The prices, one a group.
    pub(crate) prices: Vec<f64>,
    /// No feasible amounts within the ranges earn more: the dual value of the prices.
    pub(crate) bound: f64,
    /// The amounts that maximise at these prices.
    pub(crate) maximisers: Vec<f64>,
    /// The amounts that solve the linear programme.
    pub(crate) point: Vec<f64>,
    /// Their income by the linear programme: where it meets the bound, no prices give a better one.
    pub(crate) value: f64,
}

/// A node's linear programme, which grows with every round.
pub(crate) struct Relaxation<'a> {
    sources: &'a [Source<'a>],
    rows: &'a Rows,
    ranges: &'a Ranges,
    points: Vec<Vec<PricedPoint>>,
}

impl<'a> Relaxation<'a> {
    pub(crate) fn new(sources: &'a [Source<'a>], rows: &'a Rows, ranges: &'a Ranges) -> Self {
        let points = sources.iter().zip(ranges).map(|(source, range)| first_points(source, *range)).collect();
        Self { sources, rows, ranges, points }
    }

    /// Solves the programme and prices every source.
    ///
    /// # Errors
    /// Where the solver gives no finite multipliers.
    pub(crate) fn round(&self) -> Result<Round, Error> {
        let (point, prices, value) = solve_linear(&self.points, self.rows)?;
        let (bound, maximisers) = self.rows.dual(self.sources, self.ranges, &prices, None);
        Ok(Round { prices, bound, maximisers, point, value })
    }

    /// Adds what a round found to the programme; says whether anything was new.
    pub(crate) fn learn(&mut self, round: &Round) -> bool {
        let mut is_new = false;
        for (i, (source, (low, high))) in self.sources.iter().zip(self.ranges).enumerate() {
            for x in [round.maximisers[i], round.point[i].clamp(*low, *high)] {
                is_new |= insert(&mut self.points[i], x, source);
            }
        }
        is_new
    }
}

/// A point of a curve: amount and income.
pub(crate) type PricedPoint = (f64, f64);

fn first_points(source: &Source, (low, high): (f64, f64)) -> Vec<PricedPoint> {
    let mut points = Vec::new();
    for segment in source.segments_in(low, high) {
        let steps = if segment.is_concave() && segment.high > segment.low { POINTS } else { 1 };
        for step in 0..=steps {
            let x = segment.low + (segment.high - segment.low) * (step as f64 / steps as f64);
            insert(&mut points, x, source);
        }
    }
    points
}

/// Adds a point in order unless one stands there; says whether it did.
fn insert(points: &mut Vec<PricedPoint>, x: f64, source: &Source) -> bool {
    let place = points.partition_point(|point| point.0 < x);
    let is_near = |point: Option<&PricedPoint>| point.is_some_and(|point| (point.0 - x).abs() <= 1e-13);
    if is_near(points.get(place)) || place.checked_sub(1).is_some_and(|below| is_near(points.get(below))) {
        return false;
    }
    points.insert(place, (x, source.value(x)));
    true
}

/// Solves the programme over mixtures of points: amounts, prices and what they bring.
///
/// Columns: a weight a point, what each group is broken by, each factor's exposure. Rows: each source's weights are one
/// whole, each factor's exposure is what its price is for, groups, and nothing below zero.
pub(crate) fn solve_linear(points: &[Vec<PricedPoint>], rows: &Rows) -> Result<(Vec<f64>, Vec<f64>, f64), Error> {
    let (sources, factors, groups) = (points.len(), rows.factors.len(), rows.live.len());
    let columns = points.iter().enumerate().flat_map(|(i, list)| list.iter().map(move |point| (i, *point)));
    let columns = columns.collect::<Vec<_>>();
    let bounded = columns.len() + groups;
    let (width, first_group) = (bounded + factors, sources + factors);
    let height = first_group + groups + bounded;
    let row_of = |row: usize| match row.checked_sub(rows.groups.len()) {
        Some(factor) => Some(sources + factor),
        None => rows.live.binary_search(&row).ok().map(|place| first_group + place),
    };
    let (mut starts, mut entries, mut values) = (vec![0], Vec::new(), Vec::new());
    for (column, (i, (x, _))) in columns.iter().enumerate() {
        let mut places = vec![(*i, 1.0)];
        let counted = rows.of(*i).filter_map(|(row, weight)| Some((row_of(row)?, weight.at(*x))));
        places.extend(counted.filter(|(_, at)| *at != 0.0));
        places.push((first_group + groups + column, -1.0));
        places.sort_by_key(|(row, _)| *row);
        for (row, value) in places {
            entries.push(row);
            values.push(value);
        }
        starts.push(entries.len());
    }
    for group in 0..groups {
        entries.extend([first_group + group, first_group + groups + columns.len() + group]);
        values.extend([-1.0, -1.0]);
        starts.push(entries.len());
    }
    for factor in 0..factors {
        entries.push(sources + factor);
        values.push(-1.0);
        starts.push(entries.len());
    }
    let matrix = CscMatrix::new(height, width, starts, entries, values);
    let mut costs = columns.iter().map(|(_, (_, income))| -income).collect::<Vec<_>>();
    costs.resize(bounded, BREACH_PRICE);
    costs.resize(width, 0.0);
    let mut right = vec![1.0; sources];
    right.resize(first_group, 0.0);
    right.extend(rows.live.iter().map(|group| rows.groups[*group].most));
    right.resize(height, 0.0);
    let cones = [SupportedConeT::ZeroConeT(first_group), SupportedConeT::NonnegativeConeT(groups + bounded)];
    let squares = (0..=width).map(|column| column.saturating_sub(bounded)).collect();
    let quadratic = CscMatrix::new(width, width, squares, (bounded..width).collect(), vec![rows.aversion; factors]);
    let fault = |status: String| Error::Solver { status };
    let mut solver = DefaultSolver::new(&quadratic, &costs, &matrix, &right, &cones, solver_settings()?)
        .map_err(|error| fault(error.to_string()))?;
    solver.solve();

    let solution = &solver.solution;
    let is_usable = solution.x.iter().chain(&solution.z).all(|number| number.is_finite());
    if !is_usable || solution.x.is_empty() {
        return Err(fault(format!("{:?}", solution.status)));
    }
    let (mut amounts, mut income) = (vec![0.0; sources], 0.0);
    for (weight, (i, (x, value))) in solution.x.iter().zip(&columns) {
        amounts[*i] += weight.max(0.0) * x;
        income += weight * value;
    }
    let mut prices = vec![0.0; rows.len()];
    for (place, group) in rows.live.iter().enumerate() {
        prices[*group] = solution.z[first_group + place].max(0.0);
    }
    for factor in 0..factors {
        prices[rows.groups.len() + factor] = solution.z[sources + factor];
        income -= 0.5 * rows.aversion * solution.x[bounded + factor].powi(2);
    }
    Ok((amounts, prices, income))
}

/// Tolerances near a double's own, and one thread: the same programme gives the same bits.
pub(crate) fn solver_settings() -> Result<DefaultSettings<f64>, Error> {
    DefaultSettingsBuilder::default()
        .verbose(false)
        .max_threads(1)
        .tol_gap_abs(1e-12)
        .tol_gap_rel(1e-12)
        .tol_feas(1e-11)
        .build()
        .map_err(|error| Error::Solver { status: error.to_string() })
}
