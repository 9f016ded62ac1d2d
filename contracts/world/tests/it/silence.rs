//! What happens without a keeper, and while the vault is paused: money may come back, nothing else.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use tenor_world::{
    ALL, CURATOR, GUARDIAN, OWNER, Scene, Terms, VAULT, WAD,
    mock::adapter::{self, BILLION},
    refusal,
};

use crate::{ALICE, BOB, ONE, UNIT, u};

const DAY: u64 = 86_400;
const PERCENT: u64 = WAD / 100;
const TURNOVER: u8 = 6;

/// 1000 units of Alice's, 400 and 300 in two positions that pay half at once; a keeper is silent after ten days.
fn lent(slack_bps: u16) -> (Scene, [Address; 2]) {
    let scene = Scene::new();
    let terms = Terms { instant_bps: 5_000, slack_bps, ..Terms::default() };
    let positions = [scene.position_on(&["a"], terms).0, scene.position_on(&["b"], terms).0];
    scene.call(OWNER, IBoard::setSilenceCall { secs: u((10 * DAY).into()) });
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 400 * UNIT), (1, 300 * UNIT)]).expect("within budgets");
    (scene, positions)
}

fn fall_silent(scene: &Scene) {
    scene.world.pass(10 * DAY);
}

fn capacities(scene: &Scene) -> (U256, U256) {
    let levels = scene.levels();
    (levels.loss.capacity, levels.turnover.capacity)
}

#[test]
fn another_silence_waits_whichever_way_it_goes() {
    let (scene, _) = lent(0);
    scene.world.pass(2 * DAY);
    let before = (capacities(&scene), scene.world.storage());

    for secs in [3600, DAY, 10 * DAY - 1, 10 * DAY + 1, 90 * DAY] {
        refusal::<IBoard::NotReady>(scene.try_call(OWNER, IBoard::setSilenceCall { secs: u(secs.into()) }));
        refusal::<IDesk::KeeperAlive>(scene.relieve(&[(0, -UNIT)]));
    }

    assert_eq!((capacities(&scene), scene.world.storage()), before, "no keeper is silenced at once");
    scene.call(OWNER, IBoard::setSilenceCall { secs: u((10 * DAY).into()) });
    scene.govern(OWNER, IBoard::setSilenceCall { secs: u(DAY.into()) });
    scene.relieve(&[(0, -UNIT)]).expect("after its delay");
}

#[test]
fn budgets_decay_in_silence_and_come_back_with_the_keeper() {
    let (scene, _) = lent(0);
    let (loss, turnover) = capacities(&scene);

    scene.world.pass(10 * DAY);
    assert_eq!(capacities(&scene), (loss, turnover));
    scene.world.pass(5 * DAY);
    assert_eq!(capacities(&scene), (loss / u(2), turnover / u(2)));
    scene.world.pass(5 * DAY);
    assert_eq!(capacities(&scene), (u(0), u(0)));
    let error = refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, 1)]));
    assert_eq!((error.limit, error.bound), (TURNOVER, u(0)));

    scene.heartbeat();
    assert_eq!(capacities(&scene), (loss, turnover));
    assert_eq!(scene.levels().keeperSeenAt, u(scene.world.now_secs().into()));
}

#[test]
fn reliefs_that_move_the_revision_do_not_keep_a_keeper_silent() {
    let (scene, _) = lent(0);
    fall_silent(&scene);
    let (sign, legs) = (scene.intent(&[]), scene.intent(&[(0, UNIT)]));
    scene.relieve(&[(0, -UNIT)]).expect("the keeper is silent");

    let stale = scene.try_call(tenor_world::KEEPER, IDesk::rebalanceCall { intent: legs });
    refusal::<IDesk::WrongRevision>(stale.map(drop));
    scene.call(tenor_world::KEEPER, IDesk::rebalanceCall { intent: sign });

    assert_eq!(scene.levels().keeperSeenAt, u(scene.world.now_secs().into()));
}

#[test]
fn nobody_relieves_while_a_keeper_is_alive() {
    let (scene, _) = lent(0);
    let seen: u64 = scene.levels().keeperSeenAt.to();
    scene.world.pass(10 * DAY - 1);

    for caller in [BOB, OWNER, CURATOR, GUARDIAN] {
        let call = IDesk::relieveCall { legs: tenor_world::legs(&[(0, -UNIT)]) };
        let error = refusal::<IDesk::KeeperAlive>(scene.try_call(caller, call));
        assert_eq!((error.seenAt, error.silentAt), (u(seen.into()), u((seen + 10 * DAY).into())));
    }
    scene.world.pass(1);
    assert_eq!(scene.relieve(&[(0, -UNIT)]), Ok(vec![u(ONE)]));
}

#[test]
fn relief_brings_money_back_and_is_told_and_is_no_sign_of_life() {
    let (scene, _) = lent(0);
    fall_silent(&scene);
    let seen = scene.levels().keeperSeenAt;
    let revision = scene.view(IDesk::revisionCall {});

    scene.relieve(&[(0, -100 * UNIT), (1, ALL)]).expect("it raises the cover");

    assert_eq!((scene.book().idle, scene.book().marked), (u(700 * ONE), u(300 * ONE)));
    assert_eq!(scene.levels().keeperSeenAt, seen);
    assert!(scene.view(IDesk::revisionCall {}) > revision, "intents of before are refused");
    let told = scene.world.events::<IDesk::Rebalanced>(VAULT).pop().expect("an event");
    assert_eq!((told.nonce, told.turnover), (U256::MAX, u(400 * ONE)));
}

