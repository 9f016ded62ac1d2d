//! Money out: idle first, then from positions, whoever breaks on the way.

use abi::{desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use tenor_world::{
    CURATOR, GUARDIAN, KEEPER, OWNER, Scene, USDC, VAULT,
    mock::{adapter, token},
    refusal, risk_id,
};

use crate::{ALICE, BOB, ONE, u};

pub fn redeem(shares: U256) -> IVault::redeemCall {
    IVault::redeemCall { shares, receiver: ALICE, owner: ALICE }
}

pub fn withdraw(assets: u128) -> IVault::withdrawCall {
    IVault::withdrawCall { assets: u(assets), receiver: ALICE, owner: ALICE }
}

/// Alice's 100 units: 10 idle, 30 in each of three positions.
pub fn spread() -> (Scene, [Address; 3], U256) {
    let scene = Scene::new();
    let positions = [scene.position(&["a"]).0, scene.position(&["b"]).0, scene.position(&["c"]).0];
    let shares = scene.endow(ALICE, 100 * ONE);
    let leg = |position| (position, 30 * ONE as i128);
    scene.rebalance(&[leg(0), leg(1), leg(2)]).expect("within caps");
    (scene, positions, shares)
}

#[test]
fn shares_that_are_due_nothing_are_not_promised() {
    let scene = Scene::new();
    scene.deposit(ALICE, 10 * ONE);
    scene.call(ALICE, IVault::transferCall { to: BOB, value: u(1) });

    assert_eq!(scene.view(IVault::maxRedeemCall { owner: BOB }), u(0));
    let redeem = IVault::redeemCall { shares: u(1), receiver: BOB, owner: BOB };
    refusal::<IVault::ZeroResult>(scene.try_call(BOB, redeem));
}

#[test]
fn what_answers_and_pays_nothing_leaves_the_book_as_it_is() {
    let (scene, positions, _) = spread();
    scene.earn(positions[0], -10 * ONE as i128);
    scene.world.poke(positions[0], adapter::PAYS, U256::ONE);

    scene.call(ALICE, withdraw(40 * ONE));

    let marked: U256 = scene.view(IDesk::positionsCall {}).iter().map(|position| position.value).sum();
    assert_eq!(scene.book().marked, marked);
    scene.mark(&[0, 1, 2]);
}

#[test]
fn idle_money_pays_and_tells() {
    let scene = Scene::new();
    let shares = scene.deposit(ALICE, 10 * ONE);
    scene.call(ALICE, IVault::approveCall { spender: BOB, value: shares });

    let call = IVault::withdrawCall { assets: u(4 * ONE), receiver: BOB, owner: ALICE };
    let burnt = scene.call(BOB, call);

    assert_eq!(scene.assets_of(BOB), 4 * ONE);
    assert_eq!(scene.view(IVault::allowanceCall { owner: ALICE, spender: BOB }), shares - burnt);
    let told = scene.world.events::<IVault::Withdraw>(VAULT).pop().expect("an event");
    assert_eq!((told.sender, told.receiver, told.owner), (BOB, BOB, ALICE));
    assert_eq!((told.assets, told.shares), (u(4 * ONE), burnt));
    let burning = scene.world.events::<IVault::Transfer>(VAULT).pop().expect("an event");
    assert_eq!((burning.from, burning.to, burning.value), (ALICE, Address::ZERO, burnt));
}

#[test]
fn positions_pay_what_idle_money_lacks_in_registry_order() {
    let (scene, positions, _) = spread();

    scene.call(ALICE, withdraw(50 * ONE));

    assert_eq!(scene.assets_of(ALICE), 50 * ONE);
    assert_eq!(positions.map(|at| scene.assets_of(at)), [0, 20 * ONE, 30 * ONE]);
    let book = scene.book();
    assert_eq!((book.idle, book.marked), (u(0), u(50 * ONE)));
}

#[test]
fn the_last_one_takes_everything_out() {
    let (scene, _, shares) = spread();

    assert_eq!(scene.call(ALICE, redeem(shares)), u(100 * ONE));

    assert_eq!(scene.view(IVault::totalSupplyCall {}), u(0));
    assert_eq!(scene.book().nav, u(0));
    assert!(scene.view(IDesk::capsCall {}).iter().all(|cap| cap.exposure.is_zero()));
}

#[test]
fn broken_positions_are_passed_over() {
    for fault in [adapter::NO_VALUE | adapter::NO_PAYMENT, adapter::NO_LIQUIDITY, adapter::NO_PAYMENT, adapter::BURN] {
        let (scene, positions, _) = spread();
        scene.world.poke(positions[0], adapter::FAULTS, U256::from(fault));

        scene.call(ALICE, withdraw(70 * ONE));

        assert_eq!(scene.assets_of(ALICE), 70 * ONE);
        assert_eq!(scene.book().marked, u(30 * ONE));
    }
}

#[test]
fn no_position_gets_all_the_gas_of_an_exit() {
    let (scene, positions, _) = spread();
    for fault in [0, adapter::NO_LIQUIDITY, adapter::NO_PAYMENT, adapter::NO_VALUE] {
        scene.world.poke(positions[0], adapter::FAULTS, U256::from(fault));

        scene.call(ALICE, withdraw(11 * ONE));
        assert_eq!(scene.world.gas_given(positions[0]), 3_000_000);
        scene.view(IVault::maxWithdrawCall { owner: ALICE });
        assert_eq!(scene.world.gas_given(positions[0]), 3_000_000);
    }
}

#[test]
fn a_position_that_pays_but_cannot_be_valued_after_still_pays() {
    let (scene, positions, _) = spread();
    scene.world.poke(positions[0], adapter::FAULTS, U256::from(adapter::NO_VALUE));

    scene.call(ALICE, withdraw(20 * ONE));

    let values = scene.view(IDesk::positionsCall {});
    assert_eq!(values[0].value, u(20 * ONE));
    assert_eq!(scene.book().nav, u(80 * ONE));
}

#[test]
fn a_position_that_pays_less_than_asked_is_a_loss_and_the_next_one_pays() {
    let (scene, positions, _) = spread();
    scene.world.poke(positions[0], adapter::FAULTS, U256::from(adapter::HALF));

    scene.call(ALICE, withdraw(40 * ONE));

    assert_eq!(scene.assets_of(ALICE), 40 * ONE);
    assert_eq!(scene.book().nav, u(45 * ONE), "15 were lost on the way");
}

#[test]
fn illiquid_positions_bound_the_exit_truthfully() {
    let (scene, positions, shares) = spread();
    for at in positions {
        scene.world.poke(at, adapter::LIQUIDITY, U256::from(5 * ONE + 1));
    }

    let max = scene.view(IVault::maxWithdrawCall { owner: ALICE });
    assert_eq!(max, u(25 * ONE));
    let over = refusal::<IVault::ERC4626ExceededMaxWithdraw>(scene.try_call(ALICE, withdraw(25 * ONE + 1)));
    assert_eq!((over.owner, over.assets, over.max), (ALICE, u(25 * ONE + 1), max));
    refusal::<IVault::ERC4626ExceededMaxWithdraw>(scene.try_call(ALICE, redeem(shares)));

    let max_shares = scene.view(IVault::maxRedeemCall { owner: ALICE });
    assert_eq!(scene.call(ALICE, redeem(max_shares)), u(25 * ONE));
}

#[test]
fn limits_of_exit_never_revert() {
    let (scene, positions, _) = spread();
    for at in positions {
        scene.world.poke(at, adapter::FAULTS, U256::from(31));
    }

    assert_eq!(scene.view(IVault::maxWithdrawCall { owner: ALICE }), u(10 * ONE));
    assert_eq!(scene.view(IVault::maxWithdrawCall { owner: BOB }), u(0));
    assert_eq!(scene.view(IVault::maxRedeemCall { owner: BOB }), u(0));
}

#[test]
fn without_positions_everything_owned_can_be_redeemed() {
    let scene = Scene::new();
    let shares = scene.deposit(ALICE, ONE);

    assert_eq!(scene.view(IVault::maxRedeemCall { owner: ALICE }), shares);
}

#[test]
fn more_than_is_owned_is_refused() {
    let scene = Scene::new();
    let shares = scene.deposit(ALICE, ONE);
    scene.deposit(BOB, ONE);

    let error = refusal::<IVault::ERC4626ExceededMaxWithdraw>(scene.try_call(ALICE, withdraw(ONE + 1)));
    assert_eq!(error.max, u(ONE));
    let error = refusal::<IVault::ERC4626ExceededMaxRedeem>(scene.try_call(ALICE, redeem(shares + U256::ONE)));
    assert_eq!((error.owner, error.shares, error.max), (ALICE, shares + U256::ONE, shares));
}

#[test]
fn an_exit_that_pays_nothing_is_refused() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);

    refusal::<IVault::ZeroResult>(scene.try_call(ALICE, withdraw(0)));
    refusal::<IVault::ZeroResult>(scene.try_call(ALICE, redeem(u(999_999_999_999))));
}

