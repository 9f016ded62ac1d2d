//! Evacuations: what a tripped risk id's positions can pay comes home, the least liquid first, by anybody.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use tenor_world::{GUARDIAN, Scene, Terms, VAULT, address, mock::adapter, refusal, risk_id};

use crate::{ALICE, ONE, UNIT, u};

const STRANGER: Address = address(0x41);

/// 100 units each in three positions of issuer x and one of y, of Alice's 1000; the third's price can be pushed.
fn lent() -> (Scene, [Address; 4]) {
    let scene = Scene::new();
    let pushed = Terms { slack_bps: 10, ..Terms::default() };
    let positions = [
        scene.position(&["a", "x"]).0,
        scene.position(&["b", "x"]).0,
        scene.position_on(&["c", "x"], pushed).0,
        scene.position(&["d", "y"]).0,
    ];
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 100 * UNIT), (1, 100 * UNIT), (2, 100 * UNIT), (3, 100 * UNIT)]).expect("within caps");
    (scene, positions)
}

fn evacuate(scene: &Scene, id: &str) -> u128 {
    scene.call(STRANGER, IDesk::evacuateCall { riskId: risk_id(id) }).to()
}

fn trip(scene: &Scene, id: &str) {
    scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id(id) });
}

fn values(scene: &Scene) -> Vec<u128> {
    scene.view(IDesk::positionsCall {}).iter().map(|position| position.value.to::<u128>() / ONE).collect()
}

#[test]
fn an_id_that_is_not_tripped_is_not_evacuated() {
    let (scene, _) = lent();
    let before = scene.world.storage();

    refusal::<IDesk::NotTripped>(scene.try_call(STRANGER, IDesk::evacuateCall { riskId: risk_id("x") }));
    refusal::<IDesk::InvalidRiskId>(scene.try_call(STRANGER, IDesk::evacuateCall { riskId: risk_id("no such") }));

    assert_eq!(scene.world.storage(), before);
    trip(&scene, "x");
    scene.world.pass(86_400);
    refusal::<IDesk::NotTripped>(scene.try_call(STRANGER, IDesk::evacuateCall { riskId: risk_id("x") }));
}

#[test]
fn what_is_liquid_comes_home_and_what_is_stuck_is_told() {
    let (scene, [_, second, ..]) = lent();
    scene.world.poke(second, adapter::LIQUIDITY, u(30 * ONE + 1));
    trip(&scene, "x");

    assert_eq!(evacuate(&scene, "x"), 130 * ONE);

    assert_eq!(values(&scene), [0, 70, 100, 100]);
    assert_eq!(scene.book().idle, u(730 * ONE));
    let moved: Vec<u32> =
        scene.world.events::<IDesk::PositionMoved>(VAULT).iter().map(|moved| moved.position).collect();
    assert_eq!(moved[moved.len() - 2..], [1, 0], "the least liquid first");
    let stuck = scene.world.events::<IDesk::Stuck>(VAULT);
    let stuck: Vec<_> = stuck.iter().map(|stuck| (stuck.riskId, stuck.position, stuck.value)).collect();
    assert_eq!(stuck, [(risk_id("x"), 1, u(70 * ONE)), (risk_id("x"), 2, u(100 * ONE))]);
}

#[test]
fn one_that_fails_stops_nothing() {
    let (scene, [first, second, ..]) = lent();
    scene.world.poke(first, adapter::FAULTS, U256::from(adapter::NO_PAYMENT));
    scene.world.poke(second, adapter::FAULTS, U256::from(adapter::NO_LIQUIDITY));
    trip(&scene, "x");
    assert_eq!(evacuate(&scene, "x"), 0);
    scene.world.poke(second, adapter::FAULTS, U256::ZERO);

    assert_eq!(evacuate(&scene, "x"), 100 * ONE);
    assert_eq!(values(&scene), [100, 0, 100, 100]);
}

#[test]
fn it_lowers_nobodys_share_and_lets_everybody_out() {
    let (scene, _) = lent();
    let due =
        || scene.view(IVault::convertToAssetsCall { shares: scene.view(IVault::balanceOfCall { account: ALICE }) });
    let before = due();
    trip(&scene, "x");
    evacuate(&scene, "x");

    assert_eq!(due(), before);
    let shares = scene.view(IVault::maxRedeemCall { owner: ALICE });
    scene.call(ALICE, IVault::redeemCall { shares, receiver: ALICE, owner: ALICE });
    assert!(scene.assets_of(ALICE) >= 890 * ONE);
}
