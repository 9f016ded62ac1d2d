//! Calls that come back: refused where they change state, answered consistently where they ask.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use tenor_world::{KEEPER, Scene, USDC, VAULT, WAD, mock, mock::HOOK_RESULT, risk_id, set_cap};

use crate::{ALICE, BOB, ONE, UNIT, u};

const REFUSED: u64 = 1;
const ACCEPTED: u64 = 2;

/// A vault with money idle and in one position, whose adapter (and token) can call back.
fn armed() -> (Scene, Address, mock::Hook, U256) {
    let scene = Scene::new();
    let (at, hook) = scene.position(&["a"]);
    let shares = scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 50 * UNIT)]).expect("within caps");
    scene.fund(BOB, 10 * ONE);
    (scene, at, hook, shares)
}

/// Every call that moves money or believes a number, made from `from`.
fn moves(scene: &Scene) -> Vec<Vec<u8>> {
    let intent = scene.intent(&[]);
    vec![
        IVault::depositCall { assets: u(1), receiver: BOB }.abi_encode(),
        IVault::mintCall { shares: u(1), receiver: BOB }.abi_encode(),
        IVault::withdrawCall { assets: u(1), receiver: BOB, owner: BOB }.abi_encode(),
        IVault::redeemCall { shares: u(1), receiver: BOB, owner: BOB }.abi_encode(),
        IDesk::markCall { positions: vec![] }.abi_encode(),
        IDesk::forceIdleCall { assets: u(1) }.abi_encode(),
        IDesk::rebalanceCall { intent }.abi_encode(),
        IDesk::relieveCall { legs: vec![] }.abi_encode(),
        IDesk::tripCall { riskId: risk_id("a"), condition: 3, position: 0 }.abi_encode(),
    ]
}

#[test]
fn a_token_that_calls_back_during_a_deposit_is_refused() {
    let (scene, ..) = armed();
    for data in moves(&scene) {
        *scene.token_hook.borrow_mut() = Some((VAULT, data));
        scene.world.poke(USDC, HOOK_RESULT, u(0));

        scene.call(BOB, IVault::depositCall { assets: u(ONE), receiver: BOB });

        assert_eq!(scene.world.peek(USDC, HOOK_RESULT), U256::from(REFUSED));
    }
}

#[test]
fn a_token_that_calls_back_during_a_leg_or_a_relief_is_refused() {
    let (scene, ..) = armed();
    for data in moves(&scene) {
        *scene.token_hook.borrow_mut() = Some((VAULT, data));
        for leg in [UNIT, -UNIT] {
            scene.world.poke(USDC, HOOK_RESULT, u(0));
            scene.rebalance(&[(0, leg)]).expect("within caps");
            assert_eq!(scene.world.peek(USDC, HOOK_RESULT), U256::from(REFUSED));
        }
    }
}

#[test]
fn a_venue_that_calls_back_during_a_forced_exit_is_refused() {
    let (scene, at, hook, _) = armed();
    for data in moves(&scene) {
        *hook.borrow_mut() = Some((VAULT, data));
        scene.world.poke(at, HOOK_RESULT, u(0));
        let idle: u128 = scene.book().idle.to();

        let assets = u(idle + ONE);
        scene.call(ALICE, IVault::withdrawCall { assets, receiver: ALICE, owner: ALICE });

        assert_eq!(scene.world.peek(at, HOOK_RESULT), U256::from(REFUSED));
    }
}

#[test]
fn a_keeper_that_is_its_own_venue_cannot_nest_rebalances() {
    let scene = Scene::new();
    let (at, hook) = scene.position(&["a"]);
    scene.keeper(at, u64::MAX, WAD, WAD);
    scene.endow(ALICE, 100 * ONE);
    let intent = scene.intent_of(at, &[(0, UNIT)]);
    *hook.borrow_mut() = Some((VAULT, IDesk::rebalanceCall { intent }.abi_encode()));

    scene.rebalance(&[(0, UNIT)]).expect("the outer one passes");

    assert_eq!(scene.world.peek(at, HOOK_RESULT), U256::from(REFUSED));
}

