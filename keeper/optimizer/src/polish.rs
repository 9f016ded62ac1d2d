//! Brings a point to a stationary one of the programme, to machine precision.
//!
//! Newton's method on the optimality conditions of a working set (on which stretch each amount is and whether it
//! stands at an end of it, which groups bind; factors of risk always do); after each convergence the most violated condition changes the set.

use crate::linear;
use crate::newton::Point;
use crate::rows::Rows;
use crate::stretch::Stretch;

/// How near to an end of its segment the start counts as at it.
const AT_END: f64 = 1e-9;

/// The least starting price of a group that binds.
const BINDING_PRICE: f64 = 1e-7;

/// What a condition may be off before the working set changes for it.
const TOLERANCE: f64 = 1e-13;

/// How far beyond its segment's end a step is no more than rounding.
const ROUNDING: f64 = 1e-15;

/// A curvature below this is taken for it, so that a flat stretch is left at an end.
const FLAT: f64 = 1e-12;

const NEWTON_STEPS: usize = 40;

/// A residual at which one that no longer falls is rounding.
const ROUNDED: f64 = 1e-11;

/// How often the working set may change for one amount or group; more is a cycle.
const CHANGES: u8 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Free,
    Low,
    High,
}

/// The change of the working set that the most violated condition asks for.
#[derive(Clone, Copy)]
enum Change {
    Free(usize),
    Down(usize),
    Up(usize),
    Binds(usize, bool),
}

struct Working<'a> {
    /// The stretches of each source, in order.
    ladders: &'a [Vec<Stretch<'a>>],
    /// Where on its ladder each source is.
    rungs: Vec<usize>,
    groups: &'a Rows,
    amounts: Vec<f64>,
    prices: Vec<f64>,
    places: Vec<Place>,
    binds: Vec<bool>,
    /// The amount that was put at an end last.
    last_put: usize,
}

/// The stationary point that the working set's changes lead to from `start`, if they come to an end.
pub(crate) fn polish(ladders: &[Vec<Stretch>], groups: &Rows, start: &[f64], prices: &[f64]) -> Option<Point> {
    let mut working = Working::new(ladders, groups, start, prices);
    let mut changed = vec![0_u8; ladders.len() + prices.len()];
    loop {
        let which = if working.newton()? {
            // An amount that left its stretch was put at its end.
            working.last_put
        } else {
            let Some(change) = working.violated() else { return Some(working.finish()) };
            match change {
                Change::Free(i) => working.places[i] = Place::Free,
                Change::Down(i) => working.climb(i, working.rungs[i] - 1),
                Change::Up(i) => working.climb(i, working.rungs[i] + 1),
                Change::Binds(group, binds) => {
                    working.binds[group] = binds;
                    working.prices[group] = 0.0;
                }
            }
            match change {
                Change::Free(i) | Change::Down(i) | Change::Up(i) => i,
                Change::Binds(group, _) => ladders.len() + group,
            }
        };
        changed[which] += 1;
        if changed[which] > CHANGES {
            return None;
        }
    }
}

