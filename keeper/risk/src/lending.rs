//! Floating-rate lending as an instrument: its rate hangs on how much of the pool is borrowed, and so does its liquidity.
//!
//! With usage `U`, borrow rate `R(U)` and what fees leave `k`, suppliers earn `r = k U R(U)`. A position is worth its face at all times
//! that it can be withdrawn, so it has no duration of its own; what it has is a rate that may lag the market's until it can leave:
//!
//! ```text
//! pass-through p = dr/dm where borrowers take debt until their rate has moved as the market's has: p = k (U + R / R')
//! effective duration = (1 - p) * years to leave
//! ```
//!
//! Rates come from the venues' own models (`model::rate`) at moved amounts. Derivatives are one-sided, towards more debt, over a part in a
//! million of the supply: their relative error is about as much, but for kinks, where they are those of the steeper side.

use model::{Assets, RateModel, Timestamp, rate::MorphoMarket};

use crate::error::{Error, finite};

/// How much debt a derivative adds, as a part of the supply.
const STEP: f64 = 1e-6;

/// What happens to a pool. Nobody takes out more than is there: what is asked beyond that waits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shock {
    /// What others withdraw, base units; below zero where they supply.
    pub withdrawn_assets: f64,
    /// What is borrowed in addition, base units; below zero where debt is repaid.
    pub borrowed_assets: f64,
    /// What we supply in addition, base units; below zero where we withdraw.
    pub own_assets: f64,
}

/// A pool with our position in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// What we hold, base units.
    pub own_assets: f64,
    /// What we earn, a year.
    pub supply_rate: f64,
    /// What borrowers pay, a year; nothing where nobody does.
    pub borrow_rate: Option<f64>,
    /// The part of the supply that is lent.
    pub usage: f64,
    /// What could be withdrawn at once, base units.
    pub available_assets: f64,
}

/// How a position answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LendingMeasures {
    /// As it stands.
    pub state: State,
    /// By how much our rate moves for a move of usage (1 = from none to all), more being borrowed.
    pub rate_by_usage: f64,
    /// The same in percent of a percent; nothing where we earn nothing.
    pub usage_elasticity: Option<f64>,
    /// By how much our rate moves where our position doubles, to first order; below zero.
    pub rate_by_own_size: f64,
    /// What of a move of the market's rate reaches us once borrowers have answered; nothing where nobody borrows.
    pub pass_through: Option<f64>,
}

impl State {
    /// Returns what we could withdraw at once, base units.
    #[must_use]
    pub fn liquid_assets(&self) -> f64 {
        self.own_assets.min(self.available_assets).max(0.0)
    }
}

impl LendingMeasures {
    /// Returns the effective duration where leaving takes so many years; below zero where our rate outruns the market's. Where nobody
    /// borrows, nothing passes through.
    #[must_use]
    pub fn effective_years(&self, years_to_leave: f64) -> f64 {
        (1.0 - self.pass_through.unwrap_or(0.0)) * years_to_leave
    }
}

/// Returns the pool after a shock.
///
/// # Errors
/// Where the model refuses its parameters, or its kind tells no amounts.
pub fn state(rate: &RateModel, own: Assets, at: Timestamp, shock: &Shock) -> Result<State, Error> {
    let before = Pool::of(rate, at)?;
    let taken = (shock.withdrawn_assets + shock.borrowed_assets).min(before.available());
    // Borrowers and suppliers are served alike where there is not enough for all.
    let asked = shock.withdrawn_assets + shock.borrowed_assets;
    let part = if asked > taken && asked > 0.0 { taken / asked } else { 1.0 };
    let moved = moved(rate, at, part * shock.withdrawn_assets, (part * shock.borrowed_assets).max(-before.debt))?;
    let after = Pool::of(&moved, at)?;
    let own_assets = own.to_f64() + shock.own_assets.max(-own.to_f64().min(after.available()));
    let supply_rate = finite("the supply rate", moved.curve(own, at)?.rate(own_assets))?;
    let supply = after.supply + own_assets - own.to_f64();
    let usage = if supply > 0.0 { after.debt / supply } else { 0.0 };
    let borrow_rate = (usage > 0.0 && after.keep > 0.0).then(|| supply_rate / (usage * after.keep));
    Ok(State { own_assets, supply_rate, borrow_rate, usage, available_assets: (supply - after.debt).max(0.0) })
}

