//! Best-first branch and bound over ranges of amounts.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::certificate;
use crate::polish::{Stationary, polish};
use crate::programme::{Group, Programme};
use crate::relaxation::{Bound, Ranges, Relaxed, dual_value, price_of, relax};
use crate::source::Source;
use crate::{Error, Settings};

/// The gap at which the search stops, as income a year per unit of the largest amount: 1e-10 is a hundredth of
/// a cent a year on a million.
const GAP: f64 = 1e-10;

/// A certified answer, in base units and base units a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The amount of each place.
    pub amounts: Vec<f64>,
    /// Marginal income of the last unit held of each place.
    pub marginals: Vec<f64>,
    /// One shadow price a group: income for one more base unit of room.
    pub prices: Vec<f64>,
    /// Income a year.
    pub income: f64,
    /// No amounts inside the limits earn more than `income + gap`.
    pub gap: f64,
    /// The largest violation of the optimality conditions (yearly rate).
    pub residual: f64,
    /// How many nodes the search opened.
    pub nodes: usize,
}

/// Solves a programme to global optimality.
///
/// # Errors
/// Where the solver gives nothing usable or the answer fails its optimality conditions.
pub fn solve(programme: &Programme, settings: &Settings) -> Result<Solution, Error> {
    let unit = programme.unit();
    let sources = Source::all(programme);
    // A bound that its members cannot reach is brought near, for the solver's scaling; it still never binds.
    let reach = |group: &Group| group.members.iter().map(|member| programme.upper()[*member]).sum::<f64>() + unit;
    let bound = |group: &Group| Bound { members: group.members.clone(), most: group.bound.min(reach(group)) / unit };
    let bounds = programme.groups().iter().map(bound).collect::<Vec<_>>();
    let mut search = Search { sources: &sources, bounds: &bounds, best: None, closed: f64::NEG_INFINITY, nodes: 0 };
    let open = search.run(settings.max_nodes)?;
    let Some(best) = search.best else {
        return Err(Error::Unverified { residual: f64::INFINITY, bound: certificate::ACCEPTED });
    };
    let Stationary { amounts, prices } = best.point;
    let residual = certificate::residual(&sources, &bounds, &amounts, &prices);
    if residual > certificate::ACCEPTED {
        return Err(Error::Unverified { residual, bound: certificate::ACCEPTED });
    }
    let gap = (open.max(search.closed) - best.value).max(0.0) * unit;
    Ok(Solution {
        marginals: sources.iter().zip(&amounts).map(|(source, x)| source.marginals(*x).0).collect(),
        amounts: amounts.iter().map(|x| x * unit).collect(),
        prices,
        income: best.value * unit,
        gap,
        residual,
        nodes: search.nodes,
    })
}

struct Candidate {
    point: Stationary,
    value: f64,
}

struct Search<'a> {
    sources: &'a [Source],
    bounds: &'a [Bound],
    best: Option<Candidate>,
    /// The largest bound of a node that was closed as good enough.
    closed: f64,
    nodes: usize,
}

/// Ranges still to be searched, the most promising first; equals in the order of their making.
struct Node {
    ranges: Ranges,
    bound: f64,
    number: usize,
}

