//! The rules. Each file states what its rule measures on a portfolio; `check.rs` judges.

mod absolute_cap;
mod breaker;
mod grant_loss;
mod grant_turnover;
mod health_floor;
mod improvement;
mod liquidity_cover;
mod liquidity_floor;
mod loss_budget;
mod portfolio_health;
mod relative_cap;
mod turnover_budget;
mod venue_depth;

use crate::{Budgets, Cap, Flow, Level, Measure, Parameters, Portfolio, Sense, Subject};

/// The kinds of limit, numbered as the contracts' errors and views number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Limit {
    /// What counts against a risk id, in base units of the asset.
    AbsoluteCap = 0,
    /// What counts against a risk id, as a fraction of the least net asset value.
    RelativeCap = 1,
    /// Idle money, less what has not stayed for an epoch, as a fraction of the least net asset value; a least value.
    LiquidityFloor = 2,
    /// The same with what positions pay at once.
    LiquidityCover = 3,
    /// A position as a fraction of what its venue holds.
    VenueDepth = 4,
    /// What the vault has lost within an epoch, in base units.
    LossBudget = 5,
    /// What the vault has moved within an epoch, in base units.
    TurnoverBudget = 6,
    /// What was lost under the keeper's grant within an epoch, in base units.
    GrantLoss = 7,
    /// What was moved under the keeper's grant within an epoch, in base units.
    GrantTurnover = 8,
    /// What counts against a tripped risk id, in base units; at most what it was before.
    Breaker = 9,
    /// What secures a position's debt, as a fraction of that debt; a least value.
    HealthFloor = 10,
    /// What secures all debts that are known, as a fraction of them; a least value.
    PortfolioHealth = 11,
    /// Income a year of the positions that a change touches, in base units; a least value. The last, because it asks
    /// whether the change mends any of the others.
    Improvement = 12,
}

/// What a rule looks at: a portfolio, the one that it came from, what moved between, and what is allowed.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a, Id> {
    pub(crate) portfolio: &'a Portfolio<'a>,
    pub(crate) base: &'a Portfolio<'a>,
    pub(crate) flow: &'a Flow,
    pub(crate) budgets: &'a Budgets,
    pub(crate) parameters: &'a Parameters<'a, Id>,
}

/// A rule: its `index`-th measure of a case, `None` behind its last. As many for every portfolio under the same flow,
/// parameters, base, and number of stakes and levers.
pub(crate) type Rule<Id> = fn(&Case<'_, Id>, usize) -> Option<Measure<Id>>;

/// Every rule, in the order of [`Limit`]. A table of functions, for the code of chained iterators is long.
pub(crate) fn rules<Id: Copy>() -> [Rule<Id>; 13] {
    [
        absolute_cap::measure,
        relative_cap::measure,
        liquidity_floor::measure,
        liquidity_cover::measure,
        venue_depth::measure,
        loss_budget::measure,
        turnover_budget::measure,
        grant_loss::measure,
        grant_turnover::measure,
        breaker::measure,
        health_floor::measure,
        portfolio_health::measure,
        improvement::measure,
    ]
}

/// The cap at a place with what counts against it; infinite where the portfolio does not say.
fn exposure<'a, Id>(
    portfolio: &Portfolio<'_>,
    parameters: &Parameters<'a, Id>,
    place: usize,
) -> Option<(&'a Cap<Id>, u128)> {
    let stated = portfolio.exposures_assets.get(place).copied();
    parameters.caps.get(place).map(|cap| (cap, stated.unwrap_or(u128::MAX)))
}

/// A budget with what a change would bring it to.
fn budget<Id>(limit: Limit, level: Level, charge_assets: u128) -> Measure<Id> {
    let amount = level.used_assets.saturating_add(charge_assets);
    Measure {
        limit,
        on: Subject::Portfolio,
        sense: Sense::AtMost,
        amount,
        of: 1,
        bound: level.capacity_assets,
        scale: 1,
    }
}
