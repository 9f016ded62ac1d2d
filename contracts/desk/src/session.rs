//! The accounts in memory during a rebalance: nothing reaches storage before the last call has returned.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::{Address, U256};
use book::{Accounts, Asset, Clock, Ledger, Lock, MAX_CAPS, Mark, Overflow, Position, Supply};
use host::{Revert, Word, emit};
use mandate::{Cap, Least, Portfolio, Stake};
use math::mul_div_down;

use crate::{
    program::{Desk, adapter_failed, overflow},
    report::Report,
};

/// One whole in the terms of a position.
const ONE_BPS: u16 = 10_000;
/// A 1/10,000 in wad.
const BPS_WAD: u64 = math::WAD / ONE_BPS as u64;

/// A position that the call touches.
pub(crate) struct Touched {
    pub(crate) index: u8,
    pub(crate) adapter: Address,
    /// Its mark as stored.
    pub(crate) stored: Mark,
    /// Its mark now.
    pub(crate) mark: Mark,
    /// What its adapter said last.
    pub(crate) report: Report,
}

/// The book while the call runs. Caps are known by their place; the id is read where somebody needs it.
pub(crate) struct Session {
    pub(crate) accounts: Accounts,
    pub(crate) clock: Clock,
    pub(crate) ledger: Ledger,
    pub(crate) positions: Vec<Position>,
    pub(crate) caps: Vec<Cap<u8>>,
    /// The caps that take no new money, by bit.
    tripped: u64,
    /// Until when the last of them is tripped, each with its bit.
    trips: Vec<(u64, u32)>,
    pub(crate) touched: Vec<Touched>,
    /// What marks of this call have lost.
    pub(crate) marks_lost_assets: u128,
    asset: Asset,
    supply: Supply,
    least: Least,
}

/// What the limits look at, at one moment.
pub(crate) struct Sight {
    nav_assets: u128,
    pub(crate) least_nav_assets: u128,
    idle_assets: u128,
    pub(crate) instant_assets: u128,
    exposures_assets: Vec<u128>,
    stakes: Vec<Stake>,
}

impl Session {
    /// Loads the accounts, every position and every cap.
    pub(crate) fn open(desk: &Desk, accounts: Accounts) -> Self {
        let (book, clock) = (&desk.book, desk.book.clock());
        let ledger = book.ledger(&accounts, &clock);
        let (asset, supply) = (book.asset(), book.supply());
        let (mut caps, mut trips) = (Vec::with_capacity(accounts.caps.into()), Vec::new());
        for place in 0..accounts.caps {
            let cap = book.cap(place);
            let is_tripped = cap.is_tripped(ledger.now_secs);
            if is_tripped {
                trips.push((1_u64.wrapping_shl(place.into()), cap.tripped_until_secs));
            }
            let book::Cap { absolute_assets, relative_wad, .. } = cap;
            caps.push(Cap { id: place, absolute_assets, relative_wad, is_tripped });
        }
        Self {
            accounts,
            clock,
            ledger,
            positions: (0..accounts.positions).map(|index| book.position(index)).collect(),
            caps,
            tripped: trips.iter().fold(0, |all, (bit, _)| all | bit),
            trips,
            touched: Vec::new(),
            marks_lost_assets: 0,
            asset,
            supply,
            least: accounts.least(&asset, &supply),
        }
    }

    /// Returns the token that the vault holds.
    pub(crate) fn token(&self) -> Address {
        self.asset.token
    }

    /// Loads a position, asks for its report and marks it, the first time that the call touches it. Returns its place
    /// among the touched.
    pub(crate) fn touch(&mut self, desk: &Desk, position: u32) -> Result<usize, Revert> {
        if let Some(found) = self.touched.iter().position(|touched| u32::from(touched.index) == position) {
            return Ok(found);
        }
        let index = desk.registered(&self.accounts, position)?;
        let (first, holding) = (self.positions.get(usize::from(index)), desk.book.holding(index));
        let Position { value_assets, at_secs, .. } = first.copied().unwrap_or_default();
        let adapter = holding.adapter;
        let report = Report::ask(&desk.vm, adapter).map_err(|reason| adapter_failed(adapter, reason))?;
        let stored = Mark { value_assets, at_secs, shortfall_assets: holding.shortfall_assets };
        let place = self.touched.len();
        self.touched.push(Touched { index, adapter, stored, mark: stored, report });

        let nav_before = self.ledger.nav_assets();
        let lost = self.change(place, |ledger, touched| ledger.mark(&mut touched.mark, report.stated.value_assets))?;
        self.marks_lost_assets = self.marks_lost_assets.saturating_add(lost);
        if self.ledger.nav_assets() > nav_before {
            self.least = self.least.recorded(nav_before, self.clock.epoch_secs, self.ledger.now_secs);
        }
        Ok(place)
    }

    /// Changes a touched position through the ledger.
    pub(crate) fn change<T>(
        &mut self,
        place: usize,
        operation: impl FnOnce(&mut Ledger, &mut Touched) -> Result<T, Overflow>,
    ) -> Result<T, Revert> {
        let touched = self.touched.get_mut(place).ok_or_else(Vec::new)?;
        let result = operation(&mut self.ledger, touched).map_err(overflow)?;
        if let Some(position) = self.positions.get_mut(usize::from(touched.index)) {
            position.value_assets = touched.mark.value_assets;
            position.at_secs = touched.mark.at_secs;
        }
        Ok(result)
    }

