//! A position in a bond, from the first purchase to the last redemption.

use abi::{adapter::IAdapter, bond::IBond, erc20::IERC20};
use alloy_primitives::{B256, U256};

use crate::stage::{DAY_SECS, DECAY_SECS, ONE, Stage, WAD, assert_close, refusal, u};

#[test]
fn money_buys_face_at_the_markets_price_to_a_few_units() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);

    let [before, after] = stage.invest(position, 1_000_000 * ONE).expect("the market sells");

    assert_eq!((before.value, before.units, before.high), (U256::ZERO, U256::ZERO, U256::ZERO));
    assert_eq!(after.units, stage.balance(bond.principal, position));
    // 88 days at 6 % and a bit less for what the purchase moves, in face.
    assert!(after.units > u(1_012_500 * ONE) && after.units < u(1_014_700 * ONE), "{}", after.units);
    assert!(after.value <= u(1_000_000 * ONE) && after.value > u(998_000 * ONE), "{}", after.value);
    // A purchase raises the market's price for itself: what was paid is the lower or the higher of both values.
    assert!(after.value <= after.high && after.high <= after.units);
    // Nothing stays here, and no approval.
    for token in [stage.world.tokens.usdc, bond.wrapper] {
        assert_eq!(stage.balance(token, position), U256::ZERO);
    }
    let spender = bond.wrapper;
    let allowance = IERC20::allowanceCall { owner: position, spender };
    assert_eq!(stage.view(stage.world.tokens.usdc, &allowance), U256::ZERO);
    // What rounding left with the market: a few units of the wrapped token.
    let stored = stage.view(bond.market, &abi::pendle::IPendleMarket::_storageCall {});
    let left = stage.balance(bond.wrapper, bond.market) - U256::from(stored.totalSy.unsigned_abs());
    assert!(left <= u(6), "{left}");
}

#[test]
fn it_says_who_it_is() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let oracle = stage.oracle(&bond);
    let terms = IBond::PendleTerms { market: bond.market, oracle, decaySecs: DECAY_SECS };
    let position = stage.try_position(bond.wrapper, terms).expect("the terms are good");

    assert_eq!(stage.view(position, &IAdapter::kindCall {}), B256::right_padding_from(b"pendle-pt"));
    assert_eq!(stage.view(position, &IAdapter::marketCall {}), bond.market.into_word());
    assert_eq!(stage.view(position, &IAdapter::venueCall {}), bond.wrapper);
    assert_eq!(stage.view(position, &IAdapter::oracleCall {}), oracle);
    assert_eq!(stage.view(position, &IAdapter::maturityCall {}), bond.expiry_secs);
    assert_eq!(stage.view(position, &IAdapter::assetCall {}), stage.world.tokens.usdc);
    assert_eq!(stage.view(position, &IAdapter::vaultCall {}), stage.holder);
}

#[test]
fn it_yields_what_the_market_does() {
    let stage = Stage::new();
    let position = stage.position(&stage.bonds[1]);

    let rate = stage.report(position).rateWad;

    // e^0.06 - 1.
    assert_close(rate, u(61_836_546_545_359_622), 2_000_000_000_000);
}

#[test]
fn it_is_worth_the_lower_of_accretion_and_mark_and_at_most_the_higher() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let (position, oracle) = (stage.position(&bond), stage.oracle(&bond));
    let [_, bought] = stage.invest(position, 500_000 * ONE).expect("the market sells");
    let (face, since) = (bought.units, stage.now_secs());
    let accreted = |now: u64| {
        let growth = f64::from(u32::try_from(face / u(1_000)).expect("fits")) / 500_000_000.0;
        let part = (now - since) as f64 / (bond.expiry_secs - since) as f64;
        u((500_000.0 * ONE as f64 * growth.powf(part)) as u64)
    };
    let marked = |price: U256| face * price / u(WAD);

    // Rates fall: the mark is above what was paid and has grown since.
    stage.buy(&bond, 1_500_000);
    stage.pass(30 * DAY_SECS);
    let ([bid, ask], now, report) = (stage.price(oracle), stage.now_secs(), stage.report(position));
    assert!(marked(bid) > accreted(now) + u(1_000 * ONE));
    assert_close(report.value, accreted(now), 2_000);
    assert_close(report.high, marked(ask), 1);

    // Rates rise: it is below.
    stage.sell(&bond, 3_000_000);
    stage.pass(30 * DAY_SECS);
    let ([bid, _], now, report) = (stage.price(oracle), stage.now_secs(), stage.report(position));
    assert!(marked(bid) + u(1_000 * ONE) < accreted(now));
    assert_close(report.value, marked(bid), 1);
    assert_close(report.high, accreted(now), 2_000);

    // At its date both are its face; one second before it is less.
    stage.pass_to(bond.expiry_secs - 1);
    assert!(stage.report(position).value < face);
}

#[test]
fn more_that_is_bought_is_added_to_what_has_accreted() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let position = stage.position(&bond);
    stage.invest(position, 200_000 * ONE).expect("the market sells");
    // So that accretion is the lower one.
    stage.buy(&bond, 1_000_000);
    stage.pass(20 * DAY_SECS);

    let [before, after] = stage.invest(position, 100_000 * ONE).expect("the market sells");

    assert_close(after.value, before.value + u(100_000 * ONE), 3);
    assert!(after.units - before.units > u(100_000 * ONE));
}

