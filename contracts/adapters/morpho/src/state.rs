//! The market as Morpho stores it, and what brings it to the present.

use alloc::vec::Vec;

use abi::morpho::{IAdaptiveCurveIrm, IMorpho};
use adapter::{Position, number_at, word_at};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Failure, view_word, view_words};

use crate::{
    Market,
    terms::{self, Terms},
};

/// Words of Morpho's answer, in its order.
const SUPPLY_ASSETS: usize = 0;
const SUPPLY_SHARES: usize = 1;
const BORROW_ASSETS: usize = 2;
const LAST_UPDATE: usize = 4;
const FEE: usize = 5;
const ACCOUNTS: usize = 6;

/// The market at its last accrual.
pub(crate) struct State {
    terms: Terms,
    accounts: [B256; ACCOUNTS],
    pub(crate) market: Market,
    /// The time since the last accrual.
    pub(crate) secs: U256,
}

impl State {
    pub(crate) fn read(position: &Position) -> Result<Self, Failure> {
        let terms = terms::of(position);
        let id = terms::id(&position.vm, &terms);
        let answer = view_words(&position.vm, position.venue(), IMorpho::marketCall::SELECTOR, &[id])?;

        let mut accounts = [B256::ZERO; ACCOUNTS];
        for (index, word) in accounts.iter_mut().enumerate() {
            *word = word_at(&answer, index)?;
        }
        let market = Market {
            supply_assets: number_at(&answer, SUPPLY_ASSETS)?,
            supply_shares: number_at(&answer, SUPPLY_SHARES)?,
            borrow_assets: number_at(&answer, BORROW_ASSETS)?,
            fee_wad: number_at(&answer, FEE)?,
        };
        let secs = position.now_secs().saturating_sub(number_at(&answer, LAST_UPDATE)?);
        Ok(Self { terms, accounts, market, secs })
    }

    /// Returns what borrowers pay, in wad a second: the mean since the last accrual, which is what Morpho would charge
    /// for it, or the rate of this moment where there is no time in between.
    pub(crate) fn borrow_rate(&self, position: &Position) -> Result<U256, Failure> {
        let [loan, collateral, oracle, model, lltv] = self.terms;
        if model.is_zero() {
            return Ok(U256::ZERO);
        }
        let [supplied, supply_shares, borrowed, borrow_shares, last_update, fee] = self.accounts;
        let words =
            [loan, collateral, oracle, model, lltv, supplied, supply_shares, borrowed, borrow_shares, last_update, fee];
        let irm = Address::from_word(model);
        view_word(&position.vm, irm, IAdaptiveCurveIrm::borrowRateViewCall::SELECTOR, &words)
    }

    /// Returns the market now, at the borrow rate since its last accrual.
    pub(crate) fn accrued(&self, rate_wad_a_sec: U256) -> Result<Market, Failure> {
        if self.secs.is_zero() {
            return Ok(self.market);
        }
        self.market.accrued(rate_wad_a_sec, self.secs).ok_or_else(Vec::new)
    }
}