#[test]
fn governance_waits_while_a_call_is_under_way() {
    let scene = Scene::new();
    let (at, hook) = scene.position(&["a"]);
    scene.call(tenor_world::OWNER, IBoard::setCuratorCall { account: at });
    scene.call(tenor_world::OWNER, IBoard::setGuardianCall { account: at, granted: true });
    scene.endow(ALICE, 100 * ONE);
    for data in [
        set_cap("a", 1, 1).abi_encode(),
        IBoard::setLiquidityCall { floorWad: u(1), coverWad: u(1) }.abi_encode(),
        scene.grant(KEEPER, 0, 0, 0).abi_encode(),
        IBoard::pauseCall { secs: u(60) }.abi_encode(),
        IBoard::tripByWordCall { riskId: risk_id("a") }.abi_encode(),
    ] {
        *hook.borrow_mut() = Some((VAULT, data));
        scene.world.poke(at, HOOK_RESULT, u(0));

        scene.rebalance(&[(0, UNIT)]).expect("the rebalance passes");

        assert_eq!(scene.world.peek(at, HOOK_RESULT), U256::from(REFUSED));
    }
}

#[test]
fn views_answer_during_a_call() {
    let (scene, at, hook, _) = armed();
    let price = IVault::convertToAssetsCall { shares: u(10).pow(u(18)) };
    for data in [
        price.abi_encode(),
        IVault::totalAssetsCall {}.abi_encode(),
        IDesk::bookCall {}.abi_encode(),
        IDesk::limitsCall {}.abi_encode(),
        IDesk::budgetsCall {}.abi_encode(),
        IDesk::grantCall { keeper: KEEPER }.abi_encode(),
        IDesk::positionsCall {}.abi_encode(),
        IDesk::capsCall {}.abi_encode(),
        IVault::maxDepositCall { receiver: ALICE }.abi_encode(),
        IVault::maxWithdrawCall { owner: ALICE }.abi_encode(),
    ] {
        *hook.borrow_mut() = Some((VAULT, data));
        scene.world.poke(at, HOOK_RESULT, u(0));

        scene.rebalance(&[(0, -UNIT)]).expect("within caps");

        assert_eq!(scene.world.peek(at, HOOK_RESULT), U256::from(ACCEPTED));
    }
}

/// A contract that asks for the price while it is called, and stores the answer.
fn witness(scene: &Scene, at: Address) -> mock::Hook {
    let hook = mock::Hook::default();
    scene.world.install(at, |_input, vm| {
        let words = [alloy_primitives::B256::from(u(10).pow(u(30)))];
        let price = host::view_word(&vm, VAULT, IVault::convertToAssetsCall::SELECTOR, &words)?;
        let nav = host::view_word(&vm, VAULT, IVault::totalAssetsCall::SELECTOR, &[])?;
        host::Slot::at(1).store(&vm, price.into());
        host::Slot::at(2).store(&vm, nav.into());
        Ok(vec![])
    });
    *hook.borrow_mut() = Some((at, b"look".to_vec()));
    hook
}

#[test]
fn the_price_seen_during_a_rebalance_is_the_one_at_its_start() {
    let (scene, adapter, hook, _) = armed();
    let eye = tenor_world::address(0x60);
    *hook.borrow_mut() = witness(&scene, eye).borrow().clone();
    scene.earn(adapter, -20 * UNIT);
    let (price, nav) =
        (scene.view(IVault::convertToAssetsCall { shares: u(10).pow(u(30)) }), scene.view(IVault::totalAssetsCall {}));

    scene.rebalance(&[(0, -30 * UNIT)]).expect("within caps");

    assert_eq!((scene.world.peek(eye, 1), scene.world.peek(eye, 2)), (price, nav), "latched");
    assert!(scene.view(IVault::totalAssetsCall {}) < nav, "the loss is in the price when the call ends");
}

#[test]
fn the_price_seen_during_a_forced_exit_is_the_one_at_its_start() {
    let (scene, _, hook, shares) = armed();
    let eye = tenor_world::address(0x60);
    *hook.borrow_mut() = witness(&scene, eye).borrow().clone();
    let price = scene.view(IVault::convertToAssetsCall { shares: u(10).pow(u(30)) });

    scene.call(ALICE, IVault::redeemCall { shares: shares / u(3) * u(2), receiver: ALICE, owner: ALICE });

    assert_eq!(scene.world.peek(eye, 1), price);
}

#[test]
fn the_price_seen_while_money_comes_in_or_goes_out_does_not_favour_anybody() {
    let (scene, ..) = armed();
    let eye = tenor_world::address(0x60);
    let price = || scene.view(IVault::convertToAssetsCall { shares: u(10).pow(u(30)) });
    let before = price();
    *scene.token_hook.borrow_mut() = witness(&scene, eye).borrow().clone();

    scene.call(BOB, IVault::depositCall { assets: u(ONE), receiver: BOB });
    assert_eq!(scene.world.peek(eye, 1), price());
    scene.call(ALICE, IVault::withdrawCall { assets: u(ONE), receiver: ALICE, owner: ALICE });
    assert_eq!(scene.world.peek(eye, 1), price());
    assert!(price() >= before);
}
