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
    /// The rows that a price is asked of, by source, and how it counts there.
    of: Vec<Vec<(usize, Weight)>>,
    /// Every row of each source.
    all: Vec<Vec<(usize, Weight)>>,
    /// The rows that a price is asked of, by source, where only what it holds counts in them.
    held: Vec<Option<Vec<(usize, f64)>>>,
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
        let live = (0..groups.len()).filter(|group| is_live(&groups[*group])).collect::<Vec<_>>();
        let mut all = vec![Vec::new(); sources.len()];
        for (group, bound) in groups.iter().enumerate() {
            for (member, weight) in &bound.members {
                all[*member].push((group, *weight));
            }
        }
        for (factor, exposures) in factors.iter().enumerate() {
            for (source, exposure) in exposures.iter().enumerate().filter(|(_, exposure)| **exposure != 0.0) {
                all[source].push((groups.len() + factor, Weight::part(*exposure)));
            }
        }
        let counts = |(row, _): &&(usize, Weight)| *row >= groups.len() || live.binary_search(row).is_ok();
        let asked = |rows: &Vec<(usize, Weight)>| rows.iter().filter(counts).copied().collect::<Vec<_>>();
        let of = all.iter().map(asked).collect::<Vec<_>>();
        let held = of.iter().map(|rows| held(rows)).collect();
        Self { groups, factors, aversion, live, of, all, held }
    }

    /// Groups alone, every one of which may bind.
    pub(crate) fn of_groups(groups: Vec<Bound>, sources: usize) -> Self {
        let mut all = vec![Vec::new(); sources];
        for (group, bound) in groups.iter().enumerate() {
            for (member, weight) in &bound.members {
                all[*member].push((group, *weight));
            }
        }
        let live = (0..groups.len()).collect();
        let held = all.iter().map(|rows| held(rows)).collect();
        Self { groups, factors: Vec::new(), aversion: 1.0, live, of: all.clone(), all, held }
    }

    pub(crate) fn len(&self) -> usize {
        self.groups.len() + self.factors.len()
    }

    /// Whether a row is a factor of risk.
    pub(crate) fn is_factor(&self, row: usize) -> bool {
        row >= self.groups.len()
    }

    /// The rows that can have a price, and how a source counts there.
    pub(crate) fn of(&self, source: usize) -> &[(usize, Weight)] {
        &self.of[source]
    }

    /// The same as parts of what is held, where nothing else counts.
    pub(crate) fn held(&self, source: usize) -> Option<&[(usize, f64)]> {
        self.held[source].as_deref()
    }

    /// What a source pays for its amount.
    pub(crate) fn price(&self, source: usize, prices: &[f64]) -> Weight {
        summed(&self.of[source], prices)
    }

    /// The same where rows that never bind may have a price too.
    pub(crate) fn whole_price(&self, source: usize, prices: &[f64]) -> Weight {
        summed(&self.all[source], prices)
    }

    /// How a source counts in a row, if it does.
    pub(crate) fn weight(&self, row: usize, source: usize) -> Option<&Weight> {
        self.all[source].iter().find(|(other, _)| *other == row).map(|(_, weight)| weight)
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
        let least = |(source, (low, high)): (usize, &(f64, f64))| self.price(source, &groups).least(*low, *high);
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

    /// The dual value of `prices` on some ranges, the exact bound of the module's formula, and the amounts that attain it.
    pub(crate) fn dual(&self, sources: &[Source], ranges: &Ranges, prices: &[f64]) -> (f64, Vec<f64>) {
        let mut value = self.constant(prices);
        let mut maximisers = Vec::with_capacity(sources.len());
        for (i, (source, (low, high))) in sources.iter().zip(ranges).enumerate() {
            let (x, most) = source.best(&self.price(i, prices), *low, *high);
            value += most;
            maximisers.push(x);
        }
        (value, maximisers)
    }

    fn exposure(&self, factor: usize, amounts: &[f64]) -> f64 {
        self.factors[factor].iter().zip(amounts).map(|(part, x)| part * x).sum()
    }
}

fn held(rows: &[(usize, Weight)]) -> Option<Vec<(usize, f64)>> {
    rows.iter().map(|(row, weight)| weight.pivot().is_none().then_some((*row, weight.held))).collect()
}

fn summed(rows: &[(usize, Weight)], prices: &[f64]) -> Weight {
    let mut price = Weight::part(0.0);
    for (row, weight) in rows {
        price.add(weight, prices[*row]);
    }
    price
}
