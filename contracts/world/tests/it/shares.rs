//! ERC-20: the shares as a token.

use abi::vault::IVault;
use alloy_primitives::{Address, U256};
use tenor_world::{Scene, VAULT, refusal};

use crate::{ALICE, BOB, ONE, u};

const SPENDER: Address = tenor_world::address(0x33);

#[test]
fn a_transfer_moves_shares_and_tells() {
    let scene = Scene::new();
    let shares = scene.deposit(ALICE, ONE);

    assert!(scene.call(ALICE, IVault::transferCall { to: BOB, value: shares - U256::ONE }));

    assert_eq!(scene.view(IVault::balanceOfCall { account: ALICE }), U256::ONE);
    assert_eq!(scene.view(IVault::balanceOfCall { account: BOB }), shares - U256::ONE);
    let told = scene.world.events::<IVault::Transfer>(VAULT).pop().expect("an event");
    assert_eq!((told.from, told.to, told.value), (ALICE, BOB, shares - U256::ONE));
}

#[test]
fn a_transfer_to_oneself_changes_nothing() {
    let scene = Scene::new();
    let shares = scene.deposit(ALICE, ONE);

    scene.call(ALICE, IVault::transferCall { to: ALICE, value: shares });

    assert_eq!(scene.view(IVault::balanceOfCall { account: ALICE }), shares);
}

#[test]
fn more_than_the_balance_is_refused() {
    let scene = Scene::new();
    let shares = scene.deposit(ALICE, ONE);

    let call = IVault::transferCall { to: BOB, value: shares + U256::ONE };
    let error = refusal::<IVault::ERC20InsufficientBalance>(scene.try_call(ALICE, call));

    assert_eq!((error.sender, error.balance, error.needed), (ALICE, shares, shares + U256::ONE));
}

#[test]
fn an_allowance_is_spent_and_no_more() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);
    scene.call(ALICE, IVault::approveCall { spender: SPENDER, value: u(10) });
    let told = scene.world.events::<IVault::Approval>(VAULT).pop().expect("an event");
    assert_eq!((told.owner, told.spender, told.value), (ALICE, SPENDER, u(10)));

    scene.call(SPENDER, IVault::transferFromCall { from: ALICE, to: BOB, value: u(7) });
    assert_eq!(scene.view(IVault::allowanceCall { owner: ALICE, spender: SPENDER }), u(3));
    let call = IVault::transferFromCall { from: ALICE, to: BOB, value: u(4) };
    let error = refusal::<IVault::ERC20InsufficientAllowance>(scene.try_call(SPENDER, call));

    assert_eq!((error.spender, error.allowance, error.needed), (SPENDER, u(3), u(4)));
}

#[test]
fn an_unlimited_allowance_stays() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);
    scene.call(ALICE, IVault::approveCall { spender: SPENDER, value: U256::MAX });

    scene.call(SPENDER, IVault::transferFromCall { from: ALICE, to: BOB, value: u(7) });

    assert_eq!(scene.view(IVault::allowanceCall { owner: ALICE, spender: SPENDER }), U256::MAX);
}

#[test]
fn an_owner_moves_its_own_shares_without_allowance() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);

    assert!(scene.call(ALICE, IVault::transferFromCall { from: ALICE, to: BOB, value: u(7) }));
}

#[test]
fn shares_are_not_sent_to_nobody_or_the_vault() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);

    for to in [Address::ZERO, VAULT] {
        let refused = scene.try_call(ALICE, IVault::transferCall { to, value: u(1) });
        assert_eq!(refusal::<IVault::ERC20InvalidReceiver>(refused).receiver, to);
    }
}

#[test]
fn an_address_with_dirty_bytes_is_malformed() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);
    let mut data = alloy_sol_types::SolCall::abi_encode(&IVault::transferCall { to: BOB, value: u(1) });
    data[4] = 1;

    assert_eq!(scene.world.call_raw(ALICE, VAULT, data), Err(Vec::new()));
}
