//! The programs together, natively: each file is one subject.

mod adapters;
mod blobs;
mod bonds;
mod breakers;
mod budgets;
mod charter;
mod covenants;
mod delays;
mod deposits;
mod evacuation;
mod exits;
mod feeds;
mod governance;
mod grants;
mod halts;
mod health;
mod history;
mod improvement;
mod invariants;
mod keys;
mod least;
mod limits;
mod liquidity;
mod marks;
mod maturity;
mod oracle;
mod pace;
mod pendle;
mod permits;
mod preview;
mod rebalance;
mod reentry;
mod registry;
mod rescue;
mod selectors;
mod shares;
mod silence;
mod theft;
mod thresholds;
mod treasury;
mod ways_out;

use alloy_primitives::{Address, U256};
use tenor_world::address;

const ALICE: Address = address(0x31);
const BOB: Address = address(0x32);
/// One unit of the asset: 1e6 base units.
const ONE: u128 = 1_000_000;
/// The same, as amounts of legs are.
const UNIT: i128 = ONE as i128;

fn u(value: u128) -> U256 {
    U256::from(value)
}
