//! Pauses and trips by word: they end by themselves, and a guardian who means harm has no more than half of the time.

use abi::{
    board::IBoard::{self, Breaker},
    desk::IDesk,
    vault::IVault,
};
use alloy_primitives::{Address, U256};
use tenor_world::{CURATOR, GUARDIAN, KEEPER, OWNER, Scene, VAULT, address, refusal, risk_id};

use crate::{ALICE, BOB, ONE, UNIT, u};

const DAY: u64 = 86_400;

fn pause(secs: u64) -> IBoard::pauseCall {
    IBoard::pauseCall { secs: U256::from(secs) }
}

fn word(id: &str) -> IBoard::tripByWordCall {
    IBoard::tripByWordCall { riskId: risk_id(id) }
}

fn invested() -> Scene {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.position(&["b"]);
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 10 * UNIT), (1, 10 * UNIT)]).expect("within caps");
    scene
}

fn paused_until(scene: &Scene) -> u64 {
    scene.levels().pausedUntil.to()
}

fn is_blocked(scene: &Scene) -> bool {
    scene.levels().blockedUntil > U256::from(scene.world.now_secs())
}

#[test]
fn guardians_curator_and_owner_pause_and_trip_and_nobody_else() {
    for by in [GUARDIAN, CURATOR, OWNER] {
        let scene = invested();
        scene.call(by, pause(DAY));
        scene.call(by, word("a"));
    }
    for by in [KEEPER, ALICE, Address::ZERO] {
        let scene = invested();
        assert_eq!(refusal::<IDesk::NotAuthorized>(scene.try_call(by, pause(DAY))).role, risk_id("guardian"));
        assert_eq!(refusal::<IDesk::NotAuthorized>(scene.try_call(by, word("a"))).role, risk_id("guardian"));
    }
}

#[test]
fn a_pause_lets_money_come_back_and_people_leave_and_join_and_ends_by_itself() {
    let scene = invested();
    scene.call(GUARDIAN, pause(DAY));
    let told = scene.world.events::<IBoard::PausedUntil>(VAULT).pop().expect("an event");
    assert_eq!((told.until, told.by), (U256::from(scene.world.now_secs() + DAY), GUARDIAN));

    refusal::<IDesk::Paused>(scene.rebalance(&[(0, UNIT)]));
    scene.rebalance(&[(0, -UNIT)]).expect("back to idle");
    scene.call(ALICE, IVault::withdrawCall { assets: u(ONE), receiver: ALICE, owner: ALICE });
    scene.deposit(BOB, ONE);
    scene.world.pass(DAY);
    scene.rebalance(&[(0, UNIT)]).expect("the pause is over");
}

#[test]
fn a_pause_is_at_most_seven_days_and_never_shortened() {
    let scene = invested();
    let error = refusal::<IDesk::BoundExceeded>(scene.try_call(GUARDIAN, pause(7 * DAY + 1)));
    assert_eq!((error.value, error.bound), (U256::from(7 * DAY + 1), U256::from(7 * DAY)));
    refusal::<IDesk::BoundExceeded>(scene.try_call(GUARDIAN, IBoard::pauseCall { secs: U256::MAX }));

    scene.call(GUARDIAN, pause(3 * DAY));
    let until = paused_until(&scene);
    scene.call(CURATOR, pause(DAY));
    assert_eq!(paused_until(&scene), until);
}

#[test]
fn a_short_pause_by_one_guardian_does_not_keep_another_from_a_long_one() {
    let scene = invested();
    let start = scene.world.now_secs();
    scene.call(OWNER, IBoard::setGuardianCall { account: BOB, granted: true });
    scene.call(GUARDIAN, pause(0));
    scene.world.pass(DAY);

    scene.call(BOB, pause(7 * DAY));

    assert_eq!(paused_until(&scene), start + 7 * DAY, "to the end of the window");
}

