//! The accounts in memory during a change: nothing reaches storage before the last call out has returned.

use alloc::vec::Vec;

use alloy_primitives::U256;
use book::{Accounts, Book, Charter, Held, Holding, Ledger, Lock, MAX_CAPS, Mark, Overflow};
use host::{Revert, VM};
use mandate::{Cap, Stake};
use math::part_down;

use crate::{Base, Report, Sight, Touched, registered};

/// One whole in the terms of a position.
const ONE_BPS: u16 = 10_000;
/// A 1/10,000 in wad.
pub(crate) const BPS_WAD: u64 = math::WAD / ONE_BPS as u64;

/// The book while legs run. Caps are known by their place; the id is read where somebody needs it.
pub struct Session {
    /// The words that every call changes.
    pub base: Base,
    /// What governance has set.
    pub charter: Charter,
    /// What the book believes of every position, by its index.
    marks: Vec<Mark>,
    pub(crate) caps: Vec<Cap<u8>>,
    /// The caps that take no new money, by bit.
    tripped: u64,
    /// Until when each of them is tripped, with its bit.
    trips: Vec<(u64, u32)>,
    /// The positions that the change touches, in the order of their first leg.
    pub touched: Vec<Touched>,
    /// Whether there are legs, and all of them repay.
    pub(crate) only_repays: bool,
    /// What was bought of positions with a date: which, what was paid, how many units came.
    pub(crate) purchases: Vec<[u128; 3]>,
}

impl Session {
    /// Loads the accounts, every position's mark, and what is tripped.
    #[inline(never)]
    pub fn open(book: &Book, accounts: Accounts, charter: Charter) -> Self {
        let base = Base::open(book, accounts);
        let (mut marks, mut caps) = (Vec::new(), Vec::new());
        for (index, held) in (0_u8..).zip(&charter.positions) {
            marks.push(book.mark(index, held.holding.slack_bps));
        }
        let any_trip = base.ledger.now_secs < book.watch().trips_until_secs;
        let (mut tripped, mut trips) = (0, Vec::new());
        for (place, bounds) in (0_u8..).zip(&charter.caps) {
            let until_secs = if any_trip { book.cap(place).tripped_until_secs } else { 0 };
            let is_tripped = base.ledger.now_secs < until_secs;
            if is_tripped {
                let bit = 1_u64.wrapping_shl(place.into());
                tripped |= bit;
                trips.push((bit, until_secs));
            }
            let book::Bounds { absolute_assets, relative_wad } = *bounds;
            caps.push(Cap { id: place, absolute_assets, relative_wad, is_tripped });
        }
        Self {
            base,
            charter,
            marks,
            caps,
            tripped,
            trips,
            touched: Vec::new(),
            only_repays: false,
            purchases: Vec::new(),
        }
    }

    /// Returns how a position is held.
    ///
    /// # Errors
    ///
    /// `UnknownPosition`.
    pub(crate) fn holding(&self, position: u32) -> Result<Holding, Revert> {
        let index = registered(&self.base.accounts, position)?;
        Ok(self.held(index).holding)
    }

    pub(crate) fn held(&self, index: u8) -> Held {
        self.charter.positions.get(usize::from(index)).copied().unwrap_or_default()
    }

    /// Marks a position by a report, the first time that the change touches it. Returns its place among the touched.
    #[inline(never)]
    pub(crate) fn touch(&mut self, position: u32, report: &Report) -> Result<usize, Revert> {
        for (place, touched) in self.touched.iter().enumerate() {
            if u32::from(touched.index) == position {
                return Ok(place);
            }
        }
        let index = registered(&self.base.accounts, position)?;
        let stored = self.marks.get(usize::from(index)).copied().unwrap_or_default();
        let mut touched = Touched::of(index, &self.held(index).holding, stored);
        touched.report = *report;
        touched.owed = [report.backing_assets, report.debt_assets];
        touched.mark(&mut self.base, report.stated.value_assets)?;
        touched.income_before_assets = report.income_assets(touched.mark.value_assets);
        let place = self.touched.len();
        self.keep(&touched);
        self.touched.push(touched);
        Ok(place)
    }

