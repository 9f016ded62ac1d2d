//! What trips a risk id.

use abi::board::IBoard;
use alloy_primitives::U256;
use book::{Breaker, MAX_ASSETS, quote};
use host::{Revert, Word, emit, revert};

use gate::{
    By, Change, Effect,
    bounds::{bounded, part, span},
};

use crate::{
    bounds::{CONFIRM_SECS, TRIP_SECS},
    program::{Board, invalid_risk_id},
    risk,
};

impl Board {
    /// Sets what trips an id. Its feed must pass its self-test now: when the change is announced and when it is made. A
    /// breaker that trips for no time is none.
    pub(crate) fn set_breaker(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let risk_id = change.word();
        let mut after = read(change)?;
        if self.book.cap_place(risk_id).is_none() {
            return Err(invalid_risk_id(risk_id));
        }
        if !after.feed.is_zero() {
            quote(&self.vm, &after).map_err(|fault| {
                let (reason, found) = fault.facts();
                revert::<IBoard::FeedRefused>(&[after.feed.word(), reason.word(), found.word()])
            })?;
        }

        let before = self.book.breaker(risk_id);
        let effect = risk::of_breaker(&before, &after);
        if self.admits(change, By::Curator, effect)? {
            if before.is_set() && effect == Effect::Neutral {
                after = before; // It is the same: setting it again does not forget what was seen.
            }
            self.book.set_breaker(risk_id, &after);
            emit::<IBoard::BreakerSet>(&self.vm, &[risk_id], &after.words());
        }
        Ok(())
    }
}

fn read(change: &mut Change<'_>) -> Result<Breaker, Revert> {
    let (feed, min_price, max_price) = (change.address(), change.uint(), change.uint());
    let (max_age_secs, liquid) = (change.small(32) as u32, change.small(16)); // 32 bits.
    let (confirm_secs, trip_secs) = (change.small(32), change.small(32));
    change.finish()?;
    if trip_secs == 0 {
        return Ok(Breaker::default());
    }
    let breaker = Breaker {
        liquid_bps: part(liquid)?,
        confirm_secs: span(U256::from(confirm_secs), CONFIRM_SECS)?,
        trip_secs: span(U256::from(trip_secs), TRIP_SECS)?,
        ..Breaker::default()
    };
    if feed.is_zero() {
        return Ok(breaker);
    }
    let max_price_wad = bounded(max_price, 0, MAX_ASSETS)?;
    let min_price_wad = bounded(min_price, 0, max_price_wad)?;
    Ok(Breaker { feed, min_price_wad, max_price_wad, max_age_secs, ..breaker })
}
