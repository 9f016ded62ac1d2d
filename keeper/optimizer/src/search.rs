//! Best-first branch and bound over ranges of amounts.

use std::collections::BinaryHeap;
use std::rc::Rc;

use crate::bisection::bisection;
use crate::certificate;
use crate::envelope::Envelope;
use crate::newton::{Point, newton};
use crate::node::Node;
use crate::polish::polish;
use crate::problem::Problem;
use crate::projected::projected;
use crate::relaxation::Relaxation;
use crate::rows::Ranges;
use crate::source::Segment;
use crate::stretch::Stretch;
use crate::{Error, Method, Settings};

/// The gap at which the search stops, as income a year per unit of the largest amount: 1e-10 is a hundredth of
/// a cent a year on a million.
const GAP: f64 = 1e-10;

/// Linear programmes that a node may take; what they leave open, branching closes.
const ROUNDS: usize = 40;

/// How many of them in a row may lower the bound by no more than the gap: what is left then is the solver's own tolerance.
const STALLED: usize = 8;

/// How many nodes a round of Clarabel takes as long as.
const ROUND: usize = 10;

/// How many times the nodes a search may open while it has nothing.
const PATIENCE: usize = 10;

/// From which node on points are polished where diving comes to nothing; before, its children are as quick.
const POLISHED_FROM: usize = 12;

/// How near to the end of a chord an amount counts as at it.
const AT_END: f64 = 1e-10;

/// A residual at which a relaxed point is an answer as it is.
const EXACT: f64 = 1e-14;

/// A stationary point and what it brings.
pub(crate) struct Candidate {
    pub(crate) point: Point,
    pub(crate) value: f64,
}

/// What a search came to.
pub(crate) struct Outcome {
    pub(crate) best: Option<Candidate>,
    /// No amounts inside the rows bring more.
    pub(crate) bound: f64,
    pub(crate) nodes: usize,
    /// The link of the chain of methods that was needed.
    pub(crate) method: Method,
}

/// A search under way.
pub(crate) struct Search<'a> {
    problem: &'a Problem<'a>,
    settings: &'a Settings,
    best: Option<Candidate>,
    /// The largest bound of a node that was closed as good enough.
    closed: f64,
    nodes: usize,
    /// Rounds of Clarabel.
    rounds: usize,
    method: Method,
}

/// What a node's relaxation came to.
struct Relaxed {
    point: Point,
    bound: f64,
    maximisers: Vec<f64>,
}

impl<'a> Search<'a> {
    /// Searches all of a problem, from prices that a like one had.
    pub(crate) fn run(problem: &'a Problem<'a>, settings: &'a Settings, prices: &[f64]) -> Result<Outcome, Error> {
        let mut search = Self {
            problem,
            settings,
            best: None,
            closed: f64::NEG_INFINITY,
            nodes: 0,
            rounds: 0,
            method: Method::Bisection,
        };
        let open = search.all(prices)?;
        let bound = open.max(search.closed);
        Ok(Outcome { best: search.best, bound, nodes: search.nodes, method: search.method })
    }

    /// Searches until nothing better than the gap can be left; returns the bound of what stays open.
    fn all(&mut self, prices: &[f64]) -> Result<f64, Error> {
        let ranges = self.problem.ranges();
        let envelopes = (0..ranges.len()).map(|source| self.envelope(source, ranges[source])).collect();
        let root = Node {
            ranges,
            envelopes,
            prices: Rc::new(prices.to_vec()),
            amounts: None,
            bound: f64::INFINITY,
            number: 0,
        };
        let mut queue = BinaryHeap::from([root]);
        let mut made = 1;
        while let Some(node) = queue.pop() {
            if node.bound <= self.floor() + GAP || self.is_spent() {
                return Ok(node.bound);
            }
            self.nodes += 1;
            if self.is_closed(&node) {
                continue;
            }
            for child in self.open(&node)? {
                queue.push(Node { number: made, ..child });
                made += 1;
            }
        }
        Ok(f64::NEG_INFINITY)
    }

    /// Whether nothing more may be opened: something verified is worth more nodes than something better, but no more rounds, which
    /// bound a node closely and find nothing.
    fn is_spent(&self) -> bool {
        let most = self.settings.max_nodes;
        let patience = if self.best.is_some() { 1 } else { PATIENCE };
        self.nodes >= patience * most || ROUND * self.rounds >= most
    }

    /// What the best candidate brings.
    fn floor(&self) -> f64 {
        self.best.as_ref().map_or(f64::NEG_INFINITY, |best| best.value)
    }

