//! A keeper that somebody took over: strange intents, and what a broken limit lets through.

use abi::board::IBoard;
use abi::desk::IDesk::{self, BoundExceeded, InsufficientIdle, LimitBreached};
use alloy_primitives::{I256, U256};
use kit::{AAVE, META_MORPHO, Tenor, leg, usdc};

use super::{WAD, all, dollars, funded, hostile, id, no_floor, units};

fn spread() -> Tenor {
    let tenor = funded();
    tenor.rebalance(vec![leg(AAVE, 500_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    tenor
}

fn counters(tenor: &Tenor) -> (U256, U256) {
    (tenor.nonce(), tenor.view(tenor.vault, &IDesk::revisionCall {}))
}

#[test]
fn money_that_goes_to_and_fro_sixty_four_times_is_not_multiplied() {
    let tenor = spread();
    tenor.mark();
    tenor.chain.set_block_interval(Some(0));
    tenor.mark();
    let (before, counted) = (tenor.book(), counters(&tenor));

    for position in [AAVE, META_MORPHO] {
        let legs = (0..64).map(|turn| units(position, if turn % 2 == 0 { dollars(-1) } else { dollars(1) })).collect();
        tenor.rebalance(legs).expect("inside every limit");
    }

    let after = tenor.book();
    assert!(after.nav <= before.nav, "{} out of {}", after.nav, before.nav);
    assert!(after.nav + U256::from(2 * 128) >= before.nav, "{} lost by rounding", before.nav - after.nav);
    assert_eq!(tenor.usdc_of(tenor.vault), after.idle);
    assert_eq!(counters(&tenor), (counted.0 + U256::from(2), counted.1 + U256::from(2)));
}

#[test]
fn a_position_named_twice_cannot_be_paid_out_twice() {
    let tenor = spread();
    let before = tenor.book();

    tenor.rebalance(vec![units(AAVE, dollars(-300_000)), units(AAVE, dollars(-300_000))]).expect_err("too much");
    assert_eq!(tenor.book().idle, before.idle);

    let paid = tenor.rebalance(vec![all(AAVE), all(AAVE)]).expect("the second finds nothing and takes nothing");
    let after = tenor.book();
    let (idle, paid_in) = (after.idle - before.idle, paid[0]);
    assert_eq!(paid[1], U256::ZERO);
    // Aave rounds what it pays to the nearest unit; what it pays beyond the position's value counts for nobody.
    assert!(idle <= paid_in && idle + U256::ONE >= paid_in, "{idle} counted of {paid_in}");
    assert_eq!(tenor.usdc_of(tenor.vault), before.idle + paid_in, "every unit is there");
}

#[test]
fn amounts_beyond_reason_are_refused_by_name() {
    let tenor = spread();
    let min_and_one = I256::MIN + I256::ONE;
    for assets in [I256::MAX, min_and_one, I256::try_from(1_u128 << 96).expect("fits")] {
        let legs = vec![IDesk::Leg { position: AAVE, assets, minResult: U256::ZERO, repays: false }];
        let refusal = tenor.rebalance(legs).expect_err("no account holds so much");
        assert_eq!(refusal.expect::<BoundExceeded>().bound, U256::from((1_u128 << 96) - 1));
    }
    let idle = tenor.book().idle;
    let refusal = tenor.rebalance(vec![units(AAVE, (1 << 96) - 1)]).expect_err("idle is less");
    assert_eq!(refusal.expect::<InsufficientIdle>().idle, idle);

    let refusal = tenor.rebalance(vec![units(AAVE, 0); 65]).expect_err("one leg too many");
    assert_eq!(refusal.expect::<BoundExceeded>().bound, U256::from(64));
    tenor.rebalance(vec![units(AAVE, 0); 64]).expect("moving nothing, often, is allowed");
}

#[test]
fn an_intent_lives_to_its_last_second_and_no_longer() {
    let tenor = spread();
    tenor.chain.set_block_interval(Some(0));
    let now = U256::from(tenor.chain.head().timestamp_secs());

    let mut intent = tenor.intent(vec![]);
    intent.deadline = now - U256::from(1);
    let refusal = tenor.submit(tenor.keeper, intent.clone()).expect_err("a second late");
    assert_eq!(refusal.expect::<IDesk::IntentExpired>().now_, now);

    intent.deadline = now;
    tenor.submit(tenor.keeper, intent).expect("in time");
}

#[test]
fn a_broken_limit_admits_one_way_only_and_no_way_around() {
    let tenor = spread();
    let aave = IBoard::setCapCall { riskId: id("protocol/aave-v3"), absolute: usdc(100), relativeWad: U256::from(WAD) };
    tenor
        .send(tenor.guardian, tenor.vault, &IBoard::setCapCall { relativeWad: U256::ZERO, ..aave.clone() })
        .expect("a guardian lowers caps");
    tenor.chain.set_block_interval(Some(0));
    tenor.mark();
    let breached = |legs| {
        let breach = tenor.rebalance(legs).expect_err("the limit is no nearer").expect::<LimitBreached>();
        assert_eq!(breach.id, id("protocol/aave-v3"));
    };

    breached(vec![units(AAVE, 1)]);
    breached(vec![units(META_MORPHO, 1)]);
    tenor.rebalance(vec![]).expect("a sign of life moves nothing");
    tenor.rebalance(vec![units(META_MORPHO, dollars(-1))]).expect("the way to idle stays open");
    breached(vec![units(AAVE, dollars(-1)), units(AAVE, dollars(1) + 2)]);
    breached(vec![units(AAVE, dollars(-1)), units(META_MORPHO, dollars(1)), units(AAVE, dollars(1) + 2)]);
    tenor.rebalance(vec![units(AAVE, dollars(-1))]).expect("nearer");
    // What came out does not go back in, though the limit was further away a moment ago.
    breached(vec![units(AAVE, dollars(1) / 2)]);
    tenor.rebalance(vec![units(AAVE, dollars(-1))]).expect("nearer");
}

#[test]
fn mending_one_limit_pays_for_no_damage_to_another() {
    let tenor = spread();
    let cap = IBoard::setCapCall { riskId: id("protocol/aave-v3"), absolute: usdc(100), relativeWad: U256::ZERO };
    tenor.send(tenor.guardian, tenor.vault, &cap).expect("a guardian lowers caps");

    // Out of Aave, all of it into MetaMorpho, past its 60 %.
    let legs = vec![units(AAVE, dollars(-300_000)), units(META_MORPHO, dollars(300_000))];
    let breach = tenor.rebalance(legs).expect_err("the other cap holds").expect::<LimitBreached>();

    assert_eq!((breach.limit, breach.id), (1, id("protocol/metamorpho")));
}

#[test]
fn a_lying_adapter_raises_the_price_no_faster_than_the_rate_and_no_leg_does() {
    let tenor = funded();
    no_floor(&tenor);
    let (adapter, position) = hostile(&tenor);
    tenor.rebalance(vec![leg(position, 1_000_000)]).expect("inside every limit");
    tenor.chain.set_block_interval(Some(0));
    tenor.send(tenor.wallets[1], adapter, &super::IHostile::lieAboutCall { value_: U256::MAX }).expect("it obeys");

    tenor.rebalance(vec![units(position, dollars(-1)), units(position, dollars(1))]).expect("inside every limit");
    tenor.send(tenor.wallets[1], tenor.vault, &IDesk::markCall { positions: vec![position] }).expect("anyone marks");
    // Its lie tells of no more units after the purchase than before: what bought nothing is lost.
    let left = usdc(999_999);
    assert_eq!(tenor.book().nav, left);

    tenor.chain.set_block_interval(None);
    tenor.pass(36 * 3600);
    tenor.send(tenor.wallets[1], tenor.vault, &IDesk::markCall { positions: vec![position; 9] }).expect("anyone marks");
    // A day and a half at 100 % a year, and a second for each block.
    let most = usdc(1_000_000) * U256::from(36 * 3600 + 9) / U256::from(365 * 86_400);
    assert!(tenor.book().nav <= left + most, "{}", tenor.book().nav);
}
