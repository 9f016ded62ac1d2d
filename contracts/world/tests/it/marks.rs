//! Marks: a loss at once, a gain no faster than the governed rate, by anybody.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use tenor_world::{OWNER, Scene, Terms, VAULT, WAD, mock::adapter, refusal};

use crate::{ALICE, BOB, ONE, UNIT, u};

const YEAR: u64 = 31_536_000;

/// 100 units of Alice's in one position; gains believed up to 10 % a year.
fn invested() -> (Scene, Address) {
    invested_at(WAD / 10)
}

fn invested_at(rate_wad: u64) -> (Scene, Address) {
    let (scene, [at, _]) = with_dust(rate_wad);
    (scene, at)
}

/// The same, and a second position that is empty.
fn with_dust(rate_wad: u64) -> (Scene, [Address; 2]) {
    let scene = Scene::new();
    let (at, dust) = (scene.position(&["a"]).0, scene.position(&["b"]).0);
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: u(rate_wad.into()) });
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 100 * UNIT)]).expect("within caps");
    (scene, [at, dust])
}

#[test]
fn a_loss_counts_at_once() {
    let (scene, at) = invested();
    scene.earn(at, -30 * UNIT);
    assert_eq!(scene.book().nav, u(100 * ONE));

    scene.mark(&[0]);

    assert_eq!(scene.book().nav, u(70 * ONE));
    assert_eq!(scene.view(IDesk::capsCall {})[0].exposure, u(70 * ONE));
    let told = scene.world.events::<IDesk::PositionMarked>(VAULT).pop().expect("an event");
    assert_eq!((told.position, told.valueBefore, told.valueAfter), (0, u(100 * ONE), u(70 * ONE)));
}

#[test]
fn a_gain_counts_no_faster_than_the_rate_and_the_rest_later() {
    let (scene, at) = invested();
    scene.earn(at, 25 * UNIT);

    scene.mark(&[0]);
    assert_eq!(scene.book().nav, u(100 * ONE));
    scene.world.pass(YEAR);
    scene.mark(&[0]);
    assert_eq!(scene.book().nav, u(110 * ONE));
    scene.world.pass(YEAR);
    scene.mark(&[0]);
    assert_eq!(scene.book().nav, u(121 * ONE));
    scene.world.pass(YEAR);
    scene.mark(&[0]);
    assert_eq!(scene.book().nav, u(125 * ONE));
}

#[test]
fn a_gain_within_the_rate_counts_whole() {
    let (scene, at) = invested();
    scene.earn(at, 4 * UNIT);
    scene.world.pass(YEAR);

    scene.mark(&[0]);

    assert_eq!(scene.book().nav, u(104 * ONE));
    assert_eq!(scene.view(IDesk::positionsCall {})[0].markedAt, U256::from(scene.world.now_secs()));
}

#[test]
fn entry_pays_what_may_have_been_gained_and_exit_does_not_receive_it() {
    let (scene, at) = invested();
    scene.world.pass(YEAR);

    let book = scene.book();
    assert_eq!((book.nav, book.navEntry), (u(100 * ONE), u(110 * ONE)));
    assert_eq!(scene.view(IVault::totalAssetsCall {}), u(100 * ONE));
    let shares = scene.deposit(BOB, 11 * ONE);
    scene.earn(at, 25 * UNIT);
    scene.mark(&[0]);
    let out = scene.view(IVault::previewRedeemCall { shares });
    assert!(out <= u(11 * ONE), "depositing before a mark and leaving after it gains nothing: {out}");
}

#[test]
fn frequent_marks_neither_speed_a_gain_up_nor_stop_it() {
    let (scene, [at, dust]) = with_dust(WAD / 10);
    scene.call(ALICE, IVault::redeemCall { shares: u(10).pow(u(18)), receiver: ALICE, owner: ALICE });
    scene.endow(BOB, 10);
    scene.rebalance(&[(1, 10)]).expect("within caps");
    scene.mark(&[0, 1]);
    scene.earn(at, 50 * UNIT);
    scene.earn(dust, 5);

    for _ in 0..1000 {
        scene.world.pass(YEAR / 1000);
        scene.mark(&[0, 1]);
    }

    let values = scene.view(IDesk::positionsCall {});
    let compounded = 99 * ONE * 110_517 / 100_000;
    assert!(values[0].value <= u(compounded), "continuous compounding at most: {}", values[0].value);
    assert!(values[0].value > u(99 * ONE * 109 / 100));
    assert_eq!(values[1].value, u(11), "a gain of less than a unit a mark still counts");
}

