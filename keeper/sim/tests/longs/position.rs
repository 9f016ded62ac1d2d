//! A position in longs of one date, from the purchase to the last redemption.

use abi::{adapter::IAdapter, bond::IBond, erc20::IERC20, hyperdrive::IHyperdrive};
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolValue;

use crate::stage::{DAY_SECS, DECAY_SECS, ONE, Stage, TERM_SECS, WAD, assert_close, reason, refusal, u};

#[test]
fn money_buys_bonds_and_its_units_are_what_they_pay() {
    let stage = Stage::new();
    let position = stage.position();

    let ([before, after], gas) = stage.invest(position, 200_000 * ONE).expect("the pool sells");

    assert_eq!((before.value, before.units, before.high), (U256::ZERO, U256::ZERO, U256::ZERO));
    // 5 % for half a year, less what the purchase moves and fees take.
    assert!(after.units > u(204_000 * ONE) && after.units < u(205_000 * ONE), "{}", after.units);
    assert!(after.value <= u(200_000 * ONE) && after.value > u(199_000 * ONE), "{}", after.value);
    assert!(after.high >= after.value && after.high <= after.units);
    let spender = stage.pool.pool;
    let token = stage.world.tokens.usdc;
    assert_eq!(stage.view(token, &IERC20::allowanceCall { owner: position, spender }), U256::ZERO);
    assert_eq!(stage.view(token, &IERC20::balanceOfCall { account: position }), U256::ZERO);
    println!("gas: purchase {gas}");
}

#[test]
fn it_says_who_it_is_and_what_the_pool_yields() {
    let stage = Stage::new();
    let position = stage.position();
    let due = stage.latest_secs() + TERM_SECS;

    assert_eq!(stage.view(position, &IAdapter::kindCall {}), B256::right_padding_from(b"hyperdrive-long"));
    assert_eq!(stage.view(position, &IAdapter::marketCall {}), B256::from(u(due)));
    assert_eq!(stage.view(position, &IAdapter::maturityCall {}), due);
    assert_eq!(stage.view(position, &IAdapter::oracleCall {}), alloy_primitives::Address::ZERO);
    // A rate of 5 % a year, simple over half of it: (1 + 0.05 * 182 / 365)^(365 / 182) - 1.
    assert_close(stage.report(position).rateWad, u(50_617_000_000_000_000), 20_000_000_000_000);
}

#[test]
fn it_is_bought_within_one_checkpoint_and_never_outside() {
    let stage = Stage::new();
    let now = stage.position();
    let terms = IBond::HyperdriveTerms { maturity: stage.latest_secs() + TERM_SECS + DAY_SECS, decaySecs: DECAY_SECS };
    let next = stage.try_position(stage.pool.pool, terms.abi_encode()).expect("it may be announced early");
    let refused = |position| {
        let revert = stage.invest(position, ONE).map(|_| ()).expect_err("it is not sold");
        reason::<IBond::NotOnSale>(&revert)
    };

    assert_eq!(refused(next).sold, u(stage.latest_secs() + TERM_SECS));
    stage.invest(now, 1_000 * ONE).expect("the pool sells");
    stage.pass_to(stage.latest_secs() + DAY_SECS);
    stage.begin();
    assert_eq!(refused(now).maturity, u(stage.latest_secs() + TERM_SECS - DAY_SECS));
    stage.invest(next, 1_000 * ONE).expect("the pool sells");
}

#[test]
fn it_is_worth_the_lower_of_accretion_and_mark_and_at_most_the_higher() {
    let stage = Stage::new();
    let (position, due) = (stage.position(), stage.latest_secs() + TERM_SECS);
    let ([_, bought], _) = stage.invest(position, 100_000 * ONE).expect("the pool sells");
    let (face, since) = (bought.units, stage.now_secs());
    stage.pass_to(stage.latest_secs() + 30 * DAY_SECS);
    stage.begin();
    // Bonds become dearer: the mark rises above what was paid and has grown since.
    stage.buy(400_000);
    stage.pass_to(stage.latest_secs() + DAY_SECS);
    stage.begin();

    let (now, report) = (stage.now_secs(), stage.report(position));
    let growth = f64::from(u32::try_from(face / u(1_000)).expect("fits")) / 100_000_000.0;
    let accreted = 100_000.0 * ONE as f64 * growth.powf((now - since) as f64 / (due - since) as f64);
    assert_close(report.value, u(accreted as u64), 2_000);
    let mean = U256::from(stage.checkpoint(stage.latest_secs() - DAY_SECS).weightedSpotPrice);
    let marked = face - face * (u(WAD) - mean) * u(due - now) / u(WAD) / u(TERM_SECS);
    assert!(marked > report.value);
    assert_close(report.high, marked, 2);
}