    fn envelope(&self, source: usize, (low, high): (f64, f64)) -> Rc<Envelope<'a>> {
        Rc::new(Envelope::new(&self.problem.sources[source], low, high, self.problem.pivots[source]))
    }

    /// Whether the best candidate's prices prove at once that a node holds nothing better.
    fn is_closed(&mut self, node: &Node) -> bool {
        let Some(best) = &self.best else { return false };
        // Elsewhere its prices are those of something else.
        if !best.point.amounts.iter().zip(&node.ranges).all(|(x, (low, high))| x >= low && x <= high) {
            return false;
        }
        let (bound, _) = self.problem.bound(&node.ranges, &best.point);
        let is_closed = bound <= self.floor() + GAP;
        if is_closed {
            self.closed = self.closed.max(bound);
        }
        is_closed
    }

    /// Bounds a node, looks for better candidates in it and returns its children.
    fn open(&mut self, node: &Node<'a>) -> Result<Vec<Node<'a>>, Error> {
        if self.problem.rows.are_broken_by(&node.ranges) {
            return Ok(Vec::new());
        }
        let Some(relaxed) = self.relaxed(node)? else { return Ok(Vec::new()) };
        let mut bound = node.bound.min(relaxed.bound);
        if bound > self.floor() + GAP {
            bound = bound.min(self.improve(node, &relaxed));
        }
        let parts = if bound <= self.floor() + GAP { None } else { self.split(node, &relaxed) };
        let Some((place, parts)) = parts else {
            self.closed = self.closed.max(bound);
            return Ok(Vec::new());
        };
        let (ranges, envelopes) = self.narrowed(node, &relaxed);
        let (prices, amounts) = (Rc::new(relaxed.point.prices), Some(Rc::new(relaxed.point.amounts)));
        let child = |range: (f64, f64)| {
            let (mut ranges, mut envelopes) = (ranges.clone(), envelopes.clone());
            ranges[place] = range;
            envelopes[place] = self.envelope(place, range);
            Node { ranges, envelopes, prices: Rc::clone(&prices), amounts: amounts.clone(), bound, number: 0 }
        };
        Ok(parts.into_iter().map(child).collect())
    }

    /// A node's ranges without the segments at their ends in which, at the relaxation's prices, nothing better than the gap can
    /// be: what all others bring at most is known.
    fn narrowed(&mut self, node: &Node<'a>, relaxed: &Relaxed) -> (Ranges, Vec<Rc<Envelope<'a>>>) {
        let (mut ranges, mut envelopes) = (node.ranges.clone(), node.envelopes.clone());
        let floor = self.floor() + 0.5 * GAP;
        if !floor.is_finite() {
            return (ranges, envelopes);
        }
        let tolls = self.problem.rows.tolls(&relaxed.point.prices);
        for (place, source) in self.problem.sources.iter().enumerate() {
            let (low, high) = ranges[place];
            if envelopes[place].stretches.len() == 1 && !envelopes[place].is_flat || source.still().is_some() {
                continue;
            }
            let price = tolls.of(place);
            let parts = source.segments_in(low, high).map(|segment| (segment, segment.best(&price)));
            let parts = parts.collect::<Vec<_>>();
            let best = parts.iter().map(|(_, best)| *best).fold(f64::NEG_INFINITY, f64::max);
            let most = |part: f64| relaxed.bound - best + part;
            let is_open = |part: &(Segment, f64)| most(part.1) > floor;
            let (Some(first), Some(last)) = (parts.iter().position(is_open), parts.iter().rposition(is_open)) else {
                continue;
            };
            if first == 0 && last == parts.len() - 1 {
                continue;
            }
            let left = parts[..first].iter().chain(&parts[last + 1..]).map(|(_, part)| most(*part));
            self.closed = left.fold(self.closed, f64::max);
            ranges[place] = (parts[first].0.low, parts[last].0.high);
            envelopes[place] = self.envelope(place, ranges[place]);
        }
        (ranges, envelopes)
    }

    /// The relaxation of a node by the first method of the chain that comes to an answer, and the exact bound of its prices;
    /// nothing of a node that is proved to be empty.
    fn relaxed(&mut self, node: &Node) -> Result<Option<Relaxed>, Error> {
        let rows = &self.problem.rows;
        let mut fault = None;
        for method in &self.settings.methods {
            let point = match method {
                Method::Bisection => bisection(rows, &node.envelopes),
                Method::Newton => match newton(rows, &node.envelopes, &node.prices, node.near(), self.floor()) {
                    Ok(point) => Some(point),
                    // The prices that it stopped at may prove that there is nothing here.
                    Err(prices) if rows.are_refuted_by(&prices, &node.ranges) => {
                        self.method = self.method.max(*method);
                        return Ok(None);
                    }
                    Err(_) => None,
                },
                Method::Clarabel => {
                    let found = self.by_clarabel(node).map_err(|error| fault = Some(error)).ok();
                    found.map(|(point, rounds)| {
                        self.rounds += rounds;
                        point
                    })
                }
                Method::Projected => Some(projected(rows, &node.envelopes, &node.prices)),
            };
            if let Some(point) = point {
                self.method = self.method.max(*method);
                let (bound, maximisers) = self.problem.bound(&node.ranges, &point);
                return Ok(Some(Relaxed { point, bound, maximisers }));
            }
        }
        Err(fault.unwrap_or_else(|| Error::Solver { status: "no method left".to_owned() }))
    }

    /// Rounds of linear programmes until the bound is as good as it gets, and how many.
    fn by_clarabel(&self, node: &Node) -> Result<(Point, usize), Error> {
        let mut relaxation = Relaxation::new(&self.problem.sources, &self.problem.rows, &node.ranges);
        let mut last = relaxation.round()?;
        let (mut bound, mut prices) = (last.bound, last.prices.clone());
        let (mut rounds, mut stalled) = (1, 0);
        while rounds < ROUNDS && stalled < STALLED {
            if last.bound - last.value <= GAP / 10.0 || !relaxation.learn(&last) {
                break;
            }
            last = relaxation.round()?;
            rounds += 1;
            stalled = if bound - last.bound > GAP { 0 } else { stalled + 1 };
            if last.bound < bound {
                bound = last.bound;
                prices.clone_from(&last.prices);
            }
        }
        Ok((Point { amounts: last.point, prices }, rounds))
    }

    /// Turns a relaxation into candidates; returns the least dual value of their prices.
    fn improve(&mut self, node: &Node, relaxed: &Relaxed) -> f64 {
        let Relaxed { point, maximisers, .. } = relaxed;
        let is_on_source = !point.amounts.iter().zip(&node.envelopes).any(|(x, envelope)| is_inside(envelope, *x));
        if is_on_source && self.residual(point) <= EXACT {
            self.keep(point.clone());
            return f64::INFINITY;
        }
        let dived = self.dive(node, point);
        if let Some((near, residual)) = dived.as_ref().map(|near| (near, self.residual(near)))
            && residual <= certificate::ACCEPTED
        {
            let is_exact = residual <= EXACT;
            let exact = if is_exact { None } else { self.polished(node, &near.amounts, &near.prices) };
            if !exact.is_some_and(|exact| self.note(exact)) {
                self.keep(near.clone());
            }
            return f64::INFINITY;
        }
        if dived.is_some() && self.nodes < POLISHED_FROM {
            // Its point is at a kink, where nothing is stationary: the children are on either side of it.
            return f64::INFINITY;
        }
        let mut bound = f64::INFINITY;
        let ended = point.amounts.iter().zip(&node.envelopes).map(|(x, envelope)| end(envelope, *x)).collect();
        let mut is_polished = false;
        for start in [dived.map_or(ended, |point| point.amounts), maximisers.clone()] {
            let Some(point) = self.polished(node, &start, &point.prices) else { continue };
            bound = bound.min(self.problem.bound(&node.ranges, &point).0);
            is_polished |= self.note(point);
            if bound <= self.floor() + GAP {
                break;
            }
        }
        if !is_polished {
            self.note(point.clone());
        }
        bound
    }

    /// The relaxation of what is left of a node when every amount inside a chord decides for the arc at its nearer end.
    fn dive(&self, node: &Node<'a>, point: &Point) -> Option<Point> {
        let mut envelopes = node.envelopes.clone();
        for (source, (x, (low, high))) in point.amounts.iter().zip(&node.ranges).enumerate() {
            if !is_inside(&envelopes[source], *x) {
                continue;
            }
            let end = end(&envelopes[source], *x);
            let around = self.problem.sources[source].segments_around(end, *low, *high);
            let arc = around.into_iter().find(|segment| segment.low <= end && end <= segment.high)?;
            envelopes[source] = self.envelope(source, (arc.low, arc.high));
        }
        newton(&self.problem.rows, &envelopes, &point.prices, Some(&point.amounts), f64::NEG_INFINITY).ok()
    }

    /// The stationary point that a start leads to.
    fn polished(&self, node: &Node, start: &[f64], prices: &[f64]) -> Option<Point> {
        let ladders = self.problem.sources.iter().zip(&node.ranges).zip(start);
        let ladders = ladders.map(|((source, (low, high)), x)| {
            source.segments_around(*x, *low, *high).into_iter().map(Stretch::arc).collect()
        });
        let ladders = ladders.collect::<Vec<Vec<_>>>();
        if ladders.iter().any(Vec::is_empty) {
            return None;
        }
        polish(&ladders, &self.problem.rows, start, prices)
    }

    fn residual(&self, point: &Point) -> f64 {
        certificate::residual(&self.problem.sources, &self.problem.rows, &point.amounts, &point.prices)
    }

    /// Keeps a point that is verified and better than the best; says whether it is verified.
    fn note(&mut self, point: Point) -> bool {
        let is_verified = self.residual(&point) <= certificate::ACCEPTED;
        if is_verified {
            self.keep(point);
        }
        is_verified
    }

    /// Keeps a verified point where it is better than the best.
    fn keep(&mut self, point: Point) {
        let value = self.problem.rows.value(&self.problem.sources, &point.amounts);
        if value > self.floor() {
            self.best = Some(Candidate { point, value });
        }
    }

    /// Where to cut: the source that brings least of what its envelope promises where the relaxation stands, or, where prices are
    /// what is wrong, whose best amount brings most above its point; at the end of a segment where there is one, else at that
    /// point or in the middle; around a point where staying is free, in three.
    fn split(&self, node: &Node, relaxed: &Relaxed) -> Option<(usize, Vec<(f64, f64)>)> {
        let place = self.promised(node, relaxed).or_else(|| self.mispriced(node, relaxed))?;
        let (source, (low, high)) = (&self.problem.sources[place], node.ranges[place]);
        if let Some(still) = source.still().filter(|still| (low..=high).contains(still)) {
            let (below, above) = ((low, still.next_down()), (still.next_up(), high));
            let parts = [below, (still, still), above].into_iter().filter(|(low, high)| low <= high);
            return Some((place, parts.collect()));
        }
        let x = relaxed.point.amounts[place];
        let margin = (high - low) / 16.0;
        let inner = if x > low + margin && x < high - margin { x } else { f64::midpoint(low, high) };
        let cut = source.cut_near(x, low, high).unwrap_or(inner);
        Some((place, vec![(low, cut), (cut, high)]))
    }

    /// The source that stands inside a chord and brings least of what that promises.
    fn promised(&self, node: &Node, relaxed: &Relaxed) -> Option<usize> {
        let missing = |place: usize| {
            let (x, envelope) = (relaxed.point.amounts[place], &node.envelopes[place]);
            let promised = is_inside(envelope, x).then(|| envelope.stretch_of(x).income(x).value)?;
            Some((place, promised - self.problem.sources[place].value(x)))
        };
        let missing = (0..node.ranges.len()).filter_map(missing).filter(|(_, missing)| *missing > 0.0);
        missing.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
    }

    /// The source whose best amount at the relaxation's prices brings most above its point.
    fn mispriced(&self, node: &Node, relaxed: &Relaxed) -> Option<usize> {
        let tolls = self.problem.rows.tolls(&relaxed.point.prices);
        let mut widest: Option<(usize, f64)> = None;
        for (i, (source, (low, high))) in self.problem.sources.iter().zip(&node.ranges).enumerate() {
            let price = tolls.of(i);
            let x = relaxed.point.amounts[i].clamp(*low, *high);
            let left = |x: f64| source.value(x) - price.at(x);
            let gap = if relaxed.maximisers[i] == x { 0.0 } else { left(relaxed.maximisers[i]) - left(x) };
            if high - low > 1e-12 && widest.is_none_or(|(_, most)| gap > most) {
                widest = Some((i, gap));
            }
        }
        widest.map(|(place, _)| place)
    }
}

/// Whether an amount is inside a chord, where the source itself brings less than its envelope.
fn is_inside(envelope: &Envelope, x: f64) -> bool {
    if !envelope.is_flat {
        return false;
    }
    let stretch = envelope.stretch_of(x);
    stretch.is_chord() && x > stretch.low + AT_END && x < stretch.high - AT_END
}

/// An amount, or the nearer end of the chord that it stands on.
fn end(envelope: &Envelope, x: f64) -> f64 {
    let stretch = envelope.stretch_of(x);
    match stretch.is_chord() {
        true if x - stretch.low < stretch.high - x => stretch.low,
        true => stretch.high,
        false => x,
    }
}
