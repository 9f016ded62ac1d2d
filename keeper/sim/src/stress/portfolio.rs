//! Whose health is watched while an event passes, and what becomes of it.

use abi::{aave::IAavePool, erc20::IERC20};
use alloy_primitives::{Address, U256};

use super::{Liquidation, Market};
use crate::{
    Error,
    aave::{Aave, VARIABLE},
    world,
};

/// Somebody with collateral and debt at Aave, who may do something about it after each step.
pub trait Portfolio {
    /// Returns what it is called in reports.
    fn name(&self) -> &str;

    /// Returns the account whose health counts.
    fn account(&self) -> Address;

    /// Does what its owner, its keeper or a stranger does after a step: the liquidator has looked at it before.
    ///
    /// # Errors
    /// What cannot be helped: whoever may be refused deals with that itself.
    fn act(&mut self, market: &Market) -> Result<(), Error>;

    /// Returns what it is worth at the market's price, in USDC base units: what is at Aave, where nothing else is said.
    ///
    /// # Errors
    /// The chain refuses.
    fn value_assets(&self, market: &Market) -> Result<U256, Error> {
        market.equity_assets(self.account())
    }
}

/// What has become of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Every liquidation, in order.
    pub liquidations: Vec<Liquidation>,
    /// The lowest health that it was seen at, after a step and before anybody acted, in wad.
    pub least_health_wad: U256,
    /// When it was, in seconds since the event's begin.
    pub least_at_secs: u64,
    /// What it was worth at the first step, in USDC base units.
    pub first_assets: U256,
    /// And at the end.
    pub last_assets: U256,
}

impl Outcome {
    /// Returns whether it has been liquidated, in part at least.
    pub fn is_liquidated(&self) -> bool {
        !self.liquidations.is_empty()
    }
}

/// A plain account that has bought collateral with its own money and a debt, and sleeps.
pub struct Unprotected {
    name: String,
    account: Address,
}

impl Unprotected {
    /// Opens a position with so much of its own, in USDC base units, at a health, 10,000 = 1.
    ///
    /// The collateral is bought at the market's price without cost.
    ///
    /// # Errors
    /// Aave does not lend so much.
    ///
    /// # Panics
    /// Health is not above the threshold: no debt is so large.
    pub fn open(market: &Market, name: &str, own_assets: U256, health_bps: u16) -> Result<Self, Error> {
        // Health is (own + debt) * threshold / debt.
        let threshold_bps = market.listing.threshold_bps;
        let over_bps = health_bps.checked_sub(threshold_bps).filter(|over| *over != 0);
        let over_bps = over_bps.expect("health is above the threshold");
        let debt = own_assets * U256::from(threshold_bps) / U256::from(over_bps);
        Self::hold(market, name, market.tokens(own_assets + debt), debt)
    }

    /// Opens a position with the very collateral and debt that another account has.
    ///
    /// # Errors
    /// Aave does not lend so much.
    pub fn like(market: &Market, name: &str, other: Address) -> Result<Self, Error> {
        let (collateral, debt) = market.position(other)?;
        Self::hold(market, name, collateral, debt)
    }

    fn hold(market: &Market, name: &str, collateral: U256, debt: U256) -> Result<Self, Error> {
        let (venues, session) = (&market.world, market.session());
        let account = world::account(&format!("borrower {name}"));
        session.give_gas_money(account, U256::from(world::GAS_MONEY_WEI));
        venues.aave.supply_token(&session, account, venues.tokens.weth, collateral)?;
        if market.listing.is_e_mode {
            let call = IAavePool::setUserEModeCall { categoryId: Aave::E_MODE };
            session.send(account, venues.aave.pool, &call)?;
        }
        let borrow = IAavePool::borrowCall {
            asset: venues.tokens.usdc,
            amount: debt,
            interestRateMode: VARIABLE,
            referralCode: 0,
            onBehalfOf: account,
        };
        session.send(account, venues.aave.pool, &borrow)?;
        // It has paid for the collateral.
        let pay = IERC20::transferCall { to: venues.lender, value: debt };
        session.send(account, venues.tokens.usdc, &pay)?;
        Ok(Self { name: name.into(), account })
    }
}

impl Portfolio for Unprotected {
    fn name(&self) -> &str {
        &self.name
    }

    fn account(&self) -> Address {
        self.account
    }

    fn act(&mut self, _: &Market) -> Result<(), Error> {
        Ok(())
    }
}
