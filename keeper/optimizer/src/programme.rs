//! The programme as numbers: curves, ranges and groups, checked once, at construction.

use model::{Curve, LimitKind};

/// Maximise the curves' income inside ranges and groups; amounts in base units.
#[derive(Clone, Debug)]
pub struct Programme {
    curves: Vec<Curve>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    groups: Vec<Group>,
}

/// A bound on a sum of positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Which limit it states.
    pub kind: LimitKind,
    /// The places of the positions, ascending.
    pub members: Vec<usize>,
    /// The most, in base units.
    pub bound: f64,
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
        for group in &groups {
            check_group(group, &lower)?;
        }
        for (place, upper) in upper.iter_mut().enumerate() {
            if let Some((_, room)) = tightest(&groups, &lower, place) {
                *upper = upper.min(room);
            }
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
        Ok(Self { curves, lower, upper, groups })
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

    /// The amount that counts as one inside the solver: the largest upper bound.
    pub(crate) fn unit(&self) -> f64 {
        self.upper.iter().copied().fold(1.0, f64::max)
    }
}

/// The group that leaves a place least when every other member holds its least, and what it leaves.
pub(crate) fn tightest(groups: &[Group], lower: &[f64], place: usize) -> Option<(usize, f64)> {
    let containing = groups.iter().enumerate().filter(|(_, group)| group.members.contains(&place));
    let rooms = containing.map(|(index, group)| {
        let others = group.members.iter().filter(|member| **member != place).map(|member| lower[*member]);
        (index, (group.bound - others.sum::<f64>()).max(lower[place]))
    });
    rooms.min_by(|a, b| a.1.total_cmp(&b.1))
}

fn check_group(group: &Group, lower: &[f64]) -> Result<(), Error> {
    let ascending = group.members.windows(2).all(|pair| pair[0] < pair[1]);
    if !ascending || group.members.last().is_some_and(|last| *last >= lower.len()) {
        let members = group.members.clone();
        return Err(Error::Members { kind: group.kind, members, places: lower.len() });
    }
    let least = group.members.iter().map(|member| lower[*member]).sum::<f64>();
    if !(group.bound >= least && group.bound.is_finite()) {
        return Err(Error::Bound { kind: group.kind, bound: group.bound, least });
    }
    Ok(())
}
