//! A fund of treasuries in a whole vault: bought and requested by the keeper, settled by anyone; its fund lies, falls, stalls.

use abi::{adapter::IAdapter, board::IBoard, bond::IBond, covenants::ICovenants, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use tenor_world::{
    ALL, CURATOR, GUARDIAN, OWNER, Scene, Terms, USDC, VAULT, WAD, add, address,
    bonds::{set_credit, set_duration, set_hazard, set_ladder},
    mock::{
        fund::{self, CLAIM_BPS, PAUSED, PAYS_BPS, PRICE_WAD, SAYS_BPS},
        oracle::{self, ASK_WAD, BID_WAD, Pair, REFUSES},
        token,
    },
    refusal, risk_id,
};

use crate::{ALICE, ONE, UNIT, u};

const FUND: Address = address(0x61);
const ORACLE: Address = address(0x62);
const ADAPTER: Address = address(0x63);
const STRANGER: Address = address(0xdd);
const DAY_SECS: u64 = 86_400;
const NOTICE_SECS: u32 = 5 * DAY_SECS as u32;
const DECAY_SECS: u32 = 30 * DAY_SECS as u32;
/// What governance says of the fund: its bonds pay in ninety days, always.
const TERM_SECS: u64 = 90 * DAY_SECS;
/// Base units of shares of a price of one that cost a base unit of the asset.
const SHARES: u128 = 1_000_000_000_000;

/// A vault, not open yet, that may hold a fund and another position, of which nothing forbids anything.
fn prepare() -> Scene {
    let scene = Scene::new();
    fund::install(&scene.world, FUND, USDC);
    token::mint(&scene.world, USDC, FUND, 1_000 * ONE);
    oracle::install(&scene.world, ORACLE, Pair { base: (FUND, 18), quote: (USDC, 6), pool: Address::ZERO });
    price(&scene, WAD);
    scene.world.install(ADAPTER, tenor_adapter_treasury::main);
    let terms = IBond::TreasuryTerms { oracle: ORACLE, noticeSecs: NOTICE_SECS, decaySecs: DECAY_SECS };
    let call = IAdapter::initializeCall { vault: VAULT, venue: FUND, terms: terms.abi_encode().into() };
    scene.world.call(ALICE, ADAPTER, &call).expect("the terms are good");
    for code in [ADAPTER, ORACLE] {
        scene.call(OWNER, IBoard::admitCodeCall { codehash: scene.world.codehash(code), admitted: true });
    }
    scene.cap("treasury", u128::MAX, WAD);
    scene.call(CURATOR, add(ADAPTER, &["treasury"], Terms { instant_bps: 0, ..Terms::default() }));
    scene.position(&["other"]);
    scene.call(CURATOR, ICovenants::setTermCall { position: 0, secs: U256::from(TERM_SECS) });
    scene.covenants();
    scene
}

/// 1000 units of Alice's, of which 400 are in the fund.
fn invested() -> Scene {
    let scene = prepare();
    scene.endow(ALICE, 1_000 * ONE);
    scene.rebalance(&[(0, 400 * UNIT)]).expect("it is within every limit");
    scene
}

/// Has fund and oracle say a price.
fn price(scene: &Scene, price_wad: u64) {
    scene.world.poke(FUND, PRICE_WAD, U256::from(price_wad));
    for slot in [BID_WAD, ASK_WAD] {
        scene.world.poke(ORACLE, slot, U256::from(price_wad));
    }
}

fn fulfil(scene: &Scene, assets: u128) {
    fund::fulfil(&scene.world, FUND, ADAPTER, u(assets * SHARES));
}

fn settle(scene: &Scene) -> Result<u128, tenor_world::Revert> {
    scene.try_call(STRANGER, IDesk::settleCall { position: 0 }).map(|assets| assets.to())
}

/// What the book says of the fund, and of idle money.
fn booked(scene: &Scene) -> (u128, u128) {
    (scene.view(IDesk::positionsCall {})[0].value.to(), scene.book().idle.to())
}

#[test]
fn a_redemption_is_requested_by_the_keeper_and_settled_by_anyone() {
    let scene = invested();
    assert_eq!(booked(&scene), (400 * ONE, 600 * ONE));
    assert_eq!(refusal::<IDesk::NotPaid>(settle(&scene)).position, 0);

    let results = scene.rebalance(&[(0, -300 * UNIT)]).expect("nothing is lost");
    assert_eq!((results, booked(&scene)), (vec![U256::ZERO], (400 * ONE, 600 * ONE)), "no money, and no less of it");
    assert_eq!(scene.levels().loss.used, U256::ZERO);
    refusal::<IDesk::NotPaid>(settle(&scene));

    fulfil(&scene, 200 * ONE);
    assert_eq!(settle(&scene), Ok(200 * ONE));
    assert_eq!(booked(&scene), (200 * ONE, 800 * ONE));
    refusal::<IDesk::NotPaid>(settle(&scene));
    fulfil(&scene, 100 * ONE);
    assert_eq!(scene.rebalance(&[(0, ALL)]).expect("the rest is requested"), vec![u(100 * ONE)]);
    fulfil(&scene, 100 * ONE);
    assert_eq!(settle(&scene), Ok(100 * ONE));
    assert_eq!(booked(&scene), (0, 1_000 * ONE));
}

#[test]
fn a_least_result_is_of_the_money_that_comes() {
    let scene = invested();
    let mut intent = scene.intent(&[(0, -300 * UNIT)]);
    intent.legs[0].minResult = U256::ONE;

    let refused = scene.try_call(tenor_world::KEEPER, IDesk::rebalanceCall { intent });

    refusal::<IDesk::ResultBelowMinimum>(refused);
}

#[test]
fn the_published_price_reaches_the_book_at_the_governed_rate_and_a_fall_at_once() {
    let scene = invested();
    scene.world.pass(36 * DAY_SECS + DAY_SECS / 2);
    price(&scene, WAD / 1_000 * 1_004);
    scene.mark(&[0]);
    assert_eq!(booked(&scene).0, 401_600_000);

    price(&scene, WAD / 10 * 9);
    scene.mark(&[0]);
    assert_eq!(booked(&scene).0, 358_565_737 + 1_434_263, "what was bought at one");
}

#[test]
fn exits_take_what_is_payable_and_request_nothing() {
    let scene = invested();
    scene.rebalance(&[(0, -300 * UNIT)]).expect("requested");
    fulfil(&scene, 100 * ONE);

    let leaves = |assets: u128| scene.try_call(ALICE, crate::exits::withdraw(assets));
    leaves(650 * ONE).expect("idle money, and a part of the claim");
    assert_eq!(booked(&scene), (350 * ONE, 0));
    leaves(51 * ONE).expect_err("no more is payable");
    leaves(50 * ONE).expect("the rest of the claim");
    assert_eq!(booked(&scene), (300 * ONE, 0));
}

#[test]
fn an_evacuation_takes_the_claim_and_a_relief_requests_only_beside_what_it_brings() {
    let scene = invested();
    scene.rebalance(&[(0, -300 * UNIT)]).expect("requested");
    fulfil(&scene, 100 * ONE);
    scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id("treasury") });

    let call = IDesk::evacuateCall { riskId: risk_id("treasury") };
    assert_eq!(scene.call(STRANGER, call), u(100 * ONE));
    assert_eq!(booked(&scene), (300 * ONE, 700 * ONE));

    let silence_secs: u64 = scene.view(IDesk::mandateCall {}).silenceSecs.to();
    scene.world.pass(silence_secs + 1);
    refusal::<IDesk::LimitBreached>(scene.relieve(&[(0, ALL)]));
    fulfil(&scene, 50 * ONE);
    assert_eq!(scene.relieve(&[(0, ALL)]).expect("more is payable"), [u(50 * ONE)]);
}

