//! Who lets positions owe, and within what.

use abi::{
    board::IBoard::{self, Thresholds},
    desk::IDesk,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use tenor_world::{
    ALL, CURATOR, GUARDIAN, OWNER, Scene, Terms, USDC, VAULT, add, address,
    levers::{set_thresholds, thresholds},
    mock::{adapter, oracle},
    refusal,
};

use crate::{ALICE, ONE, UNIT, u};

const ORACLE: Address = address(0x92);

fn one_lever() -> Scene {
    let scene = Scene::new();
    scene.lever(&["loop"]);
    scene
}

#[test]
fn thresholds_are_told_and_listed() {
    let scene = one_lever();

    let told = scene.world.events::<IBoard::ThresholdsSet>(VAULT).pop().expect("an event");
    assert_eq!((told.position, told.thresholds.softBps, told.thresholds.chunk), (0, 13_000, u(100 * ONE)));
    let [lever] = scene.view(IBoard::leversCall {}).try_into().ok().expect("one");
    assert_eq!((lever.position, lever.readyAt), (0, u(0)));
    let Thresholds { targetBps, softBps, hardBps, cooldownSecs, slipBps, rewardBps, .. } = lever.thresholds;
    assert_eq!((targetBps, softBps, hardBps, cooldownSecs, slipBps, rewardBps), (15_000, 13_000, 11_500, 600, 200, 50));
}

#[test]
fn thresholds_are_in_order_and_bounded() {
    let scene = one_lever();
    let refused = |thresholds| {
        let error = refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, set_thresholds(0, thresholds)));
        (error.value.to::<u128>(), error.bound.to::<u128>())
    };
    let good = thresholds;

    assert_eq!(refused(Thresholds { targetBps: 13_000, ..good() }), (13_000, 13_001));
    assert_eq!(refused(Thresholds { softBps: 11_499, ..good() }), (11_499, 11_500));
    assert_eq!(refused(Thresholds { hardBps: 10_000, softBps: 10_000, ..good() }), (10_000, 10_001));
    assert_eq!(refused(Thresholds { chunk: u(0), ..good() }), (0, 1));
    assert_eq!(refused(Thresholds { cooldownSecs: 59, ..good() }), (59, 60));
    assert_eq!(refused(Thresholds { cooldownSecs: 86_401, ..good() }), (86_401, 86_400));
    assert_eq!(refused(Thresholds { slipBps: 0, ..good() }), (0, 1));
    assert_eq!(refused(Thresholds { slipBps: 1_001, ..good() }), (1_001, 1_000));
    assert_eq!(refused(Thresholds { rewardBps: 101, ..good() }), (101, 100));
    let unknown = scene.try_call(CURATOR, set_thresholds(1, good()));
    assert_eq!(refusal::<IDesk::UnknownPosition>(unknown).position, 1);
    scene.call(CURATOR, set_thresholds(0, Thresholds { softBps: 11_500, rewardBps: 0, ..good() }));
}

#[test]
fn a_position_that_owes_has_slack_and_keeps_it() {
    let scene = one_lever();
    scene.position(&["plain"]);

    let error = refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, set_thresholds(1, thresholds())));
    assert_eq!((error.value, error.bound), (u(0), u(1)));
    let bare = IBoard::setTermsCall { position: 0, instantBps: 0, depthBps: 0, slackBps: 0 };
    refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, bare));
    scene.call(CURATOR, IBoard::setTermsCall { position: 0, instantBps: 0, depthBps: 1, slackBps: 7 });
    assert_eq!(scene.view(IBoard::leversCall {})[0].thresholds.hardBps, 11_500, "terms leave thresholds as they are");
}

#[test]
fn once_open_only_a_higher_soft_threshold_and_a_higher_floor_do_not_wait() {
    let scene = one_lever();
    scene.open();
    let softer = Thresholds { softBps: 12_000, ..thresholds() };
    let harder = Thresholds { softBps: 14_000, ..thresholds() };

    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, set_thresholds(0, softer)));
    scene.call(GUARDIAN, set_thresholds(0, harder));
    scene.call(GUARDIAN, IBoard::setHealthFloorCall { bps: u(12_000) });
    refusal::<IBoard::NotReady>(scene.try_call(OWNER, IBoard::setHealthFloorCall { bps: u(11_999) }));
    scene.govern(CURATOR, IBoard::setHealthFloorCall { bps: u(11_999) });
    assert_eq!(scene.view(IDesk::mandateCall {}).healthFloorBps, u(11_999));
    refusal::<IDesk::NotAuthorized>(scene.try_call(ALICE, IBoard::setHealthFloorCall { bps: u(13_000) }));
}

fn say(scene: &Scene, bid_wad: u128, ask_wad: u128, refuses: u128) {
    let slots = [(oracle::BID_WAD, bid_wad), (oracle::ASK_WAD, ask_wad), (oracle::REFUSES, refuses)];
    slots.into_iter().for_each(|(slot, number)| scene.world.poke(ORACLE, slot, u(number)));
}

/// A scene with an adapter that names an oracle and is not registered yet.
fn priced() -> (Scene, Address) {
    let scene = Scene::new();
    let pair = oracle::Pair { base: (address(0x93), 18), quote: (USDC, 6), pool: address(0x94) };
    oracle::install(&scene.world, ORACLE, pair);
    let (at, _) = scene.adapter();
    scene.world.poke(at, adapter::ORACLE, U256::from_be_bytes(ORACLE.into_word().0));
    (scene, at)
}

#[test]
fn an_oracle_needs_admitted_code_and_a_price_when_it_is_announced_and_when_it_is_registered() {
    let (scene, at) = priced();
    let call = || add(at, &["loop"], Terms::default());
    let codehash = scene.world.codehash(ORACLE);

    let error = refusal::<IBoard::CodeNotAdmitted>(scene.try_call(CURATOR, call()));
    assert_eq!((error.account, error.codehash), (ORACLE, codehash));
    scene.call(OWNER, IBoard::admitCodeCall { codehash, admitted: true });
    say(&scene, 6, 7, 4);
    let error = refusal::<IBoard::OracleRefused>(scene.try_call(CURATOR, call()));
    assert_eq!(error.oracle, ORACLE);
    assert!(!error.reason.is_empty());
    say(&scene, 7, 6, 0);
    refusal::<IBoard::OracleRefused>(scene.try_call(CURATOR, call()));
    say(&scene, 0, 6, 0);
    refusal::<IBoard::OracleRefused>(scene.try_call(CURATOR, call()));
    say(&scene, 6, 7, 0);
    scene.open();

    let data = call().abi_encode().into();
    scene.call(CURATOR, IBoard::submitCall { data });
    scene.world.pass(4 * 86_400);
    say(&scene, 6, 7, 4);
    refusal::<IBoard::OracleRefused>(scene.try_call(ALICE, call()));
    say(&scene, 6, 7, 0);
    scene.call(ALICE, call());
}

#[test]
fn a_position_is_left_whole_whatever_its_thresholds() {
    let scene = one_lever();
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 50 * UNIT)]).expect("nothing is owed");

    scene.rebalance(&[(0, ALL)]).expect("to idle");

    assert_eq!(scene.view(IDesk::positionsCall {})[0].value, u(0));
}