#[test]
fn a_position_named_twice_is_marked_as_once() {
    let (scene, at) = invested();
    scene.earn(at, -UNIT);

    scene.mark(&[0, 0]);

    assert_eq!(scene.book().nav, u(99 * ONE));
}

#[test]
fn marks_of_unknown_or_silent_positions_are_refused() {
    let (scene, at) = invested();
    let mark = |positions: &[u32]| scene.try_call(BOB, IDesk::markCall { positions: positions.to_vec() });

    assert_eq!(refusal::<IDesk::UnknownPosition>(mark(&[0, 2])).position, 2);
    scene.world.poke(at, adapter::FAULTS, U256::from(adapter::NO_VALUE));
    assert_eq!(refusal::<IDesk::AdapterCallFailed>(mark(&[0])).adapter, at);
}

#[test]
fn an_adapter_that_claims_everything_gains_no_more_than_the_rate() {
    let (scene, at) = invested();
    scene.world.poke(at, adapter::VALUE, U256::MAX);
    scene.world.pass(YEAR);

    scene.mark(&[0]);

    assert_eq!(scene.book().nav, u(110 * ONE));
}

#[test]
fn without_a_rate_nothing_is_gained() {
    let (scene, at) = invested_at(0);
    scene.earn(at, UNIT);
    scene.world.pass(YEAR);

    scene.mark(&[0]);

    assert_eq!((scene.book().nav, scene.book().navEntry), (u(100 * ONE), u(100 * ONE)));
}

#[test]
fn entry_pays_what_marks_have_just_taken_off_and_exit_does_not_receive_it() {
    let (scene, at) = invested_at(0);
    scene.earn(at, -30 * UNIT);
    scene.mark(&[0]);

    assert_eq!((scene.book().nav, scene.book().navEntry), (u(70 * ONE), u(100 * ONE)));
    scene.world.pass(43_200);
    assert_eq!(scene.book().navEntry, u(85 * ONE), "it fades");
    scene.world.pass(43_200);
    assert_eq!(scene.book().navEntry, u(70 * ONE));
}

#[test]
fn whoever_marks_down_and_deposits_gains_nothing_by_the_recovery() {
    let scene = Scene::new();
    let (at, _) = scene.position(&["a"]);
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: u(u128::from(WAD) * 10) });
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 100 * UNIT)]).expect("within caps");

    scene.earn(at, -30 * UNIT);
    scene.mark(&[0]);
    let shares = scene.deposit(BOB, 70 * ONE);
    scene.earn(at, 30 * UNIT);
    for _ in 0..30 {
        scene.world.pass(86_400);
        scene.mark(&[0]);
        let out = scene.view(IVault::previewRedeemCall { shares });
        assert!(out <= u(70 * ONE), "{out}");
    }
    assert_eq!(scene.book().nav, u(170 * ONE), "it has recovered");
}

#[test]
fn a_gain_takes_off_what_entry_pays_for_marks() {
    let scene = Scene::new();
    let (at, _) = scene.position(&["a"]);
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: u(u128::from(WAD) * 10) });
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 1000 * UNIT)]).expect("within caps");
    scene.earn(at, -20 * UNIT);
    scene.mark(&[0]);
    scene.earn(at, 20 * UNIT);
    scene.world.pass(43_200);

    scene.mark(&[0]);

    let book = scene.book();
    assert!(book.nav > u(993 * ONE) && book.navEntry < u(1000 * ONE), "{} {}", book.nav, book.navEntry);
}

