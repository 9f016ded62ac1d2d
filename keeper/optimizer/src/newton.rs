//! Prices by Newton's method on the dual of the envelopes' programme, in a proximal loop.
//!
//! At given prices each source answers by itself ([`Envelope::respond`]); what its rows hold then, less their bounds, is the
//! slope of the dual value, and how fast the answers give way is its curvature. Prices of groups stay at zero or above by
//! projection. Where envelopes are flat a price alone does not say where on them, so those sources are pulled towards where
//! they stood; the loop moves that until nothing changes (the proximal point method), and every step is one on a smooth
//! function.

use std::rc::Rc;

use crate::envelope::{Envelope, Pull, Response};
use crate::linear;
use crate::rows::Rows;
use crate::weight::Weight;

/// How strongly flat sources are pulled, a yearly rate for the programme's unit, and what rows may be off meanwhile: first so
/// that the dual value is well rounded, then so that the pulls come to rest at once.
const PULLS: [(f64, f64); 14] = {
    let mut pulls = [(1e-5, TOLERANCE); 14];
    pulls[0] = (1e-2, 1e-4);
    pulls[1] = (1e-3, 1e-5);
    pulls[2] = (1e-4, 1e-7);
    pulls
};

/// A pull at which it is known who stands inside a chord.
const NEAR: f64 = 1e-3;

/// Newton steps between two moves.
const STEPS: usize = 200;

/// Newton steps in which prices come to rest that are near already; at a kink they never do.
const SETTLING: usize = 10;

/// Halvings of one step.
const HALVINGS: usize = 40;

/// A slope beyond the least, by the one at the start of a step, that is worth another look; and how many.
const BEYOND_LEAST: f64 = 0.5;
const REFINED: usize = 3;

/// How often a step is damped more, and by how much a price may move at least.
const DAMPINGS: usize = 16;
const MOST_STEP: f64 = 0.1;

/// What rows may be off, in the programme's unit.
const TOLERANCE: f64 = 1e-12;

/// What is still taken for an answer where no step improves it any more.
const ROUGH: f64 = 1e-10;

/// How far below a floor a value is left alone; more than pulls make of it.
const MARGIN: f64 = 1e-4;

/// A price beyond any rate: no amounts inside the ranges meet the rows.
const BEYOND: f64 = 2e3;

/// Prices and what the sources answer to them.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) amounts: Vec<f64>,
    pub(crate) prices: Vec<f64>,
}

/// The optimum over the envelopes from some prices, or prices at which the value is below `floor`; where the method comes to
/// neither, the prices that it stopped at.
pub(crate) fn newton(rows: &Rows, envelopes: &[Rc<Envelope>], start: &[f64], floor: f64) -> Result<Point, Vec<f64>> {
    let mut dual = Dual::new(rows, envelopes, start);
    let is_flat = envelopes.iter().any(|envelope| envelope.is_flat);
    let pulls = if is_flat { PULLS.as_slice() } else { &[(0.0, TOLERANCE)] };
    for (strength, tolerance) in pulls {
        if !dual.pulls_to_rest(*strength) {
            break;
        }
        match dual.descend(floor, *tolerance, STEPS) {
            Descent::Balanced if is_flat && dual.settles(floor) => break,
            // It will be cut there: where exactly does not matter.
            Descent::Balanced if *strength <= NEAR && dual.is_inside() => break,
            Descent::Balanced => {}
            Descent::Below => break,
            Descent::Stuck => return Err(dual.prices),
        }
    }
    Ok(Point { amounts: dual.state.amounts(), prices: dual.prices })
}

/// What a descent came to.
enum Descent {
    Balanced,
    Below,
    Stuck,
}

/// A step's equations: the rows, how fast each gives way to each price, and what each leaves to be had.
struct System {
    asking: Vec<usize>,
    matrix: Vec<f64>,
    right: Vec<f64>,
}

/// The smoothed dual of a programme and where it stands.
pub(crate) struct Dual<'a> {
    rows: &'a Rows,
    envelopes: &'a [Rc<Envelope>],
    /// The amounts that flat sources are pulled to.
    pulls: Vec<Option<Pull>>,
    pub(crate) prices: Vec<f64>,
    pub(crate) state: State,
}

