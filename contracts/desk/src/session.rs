//! The accounts in memory during a rebalance: nothing reaches storage before the last call has returned.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, desk::IDesk};
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use book::{Accounts, CapEntry, Clock, Ledger, MAX_ASSETS, Mark, Overflow, PositionEntry};
use host::{Failure, ISOLATED_GAS, Revert, VM, Word, emit, revert, view_word_within};
use mandate::{Cap, Portfolio};

use crate::program::{Desk, adapter_failed, overflow};

/// A position that the call touches.
pub(crate) struct Holding {
    pub(crate) index: u8,
    pub(crate) entry: PositionEntry,
    /// Its marked value before the call.
    pub(crate) before_assets: u128,
    /// What its adapter says that it is worth.
    pub(crate) real_assets: u128,
}

/// The book while the call runs. Caps are known by their place; the id is read where somebody needs it.
pub(crate) struct Session {
    pub(crate) accounts: Accounts,
    pub(crate) clock: Clock,
    pub(crate) ledger: Ledger,
    pub(crate) caps: Vec<Cap<u8>>,
    pub(crate) exposures: Vec<u128>,
    pub(crate) holdings: Vec<Holding>,
}

impl Session {
    /// Loads the accounts and every cap.
    pub(crate) fn open(desk: &Desk) -> Self {
        let (accounts, clock) = (desk.book.accounts(), desk.book.clock());
        let ledger = desk.book.ledger(&accounts, &clock);
        let entries = (0..accounts.caps).map(|place| (place, desk.book.cap(place)));
        let (caps, exposures) = entries
            .map(|(id, entry)| {
                let CapEntry { exposure_assets, absolute_assets, relative_wad } = entry;
                (Cap { id, absolute_assets, relative_wad }, exposure_assets)
            })
            .unzip();
        Self { accounts, clock, ledger, caps, exposures, holdings: Vec::new() }
    }

    /// Loads a position, asks what it is worth and marks it, the first time that the call touches it. Returns its
    /// place among the holdings.
    pub(crate) fn touch(&mut self, desk: &Desk, position: u32) -> Result<usize, Revert> {
        if let Some(found) = self.holdings.iter().position(|holding| u32::from(holding.index) == position) {
            return Ok(found);
        }
        let (index, entry) = desk.registered(&self.accounts, position)?;
        let real_assets = value_of(&desk.vm, entry.adapter).map_err(|reason| adapter_failed(entry.adapter, reason))?;
        let place = self.holdings.len();
        self.holdings.push(Holding { index, entry, before_assets: entry.mark.value_assets, real_assets });
        self.change(place, |ledger, mark| ledger.mark(mark, real_assets))?;
        Ok(place)
    }

    /// Changes the mark of a holding through the ledger, and with it the exposure of each of its risk ids.
    pub(crate) fn change(
        &mut self,
        place: usize,
        operation: impl FnOnce(&mut Ledger, &mut Mark) -> Result<(), Overflow>,
    ) -> Result<(), Revert> {
        let Self { ledger, exposures, holdings, .. } = self;
        let Some(holding) = holdings.get_mut(place) else {
            return Ok(());
        };
        let before_assets = holding.entry.mark.value_assets;
        operation(ledger, &mut holding.entry.mark).map_err(overflow)?;
        for cap in holding.entry.caps() {
            if let Some(exposure) = exposures.get_mut(usize::from(*cap)) {
                *exposure = shifted(*exposure, before_assets, holding.entry.mark.value_assets);
            }
        }
        Ok(())
    }

    /// Returns what the limits look at.
    pub(crate) fn portfolio<'a>(&self, exposures_assets: &'a [u128]) -> Portfolio<'a> {
        Portfolio { nav_assets: self.ledger.nav_assets(), idle_assets: self.ledger.idle_assets, exposures_assets }
    }

    /// Writes everything that the call changed, and frees the lock.
    pub(crate) fn close(mut self, desk: &Desk) {
        self.accounts.idle_assets = self.ledger.idle_assets;
        self.accounts.marked_assets = self.ledger.marked_assets;
        self.accounts.lock = book::Lock::Free;
        self.clock.value_time = self.ledger.value_time;
        desk.book.set_accounts(&self.accounts);
        desk.book.set_clock(&self.clock);
        for holding in &self.holdings {
            desk.book.set_position(holding.index, &holding.entry);
        }
        for (cap, exposure_assets) in self.caps.iter().zip(&self.exposures) {
            let Cap { id, absolute_assets, relative_wad } = *cap;
            desk.book.set_cap(id, &CapEntry { exposure_assets: *exposure_assets, absolute_assets, relative_wad });
        }
    }
}

impl Desk {
    /// Returns a registered position.
    pub(crate) fn registered(&self, accounts: &Accounts, position: u32) -> Result<(u8, PositionEntry), Revert> {
        let index = u8::try_from(position).ok().filter(|index| *index < accounts.positions);
        let index = index.ok_or_else(|| revert::<IDesk::UnknownPosition>(&[position.word()]))?;
        Ok((index, self.book.position(index)))
    }

    /// Tells of a position's new mark, where it changed.
    pub(crate) fn tell_marked(&self, index: u8, before_assets: u128, after_assets: u128) {
        if before_assets != after_assets {
            let values = [before_assets.word(), after_assets.word()];
            emit::<IDesk::PositionMarked>(&self.vm, &[index.word()], &values);
        }
    }
}

/// Asks an adapter what its position is worth; more than the accounts can hold counts as the most that they can.
pub(crate) fn value_of(vm: &VM, adapter: Address) -> Result<u128, Failure> {
    let value = view_word_within(vm, ISOLATED_GAS, adapter, IAdapter::valueCall::SELECTOR)?;
    Ok(u128::try_from(value).map_or(MAX_ASSETS, |value| value.min(MAX_ASSETS)))
}

/// An exposure after one of its positions went from one value to another.
pub(crate) fn shifted(exposure_assets: u128, from_assets: u128, to_assets: u128) -> u128 {
    exposure_assets.saturating_sub(from_assets).saturating_add(to_assets)
}
