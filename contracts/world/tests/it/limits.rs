//! The mandate on the vault's own accounts: the exact boundary passes, one unit over does not.

use abi::desk::IDesk;
use alloy_primitives::B256;
use tenor_world::{CURATOR, Scene, Terms, WAD, add, refusal, risk_id};

use crate::{ALICE, BOB, ONE, UNIT, u};

fn funded() -> Scene {
    let scene = Scene::new();
    scene.position(&["protocol/x", "issuer/y"]);
    scene.position(&["protocol/z", "issuer/y"]);
    scene.endow(ALICE, 100 * ONE);
    scene
}

fn floor(scene: &Scene, floor_wad: u64) {
    scene.liquidity(floor_wad, 0);
}

fn breach(scene: &Scene, legs: &[(u32, i128)]) -> IDesk::LimitBreached {
    let before = scene.world.storage();
    let error = refusal::<IDesk::LimitBreached>(scene.rebalance(legs));
    assert_eq!(scene.world.storage(), before);
    error
}

#[test]
fn an_absolute_cap_passes_at_its_bound_and_refuses_one_unit_over() {
    let scene = funded();
    scene.cap("protocol/x", 40 * ONE, WAD);

    let error = breach(&scene, &[(0, 40 * UNIT + 1)]);
    assert_eq!((error.limit, error.id), (0, risk_id("protocol/x")));
    assert_eq!((error.value, error.bound), (u(40 * ONE + 1), u(40 * ONE)));
    scene.rebalance(&[(0, 40 * UNIT)]).expect("at the bound");
}

#[test]
fn a_relative_cap_passes_at_its_bound_and_refuses_one_unit_over() {
    let scene = funded();
    scene.cap("protocol/x", u128::MAX, WAD / 4);

    let error = breach(&scene, &[(0, 25 * UNIT + 1)]);
    assert_eq!((error.limit, error.id), (1, risk_id("protocol/x")));
    assert_eq!((error.value, error.bound), (u(250_000_010_000_000_000), u((WAD / 4).into())));
    scene.rebalance(&[(0, 25 * UNIT)]).expect("at the bound");
}

#[test]
fn the_liquidity_floor_passes_at_its_bound_and_refuses_one_unit_under() {
    let scene = funded();
    floor(&scene, WAD / 10);

    let error = breach(&scene, &[(0, 90 * UNIT + 1)]);
    assert_eq!((error.limit, error.id), (2, B256::ZERO));
    assert_eq!((error.value, error.bound), (u(99_999_990_000_000_000), u((WAD / 10).into())));
    scene.rebalance(&[(0, 90 * UNIT)]).expect("at the bound");
}

#[test]
fn positions_that_share_a_risk_id_share_its_cap() {
    let scene = funded();
    scene.cap("issuer/y", 50 * ONE, WAD);
    scene.rebalance(&[(0, 30 * UNIT)]).expect("within caps");

    assert_eq!(breach(&scene, &[(1, 20 * UNIT + 1)]).id, risk_id("issuer/y"));
    scene.rebalance(&[(1, 20 * UNIT)]).expect("at the bound");
    assert_eq!(scene.view(IDesk::capsCall {})[1].exposure, u(50 * ONE));
}

#[test]
fn a_cap_that_was_never_set_allows_nothing() {
    let scene = Scene::new();
    scene.position(&["a"]);
    let (other, _) = scene.adapter();
    scene.call(CURATOR, add(other, &["a", "new"], Terms::default()));
    scene.endow(ALICE, ONE);

    let error = breach(&scene, &[(1, 1)]);
    assert_eq!((error.limit, error.id, error.value, error.bound), (0, risk_id("new"), u(1), u(0)));
}

