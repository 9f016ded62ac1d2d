//! Circuit breakers: tripped by anyone on a condition, against new money and new shares, never against exits.

use abi::{
    board::IBoard::{self, Breaker},
    desk::IDesk,
    vault::IVault,
};
use alloy_primitives::{Address, U256};
use tenor_world::{
    CURATOR, GUARDIAN, Scene, VAULT, WAD, address,
    mock::{adapter, feed},
    refusal, risk_id,
};

use crate::{ALICE, BOB, ONE, UNIT, u};

const FEED: Address = address(0x91);
const CENT: u64 = WAD / 100;
const HOUR: u64 = 3600;
const BREAKER: u8 = 9;
const DEPEG: u8 = 1;
const STALE: u8 = 2;
const ILLIQUID: u8 = 3;
const SILENT: u8 = 4;

/// 100 units of Alice's: 40 in a position of issuer x, 20 in another one's; a breaker on each issuer. The second position
/// of issuer x is empty, and z has nothing under it.
fn guarded() -> (Scene, [Address; 3]) {
    let scene = Scene::new();
    let positions = [&["p", "x"], &["q", "y"], &["r", "x"]].map(|ids| scene.position(ids).0);
    scene.cap("z", u128::MAX, WAD);
    feed::install(&scene.world, FEED, 100_000_000);
    for id in ["x", "y", "z"] {
        scene.call(CURATOR, IBoard::setBreakerCall { riskId: risk_id(id), breaker: breaker() });
    }
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 40 * UNIT), (1, 20 * UNIT)]).expect("within caps");
    scene.fund(BOB, 10 * ONE);
    feed::say(&scene.world, FEED, 100_000_000);
    (scene, positions)
}

fn breaker() -> Breaker {
    Breaker {
        feed: FEED,
        minPriceWad: u((99 * CENT).into()),
        maxPriceWad: u((101 * CENT).into()),
        maxAgeSecs: 7 * 86_400,
        liquidBps: 5_000,
        confirmSecs: HOUR as u32,
        tripSecs: (6 * HOUR) as u32,
    }
}

fn enters(scene: &Scene) -> bool {
    let call = IVault::depositCall { assets: u(1000), receiver: BOB };
    match scene.try_call(BOB, call) {
        Ok(_) => true,
        refused => {
            let error = refusal::<IVault::DepositsBlocked>(refused);
            assert_eq!(error.until, scene.levels().blockedUntil);
            assert_eq!(scene.view(IVault::maxDepositCall { receiver: BOB }), u(0));
            assert_eq!(scene.view(IVault::maxMintCall { receiver: BOB }), u(0));
            false
        }
    }
}

fn tripped_until(scene: &Scene, id: &str) -> U256 {
    let caps = scene.view(IDesk::capsCall {});
    caps.into_iter().find(|cap| cap.riskId == risk_id(id)).expect("known").trippedUntil
}

fn illiquid(scene: &Scene, adapter: Address, assets: u128) {
    scene.world.poke(adapter, adapter::LIQUIDITY, u(assets + 1));
}

#[test]
fn a_depeg_trips_at_once_and_is_told() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);

    scene.trip("x", DEPEG, 9).expect("by a stranger");

    let until = u((scene.world.now_secs() + 6 * HOUR).into());
    let told = scene.world.events::<IDesk::Tripped>(VAULT).pop().expect("an event");
    assert_eq!((told.riskId, told.condition, told.until), (risk_id("x"), DEPEG, until));
    assert_eq!((told.value, told.bound), (u((98 * CENT).into()), u((99 * CENT).into())));
    assert_eq!(tripped_until(&scene, "x"), until);
    assert_eq!(scene.levels().blockedUntil, until);
}

#[test]
fn a_price_within_its_band_trips_nothing() {
    let (scene, _) = guarded();

    for answer in [99_000_000, 101_000_000] {
        feed::say(&scene.world, FEED, answer);
        refusal::<IDesk::NotTripped>(scene.trip("x", DEPEG, 0));
    }
    for (answer, bound) in [(98_999_999, 99), (101_000_001, 101)] {
        feed::say(&scene.world, FEED, answer);
        scene.trip("x", DEPEG, 0).expect("outside");
        let told = scene.world.events::<IDesk::Tripped>(VAULT).pop().expect("an event");
        assert_eq!(told.bound, u((bound * CENT).into()));
    }
}

#[test]
fn a_stale_negative_or_silent_feed_trips_as_stale() {
    let ages = |scene: &Scene| scene.world.pass(7 * 86_400 + 1);
    let negative = |scene: &Scene| feed::say(&scene.world, FEED, -1);
    let zero = |scene: &Scene| feed::say(&scene.world, FEED, 0);
    let broken = |scene: &Scene| scene.world.poke(FEED, feed::BROKEN, u(1));
    let future = |scene: &Scene| scene.world.poke(FEED, feed::UPDATED_AT, u((scene.world.now_secs() + 1).into()));
    let burning = |scene: &Scene| scene.world.poke(FEED, feed::BROKEN, u(2));
    for fault in [&ages as &dyn Fn(&Scene), &negative, &zero, &broken, &burning, &future] {
        let (scene, _) = guarded();
        refusal::<IDesk::NotTripped>(scene.trip("x", STALE, 0));

        fault(&scene);

        refusal::<IDesk::NotTripped>(scene.trip("x", DEPEG, 0));
        scene.trip("x", STALE, 0).expect("no price is a reason");
        assert!(!enters(&scene));
    }
}