/// What the sources answer to some prices.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The dual value.
    pub(crate) value: f64,
    /// Its slope by each price: what rows leave free.
    pub(crate) slack: Vec<f64>,
    responses: Vec<Response>,
}

impl State {
    pub(crate) fn amounts(&self) -> Vec<f64> {
        self.responses.iter().map(|response| response.x).collect()
    }
}

impl<'a> Dual<'a> {
    pub(crate) fn new(rows: &'a Rows, envelopes: &'a [Rc<Envelope>], start: &[f64]) -> Self {
        let prices = start.to_vec();
        let pulls = vec![None; envelopes.len()];
        let state = State { value: f64::INFINITY, slack: Vec::new(), responses: Vec::new() };
        let mut dual = Self { rows, envelopes, pulls, prices, state };
        dual.state = dual.at(&dual.prices);
        dual
    }

    /// What the sources answer to `prices`.
    pub(crate) fn at(&self, prices: &[f64]) -> State {
        let mut value = self.rows.constant(prices);
        let mut slack = vec![0.0; prices.len()];
        for &group in &self.rows.live {
            slack[group] = self.rows.groups[group].most;
        }
        for row in self.rows.groups.len()..prices.len() {
            slack[row] = prices[row] / self.rows.aversion;
        }
        let mut responses = Vec::with_capacity(self.envelopes.len());
        for (source, envelope) in self.envelopes.iter().enumerate() {
            let (pull, last) = (self.pulls[source], self.state.responses.get(source));
            let held = self.rows.held(source);
            let price = match held {
                Some(rows) => Weight::part(rows.iter().map(|(row, part)| part * prices[*row]).sum()),
                None => self.rows.price(source, prices),
            };
            let response = envelope.respond(&price, pull, last);
            let x = response.x;
            let pulled = pull.map_or(0.0, |pull| 0.5 * pull.strength * (x - pull.centre).powi(2));
            value += response.value - pulled - price.at(x);
            match held {
                Some(rows) => rows.iter().for_each(|(row, part)| slack[*row] -= part * x),
                None => self.rows.of(source).iter().for_each(|(row, weight)| slack[*row] -= weight.at(x)),
            }
            responses.push(response);
        }
        State { value, slack, responses }
    }

    /// Brings the prices to where every row is in balance, or the value well below a floor.
    fn descend(&mut self, floor: f64, tolerance: f64, steps: usize) -> Descent {
        let mut off = self.off(&self.prices, &self.state);
        for _ in 0..steps {
            if off <= tolerance {
                return Descent::Balanced;
            }
            if self.state.value < floor - MARGIN {
                return Descent::Below;
            }
            if self.prices.iter().any(|price| price.abs() > BEYOND) {
                return Descent::Stuck;
            }
            let system = self.system();
            let search = |step: Option<Vec<f64>>| step.and_then(|step| self.searched(&step, off));
            // A step that stops at zero may not descend; one that does not, does where it is short enough.
            let found = search(self.projected(&system)).or_else(|| search(self.free(&system)));
            let Some((prices, state)) = found else { break };
            (self.prices, self.state) = (prices, state);
            off = self.off(&self.prices, &self.state);
        }
        if off <= ROUGH { Descent::Balanced } else { Descent::Stuck }
    }

    /// Flat sources are pulled to where they are, as strongly as said; whether any is pulled anew. Sources that are not flat
    /// need no pull: without any, this is asked once.
    pub(crate) fn pulls_to_rest(&mut self, strength: f64) -> bool {
        let mut is_new = strength == 0.0;
        for ((pull, response), envelope) in self.pulls.iter_mut().zip(&self.state.responses).zip(self.envelopes) {
            if envelope.is_flat && strength > 0.0 {
                let rests =
                    |pull: &Pull| pull.strength == strength && strength * (response.x - pull.centre).abs() <= 1e-13;
                is_new |= !pull.as_ref().is_some_and(rests);
                *pull = Some(Pull { strength, centre: response.x });
            }
        }
        if is_new && strength > 0.0 {
            self.state = self.at(&self.prices);
        }
        is_new
    }

