//! The programme as numbers: curves, ranges and groups, checked once, at construction.

use model::{Curve, LimitKind};

use crate::charge::Charge;
use crate::risk::{self, Factors, Tail};
pub use crate::weight::Weight;

/// Maximise the curves' income inside ranges and groups; amounts in base units.
#[derive(Clone, Debug)]
pub struct Programme {
    curves: Vec<Curve>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    groups: Vec<Group>,
    /// From where each place's movements count; nothing where none do.
    pivots: Vec<Option<f64>>,
    /// One a place, or none at all.
    charges: Vec<Charge>,
    factors: Option<Factors>,
    tail: Option<Tail>,
}

/// A bound on a weighted sum of positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Which limit it states.
    pub kind: LimitKind,
    /// The places of the positions, ascending.
    pub members: Vec<usize>,
    /// How each member counts, in the same order.
    pub weights: Vec<Weight>,
    /// The most, in base units.
    pub bound: f64,
}

impl Group {
    /// A bound on what some positions hold together.
    #[must_use]
    pub fn whole(kind: LimitKind, members: Vec<usize>, bound: f64) -> Self {
        let weights = vec![Weight::WHOLE; members.len()];
        Self { kind, members, weights, bound }
    }

    /// A floor under what some positions hold together: a bound on less than nothing.
    #[must_use]
    pub fn floor(kind: LimitKind, members: Vec<usize>, least: f64) -> Self {
        let weights = vec![Weight::part(-1.0); members.len()];
        Self { kind, members, weights, bound: -least }
    }

    /// How a place counts, where it does.
    fn weight(&self, place: usize) -> Option<&Weight> {
        self.members.binary_search(&place).ok().map(|at| &self.weights[at])
    }

    /// What the last unit that a place holds counts, where it is a member.
    pub(crate) fn slope_below(&self, place: usize, x: f64) -> Option<f64> {
        self.weight(place).map(|weight| weight.slope(weight.pivot().is_none_or(|pivot| x > pivot)))
    }

    /// The least that its members can come to inside their ranges.
    fn least(&self, lower: &[f64], upper: &[f64]) -> f64 {
        let weighed = self.members.iter().zip(&self.weights);
        weighed.map(|(member, weight)| weight.least(lower[*member], upper[*member])).sum()
    }
}