#[test]
fn a_silent_oracle_stops_this_position_and_nothing_else() {
    let scene = invested();
    scene.world.poke(ORACLE, REFUSES, u(4));

    refusal::<IDesk::AdapterCallFailed>(scene.rebalance(&[(0, 10 * UNIT)]));
    refusal::<IDesk::AdapterCallFailed>(scene.rebalance(&[(0, -10 * UNIT)]));
    refusal::<IDesk::AdapterCallFailed>(scene.try_call(STRANGER, IDesk::markCall { positions: vec![0] }));
    refusal::<IDesk::NotPaid>(settle(&scene));
    scene.rebalance(&[(1, 100 * UNIT)]).expect("another position");
    scene.mark(&[1]);
    scene.deposit(crate::BOB, 10 * ONE);
    scene.call(ALICE, crate::exits::withdraw(550 * ONE));
    scene.world.poke(ORACLE, REFUSES, U256::ZERO);
    scene.mark(&[0]);
}

#[test]
fn what_is_requested_is_never_at_par_once_it_is_overdue() {
    let scene = invested();
    scene.rebalance(&[(0, ALL)]).expect("requested");
    scene.world.pass(NOTICE_SECS.into());
    scene.mark(&[0]);
    assert!(booked(&scene).0 < 400 * ONE);
    scene.world.pass(u64::from(DECAY_SECS) / 2);
    scene.mark(&[0]);
    assert!(booked(&scene).0 <= 200 * ONE);
    scene.world.pass(DECAY_SECS.into());
    scene.mark(&[0]);
    assert_eq!(booked(&scene).0, 0);

    fulfil(&scene, 400 * ONE);
    assert_eq!(settle(&scene), Ok(400 * ONE));
}

