//! A position that a call touches.

use abi::desk::IDesk;
use alloy_primitives::{Address, U256};
use book::{Book, Holding, Ledger, Mark, Overflow};
use host::{Revert, VM, Word, emit};

use crate::{Base, Report};

/// A position during a call.
#[derive(Clone, Copy, Debug)]
pub struct Touched {
    /// Its index.
    pub index: u8,
    /// Who holds it.
    pub adapter: Address,
    /// Its mark as stored.
    stored: Mark,
    /// Its mark when it was marked.
    marked: Mark,
    /// Its mark now.
    pub mark: Mark,
    /// What its adapter said last.
    pub report: Report,
    /// What it earned a year before the legs, rounded down; `None` where its venue does not say.
    pub(crate) income_before_assets: Option<u128>,
    /// Whether a leg moved anything.
    pub(crate) has_moved: bool,
    /// What secured its debt before the legs, and the debt.
    pub(crate) owed: [u128; 2],
    /// Whether any report of it says that it owes.
    pub(crate) owes: bool,
    /// Whether a leg repays.
    pub(crate) repays: bool,
    /// Whether it has a date.
    is_dated: bool,
}

impl Touched {
    /// Loads a position.
    #[inline(never)]
    pub fn load(book: &Book, index: u8, holding: &Holding) -> Self {
        Self::of(index, holding, book.mark(index, holding.slack_bps))
    }

    pub(crate) fn of(index: u8, holding: &Holding, stored: Mark) -> Self {
        Self {
            index,
            adapter: holding.adapter,
            stored,
            marked: stored,
            mark: stored,
            report: Report::default(),
            income_before_assets: None,
            has_moved: false,
            owed: [0; 2],
            owes: false,
            repays: false,
            is_dated: holding.is_dated,
        }
    }

    /// Marks it by its real value; where that does not fit the accounts, nothing changes.
    ///
    /// # Errors
    ///
    /// `Overflow`.
    pub fn mark(&mut self, base: &mut Base, real_assets: u128) -> Result<(), Revert> {
        base.mark(&mut self.mark, real_assets)?;
        self.marked = self.mark;
        Ok(())
    }

    /// Gives back what marks had taken off and was paid after all, before it is marked by the same real value; where that does
    /// not fit the accounts, nothing changes.
    ///
    /// # Errors
    ///
    /// `Overflow`.
    pub fn restore(&mut self, base: &mut Base, real_assets: u128, paid_assets: u128) -> Result<(), Revert> {
        base.change(|ledger| ledger.restore(&mut self.mark, real_assets, paid_assets).map(|()| 0)).map(drop)
    }

    /// Notes how far the higher of its values is above the lower by its last report, and, where it has a date, its yield; and
    /// tells of both where they changed.
    ///
    /// # Errors
    ///
    /// None that the accounts' own invariants allow.
    pub fn look(&mut self, ledger: &mut Ledger, vm: &VM) -> Result<(), Overflow> {
        let Report { stated, high_assets, rate_wad, .. } = self.report;
        let premium_assets = high_assets.saturating_sub(stated.value_assets);
        // Whoever does not say what he yields is taken to yield nothing: he lasts longest.
        let is_told = self.is_dated && rate_wad != U256::MAX;
        let rate_wad = if is_told { rate_wad.saturating_to() } else { 0 };
        if (premium_assets, rate_wad) == (self.mark.premium_assets, self.mark.rate_wad) {
            return Ok(());
        }
        ledger.look(&mut self.mark, premium_assets, rate_wad)?;
        let Mark { premium_assets, rate_wad, .. } = self.mark;
        emit::<IDesk::BondSeen>(vm, &[self.index.word()], &[premium_assets.word(), rate_wad.word()]);
        Ok(())
    }

    /// Tells of its mark, where that changed value or time.
    #[inline(never)]
    pub fn tell_marked(&self, vm: &VM) {
        let (before, after) = (&self.stored, &self.marked);
        if (before.value_assets, before.at_secs) != (after.value_assets, after.at_secs) {
            let values = [before.value_assets.word(), after.value_assets.word()];
            emit::<IDesk::PositionMarked>(vm, &[self.index.word()], &values);
        }
    }

    /// Tells of a leg, or of what an exit forced.
    #[inline(never)]
    pub fn tell_moved(&self, vm: &VM, assets: U256, result: U256, depth_assets: u128) {
        let depth = if depth_assets == u128::MAX { U256::MAX } else { U256::from(depth_assets) };
        let facts = [assets.word(), result.word(), self.mark.value_assets.word(), depth.word()];
        emit::<IDesk::PositionMoved>(vm, &[self.index.word()], &facts);
    }

    /// Writes it, and tells of its shortfall where that changed.
    #[inline(never)]
    pub fn close(&self, book: &Book, vm: &VM) {
        book.set_mark(self.index, &self.mark);
        let shortfall_assets = self.mark.shortfall_assets;
        if self.stored.shortfall_assets != shortfall_assets {
            emit::<IDesk::ShortfallSet>(vm, &[self.index.word()], &[shortfall_assets.word()]);
        }
    }
}