#[test]
fn illiquidity_must_be_seen_twice() {
    let (scene, [a, ..]) = guarded();
    refusal::<IDesk::NotTripped>(scene.trip("x", ILLIQUID, 0));
    illiquid(&scene, a, 20 * ONE);
    refusal::<IDesk::NotTripped>(scene.trip("x", ILLIQUID, 0));
    illiquid(&scene, a, 20 * ONE - 1);

    scene.trip("x", ILLIQUID, 0).expect("seen once");
    let told = scene.world.events::<IDesk::Armed>(VAULT).pop().expect("an event");
    assert_eq!((told.riskId, told.position, told.condition), (risk_id("x"), 0, ILLIQUID));
    assert_eq!(told.confirmAt, u((scene.world.now_secs() + HOUR).into()));
    assert!(enters(&scene));

    scene.world.pass(HOUR - 1);
    let _ = scene.trip("x", ILLIQUID, 0);
    assert_eq!(tripped_until(&scene, "x"), u(0), "too early");
    scene.world.pass(1);
    scene.trip("x", ILLIQUID, 0).expect("seen twice");
    assert!(!enters(&scene));
}

#[test]
fn a_second_look_that_comes_too_early_does_not_postpone_the_trip() {
    let (scene, [a, ..]) = guarded();
    illiquid(&scene, a, 0);
    scene.trip("x", ILLIQUID, 0).expect("seen once");

    for _ in 0..6 {
        scene.world.pass(HOUR / 6);
        let _ = scene.trip("x", ILLIQUID, 0);
    }

    assert_ne!(tripped_until(&scene, "x"), u(0));
}

#[test]
fn what_was_seen_once_is_forgotten_after_a_day_and_any_position_of_the_id_confirms_it() {
    let (scene, [a, _, c]) = guarded();
    scene.rebalance(&[(2, 10 * UNIT)]).expect("within caps");
    illiquid(&scene, a, 0);
    illiquid(&scene, c, 0);
    scene.trip("x", ILLIQUID, 0).expect("seen once");
    scene.world.pass(86_400 + 1);
    scene.trip("x", ILLIQUID, 0).expect("seen once again");
    assert_eq!(tripped_until(&scene, "x"), u(0), "the first sight is forgotten");

    scene.world.pass(HOUR);
    scene.trip("x", ILLIQUID, 2).expect("another position of the id");
    assert_ne!(tripped_until(&scene, "x"), u(0), "the id's liquidity was found wanting twice");
}

#[test]
fn a_recovery_between_two_looks_trips_nothing() {
    let (scene, [a, ..]) = guarded();
    illiquid(&scene, a, 0);
    scene.trip("x", ILLIQUID, 0).expect("seen once");
    illiquid(&scene, a, 40 * ONE);
    scene.world.pass(2 * HOUR);

    refusal::<IDesk::NotTripped>(scene.trip("x", ILLIQUID, 0));
    assert!(enters(&scene));
}

#[test]
fn an_adapter_that_does_not_answer_trips_when_seen_twice() {
    for fault in [adapter::NO_VALUE, adapter::BURN] {
        let (scene, [a, ..]) = guarded();
        refusal::<IDesk::NotTripped>(scene.trip("x", SILENT, 0));
        scene.world.poke(a, adapter::FAULTS, u(fault.into()));

        scene.trip("x", SILENT, 0).expect("seen once");
        scene.world.pass(HOUR);
        scene.trip("x", SILENT, 0).expect("seen twice");

        assert!(!enters(&scene));
        assert_eq!(scene.world.gas_given(a), host::ISOLATED_GAS);
    }
}

#[test]
fn a_position_that_is_silent_about_its_liquidity_is_illiquid() {
    let (scene, [a, ..]) = guarded();
    scene.world.poke(a, adapter::FAULTS, u(adapter::NO_LIQUIDITY.into()));

    scene.trip("x", ILLIQUID, 0).expect("seen once");
    scene.world.pass(HOUR);
    scene.trip("x", ILLIQUID, 0).expect("seen twice");
    assert!(!enters(&scene));
}

#[test]
fn an_empty_position_is_not_illiquid() {
    let (scene, [_, _, c]) = guarded();
    illiquid(&scene, c, 0);

    refusal::<IDesk::NotTripped>(scene.trip("x", ILLIQUID, 2));
}

