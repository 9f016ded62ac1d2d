//! An upper bound on what any amounts inside given ranges can earn, and the prices that prove it.
//!
//! For prices `y_g >= 0` on the groups, weak duality bounds every feasible income by
//!
//! ```text
//! sum_i max_{x_i} ( f_i(x_i) - x_i * sum_{g contains i} y_g ) + sum_g y_g * b_g
//! ```
//!
//! Good prices come from a linear programme over points of each curve; the maximisers found at its prices
//! become new points, until the programme and the bound meet (Dantzig and Wolfe).

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSettingsBuilder, DefaultSolver, IPSolver, SupportedConeT};

use crate::Error;
use crate::source::Source;

/// Linear programmes a node may take; what they leave open, branching closes.
const ROUNDS: usize = 40;

/// Points a concave segment starts with.
const POINTS: usize = 5;

/// A group on the solver's scale.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) members: Vec<usize>,
    pub(crate) most: f64,
}

/// The ranges of one node, one a source.
pub(crate) type Ranges = Vec<(f64, f64)>;

/// What a relaxation found.
#[derive(Clone, Debug)]
pub(crate) struct Relaxed {
    /// No feasible amounts within the ranges earn more.
    pub(crate) bound: f64,
    /// The prices that prove it, one a group.
    pub(crate) prices: Vec<f64>,
    /// The amounts that solve the relaxation, to the solver's accuracy.
    pub(crate) point: Vec<f64>,
}

/// The sum of the prices that a source pays.
pub(crate) fn price_of(place: usize, bounds: &[Bound], prices: &[f64]) -> f64 {
    let paying = bounds.iter().zip(prices).filter(|(bound, _)| bound.members.contains(&place));
    paying.map(|(_, price)| *price).sum()
}

/// The dual value of `prices`: the exact bound of the module's formula.
pub(crate) fn dual_value(sources: &[Source], bounds: &[Bound], ranges: &Ranges, prices: &[f64]) -> f64 {
    let rooms = bounds.iter().zip(prices).map(|(bound, price)| bound.most * price).sum::<f64>();
    let inner = sources.iter().zip(ranges).enumerate();
    rooms + inner.map(|(i, (source, (low, high)))| source.best(price_of(i, bounds, prices), *low, *high).1).sum::<f64>()
}

/// Bounds a node; stops early once the bound is at most `enough`.
///
/// # Errors
/// Where the solver gives no finite multipliers.
pub(crate) fn relax(
    sources: &[Source],
    bounds: &[Bound],
    ranges: &Ranges,
    enough: f64,
    tolerance: f64,
) -> Result<Relaxed, Error> {
    let mut points = sources.iter().zip(ranges).map(|(source, range)| first_points(source, *range)).collect::<Vec<_>>();
    let mut best: Option<Relaxed> = None;
    for _ in 0..ROUNDS {
        let (point, prices, value) = solve_linear(&points, bounds)?;
        let bound = dual_value(sources, bounds, ranges, &prices);
        if best.as_ref().is_none_or(|best| bound < best.bound) {
            best = Some(Relaxed { bound, prices: prices.clone(), point: point.clone() });
        }
        if bound <= enough || bound - value <= tolerance {
            break;
        }
        let mut is_new = false;
        for (i, (source, (low, high))) in sources.iter().zip(ranges).enumerate() {
            let maximiser = source.best(price_of(i, bounds, &prices), *low, *high).0;
            for x in [maximiser, point[i].clamp(*low, *high)] {
                is_new |= insert(&mut points[i], x, source);
            }
        }
        if !is_new {
            break;
        }
    }
    best.ok_or_else(|| Error::Solver { status: "no round".to_owned() })
}

/// A point of a curve: amount and income.
type Point = (f64, f64);

fn first_points(source: &Source, (low, high): (f64, f64)) -> Vec<Point> {
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
fn insert(points: &mut Vec<Point>, x: f64, source: &Source) -> bool {
    let place = points.partition_point(|point| point.0 < x);
    let is_near = |point: Option<&Point>| point.is_some_and(|point| (point.0 - x).abs() <= 1e-13);
    if is_near(points.get(place)) || place.checked_sub(1).is_some_and(|below| is_near(points.get(below))) {
        return false;
    }
    points.insert(place, (x, source.value(x)));
    true
}

/// Solves the linear programme over mixtures of points: amounts, prices and income.
fn solve_linear(points: &[Vec<Point>], bounds: &[Bound]) -> Result<(Vec<f64>, Vec<f64>, f64), Error> {
    let (sources, groups) = (points.len(), bounds.len());
    let columns = points.iter().enumerate().flat_map(|(i, list)| list.iter().map(move |point| (i, *point)));
    let columns = columns.collect::<Vec<_>>();
    let rows = sources + groups + columns.len();
    let (mut starts, mut entries, mut values) = (vec![0], Vec::new(), Vec::new());
    for (column, (i, (x, _))) in columns.iter().enumerate() {
        entries.push(*i);
        values.push(1.0);
        for (group, bound) in bounds.iter().enumerate() {
            if *x != 0.0 && bound.members.contains(i) {
                entries.push(sources + group);
                values.push(*x);
            }
        }
        entries.push(sources + groups + column);
        values.push(-1.0);
        starts.push(entries.len());
    }
    let matrix = CscMatrix::new(rows, columns.len(), starts, entries, values);
    let costs = columns.iter().map(|(_, (_, income))| -income).collect::<Vec<_>>();
    let mut right = vec![1.0; sources];
    right.extend(bounds.iter().map(|bound| bound.most));
    right.resize(rows, 0.0);
    let cones = [SupportedConeT::ZeroConeT(sources), SupportedConeT::NonnegativeConeT(groups + columns.len())];
    let quadratic = CscMatrix::zeros((columns.len(), columns.len()));
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
    let prices = solution.z[sources..sources + groups].iter().map(|price| price.max(0.0)).collect();
    Ok((amounts, prices, income))
}

fn solver_settings() -> Result<DefaultSettings<f64>, Error> {
    DefaultSettingsBuilder::default()
        .verbose(false)
        .max_threads(1)
        .tol_gap_abs(1e-12)
        .tol_gap_rel(1e-12)
        .tol_feas(1e-11)
        .build()
        .map_err(|error| Error::Solver { status: error.to_string() })
}
