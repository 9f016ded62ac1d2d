//! The position at one moment: what it holds, what it owes, and at which prices.

use alloc::vec::Vec;

use abi::{aave::IAToken, oracle::IOracle};
use adapter::{Position, Report};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use host::{Failure, balance_of, number, view_word, view_words};
use math::{RAY, mul_div_down, mul_div_up, ray_mul_down};

use crate::{
    aave,
    terms::{ONE_BPS, Terms},
};

/// The position now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// The collateral that we count, in base units, rounded down.
    pub(crate) collateral: U256,
    /// What Aave says that we owe, in base units of the asset, rounded up.
    pub(crate) debt: U256,
    /// What the collateral sells for at least, in wad.
    pub(crate) bid_wad: U256,
    /// What it costs at most, in wad.
    pub(crate) ask_wad: U256,
    /// The worse of the oracle's and Aave's prices, in wad.
    pub(crate) fair_wad: U256,
    /// What part of the collateral Aave lends up to.
    pub(crate) threshold_bps: u64,
    /// What a unit of collateral has grown to, in ray.
    income_ray: U256,
    /// What a unit of debt has grown to, in ray.
    debt_ray: U256,
    /// See [`Terms::scale`].
    pub(crate) scale: U256,
    /// Whether Aave pays collateral out.
    pays: bool,
}

impl State {
    /// Asks Aave and the oracle.
    ///
    /// # Errors
    ///
    /// What one of them reverted with.
    pub(crate) fn read(position: &Position) -> Result<Self, Failure> {
        let vm = &position.vm;
        let prices = view_words(vm, position.oracle(), IOracle::priceCall::SELECTOR, &[])?;
        let [bid_wad, ask_wad] = prices.map(number);
        let reserve = aave::reserve(vm, position.venue(), position.collateral())?;
        let state = Self {
            collateral: U256::ZERO,
            debt: U256::ZERO,
            bid_wad,
            ask_wad,
            fair_wad: bid_wad.min(aave::price_wad(position)?),
            threshold_bps: reserve.threshold_bps(position)?,
            income_ray: aave::income_ray(position)?,
            debt_ray: aave::debt_ray(position)?,
            scale: position.scale(),
            pays: reserve.moves(),
        };
        state.again(position)
    }

    /// Returns the position later in the same call: prices, thresholds and what units have grown to are those of the
    /// block, and stay.
    ///
    /// # Errors
    ///
    /// What Aave reverted with.
    #[inline(never)]
    pub(crate) fn again(&self, position: &Position) -> Result<Self, Failure> {
        let counted = aave::counted(position, aave::scaled(position, position.receipt())?);
        let owed = aave::scaled(position, position.debt_token())?;
        Ok(Self {
            collateral: fits(ray_mul_down(counted, self.income_ray))?,
            debt: fits(mul_div_up(owed, self.debt_ray, RAY))?,
            ..*self
        })
    }

    /// Returns what collateral is worth at a price, in base units of the asset, rounded down.
    pub(crate) fn worth_down(&self, tokens: U256, price_wad: U256) -> Result<U256, Failure> {
        fits(mul_div_down(tokens, price_wad, self.scale))
    }

    /// Returns what so much of it backs at least, in base units of the asset.
    pub(crate) fn backing_down(&self, tokens: U256) -> Result<U256, Failure> {
        fits(mul_div_down(self.worth_down(tokens, self.fair_wad)?, U256::from(self.threshold_bps), ONE_BPS))
    }

    /// Returns the value of the position, in base units of the asset, rounded down.
    pub(crate) fn value_down(&self) -> Result<U256, Failure> {
        Ok(self.worth_down(self.collateral, self.bid_wad)?.saturating_sub(self.debt))
    }

    /// Returns the position as it is reported.
    pub(crate) fn report(&self, position: &Position) -> Result<Report, Failure> {
        let all = view_word(&position.vm, position.receipt(), IAToken::scaledTotalSupplyCall::SELECTOR, &[]);
        let all = all.ok().and_then(|scaled| ray_mul_down(scaled, self.income_ray)).unwrap_or(U256::ZERO);
        Ok(Report { depth: self.worth_down(all, self.bid_wad)?, ..self.brief()? })
    }

    /// Returns it without what Aave holds for everybody.
    pub(crate) fn brief(&self) -> Result<Report, Failure> {
        Ok(Report {
            value: self.value_down()?,
            depth: U256::MAX,
            rate_wad: U256::MAX,
            backing: self.backing_down(self.collateral)?,
            debt: self.debt,
            ..Report::default()
        })
    }

    /// Returns what of the value could leave at once, rounded down: as much of it as of the collateral Aave can pay out
    /// and the pool can take, were it to give all the asset that it has.
    pub(crate) fn liquidity_down(&self, position: &Position) -> Result<U256, Failure> {
        if !self.pays {
            return Ok(U256::ZERO);
        }
        let vm = &position.vm;
        let there = balance_of(vm, position.collateral(), position.receipt())?;
        let there = self.worth_down(there, self.bid_wad)?;
        let reach = there.min(balance_of(vm, position.asset(), position.swap_pool())?);
        let whole = self.worth_down(self.collateral, self.bid_wad)?;
        // Nothing is part of nothing.
        Ok(mul_div_down(self.value_down()?, reach.min(whole), whole).unwrap_or(U256::ZERO))
    }
}

/// Demands that a number is there and has no more than 256 bits.
pub(crate) fn fits<T>(number: Option<T>) -> Result<T, Failure> {
    number.ok_or_else(Vec::new)
}
