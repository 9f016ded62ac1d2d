//! Positions whose instrument has no date, and which governance says are always so far from paying: funds of bonds.

use abi::{covenants::ICovenants, desk::IDesk};
use alloy_primitives::U256;
use book::{Date, Holding};
use gate::{
    By, Change, Effect,
    bounds::{bound_exceeded, span},
};
use host::{Revert, Word, emit, revert};

use crate::{bounds::TERM_SECS, program::Program};

impl Program {
    /// Gives a position a term, or takes it away. An instrument's own date is its own business.
    pub(crate) fn set_term(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (position, secs) = (change.small(32), change.uint());
        change.finish()?;
        let index = u8::try_from(position).ok().filter(|index| *index < self.book.accounts().positions);
        let index = index.ok_or_else(|| revert::<IDesk::UnknownPosition>(&[position.word()]))?;
        let (before, term_secs) = (self.book.date(index), span(secs, TERM_SECS)?);
        if before.at_secs != 0 {
            return Err(bound_exceeded(secs, U256::ZERO));
        }
        let adds = term_secs != before.term_secs;

        if self.admits(change, By::Curator, Effect::adds_if(adds))? {
            self.book.set_date(index, &Date { at_secs: 0, term_secs });
            let holding = self.book.holding(index);
            self.book.set_holding(index, &Holding { is_dated: term_secs != 0, ..holding });
            emit::<ICovenants::DateSet>(&self.vm, &[position.word()], &[U256::ZERO.word(), secs.word()]);
        }
        Ok(())
    }
}
