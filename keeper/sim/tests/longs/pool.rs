//! What a pool's checkpoints remember: what the marks of positions rest on.

use crate::stage::{DAY_SECS, Stage, assert_close};
use alloy_primitives::U256;

#[test]
fn a_checkpoint_weighs_prices_by_time_and_is_whole_when_the_next_begins() {
    let stage = Stage::new();
    let at = stage.latest_secs();
    let first = stage.checkpoint(at).weightedSpotPrice;

    stage.pass_to(at + DAY_SECS / 4);
    // What is weighed is the price before a trade.
    stage.buy(100_000);
    let quarter = stage.checkpoint(at);
    assert_close(U256::from(quarter.weightedSpotPrice), U256::from(first), 2);
    stage.pass_to(at + DAY_SECS + 10);
    assert!(stage.checkpoint(at).lastWeightedSpotPriceUpdateTime < u128::from(at + DAY_SECS), "it is not whole yet");
    stage.begin();

    let whole = stage.checkpoint(at);
    assert_eq!(whole.lastWeightedSpotPriceUpdateTime, u128::from(at + DAY_SECS));
    let second = stage.checkpoint(at + DAY_SECS).weightedSpotPrice;
    assert!(second > first, "bonds are dearer since");
    let written = quarter.lastWeightedSpotPriceUpdateTime - u128::from(at);
    let mean = (first * written + second * (u128::from(DAY_SECS) - written)) / u128::from(DAY_SECS);
    assert_close(U256::from(whole.weightedSpotPrice), U256::from(mean), 100);
}