    /// Changes a touched position through the ledger, and returns what that cost and the position after it.
    pub(crate) fn change(
        &mut self,
        place: usize,
        operation: impl FnOnce(&mut Ledger, &mut Touched) -> Result<u128, Overflow>,
    ) -> Result<(u128, Touched), Revert> {
        let touched = self.touched.get_mut(place).ok_or_else(Vec::new)?;
        let cost = self.base.change(|ledger| operation(ledger, touched))?;
        let touched = *touched;
        self.keep(&touched);
        Ok((cost, touched))
    }

    /// Brings a touched position's mark to the table of all.
    fn keep(&mut self, touched: &Touched) {
        if let Some(mark) = self.marks.get_mut(usize::from(touched.index)) {
            *mark = touched.mark;
        }
    }

    /// Returns what the limits look at now, the touched positions measured against their venues.
    #[inline(never)]
    pub(crate) fn sight(&self) -> Sight {
        let mut stakes = Vec::new();
        for Touched { index, report, .. } in &self.touched {
            stakes.push(self.stake(*index, report.depth_assets));
        }
        self.sight_of(stakes)
    }

    /// Returns what the touched positions earn a year, before the legs and now, each rounded down; `None` where nothing
    /// was touched, or money moved where a venue does not say. One that does not say and was not moved is left out.
    #[inline(never)]
    pub(crate) fn incomes_assets(&self) -> Option<(u128, u128)> {
        let (mut before, mut after) = (0_u128, 0_u128);
        for touched in &self.touched {
            match (touched.income_before_assets, touched.report.income_assets(touched.mark.value_assets)) {
                (Some(was), Some(is)) => {
                    before = before.saturating_add(was);
                    after = after.saturating_add(is);
                }
                _ if touched.has_moved => return None,
                _ => {}
            }
        }
        (!self.touched.is_empty()).then_some((before, after))
    }

    /// Returns what the limits look at now, with these positions measured against their venues and their debts.
    #[inline(never)]
    pub fn sight_of(&self, stakes: Vec<Stake>) -> Sight {
        let idle_assets = self.base.ledger.idle_assets;
        let nav_assets = self.base.ledger.nav_assets();
        let mut exposures_assets = alloc::vec![0; usize::from(self.base.accounts.caps.min(MAX_CAPS))];
        let positions = || self.marks.iter().zip(&self.charter.positions);
        mandate::exposures(positions().map(|(mark, held)| (mark.value_assets, held.caps)), &mut exposures_assets);
        let mut instant_assets = idle_assets;
        for (mark, Held { holding, caps }) in positions() {
            // What no exit can force is not payable at once.
            if caps & self.tripped == 0 && holding.slack_bps == 0 {
                instant_assets = instant_assets.saturating_add(instant_down(mark, holding));
            }
        }
        let mut values = Vec::new();
        if self.has_covenants() {
            for mark in &self.marks {
                values.push([mark.value_assets, mark.rate_wad.into()]);
            }
        }
        Sight {
            nav_assets,
            least_nav_assets: self.base.least_nav_assets(),
            idle_assets,
            instant_assets,
            exposures_assets,
            stakes,
            values,
        }
    }

    /// Returns a position against its venue.
    pub fn stake(&self, index: u8, depth_assets: u128) -> Stake {
        let value_assets = self.marks.get(usize::from(index)).map_or(0, |mark| mark.value_assets);
        let depth_wad = BPS_WAD.saturating_mul(self.held(index).holding.depth_bps.into());
        Stake { position: index, value_assets, depth_assets, depth_wad }
    }

    /// Writes everything that the change did, frees the lock, and tells of shortfalls.
    pub fn close(mut self, book: &Book, vm: &VM) {
        if self.base.clock.is_open() {
            self.base.clock.blocked_until_secs = self.blocked_until_secs();
        }
        for touched in &self.touched {
            touched.close(book, vm);
        }
        self.base.close(book, Lock::Free);
    }

    /// The last end of the trips of ids that money counts against.
    fn blocked_until_secs(&self) -> u32 {
        let mut end = 0;
        for (bit, until) in &self.trips {
            let mut positions = self.marks.iter().zip(&self.charter.positions);
            if positions.any(|(mark, held)| held.caps & bit != 0 && mark.value_assets != 0) {
                end = end.max(*until);
            }
        }
        end
    }
}

/// The part of a position that counts as payable at once, rounded down.
fn instant_down(mark: &Mark, holding: &Holding) -> u128 {
    match holding.instant_bps {
        0 => 0,
        ONE_BPS => mark.value_assets,
        bps => part_down(mark.value_assets, U256::from(bps), U256::from(ONE_BPS)),
    }
}
