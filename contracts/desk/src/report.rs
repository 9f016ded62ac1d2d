//! What an adapter says of its position, read with suspicion.

use abi::adapter::IAdapter;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use book::{Stated, saturate};
use host::{Failure, ISOLATED_GAS, VM, number, read_words, view_within};
use math::mul_div_down;

/// A position at one moment, by its adapter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Report {
    /// Value and units. More than the accounts can hold counts as the most that they can.
    pub(crate) stated: Stated,
    /// What the venue holds for everybody, in base units; [`u128::MAX`] where it does not say.
    pub(crate) depth_assets: u128,
    /// What a unit of value earns a year, in wad; [`U256::MAX`] where unknown.
    pub(crate) rate_wad: U256,
}

impl Report {
    /// Asks an adapter.
    pub(crate) fn ask(vm: &VM, adapter: Address) -> Result<Self, Failure> {
        view_within(vm, ISOLATED_GAS, adapter, IAdapter::reportCall::SELECTOR).map(Self::of)
    }

    /// Reads the answer of a movement.
    pub(crate) fn read(answer: &[u8]) -> Result<Self, Failure> {
        read_words(answer).map(Self::of)
    }

    fn of(words: [B256; 4]) -> Self {
        let [value, units, depth, rate_wad] = words.map(number);
        Self {
            stated: Stated { value_assets: saturate(value), units },
            depth_assets: u128::try_from(depth).unwrap_or(u128::MAX),
            rate_wad,
        }
    }

    /// Returns what `assets` earn a year at this rate, rounded down; `None` where it is unknown.
    pub(crate) fn income_assets(&self, assets: u128) -> Option<u128> {
        if self.rate_wad == U256::MAX {
            return None;
        }
        Some(mul_div_down(U256::from(assets), self.rate_wad, U256::from(math::WAD)).map_or(u128::MAX, saturate))
    }
}
