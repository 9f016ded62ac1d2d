//! Sending: what is mined, what is refused and why.

use alloy_consensus::{TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::eip7702::Authorization;
use alloy_primitives::{B256, TxKind, address};

use super::*;

#[test]
fn deployed_contract_runs_logs_and_keeps_its_state() {
    let chain = chain();
    let counter = deploy(&chain, &COUNTER);

    let receipt = chain.send(&Call::new(bob(), counter, [])).expect("a valid transaction");

    assert!(receipt.is_success());
    assert_eq!(word(&receipt.output, 0), 1);
    assert_eq!(receipt.logs[0].address, counter);
    assert_eq!(receipt.logs[0].topics(), [B256::with_last_byte(42)]);
    assert_eq!(chain.storage(counter, U256::ZERO, BlockId::latest()), Ok(U256::ONE));
    assert_eq!(chain.code(counter, BlockId::latest()), Ok(COUNTER));
}

#[test]
fn each_transaction_has_its_own_block_a_second_later() {
    let chain = chain();

    let first = chain.send(&Call::new(alice(), bob(), [])).expect("a valid transaction");
    let second = chain.send(&Call::new(alice(), bob(), [])).expect("a valid transaction");

    assert_eq!((first.block_number, second.block_number), (1, 2));
    let head = chain.head();
    assert_eq!(head.hash(), second.block_hash);
    assert_eq!(head.timestamp_secs(), START_SECS + 2);
    assert_eq!(head.header.parent_hash, first.block_hash);
}

#[test]
fn revert_is_a_receipt_with_its_reason() {
    let chain = chain();
    let reverter = deploy(&chain, &REVERTER);

    let receipt = chain.send(&Call::new(alice(), reverter, *b"reason")).expect("a valid transaction");

    assert_eq!(receipt.status, Status::Revert);
    assert_eq!(receipt.output.as_ref(), b"reason");
    assert!(receipt.logs.is_empty());
}

#[test]
fn signed_transfer_pays_the_base_fee_whatever_it_offers() {
    let chain = chain();
    let generous =
        TxEip1559 { max_fee_per_gas: 10_u128.pow(12), max_priority_fee_per_gas: 10_u128.pow(9), ..transfer(0) };
    let before = chain.balance(alice(), BlockId::latest()).expect("the latest block");

    let hash = chain.send_raw(&signed(generous)).expect("a valid transaction");

    let receipt = chain.receipt(hash).expect("mined at once");
    assert_eq!(receipt.from, alice());
    assert_eq!(receipt.effective_gas_price_wei, 10_000_000);
    let after = chain.balance(alice(), BlockId::latest()).expect("the latest block");
    assert_eq!(before - after, U256::from(5 + 21_000 * 10_000_000_u64));
}

#[test]
fn legacy_transactions_are_accepted_with_and_without_chain_id() {
    let chain = chain();
    let legacy = |nonce, chain_id| TxLegacy {
        chain_id,
        nonce,
        gas_price: 10_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(bob()),
        value: U256::ONE,
        input: Bytes::new(),
    };

    for transaction in [legacy(0, Some(412_346)), legacy(1, None)] {
        chain.send_raw(&signed(transaction)).expect("a valid transaction");
    }

    assert_eq!(chain.block_number(), 2);
}

#[test]
fn refusals_name_their_reason_and_make_no_block() {
    let chain = chain();
    let funds = chain.balance(alice(), BlockId::latest()).expect("the latest block");
    chain.send_raw(&signed(transfer(0))).expect("a valid transaction");
    let (address, next) = (alice(), 1);
    let spent = U256::from(5 + 21_000 * 10_000_000_u64);

    let refused = |transaction| chain.send_raw(&signed(transaction)).expect_err("refused");

    assert_eq!(refused(transfer(0)), Error::NonceTooLow { address, nonce: 0, next });
    assert_eq!(refused(transfer(2)), Error::NonceTooHigh { address, nonce: 2, next });
    assert_eq!(refused(TxEip1559 { chain_id: 1, ..transfer(1) }), Error::ChainId { have: 1, want: 412_346 });
    assert_eq!(
        refused(TxEip1559 { max_fee_per_gas: 9, ..transfer(1) }),
        Error::FeeTooLow { address, max_fee_wei: 9, base_fee_wei: 10_000_000 }
    );
    assert_eq!(
        refused(TxEip1559 { max_priority_fee_per_gas: 10_000_001, ..transfer(1) }),
        Error::TipAboveFee { address, max_priority_fee_wei: 10_000_001, max_fee_wei: 10_000_000 }
    );
    assert_eq!(
        refused(TxEip1559 { gas_limit: 32_000_001, ..transfer(1) }),
        Error::GasAboveBlock { have_gas: 32_000_001, limit_gas: 32_000_000 }
    );
    assert_eq!(
        refused(TxEip1559 { gas_limit: 20_999, ..transfer(1) }),
        Error::IntrinsicGas { have_gas: 20_999, want_gas: 21_000 }
    );
    assert_eq!(
        refused(TxEip1559 { value: funds, ..transfer(1) }),
        Error::InsufficientFunds {
            address,
            have_wei: funds - spent,
            want_wei: funds + U256::from(21_000 * 10_000_000_u64)
        }
    );
    assert_eq!(
        refused(TxEip1559 { value: U256::MAX, ..transfer(1) }),
        Error::InsufficientFunds { address, have_wei: funds - spent, want_wei: U256::MAX }
    );
    assert_eq!(chain.block_number(), 1);
}

#[test]
fn blobs_and_garbage_are_refused() {
    let chain = chain();
    let blob = TxEip4844 { chain_id: 412_346, ..TxEip4844::default() };
    let signature = dev_accounts()[0].sign(blob.signature_hash());
    let envelope: TxEnvelope = blob.into_signed(signature).into();

    assert_eq!(chain.send_raw(&envelope.encoded_2718()), Err(Error::UnsupportedType(3)));
    for garbage in [&[][..], &[0x02], &[0xc0], &[0x7f, 0x01], &[0xff; 64]] {
        assert!(matches!(chain.send_raw(garbage), Err(Error::Undecodable(_))), "{garbage:?}");
    }
}

#[test]
fn key_of_a_contract_may_not_sign_but_a_contract_is_impersonated() {
    let chain = chain();
    chain.set_code(alice(), COUNTER).expect("valid code");

    assert_eq!(chain.send_raw(&signed(transfer(0))), Err(Error::SenderIsContract(alice())));

    let contract = address!("0x00000000000000000000000000000000c0ffee00");
    chain.set_code(contract, COUNTER).expect("valid code");
    chain.set_balance(contract, U256::from(10_u64.pow(18)));
    let receipt = chain.send(&Call::new(contract, bob(), []).with_value_wei(U256::ONE)).expect("impersonated");
    assert!(receipt.is_success());
    assert_eq!(receipt.from, contract);
}

#[test]
fn same_call_by_two_senders_has_two_hashes() {
    let chain = chain();
    let (first, second) = (Address::repeat_byte(1), Address::repeat_byte(2));
    for sender in [first, second] {
        chain.set_balance(sender, U256::from(10_u64.pow(18)));
    }

    let hashes = [first, second].map(|from| chain.send(&Call::new(from, bob(), [])).expect("sent").transaction_hash);

    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn node_sends_only_for_accounts_that_it_may_send_for() {
    let chain = chain();
    let stranger = Address::repeat_byte(7);
    chain.set_balance(stranger, U256::from(10_u64.pow(18)));
    let call = Call::new(stranger, bob(), []);

    assert_eq!(chain.send_from(&call), Err(Error::UnknownAccount(stranger)));
    chain.impersonate(stranger);
    chain.send_from(&call).expect("impersonated");
    assert!(chain.stop_impersonating(stranger));
    assert_eq!(chain.send_from(&call), Err(Error::UnknownAccount(stranger)));
    chain.impersonate_everybody();
    chain.send_from(&call).expect("everybody is impersonated");
}

#[test]
fn authorization_sets_a_delegation() {
    let chain = chain();
    let counter = deploy(&chain, &COUNTER);
    let authorization = Authorization { chain_id: U256::from(412_346), address: counter, nonce: 0 };
    let signature = dev_accounts()[1].sign(authorization.signature_hash());
    let transaction = TxEip7702 {
        chain_id: 412_346,
        nonce: 1,
        gas_limit: 200_000,
        max_fee_per_gas: 10_000_000,
        to: bob(),
        authorization_list: vec![authorization.into_signed(signature)],
        ..TxEip7702::default()
    };

    chain.send_raw(&signed(transaction)).expect("a valid transaction");

    assert_eq!(chain.storage(bob(), U256::ZERO, BlockId::latest()), Ok(U256::ONE));
    chain.send(&Call::new(bob(), alice(), [])).expect("a delegation may still sign");
}

#[test]
fn waiting_transactions_share_the_next_block() {
    let chain = waiting_chain();

    let first = chain.send_raw(&signed(transfer(0))).expect("accepted");
    let second = chain.send_raw(&signed(transfer(1))).expect("accepted");

    assert_eq!(chain.block_number(), 0);
    assert!(matches!(chain.transaction(first), Some(Lookup::Waiting(_))));
    assert!(chain.receipt(first).is_none());
    assert_eq!(chain.nonce(alice(), BlockId::latest()), Ok(0));
    assert_eq!(chain.nonce(alice(), BlockId::pending()), Ok(2));
    assert_eq!(chain.send_raw(&signed(transfer(1))), Err(Error::AlreadyKnown(second)));

    chain.mine(1).expect("one block");

    let receipts = [first, second].map(|hash| chain.receipt(hash).expect("mined"));
    assert_eq!(receipts.clone().map(|receipt| receipt.block_number), [1, 1]);
    assert_eq!(receipts.map(|receipt| receipt.cumulative_gas_used), [21_000, 42_000]);
}

#[test]
fn block_takes_no_more_than_its_gas_limit() {
    let chain = waiting_chain();
    for nonce in 0..3 {
        chain.send_raw(&signed(TxEip1559 { gas_limit: 31_990_000, ..transfer(nonce) })).expect("accepted");
    }

    // Each uses 21,000 of its limit, but a second one might use more than is left.
    for _ in 0..3 {
        chain.mine(1).expect("one block");
        assert_eq!(chain.head().transactions.len(), 1);
    }
}

#[test]
fn queue_is_bounded() {
    let chain = waiting_chain();
    for _ in 0..QUEUE_LIMIT {
        chain.send_from(&Call::new(alice(), bob(), []).with_gas(21_000)).expect("accepted");
    }

    let refused = chain.send_from(&Call::new(alice(), bob(), []).with_gas(21_000));

    assert_eq!(refused, Err(Error::QueueFull(QUEUE_LIMIT)));
}

#[test]
fn waiting_transaction_that_became_invalid_is_dropped() {
    let chain = waiting_chain();
    let hash = chain.send_raw(&signed(transfer(0))).expect("accepted");
    chain.set_balance(alice(), U256::ZERO);

    chain.mine(1).expect("one block");

    assert!(chain.transaction(hash).is_none());
    assert_eq!(chain.block_number(), 1);
}
