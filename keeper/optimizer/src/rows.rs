//! The rows that couple sources, on the solver's scale: groups, each with a price of at least zero, and factors of risk,
//! each with a price of either sign.
//!
//! For prices `y >= 0` of the groups and `m` of the factors, weak duality bounds what any feasible amounts bring by
//!
//! ```text
//! sum_i max_{x_i} ( f_i(x_i) - sum_g y_g w_gi(x_i) - sum_k m_k G_ki x_i ) + sum_g y_g b_g + sum_k m_k^2 / (2 aversion)
//! ```
//!
//! the last term being the most that `m z - aversion/2 z^2` comes to for any exposure `z`: so risk is bounded by one
//! number a factor, and a wrong price, whoever found it, can only make the bound looser.

use crate::line::{Line, Tolls};
use crate::source::Source;
use crate::weight::Weight;

/// All rows: groups first, then factors; prices come in the same order.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) groups: Vec<Bound>,
    /// By factor, the sources' exposures.
    pub(crate) factors: Vec<Vec<f64>>,
    pub(crate) aversion: f64,
    /// The groups that some amounts inside every range break; the others never have a price in a search.
    pub(crate) live: Vec<usize>,
    /// The rows that a price is asked of: live groups, then factors.
    pub(crate) asked: Vec<Line>,
    /// From where each source's movements count.
    pivots: Vec<f64>,
}

/// A group on the solver's scale.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) members: Vec<(usize, Weight)>,
    pub(crate) most: f64,
}

/// The ranges of one node, one a source.
pub(crate) type Ranges = Vec<(f64, f64)>;

impl Rows {
    pub(crate) fn new(groups: Vec<Bound>, factors: Vec<Vec<f64>>, aversion: f64, sources: &[Source]) -> Self {
        let most = |(member, weight): &(usize, Weight)| weight.most(sources[*member].lower(), sources[*member].upper());
        let is_live = |bound: &Bound| {
            let most = bound.members.iter().map(most).sum::<f64>();
            most > bound.most + 1e-15 * bound.most.abs().max(1.0)
        };
        let live = (0..groups.len()).filter(|group| is_live(&groups[*group])).collect();
        Self::over(groups, factors, aversion, live, sources.len())
    }

    /// Groups alone, every one of which may bind.
    pub(crate) fn of_groups(groups: Vec<Bound>, sources: usize) -> Self {
        let live = (0..groups.len()).collect();
        Self::over(groups, Vec::new(), 1.0, live, sources)
    }

    fn over(groups: Vec<Bound>, factors: Vec<Vec<f64>>, aversion: f64, live: Vec<usize>, sources: usize) -> Self {
        let of_group = |row: &usize| Line::of_group(*row, &groups[*row], sources);
        let mut asked = live.iter().map(of_group).collect::<Vec<_>>();
        let of_factor = |(row, parts): (usize, &Vec<f64>)| Line::of_factor(row, parts, sources);
        asked.extend((groups.len()..).zip(&factors).map(of_factor));
        let mut pivots = vec![0.0; sources];
        for (member, weight) in groups.iter().flat_map(|bound| &bound.members) {
            pivots[*member] = weight.pivot().unwrap_or(pivots[*member]);
        }
        Self { groups, factors, aversion, live, asked, pivots }
    }

    pub(crate) fn len(&self) -> usize {
        self.groups.len() + self.factors.len()
    }

    /// Whether a row is a factor of risk.
    pub(crate) fn is_factor(&self, row: usize) -> bool {
        row >= self.groups.len()
    }

    /// The rows that can have a price, and how a source counts there.
    pub(crate) fn of(&self, source: usize) -> impl Iterator<Item = (usize, Weight)> {
        let counts = self.asked.iter().filter(move |line| line.counts(source));
        counts.map(move |line| (line.row, line.weight(source, self.pivots[source])))
    }

