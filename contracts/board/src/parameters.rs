//! The mandate's numbers: gains, time, budgets, liquidity.

use core::mem::replace;

use abi::board::IBoard;
use alloy_sol_types::SolCall;
use book::{Clock, Terms};
use host::{Revert, Word, emit};

use gate::{
    By, Change, Effect,
    bounds::{fraction, span},
    name,
};

use crate::{
    bounds::{EPOCH_SECS, MAX_RATE_WAD, MAX_TURNOVER_WAD, ONE_WAD, SILENCE_SECS},
    program::Board,
    risk,
};

impl Board {
    /// Three numbers that add risk whichever way they go. The rate of gains: a higher one believes more of what venues
    /// report, a lower one has entry pay less for what was gained before. The epoch: by a shorter one budgets refill and
    /// money counts sooner, and a sale is charged with less of what its position lost; a longer one charges again what had
    /// faded, so that money may not come home. The silence: by a longer one a lost keeper keeps its budgets, and others
    /// their hands off, for longer; by a shorter one strangers may spend the vault's loss budget while a keeper is alive
    /// that could not know.
    pub(crate) fn set_number(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let number = change.uint();
        change.finish()?;
        let (clock, mut register) = (self.book.clock(), self.book.register());
        let Clock { mut max_rate_wad, mut epoch_secs, .. } = clock;
        let (what, adds) = match change.selector {
            IBoard::setMaxRateCall::SELECTOR => {
                max_rate_wad = fraction(number, MAX_RATE_WAD)?;
                ("maxRate", max_rate_wad != clock.max_rate_wad)
            }
            IBoard::setEpochCall::SELECTOR => {
                epoch_secs = span(number, EPOCH_SECS)?;
                ("epoch", epoch_secs != clock.epoch_secs)
            }
            _ => {
                let before = replace(&mut register.silence_secs, span(number, SILENCE_SECS)?);
                ("silence", register.silence_secs != before)
            }
        };

        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            self.book.set_register(&register);
            if (max_rate_wad, epoch_secs) != (clock.max_rate_wad, clock.epoch_secs) {
                self.book.set_pace(max_rate_wad, epoch_secs);
            }
            emit::<IBoard::MandateSet>(&self.vm, &[name(what)], &[number.word()]);
        }
        Ok(())
    }

    /// The budgets, which the owner governs, or floor and cover of the liquidity, which the curator does.
    pub(crate) fn set_fractions(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (first, second) = (change.uint(), change.uint());
        change.finish()?;
        let before = self.book.terms();
        let of_budgets = change.selector == IBoard::setBudgetsCall::SELECTOR;
        let (one, two) = (fraction(first, ONE_WAD)?, if of_budgets { MAX_TURNOVER_WAD } else { ONE_WAD });
        let two = fraction(second, two)?;
        let (after, by, effect) = if of_budgets {
            let after = Terms { loss_wad: one, turnover_wad: two, ..before };
            (after, By::Owner, risk::of_budgets(&before, &after))
        } else {
            let after = Terms { liquidity_floor_wad: one, liquidity_cover_wad: two, ..before };
            (after, By::Curator, risk::of_liquidity(&before, &after))
        };

        if self.admits(change, by, effect)? {
            self.book.set_terms(&after);
            let words = [first.word(), second.word()];
            if of_budgets {
                emit::<IBoard::BudgetsSet>(&self.vm, &[], &words);
            } else {
                emit::<IBoard::LiquiditySet>(&self.vm, &[], &words);
            }
        }
        Ok(())
    }
}
