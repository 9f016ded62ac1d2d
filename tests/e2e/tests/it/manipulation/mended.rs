//! What was open once: each was found by trying it.

use abi::desk::IDesk::{self, Leg};
use alloy_primitives::{I256, U256};
use chain::deployment::bps_to_wad;
use kit::{AAVE, Built, LOOP, Levered, leg, usdc};

use super::{floor_is_broken, invested, invested_in, worth_by};

/// A price that falls until the position is worth nothing, and comes back: its mark fell to nothing at once and can never
/// rise again, for gains are believed at a rate of what is marked. It owes, and is worth something.
#[test]
fn a_lever_that_was_marked_to_nothing_is_heard_once_it_is_worth_something_again() {
    let levered = invested(Levered::thresholds());
    let tenor = &levered.tenor;
    levered.set_price(1_550);
    tenor.mark();
    assert!(tenor.view(tenor.vault, &IDesk::positionsCall {})[LOOP as usize].value.is_zero(), "it is worth nothing");

    levered.set_price(2_400);
    tenor.mark();
    let (report, health) = (levered.report(LOOP), levered.health(LOOP));
    assert!(report.value > usdc(5_000) && (11_500..13_000).contains(&health));

    floor_is_broken(&tenor.rebalance(vec![leg(AAVE, 1_000)]).expect_err("health is below the soft threshold"));
}

/// The same as a stolen key does it: some epochs after the dip its shortfall has faded, and what the mark charged has drained,
/// so that the sale is charged with neither, and what honest holders lose by it is no part of any budget.
#[test]
fn a_key_that_divests_after_a_dip_takes_no_more_than_the_loss_budget() {
    // Half a percent of a million within an epoch.
    let built = Built { alter: |mandate, _| mandate.loss = bps_to_wad(50), ..Built::default() };
    let levered = invested_in(&built, Levered::thresholds());
    let tenor = &levered.tenor;
    levered.set_price(2_600);
    tenor.mark();
    levered.set_price(3_000);
    tenor.pass(8 * 3_600);
    levered.refresh(3_000);
    let real = || tenor.book().idle + worth_by(&levered, 3_000);
    let had = real();
    let most = Leg { position: LOOP, assets: -I256::from_raw(usdc(28_000)), minResult: U256::ZERO, repays: false };

    let _ = tenor.rebalance(vec![most]);

    let lost = had.saturating_sub(real());
    assert!(lost <= usdc(5_000), "{lost} of a budget of 5,000 dollars");
}

/// And after a rise, which no mark ever charged: nothing has to fade first.
#[test]
fn a_key_that_divests_after_a_rise_takes_no_more_than_the_loss_budget() {
    let built = Built { alter: |mandate, _| mandate.loss = bps_to_wad(50), ..Built::default() };
    let levered = invested_in(&built, Levered::thresholds());
    let tenor = &levered.tenor;
    levered.set_price(3_600);
    tenor.ripen();
    levered.refresh(3_600);
    let real = || tenor.book().idle + worth_by(&levered, 3_600);
    let had = real();
    let most = Leg { position: LOOP, assets: -I256::from_raw(usdc(40_000)), minResult: U256::ZERO, repays: false };

    let result = tenor.rebalance(vec![most]);

    let lost = had.saturating_sub(real());
    assert!(result.is_err() || lost <= usdc(5_000), "{lost} of a budget of 5,000 dollars");
}

/// A fall is marked, by anybody or by the keeper's own call, and charges the loss budget, which the sale that deleveraging is
/// needs too.
#[test]
fn a_fall_that_was_marked_does_not_keep_the_keeper_from_deleveraging() {
    // Half a percent of a million within an epoch, as by default.
    let built = Built { alter: |mandate, _| mandate.loss = bps_to_wad(50), ..Built::default() };
    let levered = invested_in(&built, Levered::thresholds());
    levered.tenor.ripen();
    levered.set_price(2_300);
    let standing = levered.tenor.chain.snapshot().expect("a snapshot");
    let by_itself = levered.tenor.rebalance(vec![Levered::repay_all()]);
    assert!(levered.tenor.chain.revert(standing));

    levered.tenor.mark();
    let marked = levered.tenor.rebalance(vec![Levered::repay_all()]);

    assert!(by_itself.is_ok() && marked.is_ok(), "health stays at {}", levered.health(LOOP));
}

/// One base unit of debt repaid, and anything may be invested beside it.
#[test]
fn below_the_soft_threshold_a_repayment_of_dust_buys_no_investment() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_500);
    let dust = Leg { position: LOOP, assets: I256::MINUS_ONE, minResult: U256::ZERO, repays: true };

    let result = levered.tenor.rebalance(vec![dust, leg(AAVE, 400_000)]);

    floor_is_broken(&result.expect_err("nothing but deleveraging is allowed below the soft threshold"));
}
