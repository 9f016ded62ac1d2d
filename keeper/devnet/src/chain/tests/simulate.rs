//! Calls that change nothing.

use alloy_rpc_types_eth::state::StateOverridesBuilder;

use super::*;

#[test]
fn call_returns_its_output_and_changes_nothing() {
    let chain = chain();
    let counter = deploy(&chain, &COUNTER);

    for _ in 0..2 {
        let output = chain.call(&Call::new(alice(), counter, []), BlockId::latest()).expect("a call");
        assert_eq!(word(&output, 0), 1);
    }

    assert_eq!(chain.block_number(), 1);
}

#[test]
fn call_sees_its_own_block_and_pending_the_next() {
    let chain = chain();
    let clock = deploy(&chain, &CLOCK);
    let call = Call::new(alice(), clock, []);

    let latest = chain.call(&call, BlockId::latest()).expect("a call");
    let pending = chain.call(&call, BlockId::pending()).expect("a call");

    assert_eq!(word(&latest, 0), START_SECS + 1);
    assert_eq!(word(&latest, 1), (START_SECS + 1) / L1_BLOCK_SECS);
    assert_eq!(word(&latest, 2), 10_000_000);
    assert_eq!(word(&pending, 0), START_SECS + 2);
}

#[test]
fn call_that_reverts_returns_the_reason() {
    let chain = chain();
    let reverter = deploy(&chain, &REVERTER);

    let refused = chain.call(&Call::new(alice(), reverter, *b"why"), BlockId::latest());

    assert_eq!(refused, Err(CallError::Revert(Bytes::from_static(b"why"))));
}

#[test]
fn call_by_anybody_needs_no_funds_for_gas_but_for_its_value() {
    let chain = chain();
    let pauper = Address::repeat_byte(9);
    let counter = deploy(&chain, &COUNTER);
    let call = Call::new(pauper, counter, []);

    chain.call(&call, BlockId::latest()).expect("gas is free");
    let refused = chain.call(&call.with_value_wei(U256::ONE), BlockId::latest());

    let poor = Error::InsufficientFunds { address: pauper, have_wei: U256::ZERO, want_wei: U256::ONE };
    assert_eq!(refused, Err(poor.into()));
}

#[test]
fn overrides_hold_for_one_call() {
    let chain = chain();
    let someone = Address::repeat_byte(5);
    let overrides = StateOverridesBuilder::default()
        .with_code(someone, COUNTER)
        .with_state_diff(someone, [(U256::ZERO.into(), U256::from(41).into())]);
    let call = Call::new(alice(), someone, []);

    let output = chain.call_with(&call, BlockId::latest(), &overrides.build()).expect("a call");

    assert_eq!(word(&output, 0), 42);
    assert_eq!(chain.call(&call, BlockId::latest()), Ok(Bytes::new()));
}

#[test]
fn estimate_is_enough_and_little_more() {
    let chain = chain();
    let counter = deploy(&chain, &COUNTER);
    let call = Call::new(alice(), counter, []);

    let gas = chain.estimate_gas(&call, BlockId::pending()).expect("an estimate");

    let receipt = chain.send(&call.with_gas(gas)).expect("a valid transaction");
    assert!(receipt.is_success());
    assert!(gas <= receipt.gas_used * 103 / 100, "{gas} for {}", receipt.gas_used);
}

#[test]
fn estimate_of_a_transfer_is_exact() {
    let chain = chain();

    assert_eq!(chain.estimate_gas(&Call::new(alice(), bob(), []), BlockId::latest()), Ok(21_000));
}

#[test]
fn estimate_covers_gas_that_is_refunded_later() {
    let chain = chain();
    // Clears slot 0.
    let clearer = deploy(&chain, &alloy_primitives::hex!("600060005500"));
    chain.set_storage(clearer, U256::ZERO, U256::ONE);
    let call = Call::new(alice(), clearer, []);

    let gas = chain.estimate_gas(&call, BlockId::latest()).expect("an estimate");

    let receipt = chain.send(&call.with_gas(gas)).expect("a valid transaction");
    assert!(receipt.is_success());
    assert!(receipt.gas_used < gas, "some is refunded");
}

#[test]
fn estimate_fails_with_the_revert_reason() {
    let chain = chain();
    let reverter = deploy(&chain, &REVERTER);

    let refused = chain.estimate_gas(&Call::new(alice(), reverter, *b"why"), BlockId::latest());

    assert_eq!(refused, Err(CallError::Revert(Bytes::from_static(b"why"))));
}

#[test]
fn endless_call_ends_with_its_gas() {
    let chain = chain();
    let endless = Call::new(alice(), deploy(&chain, &LOOP), []);

    assert_eq!(chain.call(&endless, BlockId::latest()), Err(CallError::Halt("out of gas".into())));
    assert_eq!(chain.estimate_gas(&endless, BlockId::latest()), Err(CallError::GasAllowance(32_000_000)));
}

#[test]
fn estimate_spends_no_more_than_the_sender_has() {
    let chain = chain();
    let pauper = Address::repeat_byte(9);
    chain.set_balance(pauper, U256::from(30_000 * 10_000_000_u64));
    let counter = deploy(&chain, &COUNTER);
    let call = Call::new(pauper, counter, []).with_fee(Fee::Legacy { price_wei: 10_000_000 });

    assert_eq!(chain.estimate_gas(&call, BlockId::latest()), Err(CallError::GasAllowance(30_000)));
}

#[test]
fn access_list_names_the_slots_that_are_touched() {
    let chain = chain();
    let counter = deploy(&chain, &COUNTER);

    let list = chain.create_access_list(&Call::new(alice(), counter, []), BlockId::latest()).expect("a list");

    assert_eq!(list.access_list.0.len(), 1);
    assert_eq!(list.access_list.0[0].address, counter);
    assert_eq!(list.access_list.0[0].storage_keys, [alloy_primitives::B256::ZERO]);
    assert_eq!(list.error, None);
}