#[test]
fn before_its_date_it_is_sold_for_what_is_asked_or_all_of_it() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    let [_, bought] = stage.invest(position, 400_000 * ONE).expect("the market sells");
    stage.pass(10 * DAY_SECS);

    for assets in [1_000_000, 12_345_678_901, 100_000 * ONE] {
        let ([before, after], paid) = stage.divest(position, u(assets)).expect("the market buys");
        assert!((assets..assets + 6).contains(&paid), "{paid} for {assets}");
        let sold = before.units - after.units;
        // At 6 % for 78 days, and what the fee and the sale itself take.
        assert!(sold > u(assets) && sold * u(1_000) < u(assets) * u(1_018), "{sold} for {assets}");
        // What is left of what was paid is its part.
        assert_close(after.value, before.value * after.units / before.units, 3);
    }
    let ([_, after], paid) = stage.divest(position, U256::MAX).expect("the market buys");
    assert_eq!((after.units, after.value), (U256::ZERO, U256::ZERO));
    assert!(paid > 280_000 * ONE);
    assert_eq!(stage.balance(bond.principal, position), U256::ZERO);
    assert!(bought.units > U256::ZERO);
}

#[test]
fn more_than_the_market_pays_is_refused() {
    let stage = Stage::new();
    let position = stage.position(&stage.bonds[0]);
    stage.invest(position, 100_000 * ONE).expect("the market sells");

    let reason = refusal::<IAdapter::VenueCallFailed>(
        &stage.divest(position, u(150_000 * ONE)).map(|_| ()).expect_err("too much"),
    )
    .reason;

    assert_eq!(refusal::<IBond::TooShallow>(&reason).assets, u(150_000 * ONE));
}

#[test]
fn when_due_its_face_is_paid_to_the_unit() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    let [_, bought] = stage.invest(position, 300_000 * ONE).expect("the market sells");
    stage.pass_to(bond.expiry_secs);

    let ([before, part], paid) = stage.divest(position, u(100_000 * ONE)).expect("it is due");
    assert!((100_000 * ONE..100_000 * ONE + 3).contains(&paid));
    assert_close(before.units - part.units, u(100_000 * ONE), 3);
    let ([_, after], paid) = stage.divest(position, U256::MAX).expect("it is due");

    assert_close(u(paid), part.units, 2);
    assert_eq!((after.units, after.value, after.high), (U256::ZERO, U256::ZERO, U256::ZERO));
    assert!(bought.units > u(304_000 * ONE));
}

#[test]
fn a_claim_is_never_its_face_and_fades_until_it_is_paid() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    let [_, bought] = stage.invest(position, 300_000 * ONE).expect("the market sells");
    let face = bought.units;

    for late_secs in [0, 1, 86_400, u64::from(DECAY_SECS) / 2, u64::from(DECAY_SECS) - 2] {
        stage.pass_to(bond.expiry_secs + late_secs);
        let report = stage.report(position);
        assert_eq!(report.value, face * u(u64::from(DECAY_SECS) - late_secs - 1) / u(DECAY_SECS.into()));
        assert!(report.value < face && report.high == report.value);
        assert_eq!((report.rateWad, report.depth), (U256::ZERO, U256::MAX));
        assert_close(stage.view(position, &IAdapter::liquidityCall {}), report.value, 0);
    }
    stage.pass_to(bond.expiry_secs + u64::from(DECAY_SECS) + 30 * DAY_SECS);
    assert_eq!(stage.report(position).value, U256::ZERO);
    let (_, paid) = stage.divest(position, U256::MAX).expect("it is due");
    assert_close(u(paid), face, 2);
}

#[test]
fn what_the_market_would_pay_is_liquid() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    stage.invest(position, 1_000_000 * ONE).expect("the market sells");

    let liquid = stage.view(position, &IAdapter::liquidityCall {});
    let value = stage.view(position, &IAdapter::valueCall {});
    assert!(liquid <= value && liquid > value * u(99) / u(100));
    let (_, paid) = stage.divest(position, liquid).expect("it says so");
    assert!(u(paid) >= liquid);
}

#[test]
fn aave_without_money_is_not_liquid() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    stage.invest(position, 1_000_000 * ONE).expect("the market sells");
    stage.world.borrow_to(&stage.chain, keeper_sim::Venue::Aave, WAD).expect("the chain obeys");

    let liquid = stage.view(position, &IAdapter::liquidityCall {});

    assert!(liquid < u(100 * ONE), "{liquid}");
}

#[test]
fn what_it_costs_in_gas() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    let run = |call: Vec<u8>| {
        let receipt = stage.relayed(&[(position, call)]);
        assert_eq!(receipt.status, devnet::Status::Success);
        receipt.gas_used
    };
    use alloy_sol_types::SolCall;
    stage.fund(position, 300_000 * ONE);
    let first = run(IAdapter::allocateCall { assets: u(100_000 * ONE) }.abi_encode());
    stage.pass(60);
    let second = run(IAdapter::allocateCall { assets: u(200_000 * ONE) }.abi_encode());
    let report = run(IAdapter::reportCall {}.abi_encode());
    let sale = run(IAdapter::deallocateCall { assets: u(50_000 * ONE) }.abi_encode());
    stage.pass_to(bond.expiry_secs);
    let redemption = run(IAdapter::deallocateCall { assets: U256::MAX }.abi_encode());

    println!("gas: first purchase {first}, purchase {second}, report {report}, sale {sale}, redemption {redemption}");
    assert!(second < 2_000_000 && sale < 2_000_000 && report < 400_000 && redemption < 1_000_000);
}