/// A shape that is no programme.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Lists of different lengths.
    #[error("{curves} curves, {lower} lower and {upper} upper bounds")]
    Lengths {
        /// How many curves.
        curves: usize,
        /// How many lower bounds.
        lower: usize,
        /// How many upper bounds.
        upper: usize,
    },
    /// A range that is negative, empty or undefined.
    #[error("place {place}: {lower} to {upper} is no range of amounts")]
    Range {
        /// The place.
        place: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A group that names a place twice, out of order, or that is not there.
    #[error("{kind}: members {members:?} are not ascending places below {places}")]
    Members {
        /// Which group.
        kind: LimitKind,
        /// Its members.
        members: Vec<usize>,
        /// How many places there are.
        places: usize,
    },
    /// A group with a weight that is negative, undefined or missing, or that moves a place away from another pivot than
    /// a group before it.
    #[error("{kind}: the weights of {members:?} are not one a member, at least zero, with one pivot a place")]
    Weights {
        /// Which group.
        kind: LimitKind,
        /// Its members.
        members: Vec<usize>,
    },
    /// A bound that is negative, undefined or below what its members must hold.
    #[error("{kind}: the bound {bound} is below the {least} that its members hold at least")]
    Bound {
        /// Which group.
        kind: LimitKind,
        /// The bound.
        bound: f64,
        /// The sum of its members' lower bounds.
        least: f64,
    },
    /// A place whose amount nothing bounds.
    #[error("place {place} is bounded by nothing")]
    Unbounded {
        /// The place.
        place: usize,
    },
    /// Charges that are not one a place, no numbers, or that move a place away from another pivot than a group.
    #[error("place {place}: {charge:?} is no charge")]
    Charge {
        /// The place.
        place: usize,
        /// The charge, or the default one where there is none.
        charge: Charge,
    },
    /// Risk that cannot be measured.
    #[error(transparent)]
    Risk(#[from] risk::Error),
    /// A venue whose income is not a number within its range.
    #[error("place {place}: income at {amount} base units is {income}")]
    Income {
        /// The place.
        place: usize,
        /// Where.
        amount: f64,
        /// What it would be.
        income: f64,
    },
}

impl Programme {
    /// A programme whose every amount is bounded and which at least its lower bounds satisfy.
    ///
    /// # Errors
    /// Where the shapes do not fit together.
    pub fn new(curves: Vec<Curve>, lower: Vec<f64>, mut upper: Vec<f64>, groups: Vec<Group>) -> Result<Self, Error> {
        let places = curves.len();
        if lower.len() != places || upper.len() != places {
            return Err(Error::Lengths { curves: places, lower: lower.len(), upper: upper.len() });
        }
        for (place, (&lower, &upper)) in lower.iter().zip(&upper).enumerate() {
            if !(lower.is_finite() && lower >= 0.0 && lower <= upper) {
                return Err(Error::Range { place, lower, upper });
            }
        }
        let pivots = pivots(&groups, places);
        for group in &groups {
            check_group(group, &lower, &upper, &pivots)?;
        }
        let rooms = tightest(&groups, &lower, &upper);
        for (upper, room) in upper.iter_mut().zip(rooms) {
            *upper = room.map_or(*upper, |(_, room)| upper.min(room));
        }
        for (place, curve) in curves.iter().enumerate() {
            if !upper[place].is_finite() {
                return Err(Error::Unbounded { place });
            }
            for amount in [lower[place], upper[place]] {
                let income = curve.income(amount);
                if !(income.value.is_finite() && income.marginal.is_finite() && income.curvature.is_finite()) {
                    return Err(Error::Income { place, amount, income: income.value });
                }
            }
        }
        Ok(Self { curves, lower, upper, groups, pivots, charges: Vec::new(), factors: None, tail: None })
    }

    /// The same with what holding and moving cost, one charge a place.
    ///
    /// # Errors
    /// Where one is no charge.
    pub fn charged(mut self, charges: Vec<Charge>) -> Result<Self, Error> {
        let places = self.curves.len();
        if charges.len() != places {
            return Err(Error::Charge { place: charges.len().min(places), charge: Charge::default() });
        }
        for (place, (charge, pivot)) in charges.iter().zip(&mut self.pivots).enumerate() {
            let own = charge.pivot();
            let fits = own.is_none() || pivot.is_none() || own == *pivot;
            if !(charge.is_possible() && fits) {
                return Err(Error::Charge { place, charge: *charge });
            }
            *pivot = pivot.or(own);
        }
        self.charges = charges;
        Ok(self)
    }

    /// The same with a charge for variance by factors.
    ///
    /// # Errors
    /// Where they are those of another number of places.
    pub fn with_factors(mut self, factors: Factors) -> Result<Self, Error> {
        let (expected, what) = (self.curves.len(), "a factor's exposures");
        for exposures in &factors.exposures {
            if exposures.len() != expected {
                return Err(risk::Error::Shape { what, found: exposures.len(), expected }.into());
            }
        }
        self.factors = Some(factors);
        Ok(self)
    }

    /// The same with a bound on the mean of the worst scenarios, or a charge for it.
    ///
    /// # Errors
    /// Where it is no measure of these places.
    pub fn with_tail(mut self, tail: Tail) -> Result<Self, Error> {
        tail.check(self.curves.len())?;
        self.tail = Some(tail);
        Ok(self)
    }

    /// The same where movements cost nothing fixed.
    pub(crate) fn without_fixed(&self) -> Self {
        let charges = self.charges.iter().map(|charge| Charge { fixed: 0.0, ..*charge }).collect();
        Self { charges, ..self.clone() }
    }

    /// The same with some places held where their charges say that they stand; nothing where one of them cannot stay there.
    pub(crate) fn held(&self, held: &[bool]) -> Option<Self> {
        let mut found = self.clone();
        for (place, charge) in self.charges.iter().enumerate().filter(|(place, _)| held[*place]) {
            if !(self.lower[place] <= charge.from && charge.from <= self.upper[place]) {
                return None;
            }
            (found.lower[place], found.upper[place]) = (charge.from, charge.from);
        }
        let fits = |group: &Group| group.bound >= group.least(&found.lower, &found.upper);
        found.groups.iter().all(fits).then_some(found)
    }

    /// What `amounts` bring a year: income, less charges, less what risk costs.
    #[must_use]
    pub fn value(&self, amounts: &[f64]) -> f64 {
        let income = self.curves.iter().zip(amounts).map(|(curve, x)| curve.income(*x).value).sum::<f64>();
        let charged = self.charges.iter().zip(amounts).map(|(charge, x)| charge.at(*x)).sum::<f64>();
        let risk = self.factors.as_ref().map_or(0.0, |factors| factors.charge(amounts));
        let tail = self.tail.as_ref().map_or(0.0, |tail| tail.aversion * tail.worst(amounts).0.max(0.0));
        income - charged - risk - tail
    }

    /// One charge a place; none where nothing is charged.
    #[must_use]
    pub fn charges(&self) -> &[Charge] {
        &self.charges
    }

    /// Factors of risk, where they count.
    #[must_use]
    pub fn factors(&self) -> Option<&Factors> {
        self.factors.as_ref()
    }

    /// The mean of the worst scenarios, where it counts.
    #[must_use]
    pub fn tail(&self) -> Option<&Tail> {
        self.tail.as_ref()
    }

    /// One curve a place.
    #[must_use]
    pub fn curves(&self) -> &[Curve] {
        &self.curves
    }

    /// The least amount of each place.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// The most of each place, every group by itself taken into account.
    #[must_use]
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// The groups.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// From where each place's movements count; nothing where none do.
    pub(crate) fn pivots(&self) -> &[Option<f64>] {
        &self.pivots
    }

    /// The amount that counts as one inside the solver: the largest upper bound.
    pub(crate) fn unit(&self) -> f64 {
        self.upper.iter().copied().fold(1.0, f64::max)
    }
}

/// For each place the group that leaves it least when every other member counts as little as it can, and what it leaves.
pub(crate) fn tightest(groups: &[Group], lower: &[f64], upper: &[f64]) -> Vec<Option<(usize, f64)>> {
    let mut tightest: Vec<Option<(usize, f64)>> = vec![None; lower.len()];
    for (index, group) in groups.iter().enumerate() {
        let least = group.least(lower, upper);
        for (&place, weight) in group.members.iter().zip(&group.weights) {
            let others = least - weight.least(lower[place], upper[place]);
            // What others may hold without bound leaves any room.
            let room = if others.is_finite() { weight.reach(group.bound - others) } else { f64::INFINITY };
            let room = room.max(lower[place]);
            if tightest[place].is_none_or(|(_, least)| room < least) {
                tightest[place] = Some((index, room));
            }
        }
    }
    tightest
}

/// The pivot that the first group with movements of a place gives it.
fn pivots(groups: &[Group], places: usize) -> Vec<Option<f64>> {
    let pivot = |place: usize| groups.iter().filter_map(|group| group.weight(place)).find_map(Weight::pivot);
    (0..places).map(pivot).collect()
}

fn check_group(group: &Group, lower: &[f64], upper: &[f64], pivots: &[Option<f64>]) -> Result<(), Error> {
    let members = || group.members.clone();
    let ascending = group.members.windows(2).all(|pair| pair[0] < pair[1]);
    if !ascending || group.members.last().is_some_and(|last| *last >= lower.len()) {
        return Err(Error::Members { kind: group.kind, members: members(), places: lower.len() });
    }
    let fits = |(member, weight): (&usize, &Weight)| {
        weight.is_possible() && weight.pivot().is_none_or(|pivot| pivots[*member] == Some(pivot))
    };
    if group.weights.len() != group.members.len() || !group.members.iter().zip(&group.weights).all(fits) {
        return Err(Error::Weights { kind: group.kind, members: members() });
    }
    let least = group.least(lower, upper);
    if !(group.bound >= least && group.bound.is_finite()) {
        return Err(Error::Bound { kind: group.kind, bound: group.bound, least });
    }
    Ok(())
}
