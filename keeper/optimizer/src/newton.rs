//! Prices by Newton's method on the dual of the envelopes' programme, in a proximal loop.
//!
//! Steps come from [`crate::step`]; prices of groups stay at zero or above by projection. Where envelopes are flat, sources are
//! pulled towards where they stood; the loop moves that until nothing changes (the proximal point method), and every step is one
//! on a smooth function. Where somebody comes to stand inside a chord it ends early: the search will cut there.

use std::rc::Rc;

use crate::dual::{Dual, NEAR, State};
use crate::envelope::Envelope;
use crate::rows::Rows;
use crate::stretch::Response;

/// How strongly flat sources are pulled, a yearly rate for the programme's unit, and what rows may be off meanwhile: first so
/// that the dual value is well rounded, then so that the pulls come to rest at once.
const PULLS: [(f64, f64); 12] = {
    let mut pulls = [(1e-5, TOLERANCE); 12];
    pulls[0] = (NEAR, 2e-3);
    pulls[1] = (1e-4, 1e-7);
    pulls
};

/// Where in its range a flat source is pulled to first, where nobody knows better: money is scarce.
const FIRST_PART: f64 = 0.2;

/// The same where those come to nothing.
const FAR: f64 = 1e-2;
const FAR_TOLERANCE: f64 = 1e-4;

/// Newton steps between two moves: while there is another way, and then.
const STRIDES: usize = 40;
const STEPS: usize = 200;

/// Newton steps in which prices come to rest that are near already; at a kink they never do.
const SETTLING: usize = 10;

/// Halvings of one step.
const HALVINGS: usize = 40;

/// A slope, by the one at the start of a step, that is not worth another look; and how many are taken.
const NEAR_LEAST: f64 = 0.3;
const REFINED: usize = 4;

/// What rows may be off, in the programme's unit.
const TOLERANCE: f64 = 1e-14;

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
/// neither, the prices that it stopped at. `near`, where it is given, is the optimum of a like programme: pulls begin there.
pub(crate) fn newton(
    rows: &Rows,
    envelopes: &[Rc<Envelope>],
    start: &[f64],
    near: Option<&[f64]>,
    floor: f64,
) -> Result<Point, Vec<f64>> {
    let is_flat = envelopes.iter().any(|envelope| envelope.is_flat);
    if let Some(near) = near.filter(|_| is_flat) {
        let mut dual = Dual::new(rows, envelopes, start, |source| Some(near[source]));
        // A few steps are enough from near by.
        if dual.rests(floor, SETTLING) {
            return Ok(dual.point());
        }
    }
    let part_of = |envelope: &Envelope| envelope.low() + FIRST_PART * (envelope.high() - envelope.low());
    let mut dual = Dual::new(rows, envelopes, start, |source| Some(part_of(&envelopes[source])));
    if !is_flat {
        let is_stuck = matches!(dual.descend(floor, TOLERANCE, STEPS), Descent::Stuck);
        return if is_stuck { Err(dual.prices) } else { Ok(dual.point()) };
    }
    if dual.rests(floor, STRIDES) {
        return Ok(dual.point());
    }
    // Where prices jump between two flat places, stronger pulls make one smooth way of both.
    let mut dual = Dual::new(rows, envelopes, start, |_| None);
    dual.pulls_to_rest(FAR);
    let is_stuck = matches!(dual.descend(floor, FAR_TOLERANCE, STEPS), Descent::Stuck);
    dual.pulls_to_rest(NEAR);
    if !is_stuck && dual.rests(floor, STEPS) { Ok(dual.point()) } else { Err(dual.prices) }
}

/// What a descent came to.
enum Descent {
    Balanced,
    Below,
    Stuck,
}

impl Dual<'_> {
    /// Brings the prices to where every row is in balance, or the value well below a floor.
    fn descend(&mut self, floor: f64, tolerance: f64, steps: usize) -> Descent {
        let mut off = self.off(&self.prices, &self.state);
        for _ in 0..steps {
            if off <= tolerance {
                return Descent::Balanced;
            }
            if self.state.value < floor - if self.is_pulled { MARGIN } else { 0.0 } {
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

    /// Moves pulls, and weakens them, until nothing changes, or somebody stands inside a chord and will be cut there.
    fn rests(&mut self, floor: f64, steps: usize) -> bool {
        for (turn, (strength, tolerance)) in PULLS.iter().enumerate() {
            if turn > 0 && !self.pulls_to_rest(*strength) {
                return true;
            }
            match self.descend(floor, *tolerance, steps) {
                Descent::Balanced if self.settles(floor) => return true,
                // Where exactly does not matter.
                Descent::Balanced if *strength <= NEAR && self.is_inside() => return true,
                Descent::Balanced => {}
                Descent::Below => return true,
                Descent::Stuck => return false,
            }
        }
        true
    }

    /// Whether no source needs a pull, its answer being on an arc; then the prices come to rest without any.
    fn settles(&mut self, floor: f64) -> bool {
        let stands = |(response, envelope): (&Response, &Rc<Envelope>)| !envelope.is_flat || response.is_steady;
        if !self.state.responses.iter().zip(self.envelopes).all(stands) {
            return false;
        }
        let (pulls, prices, state) = (self.pulls.clone(), self.prices.clone(), self.state.clone());
        self.pulls.fill(None);
        self.is_pulled = false;
        self.state = self.at(&self.prices);
        if matches!(self.descend(floor, TOLERANCE, SETTLING), Descent::Stuck) {
            (self.pulls, self.prices, self.state) = (pulls, prices, state);
            self.is_pulled = true;
            return false;
        }
        true
    }

    /// The part of a step that lowers the dual value enough and comes near to its least, by the slope there; or one that brings
    /// rows nearer to balance where the value is too near its least to tell.
    fn searched(&self, step: &[f64], off: f64) -> Option<(Vec<f64>, State)> {
        let along = |state: &State| state.slack.iter().zip(step).map(|(slack, step)| slack * step).sum::<f64>();
        let first = along(&self.state);
        let (mut low, mut high) = ((0.0, first), None::<(f64, f64)>);
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
            let there = along(&trial);
            let is_new = best.as_ref().is_none_or(|(_, best)| trial.value < best.value);
            if falls && is_new {
                let is_least = there.abs() <= -NEAR_LEAST * first || there < 0.0 && high.is_none();
                if is_least || attempt >= REFINED {
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
            // Where the slope vanishes if it changes evenly between the two parts that are nearest to it.
            match there < 0.0 && falls {
                true => low = (part, there),
                false => high = Some((part, there)),
            }
            let (end, rise) = high.unwrap_or((1.0, 0.0));
            let even = if rise > 0.0 && low.1 < 0.0 { low.1 / (low.1 - rise) } else { 0.5 };
            part = low.0 + (end - low.0) * even.clamp(0.1, 0.9);
        }
        best
    }
}
