//! Calls between programs and contracts, in both directions.

use super::{
    samples::{A, B, C, How, agent, echo, forwarder, order, program, revert, store, words},
    world::{World, reason},
};
use revm::primitives::{Address, Bytes, U256};

/// Splits what an agent returns.
fn answer(output: &Bytes) -> (bool, &[u8]) {
    (output[31] == 0, &output[32..])
}

/// A: an agent. B: the callee.
fn with_agent(callee: &str) -> World {
    let mut world = World::new();
    world.program(A, &agent());
    world.program(B, callee);
    world
}

#[test]
fn contract_calls_program_and_returns_its_result() {
    let mut world = World::new();
    world.program(B, &echo());
    world.put(A, forwarder(0xf1, B));

    assert_eq!(world.send(A, b"hello".to_vec()).output, b"hello"[..]);
}

#[test]
fn program_calls_contract_and_returns_its_result() {
    let mut world = with_agent(&echo());
    world.put(C, forwarder(0xf1, B));

    let output = world.send(A, order(How::Call, C, 0, b"hello")).output;

    assert_eq!(answer(&output), (true, &b"hello"[..]));
}

#[test]
fn revert_data_passes_through_contracts_and_programs() {
    let mut world = with_agent(&revert());
    world.put(C, forwarder(0xf1, B));

    let from_program = world.send(A, order(How::Call, B, 0, b"no")).output;
    let through_contract = world.send(A, order(How::Call, C, 0, b"no")).output;
    let to_the_top = world.send(C, b"no".to_vec());

    assert_eq!(answer(&from_program), (false, &b"no"[..]));
    assert_eq!(answer(&through_contract), (false, &b"no"[..]));
    assert_eq!((to_the_top.is_success(), &to_the_top.output[..]), (false, &b"no"[..]));
}

#[test]
fn reverted_call_leaves_no_change_behind() {
    let write_and_revert = program(
        "(i32.store8 (i32.const 63) (i32.const 7)) (call $cache (i32.const 0) (i32.const 32))
         (call $flush (i32.const 0)) (call $emit_log (i32.const 0) (i32.const 32) (i32.const 1)) (i32.const 1)",
    );
    let mut world = with_agent(&write_and_revert);

    let outcome = world.send(A, order(How::Call, B, 0, &[]));

    assert!(!answer(&outcome.output).0);
    assert_eq!((world.slot(B, 0), outcome.logs.len()), (U256::ZERO, 0));
}

#[test]
fn static_call_reads_but_does_not_write() {
    let mut world = with_agent(&store());
    world.put(C, forwarder(0xfa, B));
    assert!(world.send(B, words(&[3, 9])).is_success());

    let from_program = world.send(A, order(How::Static, B, 0, &words(&[3, 1]))).output;
    let from_contract = world.send(C, words(&[3, 1]));
    let below_a_static_call = world.send(A, order(How::Static, A, 0, &order(How::Call, B, 0, &words(&[3, 1])))).output;
    let same_value = world.send(A, order(How::Static, B, 0, &words(&[3, 9]))).output;

    assert_eq!(answer(&from_program), (false, &[][..]));
    assert!(!from_contract.is_success());
    assert!(answer(&below_a_static_call).0, "the agent itself writes nothing");
    assert!(!answer(&Bytes::copy_from_slice(answer(&below_a_static_call).1)).0);
    assert_eq!(answer(&same_value), (true, &words(&[9])[..]), "nothing is written when nothing changes");
    assert_eq!(world.slot(B, 3), U256::from(9));
}

#[test]
fn static_call_forbids_logs_transient_writes_creations_and_value() {
    for (what, body) in [
        ("log", "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0)"),
        ("transient", "(call $tstore (i32.const 0) (i32.const 0)) (i32.const 0)"),
        (
            "create",
            "(call $create1 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)) (i32.const 0)",
        ),
    ] {
        let mut world = with_agent(&program(body));

        assert!(world.send(B, []).is_success(), "{what} outside of a static call");
        assert!(!answer(&world.send(A, order(How::Static, B, 0, &[])).output).0, "{what}");
    }

    let mut world = with_agent(&agent());
    world.db.cache.accounts.get_mut(&B).unwrap().info.balance = U256::from(5);
    let output = world.send(A, order(How::Static, B, 0, &order(How::Call, C, 1, &[]))).output;
    assert!(!answer(&Bytes::copy_from_slice(answer(&output).1)).0, "value");
    assert_eq!(world.balance(C), U256::ZERO);
}

#[test]
fn delegate_call_acts_in_the_callers_storage_and_name() {
    let who = program(
        "(call $contract_address (i32.const 12)) (call $msg_sender (i32.const 44)) (call $msg_value (i32.const 64))
         (call $write_result (i32.const 0) (i32.const 96)) (i32.const 0)",
    );
    let mut world = with_agent(&store());
    world.program(C, &who);
    world.put(Address::with_last_byte(0xD0), forwarder(0xf4, B));

    assert!(answer(&world.send(A, order(How::Delegate, B, 0, &words(&[1, 5]))).output).0);
    assert!(world.send(Address::with_last_byte(0xD0), words(&[1, 6])).is_success());
    assert_eq!((world.slot(A, 1), world.slot(Address::with_last_byte(0xD0), 1)), (U256::from(5), U256::from(6)));
    assert_eq!(world.slot(B, 1), U256::ZERO);

    let output = world.pay(A, order(How::Delegate, C, 0, &[]), U256::from(77)).output;
    let expected = [A.into_word(), super::world::WALLET.into_word(), U256::from(77).into()].concat();
    assert_eq!(answer(&output), (true, &expected[..]));
}