#[test]
fn a_stranger_needs_an_allowance() {
    let scene = Scene::new();
    let shares = scene.deposit(ALICE, ONE);

    for spender in [BOB, KEEPER, GUARDIAN, CURATOR, OWNER] {
        let error = refusal::<IVault::ERC20InsufficientAllowance>(scene.try_call(spender, redeem(shares)));
        assert_eq!((error.spender, error.needed), (spender, shares));
    }
}

#[test]
fn money_is_not_paid_to_the_vault_itself() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);

    for receiver in [Address::ZERO, VAULT] {
        let call = IVault::withdrawCall { assets: u(ONE), receiver, owner: ALICE };
        refusal::<IVault::ERC20InvalidReceiver>(scene.try_call(ALICE, call));
    }
}

#[test]
fn nobody_forces_idle_from_outside() {
    let (scene, positions, _) = spread();
    let before = scene.world.storage();

    for caller in [ALICE, KEEPER, OWNER, positions[0]] {
        let error = refusal::<IDesk::NotAuthorized>(scene.try_call(caller, IDesk::forceIdleCall { assets: u(1) }));
        assert_eq!((error.caller, error.role), (caller, risk_id("vault")));
    }
    assert_eq!(scene.world.storage(), before);
}

#[test]
fn a_failed_payment_changes_nothing() {
    let (scene, _, _) = spread();
    scene.world.poke(USDC, token::MANNER, U256::from(token::FALSE));
    let before = scene.world.storage();

    refusal::<IVault::AssetCallFailed>(scene.try_call(ALICE, withdraw(ONE)));

    assert_eq!(scene.world.storage(), before);
}

