//! A rebalance that invests raises what the vault earns, or mends something.

use abi::{desk::IDesk, vault::IVault};
use alloy_primitives::Address;
use tenor_world::{ALL, Scene, WAD, mock::adapter, refusal};

use crate::{ALICE, ONE, UNIT, u};

const PERCENT: u64 = WAD / 100;
const IMPROVEMENT: u8 = 12;

/// 1000 units of Alice's, 400 at 4 % and 300 at 3 % a year; a third position does not say what it pays.
fn earning() -> (Scene, [Address; 3]) {
    let scene = Scene::new();
    let positions = [&["a"], &["b"], &["c"]].map(|ids| scene.position(ids).0);
    pays(&scene, positions[0], 4 * PERCENT);
    pays(&scene, positions[1], 3 * PERCENT);
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 400 * UNIT), (1, 300 * UNIT)]).expect("it earns more");
    (scene, positions)
}

fn pays(scene: &Scene, adapter: Address, rate_wad: u64) {
    scene.world.poke(adapter, adapter::RATE, u(u128::from(rate_wad) + 1));
}

fn refused(scene: &Scene, legs: &[(u32, i128)]) -> IDesk::LimitBreached {
    let error = refusal::<IDesk::LimitBreached>(scene.rebalance(legs));
    assert_eq!(error.limit, IMPROVEMENT, "{legs:?}");
    error
}

#[test]
fn money_moves_to_where_it_earns_more_and_not_back() {
    let (scene, _) = earning();

    let error = refused(&scene, &[(0, -100 * UNIT), (1, 100 * UNIT)]);
    assert_eq!((error.value, error.bound), (u(24 * ONE), u(25 * ONE + 1)));
    scene.rebalance(&[(1, -100 * UNIT), (0, 100 * UNIT)]).expect("it earns more");
}

#[test]
fn churn_that_earns_nothing_is_refused() {
    let (scene, [_, b, _]) = earning();
    pays(&scene, b, 4 * PERCENT);

    refused(&scene, &[(0, -100 * UNIT), (1, 100 * UNIT)]);
    refused(&scene, &[(0, -100 * UNIT), (0, 100 * UNIT)]);
    refused(&scene, &[(0, -100 * UNIT), (1, 99 * UNIT)]);
    refused(&scene, &[(0, 1)]);
    scene.rebalance(&[(0, 25)]).expect("one base unit a year more");
}

#[test]
fn the_rate_after_the_movement_counts() {
    let (scene, [a, ..]) = earning();
    // At 500 units the first position pays 2 %: 0.05 % less with every unit.
    scene.world.poke(a, adapter::SLOPE, u((2 * PERCENT / 100 / 1_000_000).into()));
    pays(&scene, a, 12 * PERCENT);

    refused(&scene, &[(1, -100 * UNIT), (0, 100 * UNIT)]);
}

#[test]
fn a_rebalance_that_only_brings_money_back_need_not_earn() {
    let (scene, _) = earning();

    scene.rebalance(&[(0, -100 * UNIT)]).expect("idle money is allowed");
    scene.rebalance(&[(0, ALL), (1, ALL)]).expect("idle money is allowed");
}

#[test]
fn a_rebalance_that_mends_a_limit_need_not_earn() {
    let (scene, _) = earning();
    scene.cap("a", 300 * ONE, WAD);

    scene.rebalance(&[(0, -100 * UNIT), (1, 100 * UNIT)]).expect("it mends the cap");
    refused(&scene, &[(0, -100 * UNIT), (1, 100 * UNIT)]);
}

#[test]
fn a_rebalance_that_nears_a_limit_need_not_earn() {
    let (scene, _) = earning();
    scene.cap("a", 300 * ONE, WAD);

    scene.rebalance(&[(0, -UNIT), (1, UNIT)]).expect("it nears the cap");
}

#[test]
fn a_venue_that_does_not_say_what_it_pays_is_not_judged() {
    let (scene, _) = earning();

    scene.rebalance(&[(2, 100 * UNIT)]).expect("nothing is known of it");
}

#[test]
fn naming_a_venue_that_does_not_say_what_it_pays_excuses_no_churn() {
    let (scene, _) = earning();
    scene.rebalance(&[(2, 100 * UNIT)]).expect("nothing is known of it");

    refused(&scene, &[(2, 0), (0, -100 * UNIT), (1, 100 * UNIT)]);
    refused(&scene, &[(0, -100 * UNIT), (1, 100 * UNIT), (2, 0)]);
}

#[test]
fn income_is_told() {
    let (scene, _) = earning();

    scene.rebalance(&[(1, -100 * UNIT), (0, 100 * UNIT)]).expect("it earns more");

    let told = scene.world.events::<IDesk::Rebalanced>(tenor_world::VAULT).pop().expect("an event");
    assert_eq!((told.incomeBefore, told.incomeAfter), (u(25 * ONE), u(26 * ONE)));
}

#[test]
fn exits_need_not_earn() {
    let (scene, _) = earning();

    scene.call(ALICE, IVault::withdrawCall { assets: u(900 * ONE), receiver: ALICE, owner: ALICE });
}
