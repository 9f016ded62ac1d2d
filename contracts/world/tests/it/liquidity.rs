//! What must be payable at once, and how much of a venue a position may be.

use abi::desk::IDesk;
use alloy_primitives::{Address, B256, U256};
use tenor_world::{GUARDIAN, Scene, Terms, WAD, mock::adapter, refusal, risk_id};

use crate::{ALICE, ONE, UNIT, u};

const PERCENT: u64 = WAD / 100;
const FLOOR: u8 = 2;
const COVER: u8 = 3;
const DEPTH: u8 = 4;

/// 100 units of Alice's; a position that pays half at once, and one that pays nothing at once.
fn lent(floor_wad: u64, cover_wad: u64) -> (Scene, [Address; 2]) {
    let scene = Scene::new();
    let half = Terms { instant_bps: 5_000, depth_bps: 1_000, ..Terms::default() };
    let none = Terms { instant_bps: 0, ..Terms::default() };
    let positions = [scene.position_on(&["a"], half).0, scene.position_on(&["b"], none).0];
    scene.liquidity(floor_wad, cover_wad);
    scene.endow(ALICE, 100 * ONE);
    (scene, positions)
}

fn breach(scene: &Scene, legs: &[(u32, i128)]) -> IDesk::LimitBreached {
    refusal::<IDesk::LimitBreached>(scene.rebalance(legs))
}

fn deep(scene: &Scene, adapter: Address, assets: u128) {
    scene.world.poke(adapter, adapter::DEPTH, u(assets + 1));
}

#[test]
fn the_cover_passes_at_its_bound_and_refuses_one_unit_under() {
    let (scene, _) = lent(0, 70 * PERCENT);

    let error = breach(&scene, &[(0, 60 * UNIT + 2)]);
    assert_eq!((error.limit, error.id, error.bound), (COVER, B256::ZERO, u((70 * PERCENT).into())));
    assert!(error.value < error.bound);
    scene.rebalance(&[(0, 60 * UNIT)]).expect("40 idle and half of 60");
    assert_eq!(breach(&scene, &[(1, 1)]).limit, COVER);
}

#[test]
fn the_cover_broken_lets_pass_what_brings_it_nearer() {
    let (scene, _) = lent(0, 0);
    scene.rebalance(&[(0, 50 * UNIT), (1, 40 * UNIT)]).expect("no cover yet");
    scene.liquidity(0, 80 * PERCENT);

    assert_eq!(breach(&scene, &[(0, 1)]).limit, COVER);
    assert_eq!(breach(&scene, &[(1, -UNIT), (0, 3 * UNIT)]).limit, COVER);
    scene.rebalance(&[(1, -UNIT), (0, UNIT)]).expect("strictly nearer");
    scene.rebalance(&[(1, -UNIT)]).expect("strictly nearer");
}

#[test]
fn a_tripped_position_covers_nothing() {
    let (scene, _) = lent(0, 70 * PERCENT);
    scene.rebalance(&[(0, 40 * UNIT)]).expect("60 idle and 20");
    scene.call(GUARDIAN, abi::board::IBoard::tripByWordCall { riskId: risk_id("a") });

    let cover = scene.view(IDesk::limitsCall {}).into_iter().find(|state| state.limit == COVER).expect("listed");
    assert_eq!((cover.value, cover.holds), (u((60 * PERCENT).into()), false));
    assert_eq!(breach(&scene, &[(1, 1)]).limit, COVER);
    scene.rebalance(&[(0, -10 * UNIT)]).expect("at the bound again");
}

#[test]
fn the_floor_counts_idle_money_alone() {
    let (scene, _) = lent(40 * PERCENT, 0);

    assert_eq!(breach(&scene, &[(0, 60 * UNIT + 1)]).limit, FLOOR);
    scene.rebalance(&[(0, 60 * UNIT)]).expect("at the bound");
}

#[test]
fn a_position_is_at_most_its_part_of_the_venue() {
    let (scene, [a, _]) = lent(0, 0);
    deep(&scene, a, 270 * ONE);

    let error = breach(&scene, &[(0, 30 * UNIT + 2)]);
    assert_eq!((error.limit, error.id), (DEPTH, U256::ZERO.into()));
    assert_eq!(error.bound, u((10 * PERCENT).into()));
    assert!(error.value > error.bound);
    scene.rebalance(&[(0, 30 * UNIT)]).expect("at the bound");
}

#[test]
fn a_position_too_large_for_its_venue_may_shrink_and_not_grow() {
    let (scene, [a, _]) = lent(0, 0);
    deep(&scene, a, 1000 * ONE);
    scene.rebalance(&[(0, 80 * UNIT)]).expect("within the depth");
    deep(&scene, a, 200 * ONE);

    assert_eq!(breach(&scene, &[(0, 1)]).limit, DEPTH);
    scene.rebalance(&[(1, 5 * UNIT)]).expect("what is not touched is not judged by its venue");
    scene.rebalance(&[(0, -1)]).expect("strictly nearer");
    scene.rebalance(&[(0, -10 * UNIT), (1, 5 * UNIT)]).expect("strictly nearer");
}

#[test]
fn a_venue_that_holds_nothing_takes_nothing() {
    let (scene, [a, _]) = lent(0, 0);
    deep(&scene, a, 0);

    assert_eq!(breach(&scene, &[(0, 1)]).limit, DEPTH);
}

#[test]
fn what_no_exit_can_force_covers_nothing() {
    let scene = Scene::new();
    scene.position_on(&["a"], Terms { slack_bps: 10, ..Terms::default() });
    scene.liquidity(0, 50 * PERCENT);
    scene.endow(ALICE, 100 * ONE);

    assert_eq!(breach(&scene, &[(0, 50 * UNIT + 1)]).limit, COVER);
    scene.rebalance(&[(0, 50 * UNIT)]).expect("at the bound");
}