#[test]
fn a_position_that_does_not_count_against_the_id_proves_nothing() {
    let (scene, [_, b, _]) = guarded();
    illiquid(&scene, b, 0);

    for position in [1, 3, 64, u32::MAX] {
        assert!(scene.trip("x", ILLIQUID, position).is_err());
    }
    assert!(scene.world.events::<IDesk::Armed>(VAULT).is_empty());
}

#[test]
fn ids_without_a_breaker_and_conditions_that_are_none_are_refused() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 1);

    for (id, condition) in [("p", DEPEG), ("unknown", DEPEG), ("x", 0), ("x", 5), ("x", 255)] {
        assert!(scene.trip(id, condition, 0).is_err(), "{id} {condition}");
    }
    assert!(enters(&scene));
}

#[test]
fn a_tripped_id_takes_no_new_money_and_gives_it_back() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);
    scene.trip("x", DEPEG, 0).expect("a depeg");

    for legs in [&[(0, 1)][..], &[(2, 1)], &[(1, -UNIT), (0, 1)]] {
        let error = refusal::<IDesk::LimitBreached>(scene.rebalance(legs));
        assert_eq!((error.limit, error.id), (BREAKER, risk_id("x")));
    }
    scene.rebalance(&[(0, -10 * UNIT), (1, 5 * UNIT)]).expect("out of it, and into another");
}

#[test]
fn money_does_not_move_between_positions_of_a_tripped_id() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);
    scene.trip("x", DEPEG, 0).expect("a depeg");

    let error = refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, -10 * UNIT), (2, 10 * UNIT)]));
    assert_eq!((error.limit, error.id), (BREAKER, risk_id("x")));
    assert!(scene.rebalance(&[(2, 0), (0, -10 * UNIT), (0, 5 * UNIT)]).is_err());
}

#[test]
fn exits_pass_while_tripped_idle_or_forced() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);
    scene.trip("x", DEPEG, 0).expect("a depeg");
    scene.trip("y", DEPEG, 0).expect("a depeg");

    let shares = scene.view(IVault::maxRedeemCall { owner: ALICE });
    assert_eq!(scene.call(ALICE, IVault::redeemCall { shares, receiver: ALICE, owner: ALICE }), u(100 * ONE));
}

#[test]
fn an_id_without_money_blocks_no_deposits_but_takes_no_money() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);

    scene.trip("z", DEPEG, 0).expect("a depeg");

    assert!(enters(&scene));
    assert_ne!(tripped_until(&scene, "z"), u(0));
}

#[test]
fn a_trip_ends_by_itself_and_renews_only_while_it_holds() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);
    scene.trip("x", DEPEG, 0).expect("a depeg");
    scene.world.pass(5 * HOUR);
    scene.trip("x", DEPEG, 0).expect("it still holds");
    scene.world.pass(6 * HOUR - 1);
    assert!(!enters(&scene));
    refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, 1)]));
    feed::say(&scene.world, FEED, 100_000_000);
    refusal::<IDesk::NotTripped>(scene.trip("x", DEPEG, 0));

    scene.world.pass(1);

    assert!(enters(&scene));
    scene.rebalance(&[(0, 1)]).expect("it has ended by itself");
}

#[test]
fn deposits_open_when_the_keeper_has_left_the_tripped_id() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);
    scene.trip("x", DEPEG, 0).expect("a depeg");
    assert!(!enters(&scene));

    scene.rebalance(&[(0, -20 * UNIT)]).expect("out of it");
    assert!(!enters(&scene));
    scene.rebalance(&[(0, tenor_world::ALL)]).expect("out of it");

    assert!(enters(&scene));
    assert_eq!(scene.levels().blockedUntil, u(0));
}

#[test]
fn leaving_one_of_two_tripped_ids_keeps_the_other_ones_block() {
    let (scene, _) = guarded();
    feed::say(&scene.world, FEED, 98_000_000);
    scene.trip("x", DEPEG, 0).expect("a depeg");
    scene.world.pass(HOUR);
    scene.trip("y", DEPEG, 0).expect("a depeg");
    let until = scene.levels().blockedUntil;

    scene.rebalance(&[(0, tenor_world::ALL)]).expect("out of it");
    assert_eq!(scene.levels().blockedUntil, until);
    assert!(!enters(&scene));
}

#[test]
fn a_guardians_word_trips_and_ends_by_itself() {
    let (scene, _) = guarded();
    scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id("x") });
    assert!(!enters(&scene));
    let until: u64 = tripped_until(&scene, "x").to();

    scene.world.pass(until - scene.world.now_secs());

    assert!(enters(&scene));
}

#[test]
fn a_trip_moves_no_money_and_no_mark() {
    let (scene, [a, ..]) = guarded();
    scene.earn(a, -5 * UNIT);
    feed::say(&scene.world, FEED, 98_000_000);
    let before = scene.book();

    scene.trip("x", DEPEG, 0).expect("a depeg");

    let after = scene.book();
    assert_eq!((before.nav, before.idle, before.marked), (after.nav, after.idle, after.marked));
}
