//! Sources that are moved: one of them, both, Aave's own.

use abi::desk::IDesk::Healthy;
use kit::{AAVE, LOOP, Levered, leg};
use model::Thresholds;

use super::{
    APART, DEVIATION_BPS, aave_says, feed_says, floor_is_broken, health_by, invested, is_without_price, pool_says,
};

const TRUE: u64 = 3_000;
const SOFT_BPS: u64 = 14_900;

/// Thresholds just below the health that investments end at.
fn tight() -> Thresholds {
    Thresholds { target_bps: 15_500, soft_bps: SOFT_BPS as u16, hard_bps: 14_000, ..Levered::thresholds() }
}

#[test]
fn one_source_moved_beyond_the_deviation_is_no_price() {
    for bps in [-110, 110, -1_000, 1_000] {
        let levered = invested(Levered::thresholds());
        feed_says(&levered, TRUE, bps);
        is_without_price(&levered, APART);

        let levered = invested(Levered::thresholds());
        pool_says(&levered, TRUE, bps);
        is_without_price(&levered, APART);
    }
}

#[test]
fn one_source_moved_within_the_deviation_breaks_no_floor_by_the_true_price() {
    for bps in [-90, -40, 40, 90] {
        for moves in [feed_says, pool_says] {
            let levered = invested(tight());
            moves(&levered, TRUE, bps);
            aave_says(&levered, TRUE, 5_000);
            let (said, is) = (levered.health(LOOP), health_by(&levered, TRUE));
            // The lower source counts: what is said is never more than is true, and at most the deviation less.
            assert!(said <= is && said * 10_000 >= is * (10_000 - DEVIATION_BPS - 1), "{bps}: {said} of {is}");

            let result = levered.tenor.rebalance(vec![leg(LOOP, 20_000)]);

            let is = health_by(&levered, TRUE);
            println!(
                "moved by {bps}: {}, health by the true price {is}",
                if result.is_ok() { "passed" } else { "refused" }
            );
            assert!(is >= SOFT_BPS, "{bps}: {is}");
            assert!(result.is_ok(), "{bps}: it ends at the target by what is said");
        }
    }
}

#[test]
fn both_sources_moved_by_the_deviation_break_a_floor_by_no_more_than_that() {
    let levered = invested(tight());
    let lie = DEVIATION_BPS as i64 - 10;
    pool_says(&levered, TRUE, lie);
    feed_says(&levered, TRUE, lie);
    aave_says(&levered, TRUE, lie);

    for dollars in [50_000, 1, 1, 1] {
        // Each ends nearer to the target than the one before.
        levered.tenor.rebalance(vec![leg(LOOP, dollars)]).expect("by what is said the floor holds");
    }

    let is = health_by(&levered, TRUE);
    println!("all sources {lie} bps too high: health by the true price {is}, of a floor of {SOFT_BPS}");
    assert!(is < SOFT_BPS, "otherwise the lie gained nothing, and this proves nothing: {is}");
    assert!(is * 10_000 >= SOFT_BPS * (10_000 - DEVIATION_BPS), "{is}");
    // The truth comes back, and with it the refusal.
    pool_says(&levered, TRUE, 0);
    feed_says(&levered, TRUE, 0);
    aave_says(&levered, TRUE, 0);
    floor_is_broken(&levered.tenor.rebalance(vec![leg(AAVE, 1_000)]).expect_err("the floor is broken"));
    levered.tenor.rebalance(vec![Levered::repay_all()]).expect("repaying is nearer");
    levered.tenor.rebalance(vec![leg(AAVE, 1_000)]).expect("the floor holds again");
}

#[test]
fn aaves_own_price_moved_up_gains_nothing() {
    let levered = invested(tight());
    let before = levered.health(LOOP);

    aave_says(&levered, TRUE, 5_000);

    assert_eq!(levered.health(LOOP), before, "the worse of both counts");
    levered.tenor.rebalance(vec![leg(LOOP, 20_000)]).expect("to the target");
    assert!(health_by(&levered, TRUE) >= SOFT_BPS, "{}", health_by(&levered, TRUE));
    // Nor does it hide a fall from those who rescue.
    levered.set_price(2_200);
    aave_says(&levered, TRUE, 5_000);
    levered.rescue(levered.tenor.wallets[3]).expect("it is below the hard threshold by the oracle");
}

/// Aave liquidates by its own price: what that says to be in danger is in danger, whatever is true.
#[test]
fn aaves_own_price_moved_down_lets_strangers_rescue_within_their_bounds() {
    let levered = invested(Levered::thresholds());
    aave_says(&levered, TRUE, -1_000);
    let refusal = levered.rescue(levered.tenor.wallets[3]).map(drop).expect_err("1.35 is not below 1.15");
    refusal.expect::<Healthy>();
    floor_is_not(&levered);

    aave_says(&levered, TRUE, -2_500);

    floor_is_broken(&levered.tenor.rebalance(vec![leg(AAVE, 1_000)]).expect_err("1.12 by Aave's price"));
    let was = health_by(&levered, TRUE);
    let told = levered.rescue(levered.tenor.wallets[3]).expect("by Aave's price it is below the hard threshold");
    assert!(health_by(&levered, TRUE) > was);
    assert!(told.lost * alloy_primitives::U256::from(100) <= told.repaid + alloy_primitives::U256::from(200));
}

/// Demands that the floor holds.
#[track_caller]
fn floor_is_not(levered: &Levered) {
    levered.tenor.rebalance(vec![leg(AAVE, 1_000)]).expect("the floor holds");
}

/// Known limit: the pool's mean follows a fall as slowly as its window is long, and while it lags by more than the deviation
/// there is no price, so that nobody can deleverage. How long that is follows from the window; this says so.
#[test]
fn a_fall_that_every_price_follows_at_once_has_no_price_until_the_mean_has_followed() {
    let levered = invested(Levered::thresholds());
    levered.push_pool(2_200);
    feed_says(&levered, 2_200, 0);
    aave_says(&levered, 2_200, 0);

    let mut waited_secs = 0;
    while levered.rescue(levered.tenor.wallets[3]).is_err() {
        let repayment = levered.tenor.rebalance(vec![Levered::repay_all()]).expect_err("no price for anybody");
        assert_eq!(super::price_refused(&repayment), APART);
        levered.tenor.pass(60);
        waited_secs += 60;
        assert!(waited_secs <= 1_800, "the whole window has passed");
    }

    println!("a fall by 27 % leaves no price for {waited_secs} s");
    assert!(waited_secs >= 1_500, "{waited_secs}");
}
