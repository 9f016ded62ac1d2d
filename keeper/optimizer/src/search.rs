//! Best-first branch and bound over ranges of amounts.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::certificate;
use crate::polish::{Stationary, polish};
use crate::programme::{Group, Programme, tightest};
use crate::relaxation::{Bound, Groups, Ranges, Relaxation, Round, dual};
use crate::source::Source;
use crate::weight::Weight;
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
    let reach = |group: &Group| {
        let most = |(member, weight): (&usize, &Weight)| {
            weight.at(programme.lower()[*member]).max(weight.at(programme.upper()[*member]))
        };
        group.members.iter().zip(&group.weights).map(most).sum::<f64>() + unit
    };
    let bound = |group: &Group| Bound {
        members: group.members.iter().copied().zip(group.weights.iter().map(|weight| weight.scaled(unit))).collect(),
        most: group.bound.min(reach(group)) / unit,
    };
    let groups = Groups::new(programme.groups().iter().map(bound).collect(), sources.len());
    let mut search = Search { sources: &sources, groups: &groups, best: None, closed: f64::NEG_INFINITY, nodes: 0 };
    let open = search.run(settings.max_nodes)?;
    let Some(best) = search.best else {
        return Err(Error::Unverified { residual: f64::INFINITY, bound: certificate::ACCEPTED });
    };
    let Stationary { amounts, prices } = best.point;
    let mut attributed = prices.clone();
    attribute(programme, &sources, &groups, &amounts, &mut attributed);
    // What the prices say for people must not cost the proof.
    let residual_of = |prices: &[f64]| certificate::residual(&sources, &groups, &amounts, prices);
    let prices = if residual_of(&attributed) <= certificate::ACCEPTED { attributed } else { prices };
    let residual = residual_of(&prices);
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

/// Gives what a place would still earn at an upper bound that a group sets to the price of that group: all its other
/// members hold their least, and a higher price leaves them there.
fn attribute(programme: &Programme, sources: &[Source], groups: &Groups, amounts: &[f64], prices: &mut [f64]) {
    for (i, source) in sources.iter().enumerate() {
        let tightest = tightest(programme.groups(), programme.lower(), programme.upper(), i);
        let Some((group, room)) = tightest else { continue };
        if room > programme.upper()[i] || amounts[i] < source.upper() {
            continue;
        }
        let is_above = source.segment_below(amounts[i]).is_above;
        let spare = source.marginals(amounts[i]).0 - groups.price(i, prices).slope(is_above);
        let slope =
            groups.of(i).iter().find(|(other, _)| *other == group).map_or(0.0, |(_, weight)| weight.slope(is_above));
        if slope > 0.0 {
            prices[group] += spare.max(0.0) / slope;
        }
    }
}

/// Linear programmes a node may take; what they leave open, branching closes.
const ROUNDS: usize = 40;

struct Candidate {
    point: Stationary,
    value: f64,
}

struct Search<'a> {
    sources: &'a [Source],
    groups: &'a Groups,
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
        if self.groups.are_broken_by(&node.ranges) {
            return Ok(Vec::new());
        }
        let mut relaxation = Relaxation::new(self.sources, self.groups, &node.ranges);
        let mut last = relaxation.round()?;
        let mut bound = node.bound;
        for _ in 0..ROUNDS {
            bound = bound.min(last.bound).min(self.improve(node, &last));
            // Where the relaxation itself is worth more than any candidate, better prices close nothing.
            let is_open = last.value - self.floor() > 4.0 * (bound - last.value).max(0.0) + GAP;
            let is_tight = last.bound - last.value <= GAP / 10.0;
            if bound <= self.floor() + GAP || is_tight || is_open || !relaxation.learn(&last) {
                break;
            }
            last = relaxation.round()?;
        }
        let cut = if bound <= self.floor() + GAP { None } else { self.split(node, &last) };
        let Some((place, at)) = cut else {
            self.closed = self.closed.max(bound);
            return Ok(Vec::new());
        };
        let (mut below, mut above) = (node.ranges.clone(), node.ranges.clone());
        below[place].1 = at;
        above[place].0 = at;
        Ok(vec![(below, bound), (above, bound)])
    }

    /// Polishes what a round suggests, its point and its maximisers, into candidates; returns the least dual value
    /// of their prices.
    fn improve(&mut self, node: &Node, round: &Round) -> f64 {
        let mut bound = f64::INFINITY;
        let ladders = self.sources.iter().zip(&node.ranges);
        let ladders =
            ladders.map(|(source, (low, high))| source.segments_in(*low, *high).collect()).collect::<Vec<_>>();
        for start in [&round.point, &round.maximisers] {
            let Some(point) = polish(&ladders, self.groups, start, &round.prices) else { continue };
            bound = bound.min(dual(self.sources, self.groups, &node.ranges, &point.prices).0);
            let value = self.sources.iter().zip(&point.amounts).map(|(source, x)| source.value(*x)).sum::<f64>();
            let residual = certificate::residual(self.sources, self.groups, &point.amounts, &point.prices);
            if residual <= certificate::ACCEPTED && value > self.floor() {
                self.best = Some(Candidate { point, value });
            }
            if bound <= self.floor() + GAP {
                break;
            }
        }
        bound
    }

    /// Where to cut: the source whose maximiser earns most above the relaxation's point, at the end of a
    /// segment where there is one, else at that point or in the middle.
    fn split(&self, node: &Node, round: &Round) -> Option<(usize, f64)> {
        let mut widest: Option<(usize, f64)> = None;
        for (i, (source, (low, high))) in self.sources.iter().zip(&node.ranges).enumerate() {
            let price = self.groups.price(i, &round.prices);
            let x = round.point[i].clamp(*low, *high);
            let gap = source.best(&price, *low, *high).1 - (source.value(x) - price.at(x));
            if high - low > 1e-12 && widest.is_none_or(|(_, most)| gap > most) {
                widest = Some((i, gap));
            }
        }
        let (place, _) = widest?;
        let (low, high) = node.ranges[place];
        let x = round.point[place];
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
