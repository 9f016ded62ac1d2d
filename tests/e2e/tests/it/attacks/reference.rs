//! A slow reference of the accounts: the rules of the book as its documentation states them, sharing no code with it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};

const VIRTUAL_SHARES: u64 = 1_000_000_000_000;
const YEAR_SECS: u64 = 365 * 86_400;

/// What rounding and belated gains may make of a position's value, in base units.
const DUST: u64 = 1000;

/// What an adapter states of a position.
#[derive(Clone, Copy)]
pub(super) struct Stated {
    pub(super) worth: U256,
    pub(super) units: U256,
}

/// A position in the reference: its marked value and when it was marked.
#[derive(Clone, Copy)]
pub(super) struct Position {
    pub(super) value: U256,
    pub(super) at_secs: u64,
}

/// The accounts as the documentation says that they are kept. The rate is 100 % a year.
pub(super) struct Reference {
    pub(super) idle: U256,
    pub(super) positions: [Position; 2],
    pub(super) supply: U256,
    pub(super) shares: BTreeMap<Address, U256>,
}

impl Reference {
    /// An empty vault; the book's time begins at 1,700,000,000.
    pub(super) fn new() -> Self {
        let positions = [Position { value: U256::ZERO, at_secs: 1_700_000_000 }; 2];
        Self { idle: U256::ZERO, positions, supply: U256::ZERO, shares: BTreeMap::new() }
    }

    /// What exits are priced by.
    pub(super) fn nav(&self) -> U256 {
        self.idle + self.positions[0].value + self.positions[1].value
    }

    /// What entries are priced by: all that positions may have gained since their marks on top, rounded up.
    pub(super) fn nav_entry(&self, now_secs: u64) -> U256 {
        let held: U256 = self.positions.iter().map(|p| p.value * U256::from(now_secs - p.at_secs)).sum();
        self.nav() + held.div_ceil(U256::from(YEAR_SECS))
    }

    /// A loss at once, a gain no faster than the rate; too small a gain leaves the time.
    pub(super) fn mark(&mut self, index: usize, real: U256, now_secs: u64) {
        let position = &mut self.positions[index];
        let most = position.value * U256::from(now_secs - position.at_secs) / U256::from(YEAR_SECS);
        if real > position.value && most.is_zero() {
            return;
        }
        *position = Position { value: real.min(position.value + most), at_secs: now_secs };
    }

    /// What was put in, the adapter stating worth and units before and after it: no more is believed than was put in, than
    /// the worth has grown, and than the units gained were worth at the believed price, to a base unit and dust.
    pub(super) fn put_in(&mut self, index: usize, assets: U256, was: Stated, is: Stated, now_secs: u64) {
        let position = &mut self.positions[index];
        self.idle -= assets;
        let mut growth = assets.min(is.worth.saturating_sub(was.worth));
        if !was.units.is_zero() {
            let price = (was.worth + U256::ONE).min(position.value + U256::from(DUST));
            growth = growth.min(price * (is.units - was.units) / was.units);
        }
        *position = Position { value: is.worth.min(position.value + growth), at_secs: now_secs };
    }

    /// What was taken out, `real` being the worth after it.
    pub(super) fn taken_out(&mut self, index: usize, assets: U256, real: U256) {
        let position = &mut self.positions[index];
        let counted = assets.min(position.value);
        self.idle += counted;
        position.value = real.min(position.value - counted);
    }

    /// Creates shares.
    pub(super) fn give(&mut self, wallet: Address, shares: U256) {
        self.supply += shares;
        *self.shares.entry(wallet).or_default() += shares;
    }

    /// Destroys shares.
    pub(super) fn take(&mut self, wallet: Address, shares: U256) {
        self.supply -= shares;
        *self.shares.entry(wallet).or_default() -= shares;
    }

    /// The two sides of a price: assets and shares, the virtual ones included.
    pub(super) fn price(&self, nav: U256) -> (U256, U256) {
        (nav + U256::from(1), self.supply + U256::from(VIRTUAL_SHARES))
    }
}
