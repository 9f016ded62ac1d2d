//! A programme on the solver's scale: sources and the rows that couple them.
//!
//! The mean of the worst scenarios enters as one more source, whose amount stands for it and costs what aversion says, under
//! rows that are added as they are needed: each is the mean over one choice of scenarios, which the worst one exceeds nowhere,
//! so that every bound found with fewer rows is a bound.

use crate::newton::Point;
use crate::programme::{Group, Programme};
use crate::rows::{Bound, Ranges, Rows};
use crate::source::Source;
use crate::weight::Weight;

/// What a mean may exceed the amount that stands for it by, in the programme's unit.
const EXCEEDS: f64 = 1e-9;

/// Sources and rows; the first sources are the programme's places, the first groups its groups.
pub(crate) struct Problem<'a> {
    pub(crate) sources: Vec<Source<'a>>,
    pub(crate) rows: Rows,
    pub(crate) unit: f64,
    /// From where each source's movements count, where they do.
    pub(crate) pivots: Vec<Option<f64>>,
    /// What the programme's groups are divided by, so that each has a weight of one and none beyond.
    pub(crate) scales: Vec<f64>,
}

impl<'a> Problem<'a> {
    /// The problem of a programme with some choices of scenarios, each the part of every place in the mean loss.
    pub(crate) fn of(programme: &'a Programme, means: &[Vec<f64>]) -> Self {
        let unit = programme.unit();
        let mut sources = Source::all(programme);
        for ((source, pivot), _) in
            sources.iter_mut().zip(programme.pivots()).zip(only_use(programme)).filter(|of| of.1)
        {
            source.trim(pivot.map_or(0.0, |pivot| pivot / unit));
        }
        let mut pivots = programme.pivots().iter().map(|pivot| pivot.map(|pivot| pivot / unit)).collect::<Vec<_>>();
        let scales = programme.groups().iter().map(scale).collect::<Vec<_>>();
        let stated = programme.groups().iter().zip(&scales).map(|(group, scale)| bound(group, programme, unit, *scale));
        let mut groups = stated.collect::<Vec<_>>();
        let places = sources.len();
        if let Some(tail) = programme.tail() {
            let held = programme.upper().iter().sum::<f64>() / unit;
            let most = tail.losses.iter().flatten().copied().fold(0.0, f64::max) * held;
            sources.push(Source::cost(tail.aversion, (tail.most / unit).min(most)));
            pivots.push(None);
        }
        for mean in means {
            let counted = mean.iter().enumerate().filter(|(_, part)| **part != 0.0);
            let mut members = counted.map(|(place, part)| (place, Weight::part(*part))).collect::<Vec<_>>();
            members.push((places, Weight::part(-1.0)));
            groups.push(Bound { members, most: 0.0 });
        }
        let (factors, aversion) = match programme.factors() {
            Some(factors) => (factors.exposures.clone(), factors.aversion * unit),
            None => (Vec::new(), 1.0),
        };
        let rows = Rows::new(groups, factors, aversion, &sources);
        Self { sources, rows, unit, pivots, scales }
    }

    pub(crate) fn ranges(&self) -> Ranges {
        self.sources.iter().map(|source| (source.lower(), source.upper())).collect()
    }

    /// Prices to start from: together the groups of a source ask three quarters of what the first unit of a common source brings.
    pub(crate) fn first_prices(&self) -> Vec<f64> {
        let mut first = self.sources.iter().map(|source| source.marginals(source.lower()).1).collect::<Vec<_>>();
        first.sort_by(f64::total_cmp);
        let common = first.get(first.len() / 2).copied().unwrap_or(0.0).max(0.0);
        let members = self.rows.live.iter().map(|group| self.rows.groups[*group].members.len()).sum::<usize>();
        let asked = 0.75 * common * self.sources.len() as f64 / members.max(1) as f64;
        let mut prices = vec![0.0; self.rows.len()];
        self.rows.live.iter().for_each(|group| prices[*group] = asked);
        prices
    }

    /// No amounts inside the rows and some ranges bring more, by the prices of a point, and what would bring as much.
    pub(crate) fn bound(&self, ranges: &Ranges, point: &Point) -> (f64, Vec<f64>) {
        self.rows.dual(&self.sources, ranges, &point.prices, Some(&point.amounts))
    }

    /// The choice of scenarios that `amounts` do not allow for yet, where there is one.
    pub(crate) fn exceeded(&self, programme: &Programme, amounts: &[f64]) -> Option<Vec<f64>> {
        let tail = programme.tail()?;
        let places = programme.curves().len();
        let (mean, slopes) = tail.worst(&amounts[..places]);
        (mean > amounts[places] + EXCEEDS).then_some(slopes)
    }
}

/// Whether holding less of a place makes no limit tighter and no risk larger, by place: it counts against every group, and its
/// factors count one way for all places.
fn only_use(programme: &Programme) -> Vec<bool> {
    let mut only_use = vec![programme.tail().is_none(); programme.curves().len()];
    for group in programme.groups() {
        for (member, weight) in group.members.iter().zip(&group.weights) {
            only_use[*member] &= weight.held >= 0.0;
        }
    }
    let factors = programme.factors().map_or(&[][..], |factors| &factors.exposures);
    let is_mixed = |parts: &&Vec<f64>| parts.iter().any(|part| *part > 0.0) && parts.iter().any(|part| *part < 0.0);
    for parts in factors.iter().filter(is_mixed) {
        only_use.iter_mut().zip(parts).for_each(|(only_uses, part)| *only_uses &= *part == 0.0);
    }
    only_use
}

/// The largest part by which a group counts a unit: charges are bps, and their prices would be ten thousands.
fn scale(group: &Group) -> f64 {
    let slope = |weight: &Weight| weight.slope(true).abs().max(weight.slope(false).abs());
    let largest = group.weights.iter().map(slope).fold(0.0, f64::max);
    if largest > 0.0 { largest } else { 1.0 }
}

/// A group on the solver's scale. A bound that its members cannot reach is brought near, for the solver's scaling; it still
/// never binds.
fn bound(group: &Group, programme: &Programme, unit: f64, scale: f64) -> Bound {
    let most =
        |(member, weight): (&usize, &Weight)| weight.most(programme.lower()[*member], programme.upper()[*member]);
    let reach = group.members.iter().zip(&group.weights).map(most).sum::<f64>() + unit * scale;
    let scaled = |weight: &Weight| weight.scaled(unit, scale);
    Bound {
        members: group.members.iter().copied().zip(group.weights.iter().map(scaled)).collect(),
        most: group.bound.min(reach) / (unit * scale),
    }
}
