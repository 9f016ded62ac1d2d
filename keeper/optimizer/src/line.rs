//! Rows as tables: how every source counts in one, and what all of them pay at some prices, in one sweep each.

use crate::rows::Bound;
use crate::weight::Weight;

/// How every source counts in one row.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) row: usize,
    held: Vec<f64>,
    /// What movements up and down count; empty where none do.
    raised: Vec<f64>,
    lowered: Vec<f64>,
}

/// What sources pay at some prices.
pub(crate) struct Tolls<'a> {
    held: Vec<f64>,
    /// For movements up and down; empty where they are free.
    raised: Vec<f64>,
    lowered: Vec<f64>,
    pivots: &'a [f64],
}

impl Line {
    pub(crate) fn of_group(row: usize, bound: &Bound, sources: usize) -> Self {
        let moves = bound.members.iter().any(|(_, weight)| weight.pivot().is_some());
        let [mut raised, mut lowered] = [(); 2].map(|()| if moves { vec![0.0; sources] } else { Vec::new() });
        let mut held = vec![0.0; sources];
        for (member, weight) in &bound.members {
            held[*member] = weight.held;
            if moves {
                (raised[*member], lowered[*member]) = (weight.raised, weight.lowered);
            }
        }
        Self { row, held, raised, lowered }
    }

    /// What no factor says anything of is exposed to none.
    pub(crate) fn of_factor(row: usize, parts: &[f64], sources: usize) -> Self {
        let mut held = parts.to_vec();
        held.resize(sources, 0.0);
        Self { row, held, raised: Vec::new(), lowered: Vec::new() }
    }

    fn moved(&self, source: usize) -> (f64, f64) {
        if self.raised.is_empty() { (0.0, 0.0) } else { (self.raised[source], self.lowered[source]) }
    }

    pub(crate) fn counts(&self, source: usize) -> bool {
        self.held[source] != 0.0 || self.moved(source) != (0.0, 0.0)
    }

    pub(crate) fn weight(&self, source: usize, pivot: f64) -> Weight {
        let (raised, lowered) = self.moved(source);
        let pivot = if raised > 0.0 || lowered > 0.0 { pivot } else { 0.0 };
        Weight { held: self.held[source], raised, lowered, pivot }
    }

    /// What one more unit of a source counts.
    fn slope(&self, source: usize, is_above: bool) -> f64 {
        let (raised, lowered) = self.moved(source);
        self.held[source] + if is_above { raised } else { -lowered }
    }

    /// Appends what one more unit of each of some sources counts.
    pub(crate) fn slopes(&self, sources: impl Iterator<Item = (usize, bool)>, slopes: &mut Vec<f64>) {
        match self.raised.is_empty() {
            true => slopes.extend(sources.map(|(source, _)| self.held[source])),
            false => slopes.extend(sources.map(|(source, is_above)| self.slope(source, is_above))),
        }
    }

    /// What amounts count.
    pub(crate) fn at(&self, amounts: &[f64], pivots: &[f64]) -> f64 {
        let moved = if self.raised.is_empty() { 0.0 } else { moved(amounts, pivots, &self.raised, &self.lowered) };
        product(&self.held, amounts) + moved
    }
}

impl<'a> Tolls<'a> {
    /// None yet.
    pub(crate) fn none(pivots: &'a [f64]) -> Self {
        Self { held: vec![0.0; pivots.len()], raised: Vec::new(), lowered: Vec::new(), pivots }
    }

    /// Adds those of a row at its price.
    pub(crate) fn add(&mut self, line: &Line, price: f64) {
        if price == 0.0 {
            return;
        }
        add(&mut self.held, &line.held, price);
        if !line.raised.is_empty() {
            self.raised.resize(self.held.len(), 0.0);
            self.lowered.resize(self.held.len(), 0.0);
            add(&mut self.raised, &line.raised, price);
            add(&mut self.lowered, &line.lowered, price);
        }
    }

    /// Adds those of four rows at their prices, in one sweep of what is held.
    pub(crate) fn add_four(&mut self, lines: &[Line; 4], prices: &[f64]) {
        if lines.iter().any(|line| !line.raised.is_empty()) {
            return lines.iter().for_each(|line| self.add(line, prices[line.row]));
        }
        let [a, b, c, d] = lines;
        let [at_a, at_b, at_c, at_d] = lines.each_ref().map(|line| prices[line.row]);
        let parts = a.held.iter().zip(&b.held).zip(c.held.iter().zip(&d.held));
        for (to, ((a, b), (c, d))) in self.held.iter_mut().zip(parts) {
            *to += (at_a * a + at_b * b) + (at_c * c + at_d * d);
        }
    }

    /// What one more unit of a source pays below and above its pivot.
    #[inline]
    pub(crate) fn slopes(&self, source: usize) -> [f64; 2] {
        let held = self.held[source];
        if self.raised.is_empty() { [held; 2] } else { [held - self.lowered[source], held + self.raised[source]] }
    }

    /// What all sources pay.
    pub(crate) fn paid(&self, amounts: &[f64]) -> f64 {
        let moved = if self.raised.is_empty() { 0.0 } else { moved(amounts, self.pivots, &self.raised, &self.lowered) };
        product(&self.held, amounts) + moved
    }

    /// What a source pays.
    #[inline]
    pub(crate) fn of(&self, source: usize) -> Weight {
        let held = self.held[source];
        if self.raised.is_empty() {
            return Weight::part(held);
        }
        let (raised, lowered) = (self.raised[source], self.lowered[source]);
        let pivot = if raised > 0.0 || lowered > 0.0 { self.pivots[source] } else { 0.0 };
        Weight { held, raised, lowered, pivot }
    }
}

fn add(to: &mut [f64], parts: &[f64], times: f64) {
    to.iter_mut().zip(parts).for_each(|(to, part)| *to += times * part);
}

/// What movements from their pivots count.
fn moved(amounts: &[f64], pivots: &[f64], raised: &[f64], lowered: &[f64]) -> f64 {
    let moved = amounts.iter().zip(pivots).map(|(x, pivot)| x - pivot);
    moved.zip(raised.iter().zip(lowered)).map(|(by, (up, down))| if by > 0.0 { up * by } else { -down * by }).sum()
}

/// The sum of products, four at a time.
pub(crate) fn product(left: &[f64], right: &[f64]) -> f64 {
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<4>(), right.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (left, right) in left.iter().zip(right) {
        for at in 0..4 {
            sums[at] += left[at] * right[at];
        }
    }
    sums.into_iter().sum::<f64>() + left_rest.iter().zip(right_rest).map(|(a, b)| a * b).sum::<f64>()
}
