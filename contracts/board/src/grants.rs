//! What each keeper's key may do.

use abi::board::IBoard;
use book::{Grant, timestamp, unix_secs};
use host::{Revert, Word, emit};

use gate::{By, Change, Effect, bounds::fraction};

use crate::{
    bounds::{MAX_TURNOVER_WAD, ONE_WAD},
    program::{Board, told},
    risk,
    risk::alive,
};

impl Board {
    /// Sets the scope of a key. Its nonce and what it has used of its budgets stay: no intent is valid twice, and taking
    /// a grant away and giving it back refills nothing. A grant that could not be used is stored as none.
    pub(crate) fn set_keeper(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (keeper, positions) = (change.address(), change.small(64));
        let (turnover, loss, expiry) = (change.uint(), change.uint(), change.uint());
        change.finish()?;
        let (turnover_wad, loss_wad) = (fraction(turnover, MAX_TURNOVER_WAD)?, fraction(loss, ONE_WAD)?);
        let expiry_secs = timestamp(fraction(expiry, unix_secs(u32::MAX))?);

        let (before, now_secs) = (self.book.grant(keeper), self.book.now());
        let after = alive(&Grant { positions, turnover_wad, loss_wad, expiry_secs, ..before }, now_secs);
        let effect = risk::of_grant(&before, &after, now_secs);
        if self.admits(change, By::Curator, effect)? {
            self.book.set_grant_scope(keeper, &after);
            if effect == Effect::Adds {
                // A wider grant is a sign of life; a narrower one is not, or a guardian could keep others from relieving.
                let mut buckets = self.book.buckets();
                buckets.keeper_seen_at_secs = now_secs;
                self.book.set_buckets(&buckets);
            }
            let words = [
                after.positions.word(),
                after.turnover_wad.word(),
                after.loss_wad.word(),
                told(after.expiry_secs).word(),
            ];
            emit::<IBoard::GrantSet>(&self.vm, &[keeper.word()], &words);
        }
        Ok(())
    }
}