    /// Whether some source stands where it brings less than its envelope.
    fn is_inside(&self) -> bool {
        self.state.responses.iter().any(|response| response.is_inside)
    }

    /// Whether no source needs a pull, its answer being on an arc; then the prices come to rest without any.
    fn settles(&mut self, floor: f64) -> bool {
        let stands = |(response, envelope): (&Response, &Rc<Envelope>)| !envelope.is_flat || response.is_steady;
        if !self.state.responses.iter().zip(self.envelopes).all(stands) {
            return false;
        }
        let (pulls, prices, state) = (self.pulls.clone(), self.prices.clone(), self.state.clone());
        self.pulls.fill(None);
        self.state = self.at(&self.prices);
        if matches!(self.descend(floor, TOLERANCE, SETTLING), Descent::Stuck) {
            (self.pulls, self.prices, self.state) = (pulls, prices, state);
            return false;
        }
        true
    }

    /// By how much rows are out of balance: over their bound, or under it at a price; factors in either way.
    pub(crate) fn off(&self, prices: &[f64], state: &State) -> f64 {
        let row = |row: usize| {
            let slack = state.slack[row];
            if self.rows.is_factor(row) || prices[row] > 0.0 { slack.abs() } else { (-slack).max(0.0) }
        };
        let factors = self.rows.groups.len()..prices.len();
        self.rows.live.iter().copied().chain(factors).map(row).fold(0.0, f64::max)
    }

    /// Newton's system over the rows that have a price or ask for one.
    fn system(&self) -> System {
        let factors = self.rows.groups.len()..self.prices.len();
        let asks = |row: &usize| self.prices[*row] > 0.0 || self.state.slack[*row] < 0.0;
        let asking = self.rows.live.iter().copied().filter(asks).chain(factors).collect::<Vec<_>>();
        let size = asking.len();
        let mut place = vec![usize::MAX; self.prices.len()];
        for (at, row) in asking.iter().enumerate() {
            place[*row] = at;
        }
        let mut matrix = vec![0.0; size * size];
        let mut entries = Vec::with_capacity(size);
        for (source, response) in self.state.responses.iter().enumerate() {
            if response.give == 0.0 {
                continue;
            }
            entries.clear();
            let slopes = self.rows.of(source).iter().filter(|(row, _)| place[*row] != usize::MAX);
            entries.extend(slopes.map(|(row, weight)| (place[*row], weight.slope(response.is_above))));
            for (at, &(row, slope)) in entries.iter().enumerate() {
                let given = response.give * slope;
                for &(column, other) in &entries[..=at] {
                    matrix[row * size + column] += given * other;
                }
            }
        }
        // Rows come in order, so that only the lower half is filled.
        for row in 0..size {
            for column in row + 1..size {
                matrix[row * size + column] = matrix[column * size + row];
            }
        }
        let right = asking.iter().map(|row| -self.state.slack[*row]).collect::<Vec<_>>();
        for at in (0..size).filter(|at| self.rows.is_factor(asking[*at])) {
            matrix[at * size + at] += 1.0 / self.rows.aversion;
        }
        System { asking, matrix, right }
    }

    /// Solves a step wherever it takes prices.
    fn free(&self, System { asking, matrix, right }: &System) -> Option<Vec<f64>> {
        let mut step = vec![0.0; self.prices.len()];
        let solved = self.damped(asking, matrix, right)?;
        asking.iter().zip(solved).for_each(|(row, part)| step[*row] = part);
        Some(step)
    }

