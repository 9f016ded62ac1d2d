//! Loans for a moment, and what is done with them.

use abi::{aave::IAavePool, erc20::IERC20, leverage::ILoop, morpho::IMorpho};
use adapter::Position;
use alloy_primitives::{B256, FixedBytesSliceExt, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Word, approve, balance_of, invoke, number, revert, view_word};
use math::mul_div_up;

use crate::{
    aave,
    callback::{expect, expected},
    state::fits,
    swap,
    terms::{ONE_BPS, Terms},
};

/// What to do while a loan lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Buys collateral for assets and loan, supplies it, and borrows what the lender is due.
    Buy,
    /// Repays the debt, and sells all the collateral.
    SellAll,
}

/// A step with its amounts; what the lender is told, and tells us again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What to do.
    pub(crate) step: Step,
    /// What is borrowed for a moment, in base units of the asset; may be nothing.
    pub(crate) loan: U256,
    /// What the lender may take for it.
    pub(crate) fee: U256,
    /// What is our own to spend.
    pub(crate) assets: U256,
    /// The least collateral to buy, or the least that all of it must sell for.
    pub(crate) bound: U256,
}

impl Plan {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// What Aave, lender or pool reverted with, or `ILoop`'s reasons to refuse what they did.
    pub(crate) fn run(&self, position: &Position) -> Result<(), Failure> {
        if self.loan.is_zero() {
            return self.perform(position, U256::ZERO);
        }
        let (vm, asset, lender) = (&position.vm, position.asset(), position.lender());
        // What is here now is not lent: the lender must add all of the loan to it.
        let lent = fits(balance_of(vm, asset, position.this())?.checked_add(self.loan))?;
        let data = self.words(lent);
        expect(position, lender, data.as_flattened());
        let (length, none) = ((data.as_flattened().len() as u64).word(), B256::ZERO);
        let head: &[B256] = if lender == position.venue() {
            &[position.this().word(), asset.word(), self.loan.word(), 160_u8.word(), none, length]
        } else {
            &[asset.word(), self.loan.word(), 96_u8.word(), length]
        };
        let selector = if lender == position.venue() {
            IAavePool::flashLoanSimpleCall::SELECTOR
        } else {
            IMorpho::flashLoanCall::SELECTOR
        };
        invoke(vm, lender, selector, &[head, &data].concat())?;
        expected(position, lender)?;
        let parties = [position.this().word(), lender.word()];
        if !view_word(vm, asset, IERC20::allowanceCall::SELECTOR, &parties)?.is_zero() {
            approve(vm, asset, lender, U256::ZERO)?;
        }
        Ok(())
    }

    /// Does what the loan is for, once it is here, and lets the lender take what it is due.
    pub(crate) fn repaid(&self, position: &Position, lent: U256, assets: U256, fee: U256) -> Result<(), Failure> {
        let there = balance_of(&position.vm, position.asset(), position.this())?;
        at_most(assets, self.loan)?;
        at_most(self.loan, assets)?;
        at_most(fee, self.fee)?;
        at_most(lent, there)?;
        let due = fits(self.loan.checked_add(fee))?;
        self.perform(position, due)?;
        approve(&position.vm, position.asset(), position.lender(), due)
    }

    fn perform(&self, position: &Position, due: U256) -> Result<(), Failure> {
        match self.step {
            Step::Buy => {
                let spent = fits(self.assets.checked_add(self.loan))?;
                let bought = swap::buy(position, spent, self.bound)?;
                aave::supply(position, bought)?;
                if due.is_zero() { Ok(()) } else { aave::borrow(position, due) }
            }
            Step::SellAll => {
                if !self.loan.is_zero() {
                    aave::repay(position, self.loan)?;
                }
                swap::sell_all(position, self.bound)
            }
        }
    }

    fn words(&self, lent: U256) -> [B256; 6] {
        let step = self.step as u8;
        [step.word(), self.loan.word(), self.fee.word(), self.assets.word(), self.bound.word(), lent.word()]
    }

    /// Reads what [`Self::words`] has written, and how much must be here once the loan is.
    pub(crate) fn read(data: &[u8]) -> Option<(Self, U256)> {
        let (words, []) = data.as_chunks::<32>() else { return None };
        let &[step, loan, fee, assets, bound, lent] = words else { return None };
        let [loan, fee, assets, bound, lent] = [loan, fee, assets, bound, lent].map(|word| number(B256::new(word)));
        let steps = [Step::Buy, Step::SellAll];
        let step = steps.into_iter().find(|known| (*known as u8).word() == B256::new(step))?;
        Some((Self { step, loan, fee, assets, bound }, lent))
    }
}

#[inline(never)]
fn at_most(found: U256, bound: U256) -> Result<(), Failure> {
    if found <= bound { Ok(()) } else { Err(revert::<ILoop::WrongLoan>(&[found.word(), bound.word()])) }
}

/// Returns what the lender takes for a loan at most, in base units.
pub(crate) fn fee_up(loan: U256, premium_bps: u64) -> Result<U256, Failure> {
    fits(mul_div_up(loan, U256::from(premium_bps), ONE_BPS))
}

/// Returns the part of a loan that the lender takes, in basis points; Morpho lends for nothing.
pub(crate) fn premium_bps(position: &Position) -> Result<u64, Failure> {
    if position.lender() == position.venue() { aave::premium_bps(position) } else { Ok(0) }
}