/// Returns how a position answers to usage, to its own size and to the market.
///
/// # Errors
/// As [`state`].
pub fn measure(rate: &RateModel, own: Assets, at: Timestamp) -> Result<LendingMeasures, Error> {
    let now = state(rate, own, at, &Shock::default())?;
    let pool = Pool::of(rate, at)?;
    // Where all is lent, debt can only fall.
    let room = STEP * pool.supply;
    let step = if pool.available() >= room { room } else { -room };
    let then = state(rate, own, at, &Shock { borrowed_assets: step, ..Shock::default() })?;
    let by_usage = (then.supply_rate - now.supply_rate) / (then.usage - now.usage);
    let rate_by_usage = if by_usage.is_finite() { by_usage } else { 0.0 };
    let is_earning = now.supply_rate > 0.0;
    let pass_through = now.borrow_rate.and_then(|borrow_rate| {
        let borrow_slope = (rate_by_usage / pool.keep - borrow_rate) / now.usage;
        (borrow_slope > 0.0).then(|| rate_by_usage / borrow_slope)
    });
    Ok(LendingMeasures {
        state: now,
        rate_by_usage,
        usage_elasticity: is_earning.then(|| rate_by_usage * now.usage / now.supply_rate),
        rate_by_own_size: rate.curve(own, at)?.income(own.to_f64()).marginal - now.supply_rate,
        pass_through,
    })
}

/// The amounts of a pool, or of a vehicle's pools together.
struct Pool {
    supply: f64,
    debt: f64,
    /// What fees leave of the interest.
    keep: f64,
}

impl Pool {
    fn of(rate: &RateModel, at: Timestamp) -> Result<Self, Error> {
        let market = |market: &MorphoMarket| {
            let accrued = market.accrued(at)?;
            Ok::<_, Error>(Self { supply: accrued.supply, debt: accrued.borrow, keep: 1.0 - market.fee.to_fraction() })
        };
        match rate {
            RateModel::AaveTwoSlope(pool) => {
                let debt = pool.total_variable_debt.to_f64();
                let keep = 1.0 - f64::from(pool.reserve_factor_bps) / 1e4;
                Ok(Self { supply: pool.available_liquidity.to_f64() + debt, debt, keep })
            }
            RateModel::MorphoBlue(one) => market(one),
            RateModel::MetaMorpho(vault) => {
                let pools = vault.markets.iter().map(market).collect::<Result<Vec<_>, _>>()?;
                let sum = |of: fn(&Self) -> f64| pools.iter().map(of).sum::<f64>();
                let (supply, debt) = (sum(|pool| pool.supply), sum(|pool| pool.debt));
                let kept = sum(|pool| pool.debt * pool.keep);
                let keep = (1.0 - vault.fee.to_fraction()) * if debt > 0.0 { kept / debt } else { 1.0 };
                Ok(Self { supply, debt, keep })
            }
            _ => Err(Error::NoSuchMeasure { what: "amounts" }),
        }
    }

    fn available(&self) -> f64 {
        (self.supply - self.debt).max(0.0)
    }
}

/// The model of the pool after others have withdrawn and borrowed; over several markets each has its part by its supply.
fn moved(rate: &RateModel, at: Timestamp, withdrawn: f64, borrowed: f64) -> Result<RateModel, Error> {
    let mut moved = rate.clone();
    match &mut moved {
        RateModel::AaveTwoSlope(pool) => {
            pool.available_liquidity = plus(pool.available_liquidity, -withdrawn - borrowed);
            pool.total_variable_debt = plus(pool.total_variable_debt, borrowed);
        }
        RateModel::MorphoBlue(market) => move_market(market, withdrawn, borrowed),
        RateModel::MetaMorpho(vault) => {
            let whole = Pool::of(rate, at)?.supply.max(1.0);
            for market in &mut vault.markets {
                let part = market.supply.to_f64() / whole;
                move_market(market, part * withdrawn, part * borrowed);
            }
        }
        _ => return Err(Error::NoSuchMeasure { what: "amounts" }),
    }
    Ok(moved)
}

fn move_market(market: &mut MorphoMarket, withdrawn: f64, borrowed: f64) {
    market.supply = plus(market.supply, -withdrawn);
    market.borrow = plus(market.borrow, borrowed).min(market.supply);
}

/// An amount moved by so many base units, not below nothing.
fn plus(assets: Assets, by: f64) -> Assets {
    if by >= 0.0 {
        assets.saturating_add(Assets::from_f64_down(by))
    } else {
        assets.saturating_sub(Assets::from_f64_down(-by))
    }
}
