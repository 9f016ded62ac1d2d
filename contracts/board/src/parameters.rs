//! The mandate's numbers: gains, time, budgets, liquidity.

use abi::board::IBoard;
use alloy_primitives::U256;
use book::Terms;
use host::{Revert, Word, emit};

use crate::{
    bounds::{EPOCH_SECS, MAX_RATE_WAD, MAX_TURNOVER_WAD, ONE_WAD, SILENCE_SECS, fraction, span},
    gate::{By, Change},
    program::{Board, name},
    risk::Effect,
};

impl Board {
    /// A higher rate of gains adds risk: it believes more of what venues report.
    pub(crate) fn set_max_rate(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let max_rate_wad = fraction(self.one_number(change)?, MAX_RATE_WAD)?;

        let mut clock = self.book.clock();
        let adds = max_rate_wad > clock.max_rate_wad;
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            clock.max_rate_wad = max_rate_wad;
            self.book.set_clock(&clock);
            self.tell_mandate("maxRate", max_rate_wad);
        }
        Ok(())
    }

    /// A shorter epoch adds risk: budgets refill sooner, and money counts sooner.
    pub(crate) fn set_epoch(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let epoch_secs = span(self.one_number(change)?, EPOCH_SECS)?;

        let mut clock = self.book.clock();
        let adds = epoch_secs < clock.epoch_secs;
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            clock.epoch_secs = epoch_secs;
            self.book.set_clock(&clock);
            self.tell_mandate("epoch", epoch_secs.into());
        }
        Ok(())
    }

    /// A longer silence adds risk: a lost keeper keeps its budgets, and others their hands off, for longer.
    pub(crate) fn set_silence(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let silence_secs = span(self.one_number(change)?, SILENCE_SECS)?;

        let mut watch = self.book.watch();
        let adds = silence_secs > watch.silence_secs;
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            watch.silence_secs = silence_secs;
            self.book.set_watch(&watch);
            self.tell_mandate("silence", silence_secs.into());
        }
        Ok(())
    }

    pub(crate) fn set_budgets(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (loss, turnover) = (change.uint(), change.uint());
        change.finish()?;
        let before = self.book.terms();
        let (loss_wad, turnover_wad) = (fraction(loss, ONE_WAD)?, fraction(turnover, MAX_TURNOVER_WAD)?);
        let after = Terms { loss_wad, turnover_wad, ..before };

        if self.admits(change, By::Owner, Effect::of_budgets(&before, &after))? {
            self.book.set_terms(&after);
            emit::<IBoard::BudgetsSet>(&self.vm, &[], &[loss.word(), turnover.word()]);
        }
        Ok(())
    }

    pub(crate) fn set_liquidity(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (floor, cover) = (change.uint(), change.uint());
        change.finish()?;
        let before = self.book.terms();
        let (liquidity_floor_wad, liquidity_cover_wad) = (fraction(floor, ONE_WAD)?, fraction(cover, ONE_WAD)?);
        let after = Terms { liquidity_floor_wad, liquidity_cover_wad, ..before };

        if self.admits(change, By::Curator, Effect::of_liquidity(&before, &after))? {
            self.book.set_terms(&after);
            emit::<IBoard::LiquiditySet>(&self.vm, &[], &[floor.word(), cover.word()]);
        }
        Ok(())
    }

    fn one_number(&self, change: &mut Change<'_>) -> Result<U256, Revert> {
        let number = change.uint();
        change.finish()?;
        Ok(number)
    }

    fn tell_mandate(&self, what: &str, value: u64) {
        emit::<IBoard::MandateSet>(&self.vm, &[name(what)], &[value.word()]);
    }
}
