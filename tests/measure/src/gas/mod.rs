//! What calls cost: gas of whole transactions on the local chain, with 1, 10 and 30 positions.
//!
//! As in the yardstick that it is compared with: programs start uncached, the state has aged a day and one hour passes
//! between calls, whoever deposits holds shares already, and each venue is the real one with borrowers in it.

mod stage;
mod table;

use std::collections::BTreeMap;

pub use stage::Stage;
pub use table::{check, over_target, read, text};

/// Gas by operation and by the number of positions.
pub type Table = BTreeMap<&'static str, BTreeMap<usize, u64>>;

/// The numbers of positions. Two legs between two markets need two positions.
pub const POSITIONS: [usize; 3] = [1, 10, 30];
/// The most that a rebalance of two legs may cost with ten positions and twenty limits.
pub const REBALANCE_TARGET: u64 = 320_000;
/// Caps, of two limits each; the floor, the cover, the depths, and the budgets come in addition.
const IDS: usize = 10;

/// A rebalance of two legs between two Morpho Blue markets, with every post-condition.
pub const REBALANCE: &str = "rebalance_two_legs";
/// The same two calls of Morpho Blue, made by a contract that holds the position itself, with nothing around them.
pub const BARE: &str = "bare_venue_calls";
/// What the rebalance costs more than the same one with two positions under a single id: positions and limits.
pub const CHECKS: &str = "checks_of_rebalance";

/// Measures everything.
///
/// # Errors
///
/// What the chain refuses.
pub fn measure() -> anyhow::Result<Table> {
    let mut table = Table::new();
    let least = Stage::build(2, 1)?.rebalance()?;
    for positions in POSITIONS {
        let (stage, pair) = (Stage::build(positions, IDS)?, positions.max(2));
        let mut put = |operation, positions, gas| table.entry(operation).or_default().insert(positions, gas);
        let rebalance = if pair == positions { stage.rebalance()? } else { Stage::build(pair, IDS)?.rebalance()? };
        put(REBALANCE, pair, rebalance);
        put(CHECKS, pair, rebalance.saturating_sub(least));
        put(BARE, pair, stage.bare_venue_calls()?);
        put("publish", positions, stage.publish()?);
        put("deposit_idle", positions, stage.deposit_idle()?);
        put("withdraw_idle", positions, stage.withdraw_idle()?);
        put("transfer", positions, stage.transfer()?);
    }
    Ok(table)
}
