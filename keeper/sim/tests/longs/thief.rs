//! What strangers do to a position in longs: push the pool, send it bonds, call what they should not, and keep away.

use abi::{adapter::IAdapter, bond::IBond};
use alloy_primitives::U256;

use crate::stage::{DAY_SECS, ONE, Stage, TERM_SECS, assert_close, reason, refusal, u};

#[test]
fn a_push_moves_no_value_within_its_checkpoint_and_by_its_time_after() {
    let stage = Stage::new();
    let position = stage.position();
    stage.invest(position, 100_000 * ONE).expect("the pool sells");
    stage.pass_to(stage.latest_secs() + DAY_SECS + DAY_SECS / 2);
    stage.begin();
    let before = stage.report(position);
    let rate = before.rateWad;

    stage.buy(400_000);
    let pushed = stage.report(position);
    // A second or two at the old mean.
    assert_close(pushed.rateWad, rate, 100_000_000_000);
    assert_close(pushed.value, before.value, 1_000);
    assert_close(pushed.high, before.high, 1_000);
    stage.pass_to(stage.latest_secs() + DAY_SECS);
    stage.begin();

    // Half a day of it is half of the mean.
    let after = stage.report(position);
    assert!(after.rateWad < rate && after.high > before.high);
}

#[test]
fn nobody_but_the_vault_moves_money() {
    let stage = Stage::new();
    let position = stage.position();
    stage.invest(position, 1_000 * ONE).expect("the pool sells");
    let stranger = stage.chain.accounts()[2];

    let refused = stage.try_view(stranger, position, &IAdapter::deallocateCall { assets: U256::MAX }).map(|_| ());
    assert_eq!(refusal::<IAdapter::NotVault>(&refused.expect_err("a stranger")).caller, stranger);
    let refused = stage.try_view(stranger, position, &IAdapter::allocateCall { assets: U256::ZERO }).map(|_| ());
    assert_eq!(refusal::<IAdapter::NotVault>(&refused.expect_err("a stranger")).caller, stranger);
}

#[test]
fn a_pool_that_nobody_touches_has_no_mark_until_anybody_begins_a_checkpoint() {
    let stage = Stage::new();
    let position = stage.position();
    stage.invest(position, 1_000 * ONE).expect("the pool sells");
    // The last whole checkpoint is the one before the pool's first.
    stage.pass_to(stage.latest_secs() + 6 * DAY_SECS);
    stage.report(position);

    stage.pass(2 * DAY_SECS);
    let refused = stage.try_view(stage.sender, position, &IAdapter::reportCall {}).map(|_| ()).expect_err("no mark");
    assert_eq!(reason::<IBond::NoMark>(&refused).checkpoint, u(stage.latest_secs()));
    stage.divest(position, u(ONE)).map(|_| ()).expect_err("no mark");
    stage.begin();
    stage.divest(position, u(ONE)).expect("there is one");
}

#[test]
fn a_mark_that_nobody_makes_does_not_stop_what_is_due() {
    let stage = Stage::new();
    let (position, due) = (stage.position(), stage.latest_secs() + TERM_SECS);
    let ([_, bought], _) = stage.invest(position, 10_000 * ONE).expect("the pool sells");

    stage.pass_to(due + 5 * DAY_SECS);

    assert!(stage.report(position).value < bought.units);
    let (_, paid, _) = stage.divest(position, U256::MAX).expect("it is due");
    assert_close(u(paid), bought.units, 10);
}