#[test]
fn marks_by_strangers_neither_melt_nor_pile_up_what_entry_pays() {
    let (scene, at) = invested_at(0);
    scene.earn(at, -30 * UNIT);
    scene.mark(&[0]);

    for round in 0..50 {
        let sign = if round % 2 == 0 { 1 } else { -1 };
        scene.earn(at, sign * 30 * UNIT);
        scene.mark(&[0]);
    }

    assert_eq!((scene.book().nav, scene.book().navEntry), (u(70 * ONE), u(100 * ONE)));
}

#[test]
fn a_gain_of_another_position_does_not_take_off_what_entry_pays() {
    let scene = Scene::new();
    let positions = [scene.position(&["a"]).0, scene.position(&["b"]).0];
    scene.endow(ALICE, 200 * ONE);
    scene.rebalance(&[(0, 100 * UNIT), (1, 100 * UNIT)]).expect("within caps");
    scene.world.pass(YEAR);
    scene.earn(positions[1], 30 * UNIT);

    scene.earn(positions[0], -30 * UNIT);
    scene.mark(&[0, 1]);

    assert_eq!((scene.book().nav, scene.book().navEntry), (u(200 * ONE), u(230 * ONE)));
    let shares = scene.deposit(BOB, 230 * ONE);
    scene.earn(positions[0], 30 * UNIT);
    for _ in 0..30 {
        scene.world.pass(30 * 86_400);
        scene.mark(&[0, 1]);
    }
    let out = scene.view(IVault::previewRedeemCall { shares });
    assert!(out <= u(230 * ONE), "{out}");
}

/// 100 units of Alice's in a position whose price can be pushed by 1 %, a year unmarked, having earned 5 units.
fn pushable() -> (Scene, Address) {
    let scene = Scene::new();
    let (at, _) = scene.position_on(&["a"], Terms { slack_bps: 100, ..Terms::default() });
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: u((WAD / 10).into()) });
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 100 * UNIT)]).expect("within caps");
    scene.world.pass(YEAR);
    scene.heartbeat();
    scene.earn(at, 5 * UNIT);
    (scene, at)
}

#[test]
fn a_mark_at_a_dip_does_not_wipe_unmarked_gains_out_of_what_entry_pays() {
    for dip in [-1, 0, 1] {
        let (scene, at) = pushable();
        let entry = scene.book().navEntry;
        scene.earn(at, dip - 5 * UNIT);
        scene.mark(&[0]);
        assert!(scene.book().navEntry >= entry, "a dip to {dip:+}: {} < {entry}", scene.book().navEntry);

        let shares = scene.deposit(BOB, 100 * ONE);
        scene.earn(at, 5 * UNIT - dip);
        for _ in 0..30 {
            scene.world.pass(YEAR / 30);
            scene.mark(&[0]);
            let out = scene.view(IVault::previewRedeemCall { shares });
            assert!(out <= u(100 * ONE), "{out}");
        }
        assert!(scene.book().nav > u(204 * ONE), "it has recovered: {}", scene.book().nav);
    }
}

#[test]
fn what_a_mark_takes_off_what_entry_pays_fades_within_an_epoch() {
    let (scene, _) = pushable();
    // Beyond how far the price may be from a fair one, which entry always pays.
    let entry = |scene: &Scene| scene.book().navEntry - scene.book().marked.div_ceil(u(100));
    let before = entry(&scene);
    scene.mark(&[0]);

    let over = |scene: &Scene| entry(scene) - scene.book().nav;
    assert!(entry(&scene) - before <= u(1), "rounding alone");
    let all = over(&scene);
    scene.world.pass(43_200);
    assert!(over(&scene) < all * u(51) / u(100), "{} of {all}", over(&scene));
    scene.world.pass(43_200);
    assert!(over(&scene) <= u(105 * ONE / 3650 + 1), "a day at the governed rate: {}", over(&scene));
}

#[test]
fn a_mark_at_a_price_that_nobody_can_push_ends_what_entry_pays_for_the_time_before() {
    let (scene, at) = invested();
    scene.world.pass(YEAR);
    scene.earn(at, 4 * UNIT);

    scene.mark(&[0]);

    assert_eq!((scene.book().nav, scene.book().navEntry), (u(104 * ONE), u(104 * ONE)));
}