#[test]
fn an_exit_takes_no_more_than_a_position_is_marked_at() {
    let (scene, positions, shares) = spread();
    scene.earn(positions[0], 1000 * ONE as i128);

    assert_eq!(scene.call(ALICE, redeem(shares)), u(100 * ONE));

    assert_eq!(scene.assets_of(positions[0]), 1000 * ONE, "what no mark has believed stays there");
    assert_eq!(scene.book().nav, u(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn previews_of_exit_are_exact(idle in 0..100 * ONE, gain in 0..ONE, out in 1..=100_u128, secs in 0..1_000_000_u64) {
        let scene = Scene::new();
        let (at, _) = scene.position(&["a"]);
        let shares = scene.deposit(ALICE, 100 * ONE);
        scene.endow(BOB, 33 * ONE + 1);
        scene.rebalance(&[(0, (133 * ONE - idle) as i128)]).expect("within caps");
        scene.earn(at, gain as i128);
        scene.world.pass(secs);
        scene.mark(&[0]);
        scene.world.pass(7);
        let part = shares * u(out) / u(100);

        let assets = scene.view(IVault::previewRedeemCall { shares: part });
        let burnt = scene.view(IVault::previewWithdrawCall { assets });
        prop_assert!(burnt <= part, "asking for what is paid costs no more");
        let snapshot = scene.view(IVault::balanceOfCall { account: ALICE });
        prop_assert_eq!(scene.call(ALICE, redeem(part)), assets);
        prop_assert_eq!(scene.view(IVault::balanceOfCall { account: ALICE }), snapshot - part);
        prop_assert_eq!(u(scene.assets_of(ALICE)), assets);
    }
}

#[test]
fn the_price_of_those_who_stay_never_falls_by_an_exit() {
    let (scene, positions, shares) = spread();
    scene.deposit(BOB, 37 * ONE + 13);
    scene.earn(positions[1], 7_654_321);
    scene.world.pass(1_000_000_000);
    scene.mark(&[0, 1, 2]);
    let price = || scene.view(IVault::convertToAssetsCall { shares: u(10).pow(u(30)) });

    for part in [u(1_000_000_000_001), shares / u(3), shares / u(7)] {
        let before = price();
        scene.call(ALICE, redeem(part));
        assert!(price() >= before);
    }
}
