//! What a report says against what Morpho then pays, at random times, uses and fees.

use abi::{
    adapter::IAdapter,
    morpho::{IAdaptiveCurveIrm, IMorpho},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use keeper_sim::Venue;

use crate::stage::{DAY_SECS, ONE, Stage, movement, report, u, wad};

const YEAR_SECS: f64 = 31_536_000.0;

/// A small generator (splitmix64), so that the same seed gives the same story.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn float(value: U256) -> f64 {
    value.to_string().parse().expect("an integer is a number")
}

fn set_fee(stage: &Stage, market: usize, fee_wad: u64) {
    let world = &stage.world;
    let call = IMorpho::setFeeCall { marketParams: world.morpho.terms(market), newFee: u(fee_wad) };
    stage.send(world.admin, world.morpho.morpho, &call);
}

fn name_fee_recipient(stage: &Stage) {
    let call = IMorpho::setFeeRecipientCall { newFeeRecipient: Address::repeat_byte(0xfe) };
    stage.send(stage.world.admin, stage.world.morpho.morpho, &call);
}

#[test]
fn the_reported_value_is_what_morpho_pays_at_any_time_use_and_fee() {
    let stage = Stage::new();
    name_fee_recipient(&stage);
    let mut random = Random(7);
    let (market, adapter) = (Venue::Market(1), stage.adapter(1));
    let id = stage.world.morpho.market_ids[1];
    let mut fee_wad = 0;

    // At most 320 days: after 365 the program would have to be activated again.
    for round in 0..40 {
        stage.invest(adapter, 1 + random.below(3_000_000 * ONE));
        if round % 3 == 1 {
            // Morpho refuses to set the fee that it has already.
            fee_wad = if fee_wad == 0 { wad(1 + random.below(25)) } else { 0 };
            set_fee(&stage, 1, fee_wad);
        }
        stage.world.pass(&stage.chain, random.below(4 * DAY_SECS)).unwrap();
        stage.world.borrow_to(&stage.chain, market, wad(random.below(80))).unwrap();
        stage.world.pass(&stage.chain, random.below(4 * DAY_SECS)).unwrap();

        let part = U256::from(random.below(1_000)) * ONE_UNIT;
        let (before, after, paid) = stage.divest(adapter, part).unwrap_or_else(|e| panic!("round {round}: {e}"));
        assert_eq!(U256::from(paid), part);
        let left = before.value - part;
        assert!(after.value <= left && after.value + u(2) >= left, "round {round}: {} is not {left}", after.value);
        assert_eq!(before.depth - part, after.depth, "interest was in the report already");

        let (before, after, paid) = stage.divest(adapter, U256::MAX).expect("the market is liquid");
        assert_eq!(before.value, U256::from(paid), "round {round}: to the base unit");
        assert_eq!((after.value, after.units), (U256::ZERO, U256::ZERO));
        assert_eq!(after.depth, U256::from(stage.market(id).totalSupplyAssets));
    }
}

const ONE_UNIT: U256 = U256::from_limbs([ONE, 0, 0, 0]);

#[test]
fn the_reports_of_a_movement_are_those_of_that_moment() {
    let stage = Stage::new();
    let adapter = stage.adapter(2);
    stage.invest(adapter, 500_000 * ONE);
    stage.world.pass(&stage.chain, 9 * DAY_SECS).unwrap();
    stage.world.fund(&stage.chain, adapter, u(70_000 * ONE)).unwrap();
    let ask = || (adapter, IAdapter::reportCall {}.abi_encode());
    let terms = stage.world.morpho.terms(2);

    let answers = stage
        .relay(&[
            (stage.world.morpho.morpho, IMorpho::accrueInterestCall { marketParams: terms }.abi_encode()),
            ask(),
            (adapter, IAdapter::allocateCall { assets: u(70_000 * ONE) }.abi_encode()),
            ask(),
            (adapter, IAdapter::deallocateCall { assets: u(90_000 * ONE) }.abi_encode()),
            ask(),
        ])
        .expect("Morpho is liquid");

    assert_eq!(answers[2].to_vec(), [&answers[1][..], &answers[3]].concat());
    assert_eq!(answers[4].to_vec(), [&answers[3][..], &answers[5]].concat());
    let [more, less] = [&answers[3], &answers[5]].map(|answer| report(answer));
    assert!(more.value - less.value <= u(90_000 * ONE + 1) && more.value - less.value >= u(90_000 * ONE - 1));
    assert!(more.rateWad < less.rateWad, "more supply earns less");
}

