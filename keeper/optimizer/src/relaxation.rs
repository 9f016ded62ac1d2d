//! An upper bound on what any amounts inside given ranges can earn, and the prices that prove it.
//!
//! For prices `y_g >= 0` on the groups, weak duality bounds every feasible income by
//!
//! ```text
//! sum_i max_{x_i} ( f_i(x_i) - sum_g y_g * w_gi(x_i) ) + sum_g y_g * b_g
//! ```
//!
//! Good prices come from a linear programme over points of each curve; the maximisers found at its prices
//! become new points, until the programme and the bound meet (Dantzig and Wolfe). It may break a group at a price beyond
//! any rate, so that it has an answer for every node; such an answer only makes the bound looser.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSettingsBuilder, DefaultSolver, IPSolver, SupportedConeT};

use crate::Error;
use crate::source::Source;
use crate::weight::Weight;

/// What one unit beyond a group's bound costs the linear programme a year: no rate model gives as much.
const BREACH_PRICE: f64 = 2_000.0;

/// Points a concave segment starts with.
const POINTS: usize = 2;

/// The groups on the solver's scale.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    pub(crate) bounds: Vec<Bound>,
    /// The groups that contain each source, and how it counts there.
    of: Vec<Vec<(usize, Weight)>>,
}

/// A group on the solver's scale.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) members: Vec<(usize, Weight)>,
    pub(crate) most: f64,
}

impl Groups {
    pub(crate) fn new(bounds: Vec<Bound>, sources: usize) -> Self {
        let containing = |i: usize| {
            let groups = bounds.iter().enumerate();
            groups.filter_map(|(group, bound)| bound.weight(i).map(|weight| (group, *weight))).collect()
        };
        Self { of: (0..sources).map(containing).collect(), bounds }
    }

    /// The groups that contain a source, and how it counts there.
    pub(crate) fn of(&self, i: usize) -> &[(usize, Weight)] {
        &self.of[i]
    }

    /// What a source pays for its amount.
    pub(crate) fn price(&self, i: usize, prices: &[f64]) -> Weight {
        let mut price = Weight::part(0.0);
        for (group, weight) in &self.of[i] {
            price.add(weight, prices[*group]);
        }
        price
    }

    /// What a group's members come to beyond its bound.
    pub(crate) fn excess(&self, group: usize, amounts: &[f64]) -> f64 {
        let Bound { members, most } = &self.bounds[group];
        members.iter().map(|(member, weight)| weight.at(amounts[*member])).sum::<f64>() - most
    }

    /// Whether every amount inside some ranges breaks a group.
    pub(crate) fn are_broken_by(&self, ranges: &Ranges) -> bool {
        let least = |(member, weight): &(usize, Weight)| weight.least(ranges[*member].0, ranges[*member].1);
        let broken =
            |bound: &Bound| bound.members.iter().map(least).sum::<f64>() - bound.most > 1e-15 * bound.most.max(1.0);
        self.bounds.iter().any(broken)
    }
}

impl Bound {
    fn weight(&self, place: usize) -> Option<&Weight> {
        self.members.iter().find(|(member, _)| *member == place).map(|(_, weight)| weight)
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
        let (x, most) = source.best(&groups.price(i, prices), *low, *high);
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
    // Behind the points, one column a group for what it is broken by.
    let width = columns.len() + bounds.len();
    let rows = sources + bounds.len() + width;
    let (mut starts, mut entries, mut values) = (vec![0], Vec::new(), Vec::new());
    let mut push = |row: usize, value: f64| {
        entries.push(row);
        values.push(value);
    };
    let mut length = 0;
    for (column, (i, (x, _))) in columns.iter().enumerate() {
        push(*i, 1.0);
        let counted = groups.of(*i).iter().map(|(group, weight)| (group, weight.at(*x))).filter(|(_, at)| *at != 0.0);
        let mut count = 2;
        for (group, at) in counted {
            push(sources + group, at);
            count += 1;
        }
        push(sources + bounds.len() + column, -1.0);
        length += count;
        starts.push(length);
    }
    for group in 0..bounds.len() {
        push(sources + group, -1.0);
        push(sources + bounds.len() + columns.len() + group, -1.0);
        length += 2;
        starts.push(length);
    }
    let matrix = CscMatrix::new(rows, width, starts, entries, values);
    let mut costs = columns.iter().map(|(_, (_, income))| -income).collect::<Vec<_>>();
    costs.resize(width, BREACH_PRICE);
    let mut right = vec![1.0; sources];
    right.extend(bounds.iter().map(|bound| bound.most));
    right.resize(rows, 0.0);
    let cones = [SupportedConeT::ZeroConeT(sources), SupportedConeT::NonnegativeConeT(bounds.len() + width)];
    let quadratic = CscMatrix::zeros((width, width));
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
