//! The accounts in memory during a call: nothing reaches storage before the last call out has returned.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::{Address, U256};
use book::{Accounts, Asset, Clock, Holding, Ledger, Lock, MAX_CAPS, Mark, Overflow, Position, Supply, Watch};
use host::{Revert, Word, emit};
use mandate::{Cap, Least, Portfolio, Stake};
use math::part_down;

use crate::{
    program::{Desk, adapter_failed, overflow},
    report::Report,
};

/// One whole in the terms of a position.
const ONE_BPS: u16 = 10_000;
/// A 1/10,000 in wad.
const BPS_WAD: u64 = math::WAD / ONE_BPS as u64;

/// The words that every call changes.
pub(crate) struct Base {
    pub(crate) accounts: Accounts,
    pub(crate) clock: Clock,
    pub(crate) asset: Asset,
    supply: Supply,
    least: Least,
    pub(crate) ledger: Ledger,
    /// What marks of this call have lost.
    pub(crate) lost_assets: u128,
}

/// A position that the call touches.
#[derive(Clone, Copy)]
pub(crate) struct Touched {
    pub(crate) index: u8,
    /// Its first word as stored.
    pub(crate) position: Position,
    pub(crate) adapter: Address,
    /// Its mark as stored.
    stored: Mark,
    /// Its mark now.
    pub(crate) mark: Mark,
    /// What its adapter said last.
    pub(crate) report: Report,
    /// What it earned a year before the legs, rounded down; `None` where its venue does not say.
    income_before_assets: Option<u128>,
    /// Whether a leg moved anything.
    pub(crate) has_moved: bool,
}

/// The book while legs run. Caps are known by their place; the id is read where somebody needs it.
pub(crate) struct Session {
    pub(crate) base: Base,
    positions: Vec<Position>,
    pub(crate) caps: Vec<Cap<u8>>,
    /// The caps that take no new money, by bit.
    tripped: u64,
    /// Until when each of them is tripped, with its bit.
    trips: Vec<(u64, u32)>,
    pub(crate) touched: Vec<Touched>,
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

impl Base {
    /// Loads the words.
    #[inline(never)]
    pub(crate) fn open(desk: &Desk, accounts: Accounts) -> Self {
        let (clock, asset, supply) = (desk.book.clock(), desk.book.asset(), desk.book.supply());
        let (ledger, least) = (desk.book.ledger(&accounts, &clock), accounts.least(&asset, &supply));
        Self { accounts, clock, asset, supply, least, ledger, lost_assets: 0 }
    }

    /// Marks a position; where that does not fit the accounts, nothing changes. Before the net asset value rises, what
    /// it was is recorded.
    #[inline(never)]
    pub(crate) fn mark(&mut self, mark: &mut Mark, real_assets: u128) -> Result<(), Revert> {
        let nav_before = self.ledger.nav_assets();
        let lost = self.ledger.mark(mark, real_assets).map_err(overflow)?;
        self.lost_assets = self.lost_assets.saturating_add(lost);
        if self.ledger.nav_assets() > nav_before {
            self.least = self.least.recorded(nav_before, self.clock.epoch_secs, self.ledger.now_secs);
        }
        Ok(())
    }

    /// Returns the least net asset value of the current and the last epoch.
    pub(crate) fn least_nav_assets(&self) -> u128 {
        self.least.assets(self.ledger.nav_assets(), self.clock.epoch_secs, self.ledger.now_secs)
    }

    /// Writes the words.
    #[inline(never)]
    pub(crate) fn close(mut self, desk: &Desk, lock: Lock) {
        self.accounts.idle_assets = self.ledger.idle_assets;
        self.accounts.marked_assets = self.ledger.marked_assets;
        self.accounts.lock = lock;
        self.accounts.least_since_secs = self.least.since_secs;
        self.clock.value_time = self.ledger.value_time;
        self.asset.least_current_assets = self.least.current_assets;
        self.supply.least_previous_assets = self.least.previous_assets;
        desk.book.set_accounts(&self.accounts);
        desk.book.set_clock(&self.clock);
        desk.book.set_asset(&self.asset);
        desk.book.set_supply(&self.supply);
        let Ledger { recent_loss_assets, recent_at_secs, .. } = self.ledger;
        desk.book.set_watch(&Watch { recent_loss_assets, recent_at_secs, ..desk.book.watch() });
    }
}

impl Touched {
    /// Loads a position.
    #[inline(never)]
    pub(crate) fn load(desk: &Desk, index: u8) -> Self {
        let (position, holding) = (desk.book.position(index), desk.book.holding(index));
        let Position { value_assets, at_secs, .. } = position;
        let stored = Mark { value_assets, at_secs, shortfall_assets: holding.shortfall_assets };
        Self {
            index,
            position,
            adapter: holding.adapter,
            stored,
            mark: stored,
            report: Report::default(),
            income_before_assets: None,
            has_moved: false,
        }
    }

    /// Returns its first word now.
    pub(crate) fn now(&self) -> Position {
        let Mark { value_assets, at_secs, .. } = self.mark;
        Position { value_assets, at_secs, ..self.position }
    }

    /// Tells of its new mark, where value or time changed.
    #[inline(never)]
    pub(crate) fn tell_marked(&self, desk: &Desk) {
        let (before, after) = (&self.stored, &self.mark);
        if (before.value_assets, before.at_secs) != (after.value_assets, after.at_secs) {
            let values = [before.value_assets.word(), after.value_assets.word()];
            emit::<IDesk::PositionMarked>(&desk.vm, &[self.index.word()], &values);
        }
    }