#[test]
fn a_movement_knows_the_rate_of_the_moment_where_a_view_knows_the_mean() {
    let stage = Stage::new();
    let adapter = stage.adapter(2);
    stage.invest(adapter, 500_000 * ONE);
    // Above its target the model raises the rate while nobody touches the market.
    stage.world.borrow_to(&stage.chain, Venue::Market(2), wad(98)).unwrap();
    stage.world.pass(&stage.chain, 9 * DAY_SECS).unwrap();

    let answers = stage
        .relay(&[
            (adapter, IAdapter::reportCall {}.abi_encode()),
            (adapter, IAdapter::deallocateCall { assets: u(ONE) }.abi_encode()),
        ])
        .expect("so much is at hand");

    let (quiet, moved) = (report(&answers[0]), movement(&answers[1]));
    assert_eq!((quiet.value, quiet.depth), (moved.before.value, moved.before.depth));
    let [mean, now, after] = [quiet.rateWad, moved.before.rateWad, moved.after_.rateWad].map(float);
    assert!(now > 1.1 * mean, "{now} is not well above {mean}");
    assert!((after / now - 1.0).abs() < 1e-3, "a unit of the asset hardly changes it: {after} is not {now}");
}

#[test]
fn the_reported_rate_is_the_rate_models_less_the_fee() {
    let stage = Stage::new();
    name_fee_recipient(&stage);
    set_fee(&stage, 2, wad(10));
    let adapter = stage.adapter(2);

    let found = stage.invest(adapter, 1_000_000 * ONE);

    let market = stage.market(stage.world.morpho.market_ids[2]);
    let utilisation = market.totalBorrowAssets as f64 / market.totalSupplyAssets as f64;
    let call = IAdaptiveCurveIrm::borrowRateViewCall { marketParams: stage.world.morpho.terms(2), market };
    let borrow = float(stage.view(stage.world.morpho.irm, &call)) * YEAR_SECS;
    let expected = borrow * utilisation * 0.9;
    assert!((float(found.rateWad) / expected - 1.0).abs() < 1e-8, "{} is not {expected}", found.rateWad);
    assert!(expected > 0.02e18 && expected < 0.04e18, "a rate of a few percent: {expected}");
}

#[test]
fn a_position_earns_the_rate_that_was_reported() {
    let stage = Stage::new();
    let adapter = stage.adapter(1);
    let before = stage.invest(adapter, 1_000_000 * ONE);

    stage.world.pass(&stage.chain, 3_600).unwrap();

    let earned = float(stage.view(adapter, &IAdapter::valueCall {}) - before.value);
    let expected = float(before.value) * float(before.rateWad) / 1e18 * 3_600.0 / YEAR_SECS;
    assert!((earned / expected - 1.0).abs() < 1e-3, "{earned} is not {expected}");
}

#[test]
fn value_liquidity_and_report_agree() {
    let stage = Stage::new();
    let adapter = stage.adapter(1);
    stage.invest(adapter, 5_000_000 * ONE);
    stage.world.pass(&stage.chain, 3 * DAY_SECS).unwrap();
    for (percent, is_all) in [(20, true), (98, false)] {
        stage.world.borrow_to(&stage.chain, Venue::Market(1), wad(percent)).unwrap();

        let found = stage.view(adapter, &IAdapter::reportCall {});
        let (value, liquidity) =
            (stage.view(adapter, &IAdapter::valueCall {}), stage.view(adapter, &IAdapter::liquidityCall {}));

        assert_eq!(found.value, value);
        assert_eq!(found.units, stage.view(adapter, &IAdapter::unitsCall {}));
        let market = stage.market(stage.world.morpho.market_ids[1]);
        let idle = U256::from(market.totalSupplyAssets - market.totalBorrowAssets);
        assert_eq!(liquidity, if is_all { value } else { idle }, "at {percent} %");
    }
    let liquid = stage.view(adapter, &IAdapter::liquidityCall {});
    let (_, _, paid) = stage.divest(adapter, liquid).expect("what is liquid is paid");
    assert_eq!(U256::from(paid), liquid);
    assert!(stage.divest(adapter, u(1)).is_err(), "nothing is left at hand");
}