/// 400 units of 1000 that were requested and are late by half of the time that they fade in, which no mark has told yet; no gain
/// is believed.
fn late() -> Scene {
    let scene = prepare();
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: U256::ZERO });
    scene.endow(ALICE, 1_000 * ONE);
    scene.rebalance(&[(0, 400 * UNIT)]).expect("it is within every limit");
    scene.rebalance(&[(0, ALL)]).expect("requested");
    scene.world.pass(u64::from(NOTICE_SECS + DECAY_SECS / 2));
    scene
}

fn leave(scene: &Scene, who: Address, shares: U256) -> u128 {
    scene.call(who, IVault::redeemCall { shares, receiver: who, owner: who }).to()
}

#[test]
fn what_a_mark_takes_off_a_late_request_is_paid_by_entry_once_and_until_it_has_faded() {
    let scene = late();
    let entry = || u128::try_from(scene.view(IVault::previewDepositCall { assets: u(ONE) })).expect("fits");
    let before = entry();

    scene.mark(&[0]);
    assert!(booked(&scene).0 <= 200 * ONE);

    assert!(entry().abs_diff(before) <= before / 1_000_000_000, "{} instead of {before}", entry());
    // A default, and all of it marked and faded: entry pays for what is there.
    scene.world.pass(DECAY_SECS.into());
    scene.mark(&[0]);
    let epoch_secs: u64 = scene.view(IDesk::mandateCall {}).epochSecs.to();
    scene.world.pass(epoch_secs);
    assert_eq!(booked(&scene), (0, 600 * ONE));
    let shares = scene.deposit(crate::BOB, 600 * ONE);
    assert!((600 * ONE - 2..=600 * ONE).contains(&leave(&scene, crate::BOB, shares)));
}

#[test]
fn nobody_gains_by_others_who_enter_between_a_mark_and_a_late_payment() {
    let scene = late();
    let shares = scene.deposit(crate::BOB, 1_000 * ONE);
    scene.mark(&[0]);
    let victim = scene.deposit(STRANGER, 1_000 * ONE);
    fulfil(&scene, 400 * ONE);
    settle(&scene).expect("late, and in full");

    let (taken, kept) = (leave(&scene, crate::BOB, shares), leave(&scene, STRANGER, victim));

    assert!((1_000 * ONE - 10..=1_000 * ONE).contains(&taken), "{taken}");
    assert!((1_000 * ONE - 10..=1_000 * ONE).contains(&kept), "{kept}");
}

