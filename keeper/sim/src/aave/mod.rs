//! Aave v3.0 as published: one market with USDC, at Arbitrum's rates, and a volatile collateral.

mod deploy;
mod govern;

use abi::{aave::IAavePool, erc20::IERC20};
use alloy_primitives::{Address, Bytes, U256};

use crate::{
    Error, Tokens,
    interfaces::IAaveOracle,
    session::Session,
    utilisation::{self, Move},
};

/// The two-slope curve of the USDC reserve and the treasury's part.
///
/// Up to the optimal usage the borrow rate climbs from `base` by `slope1`, from there to full usage by `slope2`.
/// Rates and the usage are in ray (1e27 = 100 % a year, 100 %).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// The usage at the kink.
    pub optimal_ray: U256,
    /// The borrow rate at no usage.
    pub base_ray: U256,
    /// What it gains up to the kink.
    pub slope1_ray: U256,
    /// What it gains beyond the kink.
    pub slope2_ray: U256,
    /// The treasury's part of the interest, in hundredths of a percent.
    pub reserve_factor_bps: u16,
}

impl Default for Curve {
    /// Arbitrum's USDC as governance set it in spring 2025: 90 %, 0, 6.5 %, 40 %, 10 %.
    fn default() -> Self {
        let permille = |n: u64| U256::from(n) * U256::from(10).pow(U256::from(24));
        Self {
            optimal_ray: permille(900),
            base_ray: U256::ZERO,
            slope1_ray: permille(65),
            slope2_ray: permille(400),
            reserve_factor_bps: 1_000,
        }
    }
}

/// Where the market's contracts are, and what the market's actors need to know.
#[derive(Clone, Debug)]
pub struct Aave {
    /// The market's register.
    pub provider: Address,
    /// Where everybody supplies and borrows.
    pub pool: Address,
    /// Prices, in US dollars with 8 decimals.
    pub oracle: Address,
    /// The rate strategy of USDC.
    pub rate_strategy: Address,
    /// What suppliers of USDC hold.
    pub a_token: Address,
    /// What borrowers of USDC owe.
    pub variable_debt_token: Address,
    /// What suppliers of the collateral hold.
    pub collateral_a_token: Address,
    tokens: Tokens,
    admin: Address,
    aggregator_code: Bytes,
}

/// Debt that follows the variable rate, in the pool's numbering.
pub(crate) const VARIABLE: U256 = U256::from_limbs([2, 0, 0, 0]);
/// Base units of one whole USDC.
const USDC_UNIT: u64 = 1_000_000;

impl Aave {
    /// Supplies freshly made USDC in the lender's name.
    pub(crate) fn supply(&self, session: &Session, lender: Address, assets: U256) -> Result<(), Error> {
        self.supply_token(session, lender, self.tokens.usdc, assets)
    }

    /// Takes the lender's USDC back.
    pub(crate) fn withdraw(&self, session: &Session, lender: Address, assets: U256) -> Result<(), Error> {
        let call = IAavePool::withdrawCall { asset: self.tokens.usdc, amount: assets, to: lender };
        session.send(lender, self.pool, &call)
    }

    /// Makes the borrower borrow or repay until debt is this part of what is supplied.
    pub(crate) fn borrow_to(&self, session: &Session, borrower: Address, target_wad: u64) -> Result<(), Error> {
        let (supplied, borrowed) = self.amounts(session)?;
        match utilisation::to_reach(supplied, borrowed, target_wad) {
            Move::Borrow(assets) => {
                self.top_up(session, borrower, assets)?;
                let call = IAavePool::borrowCall {
                    asset: self.tokens.usdc,
                    amount: assets,
                    interestRateMode: VARIABLE,
                    referralCode: 0,
                    onBehalfOf: borrower,
                };
                session.send(borrower, self.pool, &call)
            }
            Move::Repay(assets) => {
                session.mint(borrower, self.tokens.usdc, borrower, assets)?;
                session.approve(self.tokens.usdc, borrower, self.pool, assets)?;
                let call = IAavePool::repayCall {
                    asset: self.tokens.usdc,
                    amount: assets,
                    interestRateMode: VARIABLE,
                    onBehalfOf: borrower,
                };
                session.send(borrower, self.pool, &call)
            }
            Move::Stay => Ok(()),
        }
    }

    /// Returns what is supplied and what is borrowed now, in USDC base units.
    ///
    /// Supplied is what the rate strategy counts: what lies in the pool and what is lent out.
    pub(crate) fn amounts(&self, session: &Session) -> Result<(U256, U256), Error> {
        let liquid = session.view(self.tokens.usdc, &IERC20::balanceOfCall { account: self.a_token })?;
        let borrowed = session.view(self.variable_debt_token, &IERC20::totalSupplyCall {})?;
        Ok((liquid + borrowed, borrowed))
    }

    /// Gives the collateral another price, in US dollars with 8 decimals.
    pub(crate) fn set_price(&self, session: &Session, price_usd_e8: u64) -> Result<(), Error> {
        // The published aggregator answers one price for ever, so a new price is a new aggregator.
        let source = deploy::aggregator(session, self.admin, &self.aggregator_code, price_usd_e8)?;
        let call = IAaveOracle::setAssetSourcesCall { assets: vec![self.tokens.weth], sources: vec![source] };
        session.send(self.admin, self.oracle, &call)
    }

    /// Supplies freshly made tokens in the owner's name.
    pub(crate) fn supply_token(
        &self,
        session: &Session,
        owner: Address,
        token: Address,
        amount: U256,
    ) -> Result<(), Error> {
        session.mint(owner, token, owner, amount)?;
        session.approve(token, owner, self.pool, amount)?;
        let call = IAavePool::supplyCall { asset: token, amount, onBehalfOf: owner, referralCode: 0 };
        session.send(owner, self.pool, &call)
    }

    /// Brings the borrower's collateral to a safe multiple of the debt that it will have.
    fn top_up(&self, session: &Session, borrower: Address, more_debt: U256) -> Result<(), Error> {
        let price = |asset| session.view(self.oracle, &IAaveOracle::getAssetPriceCall { asset });
        let debt = session.view(self.variable_debt_token, &IERC20::balanceOfCall { account: borrower })?;
        let held = session.view(self.collateral_a_token, &IERC20::balanceOfCall { account: borrower })?;

        let debt_usd = (debt + more_debt) * price(self.tokens.usdc)? / U256::from(USDC_UNIT);
        let weth_unit = U256::from(utilisation::WAD);
        let needed = utilisation::COLLATERAL_MULTIPLE * debt_usd * weth_unit / price(self.tokens.weth)?;
        let missing = needed.saturating_sub(held);
        if missing.is_zero() { Ok(()) } else { self.supply_token(session, borrower, self.tokens.weth, missing) }
    }
}