    /// Returns the terms of a touched position: its first word.
    pub(crate) fn position_of(&self, touched: &Touched) -> Position {
        self.positions.get(usize::from(touched.index)).copied().unwrap_or_default()
    }

    /// Returns what the limits look at now.
    pub(crate) fn sight(&self) -> Sight {
        let stakes = self.touched.iter().map(|touched| self.stake(touched.index, touched.report.depth_assets));
        self.sight_of(stakes.collect())
    }

    /// Returns what the limits look at now, with these positions measured against their venues.
    pub(crate) fn sight_of(&self, stakes: Vec<Stake>) -> Sight {
        let nav_assets = self.ledger.nav_assets();
        let mut exposures_assets = alloc::vec![0; usize::from(self.accounts.caps.min(MAX_CAPS))];
        let held = self.positions.iter().map(|position| (position.value_assets, position.caps));
        mandate::exposures(held, &mut exposures_assets);
        let payable = self.positions.iter().filter(|position| position.caps & self.tripped == 0).map(instant_down);
        Sight {
            nav_assets,
            least_nav_assets: self.least.assets(nav_assets, self.clock.epoch_secs, self.ledger.now_secs),
            idle_assets: self.ledger.idle_assets,
            instant_assets: payable.fold(self.ledger.idle_assets, u128::saturating_add),
            exposures_assets,
            stakes,
        }
    }

    /// Returns a position against its venue.
    pub(crate) fn stake(&self, index: u8, depth_assets: u128) -> Stake {
        let position = self.positions.get(usize::from(index)).copied().unwrap_or_default();
        let depth_wad = BPS_WAD.saturating_mul(position.depth_bps.into());
        Stake { position: index, value_assets: position.value_assets, depth_assets, depth_wad }
    }

    /// Returns what the touched positions earn a year, each rounded down; `None` where a venue does not say.
    pub(crate) fn income_assets(&self) -> Option<u128> {
        let incomes = self.touched.iter().map(|touched| touched.report.income_assets(touched.mark.value_assets));
        incomes.reduce(|sum, income| Some(sum?.saturating_add(income?))).flatten()
    }

    /// Writes everything that the call changed, frees the lock, and tells of shortfalls.
    pub(crate) fn close(mut self, desk: &Desk) {
        let book = &desk.book;
        self.accounts.idle_assets = self.ledger.idle_assets;
        self.accounts.marked_assets = self.ledger.marked_assets;
        self.accounts.lock = Lock::Free;
        self.accounts.least_since_secs = self.least.since_secs;
        book.set_accounts(&self.accounts);
        self.clock.value_time = self.ledger.value_time;
        if self.clock.is_open() {
            self.clock.blocked_until_secs = self.blocked_until_secs();
        }
        book.set_clock(&self.clock);
        book.set_asset(&Asset { least_current_assets: self.least.current_assets, ..self.asset });
        book.set_supply(&Supply { least_previous_assets: self.least.previous_assets, ..self.supply });
        for touched in &self.touched {
            book.set_position(touched.index, &self.position_of(touched));
            desk.keep_shortfall(touched.index, touched.adapter, &touched.stored, &touched.mark);
        }
    }

    /// The last end of the trips of ids that money counts against.
    fn blocked_until_secs(&self) -> u32 {
        let holds_money = |bit: u64| self.positions.iter().any(|held| held.caps & bit != 0 && held.value_assets != 0);
        let ends = self.trips.iter().filter(|(bit, _)| holds_money(*bit)).map(|(_, until)| *until);
        ends.max().unwrap_or_default()
    }
}

impl Sight {
    /// Returns it as the mandate takes it.
    pub(crate) fn portfolio(&self) -> Portfolio<'_> {
        Portfolio {
            nav_assets: self.nav_assets,
            least_nav_assets: self.least_nav_assets,
            idle_assets: self.idle_assets,
            instant_assets: self.instant_assets,
            exposures_assets: &self.exposures_assets,
            stakes: &self.stakes,
        }
    }
}

impl Desk {
    /// Tells of a position's new mark, where its value or time changed.
    pub(crate) fn tell_marked(&self, index: u8, before: &Mark, after: &Mark) {
        if (before.value_assets, before.at_secs) != (after.value_assets, after.at_secs) {
            let values = [before.value_assets.word(), after.value_assets.word()];
            emit::<IDesk::PositionMarked>(&self.vm, &[index.word()], &values);
        }
    }

    /// Writes a position's shortfall where it changed, and tells.
    pub(crate) fn keep_shortfall(&self, index: u8, adapter: Address, before: &Mark, after: &Mark) {
        let shortfall_assets = after.shortfall_assets;
        if before.shortfall_assets != shortfall_assets {
            self.book.set_holding(index, &book::Holding { adapter, shortfall_assets });
            emit::<IDesk::ShortfallSet>(&self.vm, &[index.word()], &[shortfall_assets.word()]);
        }
    }
}

/// The part of a position that counts as payable at once, rounded down.
fn instant_down(position: &Position) -> u128 {
    match position.instant_bps {
        0 => 0,
        ONE_BPS => position.value_assets,
        bps => mul_div_down(U256::from(position.value_assets), U256::from(bps), U256::from(ONE_BPS))
            .map_or(0, book::saturate),
    }
}
