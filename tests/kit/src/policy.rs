//! What governance decides about a position that owes.

use alloy_primitives::U256;
use model::{Thresholds, Wad};

/// The terms of its oracle and of its adapter, its slack and its thresholds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The time over which the oracle weights the pool's price.
    pub window_secs: u32,
    /// How far the oracle's sources may be apart.
    pub deviation_bps: u16,
    /// The age at which the answer of the collateral's feed is stale.
    pub max_age_secs: u32,
    /// The age at which that of the asset's is.
    pub quote_max_age_secs: u32,
    /// What the price is refused below.
    pub min_price: Wad,
    /// What it is refused above.
    pub max_price: Wad,
    /// How long the sequencer must have run; only where there is a feed of it.
    pub grace_secs: u32,
    /// Aave's category; zero for none.
    pub e_mode: u8,
    /// The health that investments bring the position to, 10,000 = 1.
    pub target_bps: u16,
    /// How much worse than the oracle's price a swap may be.
    pub slip_bps: u16,
    /// How far the position's value may be from a fair one.
    pub slack_bps: u16,
    /// When it is deleveraged, and by how much.
    pub thresholds: Thresholds,
}

impl Policy {
    /// Half an hour and 1 % for the oracle, feeds that are stale after a day, a price between 500 and 20,000 dollars;
    /// investments to a health of 1.5, swaps for at most 1 %.
    pub fn usual(thresholds: Thresholds) -> Self {
        Self {
            window_secs: 1_800,
            deviation_bps: 100,
            max_age_secs: 86_400,
            quote_max_age_secs: 86_400,
            min_price: dollars(500),
            max_price: dollars(20_000),
            grace_secs: 0,
            e_mode: 0,
            target_bps: 15_000,
            slip_bps: 100,
            slack_bps: 100,
            thresholds,
        }
    }
}

fn dollars(dollars: u64) -> Wad {
    Wad(U256::from(dollars) * U256::from(1_000_000_000_000_000_000_u64))
}