    /// Writes it, and tells of its shortfall where that changed.
    #[inline(never)]
    pub(crate) fn close(&self, desk: &Desk) {
        desk.book.set_position(self.index, &self.now());
        let shortfall_assets = self.mark.shortfall_assets;
        if self.stored.shortfall_assets != shortfall_assets {
            desk.book.set_holding(self.index, &Holding { adapter: self.adapter, shortfall_assets });
            emit::<IDesk::ShortfallSet>(&desk.vm, &[self.index.word()], &[shortfall_assets.word()]);
        }
    }
}

impl Session {
    /// Loads the accounts, every position and every cap.
    #[inline(never)]
    pub(crate) fn open(desk: &Desk, accounts: Accounts) -> Self {
        let base = Base::open(desk, accounts);
        let (mut positions, mut caps, mut trips, mut tripped) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for index in 0..accounts.positions {
            positions.push(desk.book.position(index));
        }
        for place in 0..accounts.caps {
            let book::Cap { absolute_assets, relative_wad, tripped_until_secs, .. } = desk.book.cap(place);
            let is_tripped = base.ledger.now_secs < tripped_until_secs;
            if is_tripped {
                let bit = 1_u64.wrapping_shl(place.into());
                tripped |= bit;
                trips.push((bit, tripped_until_secs));
            }
            caps.push(Cap { id: place, absolute_assets, relative_wad, is_tripped });
        }
        Self { base, positions, caps, tripped, trips, touched: Vec::new() }
    }

    /// Loads a position, asks for its report and marks it, the first time that the call touches it. Returns its place
    /// among the touched.
    #[inline(never)]
    pub(crate) fn touch(&mut self, desk: &Desk, position: u32) -> Result<usize, Revert> {
        for (place, touched) in self.touched.iter().enumerate() {
            if u32::from(touched.index) == position {
                return Ok(place);
            }
        }
        let mut touched = Touched::load(desk, desk.registered(&self.base.accounts, position)?);
        let adapter = touched.adapter;
        touched.report = Report::ask(&desk.vm, adapter).map_err(|reason| adapter_failed(adapter, reason))?;
        self.base.mark(&mut touched.mark, touched.report.stated.value_assets)?;
        touched.income_before_assets = touched.report.income_assets(touched.mark.value_assets);
        let place = self.touched.len();
        self.touched.push(touched);
        self.keep(place);
        Ok(place)
    }

    /// Changes a touched position through the ledger, and returns what that cost and the position after it.
    pub(crate) fn change(
        &mut self,
        place: usize,
        operation: impl FnOnce(&mut Ledger, &mut Touched) -> Result<u128, Overflow>,
    ) -> Result<(u128, Position), Revert> {
        let touched = self.touched.get_mut(place).ok_or_else(Vec::new)?;
        let cost = operation(&mut self.base.ledger, touched).map_err(overflow)?;
        Ok((cost, self.keep(place)))
    }

    /// Brings a touched position's first word to the table of all, and returns it.
    fn keep(&mut self, place: usize) -> Position {
        let Some(touched) = self.touched.get(place) else { return Position::default() };
        let now = touched.now();
        if let Some(position) = self.positions.get_mut(usize::from(touched.index)) {
            *position = now;
        }
        now
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

    /// Returns what the limits look at now, with these positions measured against their venues.
    #[inline(never)]
    pub(crate) fn sight_of(&self, stakes: Vec<Stake>) -> Sight {
        let idle_assets = self.base.ledger.idle_assets;
        let nav_assets = self.base.ledger.nav_assets();
        let mut exposures_assets = alloc::vec![0; usize::from(self.base.accounts.caps.min(MAX_CAPS))];
        let held = self.positions.iter().map(|position| (position.value_assets, position.caps));
        mandate::exposures(held, &mut exposures_assets);
        let mut instant_assets = idle_assets;
        for position in &self.positions {
            // What no exit can force is not payable at once.
            if position.caps & self.tripped == 0 && position.slack_bps == 0 {
                instant_assets = instant_assets.saturating_add(instant_down(position));
            }
        }
        Sight {
            nav_assets,
            least_nav_assets: self.base.least_nav_assets(),
            idle_assets,
            instant_assets,
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

    /// Writes everything that the call changed, frees the lock, and tells of shortfalls.
    pub(crate) fn close(mut self, desk: &Desk) {
        if self.base.clock.is_open() {
            self.base.clock.blocked_until_secs = self.blocked_until_secs();
        }
        for touched in &self.touched {
            touched.close(desk);
        }
        self.base.close(desk, Lock::Free);
    }

    /// The last end of the trips of ids that money counts against.
    fn blocked_until_secs(&self) -> u32 {
        let mut end = 0;
        for (bit, until) in &self.trips {
            if self.positions.iter().any(|held| held.caps & bit != 0 && held.value_assets != 0) {
                end = end.max(*until);
            }
        }
        end
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

/// The part of a position that counts as payable at once, rounded down.
fn instant_down(position: &Position) -> u128 {
    match position.instant_bps {
        0 => 0,
        ONE_BPS => position.value_assets,
        bps => part_down(position.value_assets, U256::from(bps), U256::from(ONE_BPS)),
    }
}