impl Search<'_> {
    /// Searches until nothing better than the gap can be left; returns the bound of what stays open.
    fn run(&mut self, max_nodes: usize) -> Result<f64, Error> {
        let ranges = self.sources.iter().map(|source| (source.lower(), source.upper())).collect();
        let mut queue = BinaryHeap::from([Node { ranges, bound: f64::INFINITY, number: 0 }]);
        let mut made = 1;
        while let Some(node) = queue.pop() {
            if node.bound <= self.floor() + GAP {
                return Ok(node.bound);
            }
            if self.nodes >= max_nodes {
                return Ok(node.bound);
            }
            self.nodes += 1;
            for ranges in self.open(&node)? {
                queue.push(Node { bound: ranges.1, ranges: ranges.0, number: made });
                made += 1;
            }
        }
        Ok(f64::NEG_INFINITY)
    }

    /// The income of the best candidate.
    fn floor(&self) -> f64 {
        self.best.as_ref().map_or(f64::NEG_INFINITY, |best| best.value)
    }

    /// Bounds a node, looks for better candidates in it and returns its children with their bounds.
    fn open(&mut self, node: &Node) -> Result<Vec<(Ranges, f64)>, Error> {
        let least = |bound: &Bound| bound.members.iter().map(|member| node.ranges[*member].0).sum::<f64>();
        if self.bounds.iter().any(|bound| least(bound) > bound.most * (1.0 + 1e-15)) {
            return Ok(Vec::new());
        }
        let mut relaxed = relax(self.sources, self.bounds, &node.ranges, self.floor() + GAP, GAP / 10.0)?;
        self.improve(node, &mut relaxed);
        relaxed.bound = relaxed.bound.min(node.bound);
        if relaxed.bound <= self.floor() + GAP {
            self.closed = self.closed.max(relaxed.bound);
            return Ok(Vec::new());
        }
        match self.split(node, &relaxed) {
            Some((place, at)) => {
                let (mut below, mut above) = (node.ranges.clone(), node.ranges.clone());
                below[place].1 = at;
                above[place].0 = at;
                Ok(vec![(below, relaxed.bound), (above, relaxed.bound)])
            }
            None => {
                self.closed = self.closed.max(relaxed.bound);
                Ok(Vec::new())
            }
        }
    }

    /// Polishes what the relaxation suggests: its point, and the maximisers at its prices.
    fn improve(&mut self, node: &Node, relaxed: &mut Relaxed) {
        let maximisers = self.maximisers(&node.ranges, &relaxed.prices);
        for start in [relaxed.point.clone(), maximisers] {
            let segments = self.sources.iter().zip(&node.ranges).zip(&start).map(|((source, (low, high)), x)| {
                let mut segments = source.segments_in(*low, *high).collect::<Vec<_>>();
                let place = segments.iter().position(|segment| *x <= segment.high).unwrap_or(segments.len() - 1);
                segments.swap_remove(place)
            });
            let segments = segments.collect::<Vec<_>>();
            let Some(point) = polish(&segments, self.bounds, &start, &relaxed.prices) else { continue };
            let bound = dual_value(self.sources, self.bounds, &node.ranges, &point.prices);
            if bound < relaxed.bound {
                relaxed.bound = bound;
                relaxed.prices.clone_from(&point.prices);
            }
            let value = self.sources.iter().zip(&point.amounts).map(|(source, x)| source.value(*x)).sum::<f64>();
            let residual = certificate::residual(self.sources, self.bounds, &point.amounts, &point.prices);
            if residual <= certificate::ACCEPTED && value > self.floor() {
                self.best = Some(Candidate { point, value });
            }
        }
    }

    fn maximisers(&self, ranges: &Ranges, prices: &[f64]) -> Vec<f64> {
        let inner = self.sources.iter().zip(ranges).enumerate();
        inner.map(|(i, (source, (low, high)))| source.best(price_of(i, self.bounds, prices), *low, *high).0).collect()
    }

    /// Where to cut: the source whose maximiser earns most above the relaxation's point, at the end of a
    /// segment where there is one, else at that point or in the middle.
    fn split(&self, node: &Node, relaxed: &Relaxed) -> Option<(usize, f64)> {
        let mut widest: Option<(usize, f64)> = None;
        for (i, (source, (low, high))) in self.sources.iter().zip(&node.ranges).enumerate() {
            let price = price_of(i, self.bounds, &relaxed.prices);
            let x = relaxed.point[i].clamp(*low, *high);
            let gap = source.best(price, *low, *high).1 - (source.value(x) - price * x);
            if high - low > 1e-12 && widest.is_none_or(|(_, most)| gap > most) {
                widest = Some((i, gap));
            }
        }
        let (place, _) = widest?;
        let (low, high) = node.ranges[place];
        let x = relaxed.point[place];
        let margin = (high - low) / 16.0;
        let inner = if x > low + margin && x < high - margin { x } else { f64::midpoint(low, high) };
        Some((place, self.sources[place].cut_near(x, low, high).unwrap_or(inner)))
    }
}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}