#[test]
fn the_next_pause_follows_seven_days_after_the_window() {
    let scene = invested();
    let start = scene.world.now_secs();
    scene.call(GUARDIAN, pause(DAY));

    scene.world.pass(7 * DAY);
    for by in [GUARDIAN, OWNER] {
        let error = refusal::<IBoard::CoolingDown>(scene.try_call(by, pause(DAY)));
        assert_eq!(error.until, U256::from(start + 14 * DAY));
    }
    scene.world.pass(7 * DAY - 1);
    refusal::<IBoard::CoolingDown>(scene.try_call(GUARDIAN, pause(DAY)));
    scene.world.pass(1);
    scene.call(GUARDIAN, pause(DAY));
}

#[test]
fn a_word_trips_an_id_for_as_long_as_its_breaker_or_a_day() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.position(&["b"]);
    let breaker = Breaker {
        feed: Address::ZERO,
        minPriceWad: U256::ZERO,
        maxPriceWad: U256::ZERO,
        maxAgeSecs: 0,
        liquidBps: 0,
        confirmSecs: 60,
        tripSecs: 3 * DAY as u32,
    };
    scene.call(CURATOR, IBoard::setBreakerCall { riskId: risk_id("a"), breaker });
    scene.endow(ALICE, 100 * ONE);
    let now = scene.world.now_secs();

    scene.call(GUARDIAN, word("a"));
    scene.call(GUARDIAN, word("b"));

    let caps = scene.view(IDesk::capsCall {});
    assert_eq!((caps[0].trippedUntil, caps[1].trippedUntil), (U256::from(now + 3 * DAY), U256::from(now + DAY)));
    let told = scene.world.events::<IDesk::Tripped>(VAULT);
    let told: Vec<_> = told.iter().map(|e| (e.riskId, e.condition, e.until)).collect();
    assert_eq!(told, [(risk_id("a"), 5, U256::from(now + 3 * DAY)), (risk_id("b"), 5, U256::from(now + DAY))]);
    assert!(!is_blocked(&scene), "nothing counts against them");
}

#[test]
fn a_word_blocks_deposits_where_money_counts_against_the_id_and_never_an_exit() {
    let scene = invested();
    scene.call(GUARDIAN, word("a"));

    scene.fund(BOB, ONE);
    let deposit = IVault::depositCall { assets: u(ONE), receiver: BOB };
    refusal::<IVault::DepositsBlocked>(scene.try_call(BOB, deposit.clone()));
    refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, UNIT)]));
    scene.rebalance(&[(0, -UNIT)]).expect("back to idle");
    scene.call(ALICE, IVault::withdrawCall { assets: u(99 * ONE), receiver: ALICE, owner: ALICE });
    scene.world.pass(DAY);
    scene.call(BOB, deposit);
}

#[test]
fn a_word_about_an_unknown_id_is_refused() {
    let scene = invested();

    assert_eq!(refusal::<IDesk::InvalidRiskId>(scene.try_call(GUARDIAN, word("x"))).riskId, risk_id("x"));
}

#[test]
fn a_hostile_guardian_with_helpers_blocks_deposits_for_at_most_half_of_the_time() {
    let scene = invested();
    let helper = address(0x42);
    scene.call(OWNER, IBoard::setGuardianCall { account: helper, granted: true });
    let (mut blocked_hours, mut paused_hours) = (0, 0);
    for _ in 0..24 * 70 {
        for by in [GUARDIAN, helper] {
            for call in [word("a"), word("b")] {
                let _ = scene.try_call(by, call);
            }
            let _ = scene.try_call(by, pause(7 * DAY));
        }
        blocked_hours += u64::from(is_blocked(&scene));
        paused_hours += u64::from(paused_until(&scene) > scene.world.now_secs());
        scene.world.pass(3600);
    }
    assert_eq!((blocked_hours, paused_hours), (24 * 35, 24 * 35));
}

#[test]
fn a_trip_by_word_before_opening_does_not_outlive_its_time() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.call(GUARDIAN, word("a"));
    assert!(!scene.view(IBoard::isOpenCall {}));

    scene.deposit(ALICE, ONE);
}