impl<'a> Working<'a> {
    fn new(ladders: &'a [Vec<Stretch<'a>>], groups: &'a Rows, start: &[f64], prices: &[f64]) -> Self {
        let mut working = Self {
            ladders,
            rungs: Vec::with_capacity(ladders.len()),
            groups,
            amounts: Vec::with_capacity(ladders.len()),
            prices: Vec::new(),
            places: Vec::with_capacity(ladders.len()),
            last_put: 0,
            binds: prices
                .iter()
                .enumerate()
                .map(|(row, price)| groups.is_factor(row) || *price > BINDING_PRICE)
                .collect(),
        };
        for (ladder, x) in ladders.iter().zip(start) {
            let rung = ladder.iter().position(|segment| *x <= segment.high).unwrap_or(ladder.len() - 1);
            let Stretch { low, high, .. } = ladder[rung];
            let (place, amount) = match *x {
                x if x <= low + AT_END => (Place::Low, low),
                x if x >= high - AT_END => (Place::High, high),
                x => (Place::Free, x),
            };
            working.rungs.push(rung);
            working.amounts.push(amount);
            working.places.push(place);
        }
        let binding = prices.iter().zip(&working.binds);
        working.prices = binding.map(|(price, binds)| if *binds { *price } else { 0.0 }).collect();
        working
    }

    /// The segment in which a source is.
    fn segment(&self, i: usize) -> &'a Stretch<'a> {
        &self.ladders[i][self.rungs[i]]
    }

    /// Moves a source to the neighbouring segment that it stands at.
    fn climb(&mut self, i: usize, rung: usize) {
        self.rungs[i] = rung;
        self.places[i] = Place::Free;
        let Stretch { low, high, .. } = *self.segment(i);
        self.amounts[i] = self.amounts[i].clamp(low, high);
    }

    /// Solves the working set's equations; says whether an amount left its segment and was put at its end.
    fn newton(&mut self) -> Option<bool> {
        let free = (0..self.amounts.len()).filter(|i| self.places[*i] == Place::Free).collect::<Vec<_>>();
        let active = (0..self.prices.len()).filter(|group| self.binds[*group]).collect::<Vec<_>>();
        let mut least_residual = f64::INFINITY;
        for _ in 0..NEWTON_STEPS {
            let (step, raise, residual) = self.step(&free, &active)?;
            if residual >= 0.5 * least_residual && residual <= ROUNDED {
                break;
            }
            least_residual = least_residual.min(residual);
            if let Some((first, part)) = self.leaves(&free, &step) {
                for (row, &i) in free.iter().enumerate() {
                    self.amounts[i] += part * step[row];
                }
                let end = if step[first] < 0.0 { Place::Low } else { Place::High };
                self.put(free[first], end);
                return Some(true);
            }
            for (row, &i) in free.iter().enumerate() {
                let segment = self.segment(i);
                self.amounts[i] = (self.amounts[i] + step[row]).clamp(segment.low, segment.high);
            }
            for (group, raise) in active.iter().zip(raise) {
                self.prices[*group] += raise;
            }
        }
        Some(false)
    }

    /// One Newton step of the free amounts and the active prices, and the residual that it answers.
    ///
    /// The amounts' own block is diagonal, so the prices solve a system as small as there are active groups.
    fn step(&self, free: &[usize], active: &[usize]) -> Option<(Vec<f64>, Vec<f64>, f64)> {
        let row_of = |group: usize| active.iter().position(|other| *other == group);
        let mut matrix = vec![vec![0.0; active.len()]; active.len()];
        let mut right = active.iter().map(|group| self.excess(*group)).collect::<Vec<_>>();
        for at in (0..active.len()).filter(|at| self.groups.is_factor(active[*at])) {
            matrix[at][at] += 1.0 / self.groups.aversion;
        }
        let mut residual = right.iter().fold(0.0_f64, |most, excess| most.max(excess.abs()));
        let mut lines = Vec::with_capacity(free.len());
        let tolls = self.groups.tolls(&self.prices);
        for &i in free {
            let income = self.segment(i).income(self.amounts[i]);
            let curvature = if income.curvature.abs() < FLAT { -FLAT } else { income.curvature };
            let is_above = self.segment(i).is_above;
            let gain = income.marginal - tolls.of(i).slope(is_above);
            let weighed = self.groups.of(i);
            let rows = weighed.filter_map(|(group, weight)| Some((row_of(group)?, weight.slope(is_above))));
            let rows = rows.collect::<Vec<_>>();
            for &(row, weight) in &rows {
                right[row] -= weight * gain / curvature;
                for &(column, other) in &rows {
                    matrix[row][column] -= weight * other / curvature;
                }
            }
            residual = residual.max(gain.abs());
            lines.push((gain, curvature, rows));
        }
        let raise = linear::solve(matrix, right)?;
        let step = lines.iter().map(|(gain, curvature, rows)| {
            let dearer = rows.iter().map(|(row, weight)| weight * raise[*row]).sum::<f64>();
            (dearer - gain) / curvature
        });
        Some((step.collect(), raise, residual))
    }

    /// The free amount that leaves its segment first on a step, and after which part of the step.
    fn leaves(&self, free: &[usize], step: &[f64]) -> Option<(usize, f64)> {
        let mut first: Option<(usize, f64)> = None;
        for (row, &i) in free.iter().enumerate() {
            let (segment, from, to) = (self.segment(i), self.amounts[i], self.amounts[i] + step[row]);
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
        self.last_put = i;
        self.places[i] = place;
        self.amounts[i] = if place == Place::Low { self.segment(i).low } else { self.segment(i).high };
    }

    fn excess(&self, group: usize) -> f64 {
        self.groups.excess(group, &self.amounts, &self.prices)
    }

    /// The most violated condition outside the working set's own equations.
    fn violated(&self) -> Option<Change> {
        let mut worst: (f64, Option<Change>) = (TOLERANCE, None);
        let mut note = |violation: f64, change: Change| {
            if violation > worst.0 {
                worst = (violation, Some(change));
            }
        };
        let tolls = self.groups.tolls(&self.prices);
        for (i, ladder) in self.ladders.iter().enumerate() {
            let (x, rung, segment) = (self.amounts[i], self.rungs[i], self.segment(i));
            let price = tolls.of(i);
            let gain = segment.income(x).marginal - price.slope(segment.is_above);
            match self.places[i] {
                Place::Free => {}
                Place::Low => {
                    if segment.low < segment.high {
                        note(gain, Change::Free(i));
                    }
                    if rung > 0 {
                        let below = &ladder[rung - 1];
                        note(price.slope(below.is_above) - below.income(x).marginal, Change::Down(i));
                    }
                }
                Place::High => {
                    if segment.low < segment.high {
                        note(-gain, Change::Free(i));
                    }
                    if let Some(next) = ladder.get(rung + 1) {
                        note(next.income(x).marginal - price.slope(next.is_above), Change::Up(i));
                    }
                }
            }
        }
        for &group in &self.groups.live {
            if self.binds[group] {
                note(-self.prices[group], Change::Binds(group, false));
                note(-self.excess(group), Change::Binds(group, false));
            } else {
                note(self.excess(group), Change::Binds(group, true));
            }
        }
        worst.1
    }

    fn finish(self) -> Point {
        let signed = |(row, price): (usize, f64)| if self.groups.is_factor(row) { price } else { price.max(0.0) };
        let prices = self.prices.into_iter().enumerate().map(signed).collect();
        Point { amounts: self.amounts, prices }
    }
}
