//! The rules. Each file states what its rule measures on a portfolio; `check.rs` judges.

mod absolute_cap;
mod liquidity_floor;
mod relative_cap;

use crate::{Measure, Parameters, Portfolio};

/// The kinds of limit, numbered as the contracts' errors and views number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Limit {
    /// What counts against a risk id, in base units of the asset.
    AbsoluteCap = 0,
    /// What counts against a risk id, as a fraction of the net asset value.
    RelativeCap = 1,
    /// Idle money as a fraction of the net asset value; a least value.
    LiquidityFloor = 2,
}

/// Returns every limit, measured: as many and in the same order for every portfolio under the same parameters.
pub(crate) fn measures<'a, Id: Copy>(
    portfolio: &'a Portfolio<'a>,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = Measure<Id>> + 'a {
    absolute_cap::measures(portfolio, parameters)
        .chain(relative_cap::measures(portfolio, parameters))
        .chain(liquidity_floor::measures(portfolio, parameters))
}

/// Each cap with what counts against it; infinite where the portfolio does not say.
fn exposures<'a, Id: Copy>(
    portfolio: &'a Portfolio<'a>,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = (&'a crate::Cap<Id>, u128)> + 'a {
    let stated = portfolio.exposures_assets.iter().copied();
    parameters.caps.iter().zip(stated.chain(core::iter::repeat(u128::MAX)))
}
