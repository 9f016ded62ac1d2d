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

/// Points a concave segment starts with.
const POINTS: usize = 2;

/// The groups on the solver's scale.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    pub(crate) bounds: Vec<Bound>,
    /// The groups that contain each source.
    of: Vec<Vec<usize>>,
}

/// A group on the solver's scale.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) members: Vec<usize>,
    pub(crate) most: f64,
}

impl Groups {
    pub(crate) fn new(bounds: Vec<Bound>, sources: usize) -> Self {
        let containing = |i: usize| {
            let groups = bounds.iter().enumerate().filter(|(_, bound)| bound.members.contains(&i));
            groups.map(|(group, _)| group).collect()
        };
        Self { of: (0..sources).map(containing).collect(), bounds }
    }

    /// The groups that contain a source.
    pub(crate) fn of(&self, i: usize) -> &[usize] {
        &self.of[i]
    }

    /// The sum of the prices that a source pays.
    pub(crate) fn price(&self, i: usize, prices: &[f64]) -> f64 {
        self.of[i].iter().map(|group| prices[*group]).sum()
    }

    /// What a group's members hold beyond its bound.
    pub(crate) fn excess(&self, group: usize, amounts: &[f64]) -> f64 {
        let Bound { members, most } = &self.bounds[group];
        members.iter().map(|member| amounts[*member]).sum::<f64>() - most
    }

    /// Whether the least amounts of some ranges already break a group.
    pub(crate) fn are_broken_by(&self, least: &[f64]) -> bool {
        (0..self.bounds.len()).any(|group| self.excess(group, least) > 1e-15 * self.bounds[group].most.max(1.0))
    }
}

/// The ranges of one node, one a source.
pub(crate) type Ranges = Vec<(f64, f64)>;

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

/// The dual value of `prices`, the exact bound of the module's formula, and the amounts that attain it.
pub(crate) fn dual(sources: &[Source], groups: &Groups, ranges: &Ranges, prices: &[f64]) -> (f64, Vec<f64>) {
    let mut value = groups.bounds.iter().zip(prices).map(|(bound, price)| bound.most * price).sum::<f64>();
    let mut maximisers = Vec::with_capacity(sources.len());
    for (i, (source, (low, high))) in sources.iter().zip(ranges).enumerate() {
        let (x, most) = source.best(groups.price(i, prices), *low, *high);
        value += most;
        maximisers.push(x);
    }
    (value, maximisers)
}

/// A node's linear programme, which grows with every round.
pub(crate) struct Relaxation<'a> {
    sources: &'a [Source],
    groups: &'a Groups,
    ranges: &'a Ranges,
    points: Vec<Vec<Point>>,
}

impl<'a> Relaxation<'a> {
    pub(crate) fn new(sources: &'a [Source], groups: &'a Groups, ranges: &'a Ranges) -> Self {
        let points = sources.iter().zip(ranges).map(|(source, range)| first_points(source, *range)).collect();
        Self { sources, groups, ranges, points }
    }

    /// Solves the programme and prices every source.
    ///
    /// # Errors
    /// Where the solver gives no finite multipliers.
    pub(crate) fn round(&self) -> Result<Round, Error> {
        let (point, prices, value) = solve_linear(&self.points, self.groups)?;
        let (bound, maximisers) = dual(self.sources, self.groups, self.ranges, &prices);
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
fn solve_linear(points: &[Vec<Point>], groups: &Groups) -> Result<(Vec<f64>, Vec<f64>, f64), Error> {
    let (sources, bounds) = (points.len(), &groups.bounds);
    let columns = points.iter().enumerate().flat_map(|(i, list)| list.iter().map(move |point| (i, *point)));
    let columns = columns.collect::<Vec<_>>();
    let rows = sources + bounds.len() + columns.len();
    let (mut starts, mut entries, mut values) = (vec![0], Vec::new(), Vec::new());
    for (column, (i, (x, _))) in columns.iter().enumerate() {
        entries.push(*i);
        values.push(1.0);
        for group in groups.of(*i).iter().filter(|_| *x != 0.0) {
            entries.push(sources + group);
            values.push(*x);
        }
        entries.push(sources + bounds.len() + column);
        values.push(-1.0);
        starts.push(entries.len());
    }
    let matrix = CscMatrix::new(rows, columns.len(), starts, entries, values);
    let costs = columns.iter().map(|(_, (_, income))| -income).collect::<Vec<_>>();
    let mut right = vec![1.0; sources];
    right.extend(bounds.iter().map(|bound| bound.most));
    right.resize(rows, 0.0);
    let cones = [SupportedConeT::ZeroConeT(sources), SupportedConeT::NonnegativeConeT(bounds.len() + columns.len())];
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
    let prices = solution.z[sources..sources + bounds.len()].iter().map(|price| price.max(0.0)).collect();
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