#[test]
fn contract_code_run_by_delegate_call_writes_to_the_program() {
    let mut world = with_agent(&echo());
    // SSTORE(1, 2).
    world.put(C, vec![0x60, 2, 0x60, 1, 0x55, 0x00]);

    assert!(answer(&world.send(A, order(How::Delegate, C, 0, &[])).output).0);

    assert_eq!((world.slot(A, 1), world.slot(C, 1)), (U256::from(2), U256::ZERO));
}

#[test]
fn program_sees_that_it_is_entered_again() {
    // Without calldata: returns whether it is entered again. With: calls the address in it, and returns the answer.
    let reenter = program(
        "(call $read_args (i32.const 0))
         (if (i32.eqz (local.get $len)) (then
           (i32.store8 (i32.const 31) (call $msg_reentrant)) (call $write_result (i32.const 0) (i32.const 32)))
         (else
           (drop (call $call (i32.const 12) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))
           (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 32)))
           (call $write_result (i32.const 0) (i32.const 32))))
         (i32.const 0)",
    );
    let mut world = World::new();
    world.program(A, &reenter);
    world.program(B, &reenter);
    world.put(C, forwarder(0xf1, A));

    assert_eq!(world.send(A, []).output, words(&[0]), "entered once");
    assert_eq!(world.send(A, C.into_word().to_vec()).output, words(&[1]), "through a contract");
    assert_eq!(world.send(A, B.into_word().to_vec()).output, words(&[0]), "the same code elsewhere");
}

#[test]
fn writes_of_a_reentrant_call_show_in_storage_but_not_in_the_callers_cache() {
    // Reads slot 0, lets `store` (B delegates to itself as A) change it, reads again with and without the cache.
    let reader = program(
        "(call $read_args (i32.const 0))
         (if (i32.eq (local.get $len) (i32.const 64)) (then
           (call $cache (i32.const 0) (i32.const 32)) (call $flush (i32.const 0)) (return (i32.const 0))))
         (call $load (i32.const 128) (i32.const 256))
         (i32.store8 (i32.const 191) (i32.const 9))
         (drop (call $call (i32.const 12) (i32.const 128) (i32.const 64) (i32.const 128) (i64.const -1) (i32.const 512)))
         (call $load (i32.const 128) (i32.const 288))
         (call $flush (i32.const 1))
         (call $load (i32.const 128) (i32.const 320))
         (call $write_result (i32.const 256) (i32.const 96)) (i32.const 0)",
    );
    let mut world = World::new();
    world.program(A, &reader);

    let output = world.send(A, A.into_word().to_vec()).output;

    assert_eq!(output, words(&[0, 0, 9]));
}

#[test]
fn value_moves_with_calls_both_ways() {
    let mut world = with_agent(&echo());
    world.put(C, forwarder(0xf1, B));

    let outcome = world.pay(A, order(How::Call, C, 30, &[]), U256::from(100));

    assert!(answer(&outcome.output).0, "{}", reason(&outcome));
    assert_eq!((world.balance(A), world.balance(C), world.balance(B)), (U256::from(70), U256::ZERO, U256::from(30)));
}

#[test]
fn call_with_more_value_than_there_is_fails_alone() {
    let mut world = with_agent(&echo());

    let outcome = world.pay(A, order(How::Call, B, 11, &[]), U256::from(10));

    assert_eq!(answer(&outcome.output), (false, &[][..]));
    assert_eq!((world.balance(A), world.balance(B)), (U256::from(10), U256::ZERO));
}

#[test]
fn transient_storage_lasts_for_the_transaction_and_no_longer() {
    // Adds one to a transient slot and returns it.
    let count = program(
        "(call $tload (i32.const 0) (i32.const 32))
         (i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))
         (call $tstore (i32.const 0) (i32.const 32))
         (call $write_result (i32.const 32) (i32.const 32)) (i32.const 0)",
    );
    let mut world = World::new();
    world.program(B, &count);
    // CALL B twice and return what the second returns.
    let call_b = |tail: &[u8]| {
        let mut code = vec![0x60, 0x20, 0x5f, 0x5f, 0x5f, 0x5f, 0x73];
        code.extend(B);
        code.extend([0x5a, 0xf1]);
        code.extend(tail);
        code
    };
    world.put(A, [call_b(&[0x50]), call_b(&[0x50, 0x60, 0x20, 0x5f, 0xf3])].concat());

    assert_eq!(world.send(A, []).output, words(&[2]));
    assert_eq!(world.send(A, []).output, words(&[2]), "starts over");
}

#[test]
fn call_to_an_account_without_code_succeeds_empty() {
    let mut world = with_agent(&echo());

    let output = world.send(A, order(How::Call, Address::with_last_byte(0xEE), 0, b"x")).output;

    assert_eq!(answer(&output), (true, &[][..]));
}

#[test]
fn program_calls_an_ethereum_precompile() {
    let mut world = with_agent(&echo());

    let output = world.send(A, order(How::Call, Address::with_last_byte(4), 0, b"identity")).output;

    assert_eq!(answer(&output), (true, &b"identity"[..]));
}

#[test]
fn failed_callee_keeps_a_64th_of_the_gas_for_the_caller() {
    let mut world = with_agent(&program("(loop $l (br $l)) (i32.const 0)"));

    let outcome = world.send(A, order(How::Call, B, 0, &[]));

    assert_eq!(answer(&outcome.output), (false, &[][..]));
    let left = super::world::GAS_LIMIT - outcome.gas_used;
    assert!((300_000..320_000).contains(&left), "{left}");
}
