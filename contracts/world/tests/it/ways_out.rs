//! Nobody can stop an exit: no role, no limit, no breaker, no silence, and no venue elsewhere.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::U256;
use tenor_world::{CURATOR, GUARDIAN, KEEPER, OWNER, Scene, Terms, WAD, mock::adapter, refusal, risk_id, set_cap};

use crate::{
    ALICE, BOB, ONE,
    exits::{redeem, spread, withdraw},
    u,
};

#[test]
fn no_role_can_stop_an_exit() {
    let (scene, _, shares) = spread();
    scene.govern(OWNER, IBoard::setMaxRateCall { rateWad: u(0) });
    for id in ["a", "b", "c"] {
        scene.call(GUARDIAN, set_cap(id, 0, 0));
        scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id(id) });
    }
    scene.call(GUARDIAN, IBoard::setLiquidityCall { floorWad: u(WAD.into()), coverWad: u(WAD.into()) });
    scene.call(GUARDIAN, scene.grant(KEEPER, 0, 0, 0));
    scene.call(GUARDIAN, IBoard::pauseCall { secs: u(7 * 86_400) });
    scene.call(OWNER, IBoard::setBudgetsCall { lossWad: u(0), turnoverWad: u(0) });

    assert_eq!(scene.call(ALICE, redeem(shares)), u(100 * ONE));
}

#[test]
fn exits_pass_under_every_restriction_at_once_and_each_alone() {
    let restrict: [&dyn Fn(&Scene); 7] = [
        &|scene| {
            scene.call(GUARDIAN, IBoard::pauseCall { secs: u(7 * 86_400) });
        },
        &|scene| {
            for id in ["a", "b", "c"] {
                scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id(id) });
            }
        },
        &|scene| {
            scene.call(GUARDIAN, scene.grant(KEEPER, 0, 0, 0));
        },
        &|scene| {
            scene.call(OWNER, IBoard::setBudgetsCall { lossWad: u(0), turnoverWad: u(0) });
        },
        &|scene| {
            for id in ["a", "b", "c"] {
                scene.call(GUARDIAN, set_cap(id, 0, 0));
            }
        },
        &|scene| {
            scene.call(GUARDIAN, IBoard::setLiquidityCall { floorWad: u(WAD.into()), coverWad: u(WAD.into()) });
        },
        &|scene| scene.world.pass(20 * 365 * 86_400),
    ];
    for chosen in 0_u8..128 {
        let (scene, _, shares) = spread();
        for (i, restriction) in restrict.iter().enumerate() {
            if chosen & (1 << i) != 0 {
                restriction(&scene);
            }
        }

        let half = shares / u(2);
        assert_eq!(scene.call(ALICE, redeem(half)), u(50 * ONE), "{chosen:07b}");
        assert_eq!(scene.call(ALICE, redeem(shares - half)), u(50 * ONE), "{chosen:07b}");
    }
}

#[test]
fn an_exit_does_not_force_a_position_whose_price_can_be_moved() {
    let scene = Scene::new();
    let terms = Terms { slack_bps: 10, ..Terms::default() };
    let positions = [scene.position_on(&["a"], terms).0, scene.position(&["b"]).0];
    let shares = scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 40 * ONE as i128), (1, 40 * ONE as i128)]).expect("within caps");

    let max = scene.view(IVault::maxWithdrawCall { owner: ALICE });
    assert_eq!(max, u(60 * ONE));
    scene.call(ALICE, withdraw(60 * ONE));
    assert_eq!(positions.map(|at| scene.assets_of(at)), [40 * ONE, 0]);
    assert_eq!(scene.view(IVault::maxRedeemCall { owner: ALICE }), u(0));
    refusal::<IVault::ERC4626ExceededMaxWithdraw>(scene.try_call(ALICE, redeem(shares / u(10))));
}

#[test]
fn a_sandwiched_forced_exit_takes_nothing_from_those_who_stay() {
    let scene = Scene::new();
    let terms = Terms { slack_bps: 100, ..Terms::default() };
    let (at, _) = scene.position_on(&["a"], terms);
    scene.deposit(BOB, 100 * ONE);
    let shares = scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 150 * ONE as i128)]).expect("within caps");
    let price = || scene.view(IVault::convertToAssetsCall { shares: u(10).pow(u(24)) });
    let before = price();

    scene.world.poke(at, adapter::TRADE, u((adapter::BILLION / 100 * 99).into()));
    let _ = scene.try_call(ALICE, redeem(shares));
    let most = scene.view(IVault::maxWithdrawCall { owner: ALICE });
    assert_eq!(most, u(50 * ONE));
    scene.call(ALICE, withdraw(50 * ONE));
    scene.mark(&[0]);

    assert!(price() >= before);
}

#[test]
fn nobody_closes_the_way_out_of_a_position_at_once() {
    let (scene, _, shares) = spread();
    for role in [GUARDIAN, CURATOR, OWNER] {
        for position in 0..3 {
            let call = IBoard::setTermsCall { position, instantBps: 0, depthBps: 0, slackBps: 10_000 };
            let _ = scene.try_call(role, call);
        }
    }

    assert_eq!(scene.call(ALICE, redeem(shares)), u(100 * ONE));
}

#[test]
fn a_position_that_burns_gas_stops_nothing_elsewhere() {
    let (scene, positions, _) = spread();
    scene.world.poke(positions[0], adapter::FAULTS, U256::from(adapter::BURN));

    scene.mark(&[1, 2]);
    scene.rebalance(&[(1, -(ONE as i128)), (2, ONE as i128)]).expect("it is not touched");
    assert!(!scene.view(IDesk::limitsCall {}).is_empty());
    assert_eq!(scene.view(IVault::maxWithdrawCall { owner: ALICE }), u(70 * ONE));
    scene.call(ALICE, withdraw(70 * ONE));
    refusal::<IDesk::AdapterCallFailed>(scene.try_call(BOB, IDesk::markCall { positions: vec![0] }));
    assert!(scene.rebalance(&[(0, -1)]).is_err());
}