    /// What every source pays for its amount.
    pub(crate) fn tolls(&self, prices: &[f64]) -> Tolls<'_> {
        let mut tolls = Tolls::none(&self.pivots);
        let (fours, rest) = self.asked.as_chunks::<4>();
        fours.iter().for_each(|four| tolls.add_four(four, prices));
        rest.iter().for_each(|line| tolls.add(line, prices[line.row]));
        tolls
    }

    /// The same where rows that never bind may have a price too.
    pub(crate) fn whole_tolls(&self, prices: &[f64]) -> Tolls<'_> {
        let mut tolls = self.tolls(prices);
        let is_other = |row: &usize| prices[*row] != 0.0 && self.live.binary_search(row).is_err();
        for row in (0..self.groups.len()).filter(is_other) {
            tolls.add(&Line::of_group(row, &self.groups[row], self.pivots.len()), prices[row]);
        }
        tolls
    }

    /// How a source counts in a group, if it does.
    pub(crate) fn weight(&self, group: usize, source: usize) -> Option<&Weight> {
        let members = &self.groups[group].members;
        members.binary_search_by_key(&source, |(member, _)| *member).ok().map(|at| &members[at].1)
    }

    /// What one more unit of a source pays, where rows that never bind may have a price too.
    pub(crate) fn whole_slope(&self, source: usize, is_above: bool, prices: &[f64]) -> f64 {
        let (groups, factors) = prices.split_at(self.groups.len());
        let priced = groups.iter().enumerate().filter(|(_, price)| **price != 0.0);
        let paid =
            priced.map(|(row, price)| self.weight(row, source).map_or(0.0, |weight| price * weight.slope(is_above)));
        paid.sum::<f64>() + factors.iter().zip(&self.factors).map(|(price, parts)| price * parts[source]).sum::<f64>()
    }

    /// What rows leave free of some amounts: their slack, of factors beyond the exposure that their price is for.
    pub(crate) fn slack(&self, amounts: &[f64], prices: &[f64]) -> Vec<f64> {
        let mut slack = vec![0.0; prices.len()];
        for line in &self.asked {
            let most = match line.row < self.groups.len() {
                true => self.groups[line.row].most,
                false => prices[line.row] / self.aversion,
            };
            slack[line.row] = most - line.at(amounts, &self.pivots);
        }
        slack
    }

    /// What a group's members come to beyond its bound; of a factor, its exposure beyond the one that its price is for.
    pub(crate) fn excess(&self, row: usize, amounts: &[f64], prices: &[f64]) -> f64 {
        match row.checked_sub(self.groups.len()) {
            Some(factor) => self.exposure(factor, amounts) - prices[row] / self.aversion,
            None => {
                let Bound { members, most } = &self.groups[row];
                members.iter().map(|(member, weight)| weight.at(amounts[*member])).sum::<f64>() - most
            }
        }
    }

    /// Whether every amount inside some ranges breaks a group.
    pub(crate) fn are_broken_by(&self, ranges: &Ranges) -> bool {
        let least = |(member, weight): &(usize, Weight)| weight.least(ranges[*member].0, ranges[*member].1);
        let is_broken = |group: &usize| {
            let bound = &self.groups[*group];
            bound.members.iter().map(least).sum::<f64>() - bound.most > 1e-15 * bound.most.abs().max(1.0)
        };
        self.live.iter().any(is_broken)
    }

    /// Whether prices prove that no amounts inside some ranges meet all groups: they weigh more at least than the bounds.
    pub(crate) fn are_refuted_by(&self, prices: &[f64], ranges: &Ranges) -> bool {
        let (mut groups, count) = (prices.to_vec(), self.groups.len());
        groups[count..].fill(0.0);
        let largest = groups.iter().copied().fold(0.0, f64::max);
        let tolls = self.tolls(&groups);
        let least = |(source, (low, high)): (usize, &(f64, f64))| tolls.of(source).least(*low, *high);
        let proof = ranges.iter().enumerate().map(least).sum::<f64>() - self.constant(&groups);
        largest > 0.0 && proof > 1e-12 * largest
    }

    /// What the factors' variance costs.
    pub(crate) fn risk(&self, amounts: &[f64]) -> f64 {
        let square = |factor: usize| self.exposure(factor, amounts).powi(2);
        0.5 * self.aversion * (0..self.factors.len()).map(square).sum::<f64>()
    }

    /// What amounts bring: income less charges less risk.
    pub(crate) fn value(&self, sources: &[Source], amounts: &[f64]) -> f64 {
        sources.iter().zip(amounts).map(|(source, x)| source.value(*x)).sum::<f64>() - self.risk(amounts)
    }

    /// What the prices themselves come to in the dual value.
    pub(crate) fn constant(&self, prices: &[f64]) -> f64 {
        let (groups, factors) = prices.split_at(self.groups.len());
        let bounds = self.groups.iter().zip(groups).map(|(bound, price)| bound.most * price).sum::<f64>();
        let squares = factors.iter().map(|price| price * price).sum::<f64>();
        bounds + if squares > 0.0 { squares / (2.0 * self.aversion) } else { 0.0 }
    }

    /// The dual value of `prices` on some ranges, the exact bound of the module's formula, and the amounts that attain it, which are
    /// looked for `near` others first.
    pub(crate) fn dual(
        &self,
        sources: &[Source],
        ranges: &Ranges,
        prices: &[f64],
        near: Option<&[f64]>,
    ) -> (f64, Vec<f64>) {
        let (mut value, tolls) = (self.constant(prices), self.tolls(prices));
        let mut maximisers = Vec::with_capacity(sources.len());
        for (i, (source, range)) in sources.iter().zip(ranges).enumerate() {
            let (x, most) = source.best(&tolls.of(i), *range, near.map(|near| near[i]));
            value += most;
            maximisers.push(x);
        }
        (value, maximisers)
    }

    fn exposure(&self, factor: usize, amounts: &[f64]) -> f64 {
        self.factors[factor].iter().zip(amounts).map(|(part, x)| part * x).sum()
    }
}
