//! What an adapter says of its position, read with suspicion.

use abi::adapter::IAdapter;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use book::{Stated, saturate};
use host::{Arguments, Failure, ISOLATED_GAS, VM, view_raw};
use math::part_down;

/// A position at one moment, by its adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Value and units. More than the accounts can hold counts as the most that they can.
    pub stated: Stated,
    /// What the venue holds for everybody, in base units; [`u128::MAX`] where it does not say.
    pub depth_assets: u128,
    /// What a unit of value earns a year, in wad; [`U256::MAX`] where unknown.
    pub rate_wad: U256,
    /// What secures its debt, as far as the venue lends against it, in base units, rounded down.
    pub backing_assets: u128,
    /// What it owes, in base units, rounded up.
    pub debt_assets: u128,
    /// What it may be worth at most, in base units, rounded up; its value where the venue has one price.
    pub high_assets: u128,
}

impl Report {
    /// What counts of a position that may owe and does not answer.
    pub const SILENT: Self = Self {
        stated: Stated { value_assets: 0, units: U256::ZERO },
        depth_assets: u128::MAX,
        rate_wad: U256::MAX,
        backing_assets: 0,
        debt_assets: u128::MAX,
        high_assets: 0,
    };

    /// Asks an adapter.
    ///
    /// # Errors
    ///
    /// What it reverted with; empty where it answers too little.
    pub fn ask(vm: &VM, adapter: Address) -> Result<Self, Failure> {
        Self::read(&mut Arguments::new(&view_raw(vm, ISOLATED_GAS, adapter, &IAdapter::reportCall::SELECTOR)?))
    }

    /// Reads the next report of an adapter's answer.
    ///
    /// # Errors
    ///
    /// Empty where it is too short.
    #[inline(never)]
    pub fn read(words: &mut Arguments<'_>) -> Result<Self, Failure> {
        let mut numbers = [U256::ZERO; 7];
        for number in &mut numbers {
            *number = words.uint()?;
        }
        let [value, units, depth, rate_wad, backing, debt, high] = numbers;
        Ok(Self {
            stated: Stated { value_assets: saturate(value), units },
            depth_assets: saturated(depth),
            rate_wad,
            backing_assets: saturated(backing),
            debt_assets: saturated(debt),
            high_assets: saturated(high),
        })
    }

    /// Returns all that the position holds: its value and what it owes.
    pub(crate) fn held_assets(&self) -> U256 {
        U256::from(self.stated.value_assets).saturating_add(U256::from(self.debt_assets))
    }

    /// Returns what `assets` earn a year at this rate, rounded down; `None` where it is unknown.
    pub(crate) fn income_assets(&self, assets: u128) -> Option<u128> {
        let is_known = self.rate_wad != U256::MAX;
        is_known.then(|| part_down(assets, self.rate_wad, U256::from(math::WAD)))
    }
}

#[inline(never)]
fn saturated(number: U256) -> u128 {
    u128::try_from(number).unwrap_or(u128::MAX)
}