#[test]
fn nobody_takes_the_claim_early_to_have_the_rest_uncounted() {
    let evacuated = |scene: &Scene| {
        scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id("treasury") });
        scene.call(STRANGER, IDesk::evacuateCall { riskId: risk_id("treasury") });
        0_u128
    };
    let forced = |scene: &Scene| {
        scene.call(ALICE, crate::exits::withdraw(650 * ONE));
        650 * ONE
    };
    for before in [&evacuated as &dyn Fn(&Scene) -> u128, &forced] {
        let scene = late();
        scene.mark(&[0]);
        fulfil(&scene, 400 * ONE);

        let left = before(&scene);
        settle(&scene).expect("the rest");

        let (marked, idle) = booked(&scene);
        assert!(marked == 0 && (1_000 * ONE - 10..=1_000 * ONE).contains(&(idle + left)), "{idle} and {left}");
    }
}

#[test]
fn what_is_paid_late_and_in_parts_counts_as_far_as_it_was_marked_off_of_late() {
    let scene = late();
    scene.mark(&[0]);
    let faded = booked(&scene).0;
    assert!(faded <= 200 * ONE);

    for part in [100, 50, 200, 50] {
        fulfil(&scene, part * ONE);
        assert_eq!(settle(&scene), Ok(part * ONE));
    }

    let (marked, idle) = booked(&scene);
    assert_eq!((marked, idle), (0, 1_000 * ONE), "{faded}");
}

#[test]
fn a_fund_that_lies_is_believed_no_further_than_the_book_lets_gains_in() {
    for (slot, word) in [(SAYS_BPS, 1_000_000_u128), (CLAIM_BPS, 1_000_000), (CLAIM_BPS, 1), (PAUSED, 1), (PAYS_BPS, 1)]
    {
        let scene = invested();
        scene.rebalance(&[(0, -300 * UNIT)]).expect("requested");
        fulfil(&scene, 300 * ONE);
        scene.world.poke(FUND, slot, u(word));

        scene.mark(&[0]);
        let _ = settle(&scene);
        scene.mark(&[0]);

        let (marked, idle) = booked(&scene);
        assert!(marked + idle <= 1_000 * ONE, "slot {slot}: {marked} and {idle}");
        let (positions, book) = (scene.view(IDesk::positionsCall {}), scene.book());
        assert_eq!(book.marked, positions.iter().map(|position| position.value).sum::<U256>(), "slot {slot}");
        scene.call(ALICE, crate::exits::withdraw(600 * ONE));
    }
}

#[test]
fn entry_pays_by_the_ask_and_exit_by_the_bid() {
    let scene = invested();
    let before = scene.view(IVault::previewDepositCall { assets: u(100 * ONE) });
    scene.world.poke(ORACLE, ASK_WAD, U256::from(WAD / 100 * 101));
    scene.mark(&[0]);
    assert!(scene.view(IVault::previewDepositCall { assets: u(100 * ONE) }) < before);
    assert_eq!(booked(&scene).0, 400 * ONE);
}

#[test]
fn duration_ladder_and_credit_count_the_fund_by_its_governed_term() {
    let limit = |change: &dyn Fn(&Scene)| {
        let scene = prepare();
        change(&scene);
        scene.endow(ALICE, 1_000 * ONE);
        scene.rebalance(&[(0, 400 * UNIT)]).expect("at the bound");
        refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, 10 * UNIT)])).limit
    };
    // Ninety days of two fifths are 36 of the whole; a yield that nobody states is none.
    let duration = |scene: &Scene| {
        scene.call(CURATOR, set_duration(0, 36 * DAY_SECS));
    };
    assert_eq!(limit(&duration), 13);
    let ladder = |scene: &Scene| {
        scene.call(CURATOR, set_ladder(&[(30, 0, 10_000), (365, 0, 4_000)]));
    };
    assert_eq!(limit(&ladder), 15);
    // One percent a year of which half is lost.
    let credit = |scene: &Scene| {
        scene.call(CURATOR, set_hazard("treasury", 100, 5_000));
        scene.call(CURATOR, set_credit(WAD / 1_000 * 2));
    };
    assert_eq!(limit(&credit), 17);
}
