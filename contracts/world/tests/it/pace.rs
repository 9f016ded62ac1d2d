//! The rate of gains and the epoch: what was measured by the old ones stays measured by them.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use tenor_world::{OWNER, Scene, WAD, mock::adapter, refusal};

use crate::{ALICE, BOB, ONE, UNIT, u};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
const BILLION: u64 = 1_000_000_000;

/// 100 units of Alice's in one position; gains believed at such a rate, by epochs of a day.
fn invested(rate_wad: u64) -> (Scene, Address) {
    let scene = Scene::new();
    let (at, _) = scene.position(&["a"]);
    scene.call(OWNER, rate(rate_wad));
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 100 * UNIT)]).expect("within caps");
    (scene, at)
}

fn rate(wad: u64) -> IBoard::setMaxRateCall {
    IBoard::setMaxRateCall { rateWad: U256::from(wad) }
}

fn epoch(secs: u64) -> IBoard::setEpochCall {
    IBoard::setEpochCall { secs: U256::from(secs) }
}

fn entry(scene: &Scene) -> U256 {
    scene.book().navEntry
}

fn waits<C: SolCall>(scene: &Scene, call: C) {
    let before = scene.world.storage();
    refusal::<IBoard::NotReady>(scene.try_call(OWNER, call));
    assert_eq!(scene.world.storage(), before);
}

#[test]
fn another_rate_or_epoch_waits_whichever_way_it_goes() {
    let (scene, _) = invested(WAD / 10);

    for wad in [0, WAD / 10 - 1, WAD / 10 + 1] {
        waits(&scene, rate(wad));
    }
    for secs in [HOUR, DAY - 1, DAY + 1, 30 * DAY] {
        waits(&scene, epoch(secs));
    }
    scene.call(OWNER, rate(WAD / 10));
    scene.call(OWNER, epoch(DAY));
}

#[test]
fn a_lower_rate_takes_nothing_off_what_entry_pays_at_once() {
    let (scene, at) = invested(WAD / 10);
    scene.announce(OWNER, &rate(0));
    scene.world.pass(27 * DAY);
    scene.earn(at, UNIT / 2);
    let before = entry(&scene);
    assert!(before > u(100 * ONE + ONE / 2));

    scene.call(BOB, rate(0));

    assert_eq!(entry(&scene), before, "whoever makes it and enters pays as before");
    let shares = scene.deposit(BOB, 100 * ONE);
    scene.world.pass(DAY / 2);
    assert!(entry(&scene) < before + u(100 * ONE), "it fades");
    scene.world.pass(DAY / 2);
    assert_eq!(entry(&scene), scene.book().nav);
    assert!(scene.view(IVault::previewRedeemCall { shares }) <= u(100 * ONE));
}

#[test]
fn a_higher_rate_is_paid_by_entry_at_once() {
    let (scene, _) = invested(WAD / 10);
    scene.announce(OWNER, &rate(WAD));
    scene.world.pass(27 * DAY);

    scene.call(BOB, rate(WAD));

    assert_eq!(entry(&scene), u((100 * ONE + 100 * ONE * 30 / 365) + 1));
}

#[test]
fn a_longer_epoch_brings_back_nothing_that_has_faded_from_what_entry_pays() {
    let (scene, at) = invested(0);
    scene.announce(OWNER, &epoch(30 * DAY));
    scene.earn(at, -30 * UNIT);
    scene.mark(&[0]);
    scene.world.pass(DAY / 2);
    assert_eq!(entry(&scene), u(85 * ONE));

    scene.call(BOB, epoch(30 * DAY));

    assert_eq!(entry(&scene), u(85 * ONE));
    scene.world.pass(15 * DAY);
    assert_eq!(entry(&scene), u(77 * ONE + ONE / 2), "what was left fades by the new one");
}

#[test]
fn a_shorter_epoch_takes_nothing_off_what_entry_pays_at_once() {
    let (scene, at) = invested(0);
    scene.announce(OWNER, &epoch(HOUR));
    scene.earn(at, -30 * UNIT);
    scene.mark(&[0]);
    scene.world.pass(DAY / 2);

    scene.call(BOB, epoch(HOUR));

    assert_eq!(entry(&scene), u(85 * ONE));
    scene.world.pass(HOUR / 2);
    assert_eq!(entry(&scene), u(77 * ONE + ONE / 2));
    scene.world.pass(HOUR / 2);
    assert_eq!(entry(&scene), u(70 * ONE));
}

#[test]
fn another_epoch_neither_drains_the_vaults_budgets_nor_fills_them() {
    for secs in [HOUR, 30 * DAY] {
        let (scene, at) = invested(0);
        scene.announce(OWNER, &epoch(secs));
        scene.heartbeat();
        scene.world.poke(at, adapter::PAYS, U256::from(BILLION / 2));
        scene.rebalance(&[(0, -20 * UNIT)]).expect("half of it is lost");
        scene.world.pass(HOUR / 2);
        let levels = |scene: &Scene| {
            let IDesk::Budgets { loss, turnover, .. } = scene.levels();
            assert!(!loss.used.is_zero() && !turnover.used.is_zero());
            (loss.used, turnover.used)
        };
        let before = levels(&scene);

        scene.call(BOB, epoch(secs));

        assert_eq!(levels(&scene), before, "{secs}");
        scene.world.pass(HOUR / 60);
        assert!(levels(&scene).0 < before.0, "by the new epoch from now on");
    }
}
