//! Judges a portfolio: the post-condition of every rebalance, and the list of every limit for views.

use alloy_primitives::U256;

use crate::{Limit, Parameters, Portfolio, RiskId, limit::measures};

/// A limit that a change would break: what every refusal carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach<Id = RiskId> {
    /// Which rule refuses.
    pub limit: Limit,
    /// On what; `None` for the whole portfolio.
    pub id: Option<Id>,
    /// The value found: base units of the asset or wad, by the kind of limit.
    pub value: U256,
    /// The bound, in the same unit.
    pub bound: U256,
}

/// One limit as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State<Id = RiskId> {
    /// Which rule.
    pub limit: Limit,
    /// On what; `None` for the whole portfolio.
    pub id: Option<Id>,
    /// The value found: base units of the asset or wad, rounded to the side that is not allowed.
    pub value: U256,
    /// The bound, in the same unit.
    pub bound: U256,
    /// Whether the limit holds; decided without rounding.
    pub holds: bool,
}

/// Checks that after a change each limit holds, or is strictly nearer to holding than before.
///
/// # Errors
///
/// The first limit, in the order of [`Limit`] and then of the caps, that does neither.
pub fn check<Id: Copy>(
    before: &Portfolio<'_>,
    after: &Portfolio<'_>,
    parameters: &Parameters<'_, Id>,
) -> Result<(), Breach<Id>> {
    for (was, is) in measures(before, parameters).zip(measures(after, parameters)) {
        if !is.holds() && !is.is_nearer_than(&was) {
            return Err(Breach { limit: is.limit, id: is.id, value: is.value(), bound: U256::from(is.bound) });
        }
    }
    Ok(())
}

/// Returns every limit with its value, in the order of [`Limit`] and then of the caps.
pub fn states<'a, Id: Copy>(
    portfolio: &'a Portfolio<'a>,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = State<Id>> + 'a {
    measures(portfolio, parameters).map(|measure| State {
        limit: measure.limit,
        id: measure.id,
        value: measure.value(),
        bound: U256::from(measure.bound),
        holds: measure.holds(),
    })
}
