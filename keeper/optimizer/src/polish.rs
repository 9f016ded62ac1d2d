//! Brings a point to a stationary one of the programme, to machine precision, within one segment a source.
//!
//! Newton's method on the optimality conditions of a working set (which amounts stand at an end of their
//! segment, which groups bind); after each convergence the most violated condition changes the set.

use crate::linear;
use crate::relaxation::{Bound, price_of};
use crate::source::Segment;

/// How near to an end of its segment the start counts as at it.
const AT_END: f64 = 1e-9;

/// The least starting price of a group that binds.
const BINDING_PRICE: f64 = 1e-7;

/// What a condition may be off before the working set changes for it.
const TOLERANCE: f64 = 1e-13;

/// How far beyond its segment's end a step is no more than rounding.
const ROUNDING: f64 = 1e-15;

const NEWTON_STEPS: usize = 40;

/// A stationary point: amounts and one price a group.
#[derive(Clone, Debug)]
pub(crate) struct Stationary {
    pub(crate) amounts: Vec<f64>,
    pub(crate) prices: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Free,
    Low,
    High,
}

/// The change of the working set that the most violated condition asks for.
enum Change {
    Place(usize, Place),
    Binds(usize, bool),
}

struct Working<'a> {
    segments: &'a [Segment],
    bounds: &'a [Bound],
    amounts: Vec<f64>,
    prices: Vec<f64>,
    places: Vec<Place>,
    binds: Vec<bool>,
}

/// The stationary point that the working set's changes lead to from `start`, if they come to an end.
pub(crate) fn polish(segments: &[Segment], bounds: &[Bound], start: &[f64], prices: &[f64]) -> Option<Stationary> {
    let least = |bound: &Bound| bound.members.iter().map(|member| segments[*member].low).sum::<f64>();
    if bounds.iter().any(|bound| least(bound) > bound.most + TOLERANCE) {
        return None;
    }
    let mut working = Working::new(segments, bounds, start, prices);
    for _ in 0..20 + 6 * (segments.len() + bounds.len()) {
        if working.newton()? {
            continue;
        }
        match working.violated() {
            None => return Some(working.finish()),
            Some(Change::Place(i, place)) => working.places[i] = place,
            Some(Change::Binds(group, binds)) => {
                working.binds[group] = binds;
                working.prices[group] = 0.0;
            }
        }
    }
    None
}

impl<'a> Working<'a> {
    fn new(segments: &'a [Segment], bounds: &'a [Bound], start: &[f64], prices: &[f64]) -> Self {
        let mut amounts = Vec::with_capacity(segments.len());
        let mut places = Vec::with_capacity(segments.len());
        for (segment, x) in segments.iter().zip(start) {
            let (place, amount) = match *x {
                x if x <= segment.low + AT_END => (Place::Low, segment.low),
                x if x >= segment.high - AT_END => (Place::High, segment.high),
                x => (Place::Free, x),
            };
            amounts.push(amount);
            places.push(place);
        }
        let binds = prices.iter().map(|price| *price > BINDING_PRICE).collect::<Vec<_>>();
        let prices = prices.iter().zip(&binds).map(|(price, binds)| if *binds { *price } else { 0.0 }).collect();
        Self { segments, bounds, amounts, prices, places, binds }
    }

    /// Solves the working set's equations; says whether an amount left its segment and was put at its end.
    fn newton(&mut self) -> Option<bool> {
        let free = (0..self.amounts.len()).filter(|i| self.places[*i] == Place::Free).collect::<Vec<_>>();
        let active = (0..self.bounds.len()).filter(|group| self.binds[*group]).collect::<Vec<_>>();
        let size = free.len() + active.len();
        let mut least_residual = f64::INFINITY;
        for _ in 0..NEWTON_STEPS {
            let (mut matrix, mut right) = (vec![vec![0.0; size]; size], vec![0.0; size]);
            for (row, &i) in free.iter().enumerate() {
                let income = self.segments[i].income(self.amounts[i]);
                matrix[row][row] = income.curvature;
                right[row] = price_of(i, self.bounds, &self.prices) - income.marginal;
            }
            for (offset, &group) in active.iter().enumerate() {
                let line = free.len() + offset;
                right[line] = -self.excess(group);
                for (row, i) in free.iter().enumerate() {
                    if self.bounds[group].members.contains(i) {
                        matrix[line][row] = 1.0;
                        matrix[row][line] = -1.0;
                    }
                }
            }
            let residual = right.iter().fold(0.0_f64, |most, entry| most.max(entry.abs()));
            if residual >= least_residual && residual <= TOLERANCE {
                break;
            }
            least_residual = least_residual.min(residual);
            let step = linear::solve(matrix, right)?;
            if let Some((first, part)) = self.leaves(&free, &step) {
                for (row, &i) in free.iter().enumerate() {
                    self.amounts[i] += part * step[row];
                }
                let end = if step[first] < 0.0 { Place::Low } else { Place::High };
                self.put(free[first], end);
                return Some(true);
            }
            for (row, &i) in free.iter().enumerate() {
                let segment = &self.segments[i];
                self.amounts[i] = (self.amounts[i] + step[row]).clamp(segment.low, segment.high);
            }
            for (offset, &group) in active.iter().enumerate() {
                self.prices[group] += step[free.len() + offset];
            }
        }
        Some(false)
    }

    /// The free amount that leaves its segment first on a step, and after which part of the step.
    fn leaves(&self, free: &[usize], step: &[f64]) -> Option<(usize, f64)> {
        let mut first: Option<(usize, f64)> = None;
        for (row, &i) in free.iter().enumerate() {
            let (segment, from, to) = (&self.segments[i], self.amounts[i], self.amounts[i] + step[row]);
            let end = if to < segment.low - ROUNDING {
                segment.low
            } else if to > segment.high + ROUNDING {
                segment.high
            } else {
                continue;
            };
            let part = ((end - from) / step[row]).max(0.0);
            if first.is_none_or(|(_, least)| part < least) {
                first = Some((row, part));
            }
        }
        first
    }

    fn put(&mut self, i: usize, place: Place) {
        self.places[i] = place;
        self.amounts[i] = if place == Place::Low { self.segments[i].low } else { self.segments[i].high };
    }

    fn excess(&self, group: usize) -> f64 {
        let bound = &self.bounds[group];
        bound.members.iter().map(|member| self.amounts[*member]).sum::<f64>() - bound.most
    }

    /// The most violated condition outside the working set's own equations.
    fn violated(&self) -> Option<Change> {
        let mut worst: (f64, Option<Change>) = (TOLERANCE, None);
        let mut note = |violation: f64, change: Change| {
            if violation > worst.0 {
                worst = (violation, Some(change));
            }
        };
        for (i, segment) in self.segments.iter().enumerate() {
            let gain = segment.income(self.amounts[i]).marginal - price_of(i, self.bounds, &self.prices);
            match self.places[i] {
                _ if segment.low >= segment.high => {}
                Place::Low => note(gain, Change::Place(i, Place::Free)),
                Place::High => note(-gain, Change::Place(i, Place::Free)),
                Place::Free => {}
            }
        }
        for group in 0..self.bounds.len() {
            if self.binds[group] {
                note(-self.prices[group], Change::Binds(group, false));
                note(-self.excess(group), Change::Binds(group, false));
            } else {
                note(self.excess(group), Change::Binds(group, true));
            }
        }
        worst.1
    }

    fn finish(self) -> Stationary {
        let prices = self.prices.into_iter().map(|price| price.max(0.0)).collect();
        Stationary { amounts: self.amounts, prices }
    }
}
