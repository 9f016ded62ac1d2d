//! The programs together, natively: each file is one subject.

mod adapters;
mod deposits;
mod exits;
mod governance;
mod invariants;
mod limits;
mod marks;
mod permits;
mod rebalance;
mod reentry;
mod selectors;
mod shares;

use alloy_primitives::{Address, U256};
use tenor_world::address;

const ALICE: Address = address(0x31);
const BOB: Address = address(0x32);
/// One unit of the asset: 1e6 base units.
const ONE: u128 = 1_000_000;

fn u(value: u128) -> U256 {
    U256::from(value)
}
