//! What stops for a while, and ends by itself: pauses, and trips by somebody's word.

use abi::board::IBoard;
use alloy_primitives::{B256, U256};
use book::unix_secs;
use host::{Revert, Word, emit, revert};
use stylus_sdk::stylus_core::MessageAccess;

use gate::bounds::span;

use crate::{
    bounds::{WINDOW_SECS, WORD_SECS},
    program::{Board, invalid_risk_id},
    window::window_end_secs,
};

/// The condition of a trip by word, as `IDesk.Tripped` numbers it.
const BY_WORD: u8 = 5;

impl Board {
    /// Lets money only come back for a while; a pause that lasts longer already stays as it is.
    pub(crate) fn pause(&self, secs: U256) -> Result<(), Revert> {
        self.book.free()?;
        self.only_guard()?;
        let secs = span(secs, (0, WINDOW_SECS))?;
        let (mut watch, mut register, now_secs) = (self.book.watch(), self.book.register(), self.book.now());
        let end_secs = window_end_secs(register.pauses_end_secs, now_secs).map_err(cooling_down)?;

        register.pauses_end_secs = end_secs;
        self.book.set_register(&register);
        watch.paused_until_secs = now_secs.saturating_add(secs).min(end_secs).max(watch.paused_until_secs);
        self.book.set_watch(&watch);
        let until = unix_secs(watch.paused_until_secs);
        emit::<IBoard::PausedUntil>(&self.vm, &[self.vm.msg_sender().word()], &[until.word()]);
        Ok(())
    }

    /// Keeps new money from a risk id, and new shares where money counts against it.
    pub(crate) fn trip_by_word(&self, risk_id: B256) -> Result<(), Revert> {
        let accounts = self.book.free()?;
        self.only_guard()?;
        let place = self.book.cap_place(risk_id).ok_or_else(|| invalid_risk_id(risk_id))?;
        let (mut register, now_secs) = (self.book.register(), self.book.now());
        let end_secs = window_end_secs(register.words_end_secs, now_secs).map_err(cooling_down)?;

        register.words_end_secs = end_secs;
        self.book.set_register(&register);
        let breaker = self.book.breaker(risk_id);
        let trip_secs = if breaker.is_set() { breaker.trip_secs } else { WORD_SECS };
        let until_secs = now_secs.saturating_add(trip_secs).min(end_secs);
        self.book.trip(&accounts, place, until_secs, [BY_WORD.word(), B256::ZERO, B256::ZERO]);
        Ok(())
    }
}

fn cooling_down(until_secs: u32) -> Revert {
    revert::<IBoard::CoolingDown>(&[unix_secs(until_secs).word()])
}