    /// Solves a step that takes no price below zero: those that it would take there go to zero, and the others answer to that.
    fn projected(&self, System { asking, matrix, right }: &System) -> Option<Vec<f64>> {
        let size = asking.len();
        let mut step = vec![0.0; self.prices.len()];
        let mut free = (0..size).collect::<Vec<_>>();
        while !free.is_empty() {
            let rows = free.iter().map(|at| asking[*at]).collect::<Vec<_>>();
            let (mut part, mut rest) = (Vec::with_capacity(free.len().pow(2)), Vec::with_capacity(free.len()));
            for row in &free {
                let line = &matrix[row * size..(row + 1) * size];
                part.extend(free.iter().map(|column| line[*column]));
                let pinned = (0..size).filter(|other| free.binary_search(other).is_err());
                rest.push(right[*row] - pinned.map(|other| line[other] * step[asking[other]]).sum::<f64>());
            }
            let solved = self.damped(&rows, &part, &rest)?;
            let mut kept = Vec::with_capacity(free.len());
            for ((at, row), part) in free.iter().zip(&rows).zip(solved) {
                if self.rows.is_factor(*row) || self.prices[*row] + part >= 0.0 {
                    step[*row] = part;
                    kept.push(*at);
                } else {
                    step[*row] = -self.prices[*row];
                }
            }
            if kept.len() == free.len() {
                break;
            }
            free = kept;
        }
        Some(step)
    }

    /// Solves a step with as much damping as keeps every group's price from moving by more than itself and a step's most.
    fn damped(&self, asking: &[usize], matrix: &[f64], right: &[f64]) -> Option<Vec<f64>> {
        let size = asking.len();
        let groups = || (0..size).filter(|at| !self.rows.is_factor(asking[*at]));
        let largest = groups().map(|at| matrix[at * size + at]).fold(1.0, f64::max);
        let mut damping = 1e-13 * largest;
        for _ in 0..DAMPINGS {
            let mut damped = matrix.to_vec();
            groups().for_each(|at| damped[at * size + at] += damping);
            let step = linear::definite(&mut damped, right.to_vec());
            let is_short =
                |step: &Vec<f64>| groups().all(|at| step[at].abs() <= self.prices[asking[at]].max(MOST_STEP));
            if let Some(step) = step.filter(is_short) {
                return Some(step);
            }
            damping *= 30.0;
        }
        None
    }

    /// The part of a step that lowers the dual value enough and does not go far beyond its least, by the slope there; or one
    /// that brings rows nearer to balance where the value is too near its least to tell.
    fn searched(&self, step: &[f64], off: f64) -> Option<(Vec<f64>, State)> {
        let along = |state: &State| state.slack.iter().zip(step).map(|(slack, step)| slack * step).sum::<f64>();
        let first = along(&self.state);
        let mut part = 1.0;
        let mut best: Option<(Vec<f64>, State)> = None;
        for attempt in 0..HALVINGS {
            let moved = |(row, (price, step)): (usize, (&f64, &f64))| {
                let to = price + part * step;
                if self.rows.is_factor(row) { to } else { to.max(0.0) }
            };
            let prices = self.prices.iter().zip(step).enumerate().map(moved).collect::<Vec<_>>();
            let trial = self.at(&prices);
            let slope = |((new, old), slack): ((&f64, &f64), &f64)| slack * (new - old);
            let promised = prices.iter().zip(&self.prices).zip(&self.state.slack).map(slope).sum::<f64>();
            let rounding = 1e-15 * (1.0 + self.state.value.abs());
            let falls = trial.value <= self.state.value + 1e-4 * promised && promised < -rounding;
            let is_level = trial.value <= self.state.value + rounding;
            let beyond = along(&trial);
            let is_new = best.as_ref().is_none_or(|(_, best)| trial.value < best.value);
            if falls && is_new {
                if beyond <= -BEYOND_LEAST * first || attempt >= REFINED {
                    return Some((prices, trial));
                }
                best = Some((prices, trial));
            } else if best.is_some() {
                return best;
            } else if is_level && self.off(&prices, &trial) < 0.9 * off {
                return Some((prices, trial));
            } else if promised > -rounding && part < 0.2 {
                // Too near to the least for the value to tell.
                return None;
            }
            // Where the slope vanishes if it changes evenly.
            let even = if beyond > 0.0 && first < 0.0 { first / (first - beyond) } else { 0.5 };
            part *= even.clamp(0.1, 0.6);
        }
        best
    }
}
