//! The numbers of all bonds together and of credit.

use abi::{board::IBoard, covenants::ICovenants, desk::IDesk};
use alloc::vec::Vec;
use alloy_primitives::U256;
use book::{Agreed, MAX_RUNGS, quote};
use gate::{
    By, Change,
    bounds::{ONE_BPS, bounded, fraction, full, part, span},
};
use host::{Revert, Word, emit, revert};
use mandate::{Hazard, Rung};

use crate::{
    bounds::{AGE_SECS, TERM_SECS},
    program::Program,
    risk,
};

/// Where the rungs of `setLadder` begin, counted from the arguments' start.
const RUNGS_AT: u64 = 32;

impl Program {
    pub(crate) fn set_duration(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (least, most) = (change.uint(), change.uint());
        change.finish()?;
        let before = self.book.agreed();
        let most_duration_secs = span(most, TERM_SECS)?;
        let least_duration_secs = span(least, (0, most_duration_secs))?;
        let after = Agreed { least_duration_secs, most_duration_secs, ..before };

        if self.admits(change, By::Curator, risk::of_duration(&before, &after))? {
            self.book.set_agreed(&after);
            emit::<ICovenants::DurationSet>(&self.vm, &[], &[least.word(), most.word()]);
        }
        Ok(())
    }

    pub(crate) fn set_ladder(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (at, count) = (change.small(32), change.small(32));
        let words = change.words(count.saturating_mul(3));
        change.finish()?;
        let (rows, []) = words.as_chunks::<3>() else { return Err(Vec::new()) };
        if at != RUNGS_AT || rows.len() as u64 != count {
            return Err(Vec::new());
        }
        if rows.len() > usize::from(MAX_RUNGS) {
            return Err(full(MAX_RUNGS));
        }
        let (mut ladder, mut until_days) = (Vec::new(), 0_u16);
        for [until, least, most] in rows {
            // Each later than the one before it, and its least no more than its most.
            let least_days = u128::from(until_days).saturating_add(1);
            until_days = bounded(host::number(*until), least_days, u16::MAX.into())? as u16; // At most that.
            let most_bps = bounded(host::number(*most), 0, ONE_BPS.into())? as u16; // At most that.
            let least_bps = bounded(host::number(*least), 0, most_bps.into())? as u16; // At most that.
            ladder.push(Rung { until_days, least_bps, most_bps });
        }

        let before = self.book.covenants(&self.book.accounts()).ladder;
        if self.admits(change, By::Curator, risk::of_ladder(&before, &ladder))? {
            self.book.set_ladder(&ladder);
            let mut data = alloc::vec![32_u8.word(), count.word()];
            data.extend_from_slice(&words);
            emit::<ICovenants::LadderSet>(&self.vm, &[], &data);
        }
        Ok(())
    }

    pub(crate) fn set_credit(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let credit = change.uint();
        change.finish()?;
        let before = self.book.agreed();
        let after = Agreed { credit_wad: fraction(credit, math::WAD)?, ..before };
        let effect = gate::Effect::adds_or_relieves(after.credit_wad > before.credit_wad);

        if self.admits(change, By::Curator, effect)? {
            self.book.set_agreed(&after);
            emit::<ICovenants::CreditSet>(&self.vm, &[], &[credit.word()]);
        }
        Ok(())
    }

    pub(crate) fn set_hazard(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let risk_id = change.word();
        let (hazard, loss) = (change.small(16), change.small(16));
        change.finish()?;
        let place = self.book.cap_place(risk_id).ok_or_else(|| revert::<IDesk::InvalidRiskId>(&[risk_id]))?;
        let after = Hazard { hazard_bps: hazard as u16, loss_bps: part(loss)? }; // 16 bits.

        if self.admits(change, By::Curator, risk::of_hazard(&self.book.hazard(place), &after))? {
            self.book.set_hazard(place, &after);
            emit::<ICovenants::HazardSet>(&self.vm, &[risk_id], &[hazard.word(), loss.word()]);
        }
        Ok(())
    }

    /// Sets at what yield bonds are bought. A reference must pass its self-test now: when the change is announced and when
    /// it is made.
    pub(crate) fn set_purchases(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (yield_bps, spread_bps) = (change.small(16), change.small(16));
        let (reference, age) = (change.address(), change.uint());
        change.finish()?;
        let before = self.book.agreed();
        let (yield_bps, spread_bps) = (yield_bps as u16, spread_bps as u16); // 16 bits each.
        let max_age_secs = if reference.is_zero() { span(age, (0, 0))? } else { span(age, AGE_SECS)? };
        let after = Agreed { yield_bps, spread_bps, max_age_secs, reference, ..before };
        if !reference.is_zero() {
            quote(&self.vm, &after.feed()).map_err(|fault| {
                let (reason, found) = fault.facts();
                revert::<IBoard::FeedRefused>(&[reference.word(), reason.word(), found.word()])
            })?;
        }

        if self.admits(change, By::Curator, risk::of_purchases(&before, &after))? {
            self.book.set_agreed(&after);
            let [least, spread] = [yield_bps, spread_bps].map(|bps| U256::from(bps).word());
            emit::<ICovenants::PurchasesSet>(&self.vm, &[], &[least, spread, reference.word(), age.word()]);
        }
        Ok(())
    }
}
