//! Controls of a test network, and what listeners hear.

use alloy_primitives::B256;
use alloy_rpc_types_eth::Filter;

use super::*;

#[test]
fn revert_goes_back_in_state_blocks_and_time() {
    let chain = chain();
    let counter = deploy(&chain, &COUNTER);
    let snapshot = chain.snapshot().expect("a snapshot");
    let receipt = chain.send(&Call::new(alice(), counter, [])).expect("a valid transaction");
    chain.increase_time(1000);

    assert!(chain.revert(snapshot));

    assert_eq!(chain.block_number(), 1);
    assert_eq!(chain.storage(counter, U256::ZERO, BlockId::latest()), Ok(U256::ZERO));
    assert_eq!(chain.receipt(receipt.transaction_hash), None);
    assert!(chain.block(BlockId::hash(receipt.block_hash)).is_none());
    assert_eq!(chain.next_timestamp_secs(), START_SECS + 2);
    let again = chain.send(&Call::new(alice(), counter, [])).expect("the nonce is free again");
    assert_eq!(again.transaction_hash, receipt.transaction_hash);
}

#[test]
fn snapshot_serves_once_and_takes_later_ones_with_it() {
    let chain = chain();
    let first = chain.snapshot().expect("a snapshot");
    let second = chain.snapshot().expect("a snapshot");

    assert!(chain.revert(first));
    assert!(!chain.revert(first));
    assert!(!chain.revert(second));
}

#[test]
fn revert_takes_back_changes_by_hand() {
    let chain = chain();
    let snapshot = chain.snapshot().expect("a snapshot");
    chain.set_balance(bob(), U256::ONE);

    assert!(chain.revert(snapshot));

    assert_eq!(chain.balance(bob(), BlockId::latest()), Ok(U256::from(10_000 * 10_u128.pow(18))));
}

#[test]
fn every_block_keeps_its_state() {
    let chain = chain();
    let counter = deploy(&chain, &COUNTER);
    for _ in 0..3 {
        chain.send(&Call::new(alice(), counter, [])).expect("a valid transaction");
    }

    let values = (1..=4).map(|n| chain.storage(counter, U256::ZERO, BlockId::number(n)).expect("a block"));

    assert_eq!(values.collect::<Vec<_>>(), [0, 1, 2, 3].map(U256::from));
    let past = chain.call(&Call::new(alice(), counter, []), BlockId::number(2)).expect("a call");
    assert_eq!(word(&past, 0), 2);
    assert_eq!(chain.balance(alice(), BlockId::number(9)), Err(Error::UnknownBlock(BlockId::number(9))));
}

#[test]
fn values_set_by_hand_hold_in_the_latest_block() {
    let chain = chain();
    let someone = Address::repeat_byte(3);
    chain.set_balance(someone, U256::from(1));
    chain.set_nonce(someone, 2);
    chain.set_code(someone, CLOCK).expect("valid code");
    chain.set_storage(someone, U256::from(4), U256::from(5));

    let latest = BlockId::latest();
    assert_eq!(chain.balance(someone, latest), Ok(U256::from(1)));
    assert_eq!(chain.nonce(someone, latest), Ok(2));
    assert_eq!(chain.code(someone, latest), Ok(CLOCK));
    assert_eq!(chain.storage(someone, U256::from(4), latest), Ok(U256::from(5)));
    chain.mine(1).expect("one block");
    assert_eq!(chain.balance(someone, latest), Ok(U256::from(1)));
}

#[test]
fn time_is_set_moved_and_never_goes_back() {
    let chain = chain();
    chain.set_next_timestamp(START_SECS + 100).expect("later than the latest block");
    chain.mine(1).expect("one block");
    assert_eq!(chain.head().timestamp_secs(), START_SECS + 100);

    assert_eq!(chain.increase_time(50), 50);
    chain.mine(1).expect("one block");
    assert_eq!(chain.head().timestamp_secs(), START_SECS + 151);

    chain.mine_apart(3, Some(10)).expect("three blocks");
    assert_eq!(chain.head().timestamp_secs(), START_SECS + 172);

    let refused = chain.set_next_timestamp(START_SECS);
    assert_eq!(refused, Err(Error::TimeInPast { asked_secs: START_SECS, head_secs: START_SECS + 172 }));
}

#[test]
fn too_many_blocks_at_once_are_refused() {
    let chain = chain();

    let refused = chain.mine(u64::MAX);

    assert_eq!(refused, Err(Error::TooManyBlocks { asked: u64::MAX, limit: MINED_AT_ONCE_LIMIT }));
    assert_eq!(chain.block_number(), 0);
}

#[test]
fn going_over_to_mining_on_demand_mines_what_waits() {
    let chain = waiting_chain();
    let hash = chain.send_raw(&signed(transfer(0))).expect("accepted");

    chain.set_mining(Mining::OnDemand);

    assert!(chain.receipt(hash).is_some());
}

#[test]
fn listener_hears_acceptance_before_the_block() {
    let chain = chain();
    let mut events = chain.subscribe();

    let hash = chain.send_raw(&signed(transfer(0))).expect("a valid transaction");

    assert!(matches!(events.try_recv(), Ok(Event::Accepted(heard)) if heard == hash));
    assert!(matches!(events.try_recv(), Ok(Event::Head(block)) if block.number() == 1));
    assert!(events.try_recv().is_err());
}

#[test]
fn logs_are_found_by_address_topic_and_range() {
    let chain = chain();
    let (one, other) = (deploy(&chain, &COUNTER), deploy(&chain, &COUNTER));
    for contract in [one, other, one] {
        chain.send(&Call::new(alice(), contract, [])).expect("a valid transaction");
    }
    let found = |filter: Filter| -> Vec<(u64, Address)> {
        let logs = chain.logs(&filter).expect("a valid filter");
        logs.iter().map(|log| (log.block_number.expect("mined"), log.address())).collect()
    };
    let topic = B256::with_last_byte(42);

    assert_eq!(found(Filter::new().from_block(0)), [(3, one), (4, other), (5, one)]);
    assert_eq!(found(Filter::new().from_block(0).address(one)), [(3, one), (5, one)]);
    assert_eq!(found(Filter::new().from_block(4).event_signature(topic)), [(4, other), (5, one)]);
    assert_eq!(found(Filter::new().from_block(0).event_signature(B256::ZERO)), []);
    assert_eq!(found(Filter::new().from_block(4).to_block(4)), [(4, other)]);
    assert_eq!(found(Filter::new().at_block_hash(chain.head().hash())), [(5, one)]);
    assert_eq!(found(Filter::new().from_block(6)), []);
    assert_eq!(chain.logs(&Filter::new().from_block(5).to_block(4)), Err(Error::BlockRange { from: 5, to: 4 }));
}

#[test]
fn too_many_logs_are_refused() {
    let chain = chain();
    // Logs 1,000 times: PUSH2 1000; JUMPDEST; LOG0 of nothing; subtract one; jump back unless zero.
    let chatty = deploy(&chain, &alloy_primitives::hex!("6103e85b60006000a0600190038060035700"));
    for _ in 0..=LOG_LIMIT / 1000 {
        let receipt = chain.send(&Call::new(alice(), chatty, [])).expect("a valid transaction");
        assert_eq!(receipt.logs.len(), 1000);
    }

    let refused = chain.logs(&Filter::new().from_block(0));

    assert_eq!(refused, Err(Error::TooManyLogs(LOG_LIMIT)));
}