#[test]
fn relief_never_puts_money_into_a_position() {
    let (scene, _) = lent(0);
    fall_silent(&scene);
    let before = scene.world.storage();

    for legs in [&[(0, 1)][..], &[(0, -UNIT), (1, UNIT)], &[(0, 0)], &[]] {
        assert!(scene.relieve(legs).is_err(), "{legs:?}");
        assert_eq!(scene.world.storage(), before);
    }
}

#[test]
fn relief_that_betters_nothing_is_refused() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.call(OWNER, IBoard::setSilenceCall { secs: u((10 * DAY).into()) });
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 400 * UNIT)]).expect("within budgets");
    fall_silent(&scene);

    assert!(scene.relieve(&[(0, -UNIT)]).is_err(), "it pays all at once already");
    scene.cap("a", 300 * ONE, WAD);
    scene.relieve(&[(0, -UNIT)]).expect("nearer to the cap");
    scene.relieve(&[(0, -99 * UNIT)]).expect("at the cap");
    assert!(scene.relieve(&[(0, -UNIT)]).is_err(), "nothing is broken any more");
}

#[test]
fn relief_is_charged_to_the_vaults_budgets_without_decay() {
    let (scene, [a, _]) = lent(0);
    scene.budgets(2 * PERCENT, WAD);
    fall_silent(&scene);
    scene.world.pass(20 * DAY);
    scene.world.poke(a, adapter::PAYS, U256::from(BILLION * 9 / 10));

    let error = refusal::<IDesk::LimitBreached>(scene.relieve(&[(0, -100 * UNIT - 10)]));
    assert_eq!((error.limit, error.value, error.bound), (5, u(10 * ONE + 1), u(10 * ONE)));
    scene.relieve(&[(0, -100 * UNIT)]).expect("at the bound");
    refusal::<IDesk::LimitBreached>(scene.relieve(&[(0, -30)]));
}

#[test]
fn relief_by_repetition_loses_no_more_than_the_budget() {
    let (scene, positions) = lent(0);
    scene.budgets(2 * PERCENT, 10 * WAD);
    fall_silent(&scene);
    for at in positions {
        scene.world.poke(at, adapter::PAYS, U256::from(BILLION * 9 / 10));
    }
    let before = scene.book().nav;

    for _ in 0..48 {
        for position in [0, 1] {
            for assets in [40 * UNIT, 7 * UNIT, UNIT] {
                let _ = scene.relieve(&[(position, -assets)]);
            }
        }
        scene.world.pass(DAY / 48);
    }

    let lost = before - scene.book().nav;
    assert!(lost > u(15 * ONE) && lost <= u(20 * ONE), "{lost}");
}

#[test]
fn a_keepers_grant_that_was_widened_is_a_sign_of_life_and_a_narrower_one_is_not() {
    let (scene, _) = lent(0);
    fall_silent(&scene);
    let grant = scene.view(IDesk::grantCall { keeper: tenor_world::KEEPER });
    let again = IBoard::setKeeperCall {
        keeper: tenor_world::KEEPER,
        positions: grant.positions,
        turnoverWad: grant.turnoverWad,
        lossWad: grant.lossWad,
        expiry: grant.expiry,
    };

    scene.call(GUARDIAN, again.clone());
    scene.relieve(&[(0, -UNIT)]).expect("no guardian keeps others from relieving");
    scene.govern(CURATOR, IBoard::setKeeperCall { expiry: grant.expiry + u(1), ..again });
    refusal::<IDesk::KeeperAlive>(scene.relieve(&[(0, -UNIT)]));
}

#[test]
fn an_expired_keeper_gives_no_sign_of_life() {
    let (scene, _) = lent(0);
    scene.world.pass(11 * 365 * DAY);

    refusal::<IDesk::GrantExpired>(scene.rebalance(&[]));
    scene.relieve(&[(0, -UNIT)]).expect("it is silent");
}

#[test]
fn while_paused_money_comes_back_and_none_goes_in() {
    for role in [GUARDIAN, CURATOR, OWNER] {
        let (scene, _) = lent(0);
        scene.call(role, IBoard::pauseCall { secs: u((7 * DAY).into()) });
        let until = u((scene.world.now_secs() + 7 * DAY).into());

        for legs in [&[(0, 1)][..], &[(0, -UNIT), (1, 1)]] {
            assert_eq!(refusal::<IDesk::Paused>(scene.rebalance(legs)).until, until);
        }
        scene.rebalance(&[(0, -UNIT)]).expect("money comes back");
        assert_eq!(scene.levels().pausedUntil, until);
        scene.world.pass(7 * DAY);
        scene.rebalance(&[(0, UNIT)]).expect("it has ended by itself");
    }
}

#[test]
fn exits_and_entries_and_marks_pass_while_paused_and_silent() {
    let (scene, [a, _]) = lent(0);
    scene.call(GUARDIAN, IBoard::pauseCall { secs: u((7 * DAY).into()) });
    scene.world.pass(6 * DAY);
    scene.earn(a, -UNIT);

    scene.mark(&[0, 1]);
    scene.deposit(BOB, ONE);
    let shares = scene.view(IVault::maxRedeemCall { owner: ALICE });
    assert!(scene.call(ALICE, IVault::redeemCall { shares, receiver: ALICE, owner: ALICE }) >= u(999 * ONE - 1));
}
