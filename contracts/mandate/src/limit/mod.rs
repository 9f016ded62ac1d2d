//! The rules. Each file states what its rule measures on a portfolio; `check.rs` judges.

mod absolute_cap;
mod breaker;
mod credit;
mod duration_cap;
mod duration_floor;
mod grant_loss;
mod grant_turnover;
mod health_floor;
mod improvement;
mod liquidity_cover;
mod liquidity_floor;
mod loss_budget;
mod portfolio_health;
mod purchase;
mod relative_cap;
mod rung_cap;
mod rung_floor;
mod turnover_budget;
mod venue_depth;

use crate::{Budgets, Cap, Flow, Level, Measure, Parameters, Portfolio, Rung, Sense, Subject};

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
    /// Income a year of the positions that a change touches, in base units; a least value. Judged last, because it asks
    /// whether the change mends any of the others.
    Improvement = 12,
    /// Modified duration of all bonds, spread over the least net asset value, in seconds.
    DurationCap = 13,
    /// The same; a least value.
    DurationFloor = 14,
    /// What pays on a rung of the ladder, as a fraction of the least net asset value, in 1/10,000.
    RungCap = 15,
    /// The same; a least value.
    RungFloor = 16,
    /// What is expected to be lost a year, as a fraction of the least net asset value.
    Credit = 17,
    /// What is bought of a bond: what it pays at its date by what was paid; a least value.
    Purchase = 18,
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

/// The rules of what owes, has a date, or a chance of not paying, in the order of [`Limit`].
pub(crate) fn covenant_rules<Id: Copy>() -> [Rule<Id>; 8] {
    [
        health_floor::measure,
        portfolio_health::measure,
        duration_cap::measure,
        duration_floor::measure,
        rung_cap::measure,
        rung_floor::measure,
        credit::measure,
        purchase::measure,
    ]
}

/// Every other rule, in the order of [`Limit`]. A table of functions, for the code of chained iterators is long.
pub(crate) fn rules<Id: Copy>() -> [Rule<Id>; 11] {
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

/// The modified duration of all bonds, spread over the least net asset value.
fn duration<Id>(case: &Case<'_, Id>, limit: Limit, sense: Sense, bound_secs: u32) -> Measure<Id> {
    let mut amount = 0_u128;
    for bond in case.portfolio.bonds {
        amount = amount.saturating_add(bond.value_assets.saturating_mul(bond.duration_secs().into()));
    }
    let of = case.portfolio.least_nav_assets;
    Measure { limit, on: Subject::Portfolio, sense, amount, of, bound: bound_secs.into(), scale: 1 }
}

/// A rung of the ladder with what stands on it, measured as a floor.
fn rung<'a, Id>(case: &Case<'a, Id>, index: usize) -> Option<(&'a Rung, Measure<Id>)> {
    let ladder = case.parameters.covenants.ladder;
    let rung = ladder.get(index)?;
    let mut amount = 0_u128;
    for bond in case.portfolio.bonds.iter().filter(|bond| bond.rung(ladder) == index) {
        amount = amount.saturating_add(bond.value_assets);
    }
    let on = Subject::Rung(u8::try_from(index).unwrap_or(u8::MAX));
    let of = case.portfolio.least_nav_assets;
    Some((rung, Measure { limit: Limit::RungFloor, on, sense: Sense::AtLeast, amount, of, bound: 0, scale: 10_000 }))
}