#[test]
fn a_broken_limit_lets_pass_what_brings_it_nearer_and_nothing_else() {
    let scene = funded();
    scene.rebalance(&[(0, 60 * UNIT)]).expect("within caps");
    scene.cap("protocol/x", 40 * ONE, WAD);

    scene.heartbeat();
    breach(&scene, &[(0, 1)]);
    breach(&scene, &[(1, UNIT)]);
    scene.rebalance(&[(0, -1)]).expect("strictly nearer");
    let state = scene.view(IDesk::limitsCall {}).into_iter().find(|state| !state.holds).expect("still broken");
    assert_eq!((state.limit, state.value), (0, u(60 * ONE - 1)));
}

#[test]
fn a_withdrawal_may_break_a_relative_cap_and_a_rebalance_must_mend_it() {
    let scene = funded();
    scene.cap("protocol/x", u128::MAX, WAD / 2);
    scene.rebalance(&[(0, 50 * UNIT)]).expect("at the bound");
    let call = abi::vault::IVault::withdrawCall { assets: u(10 * ONE), receiver: ALICE, owner: ALICE };
    scene.call(ALICE, call);

    assert_eq!(breach(&scene, &[(1, UNIT)]).limit, 1);
    scene.rebalance(&[(0, -5 * UNIT)]).expect("back at the bound");
}

#[test]
fn a_deposit_cannot_be_used_to_leave_a_cap_behind() {
    let scene = funded();
    scene.cap("protocol/x", u128::MAX, WAD / 2);
    let shares = scene.deposit(BOB, 100 * ONE);
    assert_eq!(breach(&scene, &[(0, 50 * UNIT + 1)]).limit, 1, "what has just come does not count");

    scene.age();
    scene.rebalance(&[(0, 100 * UNIT)]).expect("at the bound of the larger value");
    scene.call(BOB, abi::vault::IVault::redeemCall { shares, receiver: BOB, owner: BOB });

    scene.rebalance(&[(0, -40 * UNIT)]).expect("nearer");
    assert_eq!(breach(&scene, &[(1, UNIT)]).limit, 1, "the limit is broken, and whatever invests must mend it");
    scene.rebalance(&[(0, -10 * UNIT)]).expect("back at the bound");
}

#[test]
fn the_last_of_the_most_positions_and_ids_is_bound_as_the_first() {
    let scene = Scene::new();
    for number in 0..64 {
        scene.position(&[&format!("id {number}")]);
    }
    scene.endow(ALICE, 6400 * ONE);
    let all: Vec<_> = (0..64).map(|position| (position, 10 * UNIT)).collect();
    scene.rebalance(&all).expect("within caps");
    scene.cap("id 63", 10 * ONE, WAD);

    let error = breach(&scene, &[(63, 1)]);
    assert_eq!((error.limit, error.id, error.value), (0, risk_id("id 63"), u(10 * ONE + 1)));
    scene.rebalance(&[(62, 1)]).expect("its neighbour is not");
    let caps = scene.view(IDesk::capsCall {});
    assert_eq!((caps.len(), caps[63].exposure, caps[62].exposure), (64, u(10 * ONE), u(10 * ONE + 1)));
}

#[test]
fn every_limit_is_listed_in_order() {
    let scene = funded();
    floor(&scene, WAD / 10);
    scene.cap("protocol/x", 40 * ONE, WAD / 2);
    scene.rebalance(&[(0, 40 * UNIT)]).expect("within caps");

    let states = scene.view(IDesk::limitsCall {});
    let kinds: Vec<u8> = states.iter().map(|state| state.limit).collect();
    assert_eq!(kinds, [0, 0, 0, 1, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8]);
    assert!(states.iter().all(|state| state.holds));
    assert_eq!((states[0].value, states[0].bound), (u(40 * ONE), u(40 * ONE)));
    assert_eq!((states[3].value, states[3].bound), (u(400_000_000_000_000_000), u((WAD / 2).into())));
    assert_eq!((states[6].value, states[6].bound), (u(600_000_000_000_000_000), u((WAD / 10).into())));
}
