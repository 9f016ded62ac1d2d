//! What positions may owe: thresholds of health, and the floor under all debts together.

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::U256;
use book::{Holding, MAX_CHUNK_ASSETS, Rescue};
use host::{Revert, Word, emit, revert};

use gate::{
    By, Change, Effect,
    bounds::{ONE_BPS, bound_exceeded, bounded, span},
    name,
};

use crate::{
    bounds::{COOLDOWN_SECS, MAX_REWARD_BPS, MAX_SLIP_BPS},
    program::Program,
    risk,
};

impl Program {
    /// Lets a position owe, or lets it owe on other terms. What strangers did last stays known.
    pub(crate) fn set_thresholds(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let position = change.small(32) as u32; // 32 bits.
        let levels = [change.small(16), change.small(16), change.small(16)];
        let (chunk, cooldown) = (change.uint(), change.small(32));
        let (slip, reward) = (change.small(16), change.small(16));
        change.finish()?;
        let index = u8::try_from(position).ok().filter(|index| *index < self.book.accounts().positions);
        let index = index.ok_or_else(|| revert::<IDesk::UnknownPosition>(&[position.word()]))?;
        let [target, soft, hard] = levels;
        bounded(U256::from(target), soft.saturating_add(1).into(), u16::MAX.into())?;
        bounded(U256::from(soft), hard.into(), u16::MAX.into())?;
        bounded(U256::from(hard), u128::from(ONE_BPS).saturating_add(1), u16::MAX.into())?;
        let (before, rescue) = (self.book.holding(index), self.book.rescue(index));
        if before.slack_bps == 0 {
            // Exits force positions without slack; one that owes is the keeper's to unwind, at a price that can be pushed.
            return Err(bound_exceeded(U256::ZERO, U256::ONE));
        }
        // Each was read as 16 bits.
        let [target_bps, soft_bps, hard_bps] = levels.map(|bps| bps as u16);
        let after = Holding { target_bps, soft_bps, hard_bps, ..before };
        let next = Rescue {
            chunk_assets: bounded(chunk, 1, MAX_CHUNK_ASSETS)?,
            cooldown_secs: span(U256::from(cooldown), COOLDOWN_SECS)?,
            slip_bps: bounded(U256::from(slip), 1, MAX_SLIP_BPS.into())? as u16,
            reward_bps: bounded(U256::from(reward), 0, MAX_REWARD_BPS.into())? as u16,
            ..rescue
        };

        if self.admits(change, By::Curator, risk::of_thresholds((&before, &rescue), (&after, &next)))? {
            self.book.set_holding(index, &after);
            self.book.set_rescue(index, &next);
            let [target, soft, hard] = levels.map(Word::word);
            let (chunk, cooldown) = (next.chunk_assets.word(), next.cooldown_secs.word());
            let words = [target, soft, hard, chunk, cooldown, slip.word(), reward.word()];
            self.book.note_covenants();
            emit::<IBoard::ThresholdsSet>(&self.vm, &[position.word()], &words);
        }
        Ok(())
    }

    /// Sets the least health of all debts together.
    pub(crate) fn set_health_floor(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let bps = change.uint();
        change.finish()?;
        let mut register = self.book.register();
        let after_bps = bounded(bps, 0, u16::MAX.into())? as u16; // At most that.

        if self.admits(change, By::Curator, Effect::adds_or_relieves(after_bps < register.health_floor_bps))? {
            register.health_floor_bps = after_bps;
            self.book.set_register(&register);
            emit::<IBoard::MandateSet>(&self.vm, &[name("healthFloor")], &[bps.word()]);
        }
        Ok(())
    }
}
