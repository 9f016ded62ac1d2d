//! What calls cost: gas of whole transactions on the local chain, with 1, 10 and 30 positions.
//!
//! As in the yardstick that it is compared with: programs start uncached, the state has aged a day and one hour passes
//! between calls, whoever deposits holds shares already, and each venue is the real one with borrowers in it.

mod rescue;
mod stage;
mod table;

use std::collections::BTreeMap;

use devnet::Receipt;

pub use rescue::{Bare, Rescue};
pub use stage::Stage;
pub use table::{check, over_target, over_venue, read, text};

/// Gas by operation and by the number of positions.
pub type Table = BTreeMap<&'static str, BTreeMap<usize, u64>>;

/// The numbers of positions. Two legs between two markets need two positions.
pub const POSITIONS: [usize; 3] = [1, 10, 30];
/// The most that a rebalance of two legs may cost with ten positions and twenty limits.
pub const REBALANCE_TARGET: u64 = 320_000;
/// Caps, of two limits each; the floor, the cover, the depths, and the budgets come in addition.
const IDS: usize = 10;

/// The positions of the vault whose third one is deleveraged.
const RESCUE_POSITIONS: usize = 3;

/// A rebalance of two legs between two Morpho Blue markets, with every post-condition.
pub const REBALANCE: &str = "rebalance_two_legs";
/// The same two calls of Morpho Blue, made by a contract that holds the position itself, with nothing around them.
pub const BARE: &str = "bare_venue_calls";
/// What the rebalance costs more than the same one with two positions under a single id: positions and limits.
pub const CHECKS: &str = "checks_of_rebalance";

/// A stranger's deleveraging of a position that owes, with what is judged and paid for it.
pub const DELEVERAGE: &str = "deleverage";
/// The same calls of the same venues (all that is asked; a swap, and within it a repayment and a withdrawal), made by a
/// contract that owes itself, with nothing around them.
pub const BARE_DELEVERAGE: &str = "bare_deleverage";
/// Those of them that change something, alone.
pub const BARE_DELEVERAGE_WRITES: &str = "bare_deleverage_writes";
/// The most that a deleveraging may cost more than all the bare calls.
pub const DELEVERAGE_OVER_BARE: u64 = 200_000;

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
    let rescue = Rescue::build()?;
    let mut put = |operation, receipt: Receipt| {
        table.entry(operation).or_default().insert(RESCUE_POSITIONS, receipt.gas_used);
    };
    put(DELEVERAGE, rescue.deleverage()?);
    let bare = rescue.bare()?;
    put(BARE_DELEVERAGE, bare.deleverage()?);
    put(BARE_DELEVERAGE_WRITES, bare.writes()?);
    Ok(table)
}