#[test]
fn before_its_date_it_is_sold_for_what_is_asked_or_all_of_it() {
    let stage = Stage::new();
    let position = stage.position();
    stage.invest(position, 200_000 * ONE).expect("the pool sells");
    stage.pass(20 * DAY_SECS);
    stage.begin();

    for assets in [ONE, 12_345_678_901, 50_000 * ONE] {
        let ([before, after], paid, gas) = stage.divest(position, u(assets)).expect("the pool buys");
        assert!(paid >= assets && paid < assets + assets / 1_000 + 2_000, "{paid} for {assets}");
        assert!(before.units - after.units > u(assets));
        assert_close(after.value, before.value * after.units / before.units, 3);
        println!("gas: sale {gas}");
    }
    assert_eq!(stage.view(position, &IAdapter::liquidityCall {}), U256::ZERO);
    let revert = stage.divest(position, u(190_000 * ONE)).map(|_| ()).expect_err("it is not worth so much");
    reason::<IBond::TooShallow>(&revert);
    let ([_, after], paid, _) = stage.divest(position, U256::MAX).expect("the pool buys");
    assert_eq!((after.units, after.value), (U256::ZERO, U256::ZERO));
    assert!(paid > 130_000 * ONE);
}

#[test]
fn when_due_its_face_is_paid_to_the_unit() {
    let stage = Stage::new();
    let (position, due) = (stage.position(), stage.latest_secs() + TERM_SECS);
    stage.invest(position, 200_000 * ONE).expect("the pool sells");
    stage.pass_to(due);

    let ([before, part], paid, _) = stage.divest(position, u(100_000 * ONE)).expect("it is due");
    assert!((100_000 * ONE..100_000 * ONE + 2_000).contains(&paid), "{paid}");
    assert_close(before.units - part.units, u(paid), 10);
    stage.pass(3 * DAY_SECS);
    let ([_, after], paid, gas) = stage.divest(position, U256::MAX).expect("it is due");

    assert_close(u(paid), part.units, 10);
    assert_eq!((after.units, after.value, after.high), (U256::ZERO, U256::ZERO, U256::ZERO));
    println!("gas: redemption {gas}");
}

#[test]
fn a_claim_is_never_its_face_and_fades_until_it_is_paid() {
    let stage = Stage::new();
    let (position, due) = (stage.position(), stage.latest_secs() + TERM_SECS);
    let ([_, bought], _) = stage.invest(position, 200_000 * ONE).expect("the pool sells");
    let face = bought.units;

    for late_secs in [0, 1, DAY_SECS, u64::from(DECAY_SECS) - 2, u64::from(DECAY_SECS) + 30 * DAY_SECS] {
        stage.pass_to(due + late_secs);
        let (report, decay) = (stage.report(position), u64::from(DECAY_SECS));
        assert_eq!(report.value, face * u(decay.saturating_sub(late_secs + 1)) / u(decay));
        assert!(report.value < face && report.high == report.value);
        assert_eq!(stage.view(position, &IAdapter::liquidityCall {}), report.value);
    }
    let (_, paid, _) = stage.divest(position, U256::MAX).expect("it is due");
    assert_close(u(paid), face, 10);
}

#[test]
fn terms_must_fit_the_pool() {
    let stage = Stage::new();
    let (now, pool) = (stage.latest_secs(), stage.pool.pool);
    let field = |maturity: u64, decay_secs: u32| {
        let terms = IBond::HyperdriveTerms { maturity, decaySecs: decay_secs }.abi_encode();
        let refused = stage.try_position(pool, terms).expect_err("they are refused");
        let what = refusal::<IBond::InvalidTerms>(&refused).what;
        String::from_utf8(what.to_vec()).expect("ASCII").trim_end_matches('\0').to_string()
    };

    assert_eq!(field(now + TERM_SECS, 0), "decaySecs");
    assert_eq!(field(now, DECAY_SECS), "expired");
    assert_eq!(field(now + TERM_SECS + 1, DECAY_SECS), "maturity");
    assert_eq!(field(now + 3 * TERM_SECS, DECAY_SECS), "maturity");
    let good = IBond::HyperdriveTerms { maturity: now + TERM_SECS, decaySecs: DECAY_SECS }.abi_encode();
    let refused = stage.try_position(pool, good[..32].to_vec()).expect_err("they are short");
    assert_eq!(refusal::<IBond::InvalidTerms>(&refused).what, B256::right_padding_from(b"length"));
    let refused = stage.try_position(stage.world.aave.pool, good).expect_err("it is no pool of bonds");
    assert_eq!(refusal::<IAdapter::InvalidAddress>(&refused).account, stage.world.aave.pool);
    let config = stage.view(pool, &IHyperdrive::getPoolConfigCall {});
    assert_eq!((config.positionDuration, config.checkpointDuration), (u(TERM_SECS), u(DAY_SECS)));
}
