//! The market as Morpho stores it, and what brings it to the present.

use alloc::vec::Vec;

use abi::morpho::{IAdaptiveCurveIrm, IMorpho};
use adapter::{Moved, Position, Report};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Word, view_word, view_words};
use stylus_sdk::stylus_core::BlockAccess;

use crate::{
    Market,
    terms::{self, Terms},
};

/// The market at its last accrual.
#[derive(Clone, Copy)]
pub(crate) struct State {
    terms: Terms,
    /// Supplied assets and shares, borrowed assets and shares, time of the last accrual, fee.
    accounts: [u128; 6],
}

impl State {
    pub(crate) fn read(position: &Position) -> Result<Self, Failure> {
        let terms = terms::of(position);
        let id = terms::id(&position.vm, &terms);
        let accounts = view_words(&position.vm, position.venue(), IMorpho::marketCall::SELECTOR, &[id])?;
        Ok(Self { terms, accounts: accounts.map(small) })
    }

    /// Returns the market as it was when interest had been accrued and nothing had moved, and so many units were `held`
    /// of which so many are `left`. All is modulo 2^128: what a liar says that it moved need not have been there.
    pub(crate) fn before(mut self, moved: Moved, held: U256, left: U256) -> Self {
        let [assets, shares, ..] = &mut self.accounts;
        for (account, moved) in [(assets, moved.assets), (shares, moved.units)] {
            let moved = small(moved.word());
            *account = account.wrapping_add(if left < held { moved } else { moved.wrapping_neg() });
        }
        self
    }

    /// Returns what has not been lent out. Interest raises what is supplied and what is lent alike.
    pub(crate) fn idle_assets(&self) -> u128 {
        let [supplied, _, borrowed, ..] = self.accounts;
        supplied.saturating_sub(borrowed)
    }

    /// Returns a position of so many units in the market as it is now.
    pub(crate) fn report(&self, position: &Position, units: U256) -> Result<Report, Failure> {
        let [supply_assets, supply_shares, borrow_assets, _, last_update, fee_wad] = self.accounts;
        let market = Market { supply_assets, supply_shares, borrow_assets, fee_wad };
        let secs = position.vm.block_timestamp().saturating_sub(last_update as u64);
        let rate = self.borrow_rate(position);
        let market = match &rate {
            Ok(rate) if secs != 0 => market.accrued(*rate, secs).ok_or_else(Vec::new)?,
            Err(reason) if secs != 0 => return Err(reason.clone()),
            // Nothing is left to accrue, as after each of our own movements: exits need no rate.
            _ => market,
        };
        Ok(Report {
            value: market.assets_down(units).ok_or_else(Vec::new)?,
            depth: U256::from(market.supply_assets),
            rate_wad: rate.ok().and_then(|rate| market.supply_rate_wad(rate)).unwrap_or(U256::MAX),
            ..Report::default()
        })
    }

    /// Returns what borrowers pay, in wad a second: the mean since the last accrual, which is what Morpho would charge
    /// for it, or the rate of this moment where there is no time in between.
    fn borrow_rate(&self, position: &Position) -> Result<U256, Failure> {
        let [.., model, _] = self.terms;
        if model.is_zero() {
            return Ok(U256::ZERO);
        }
        let mut words = [B256::ZERO; 11];
        let accounts = self.accounts.map(u128::word);
        for (word, named) in words.iter_mut().zip(self.terms.iter().chain(&accounts)) {
            *word = *named;
        }
        let irm = Address::from_word(model);
        view_word(&position.vm, irm, IAdaptiveCurveIrm::borrowRateViewCall::SELECTOR, &words)
    }
}

/// Returns the number of a word that has no more than 128 bits, as Morpho's have; what a liar puts above is not read.
fn small(word: B256) -> u128 {
    let [_, low] = word.0.as_chunks::<16>().0 else { return 0 };
    u128::from_be_bytes(*low)
}
