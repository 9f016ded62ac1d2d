//! Gas worked out by hand from the prices, for programs of our own.

use super::{
    samples::{A, B, C, How, agent, echo, order, program},
    world::{GAS_LIMIT, WALLET, World, selector},
};
use keeper_devnet::evm::{ARB_WASM_CACHE, HaltReason, Status};
use revm::primitives::{Bytes, TxKind, U256};

/// Gas of a transaction before its calldata.
const TRANSACTION: u64 = 21_000;
/// One function, one page, 81 bytes with its names.
const EMPTY: &str = r#"(module (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32) (i32.const 0)))"#;

fn gas(world: &mut World, input: &[u8]) -> u64 {
    let outcome = world.send(A, input.to_vec());
    assert!(outcome.is_success(), "{:?}", outcome.status);
    outcome.gas_used
}

#[test]
fn empty_program_costs_its_start_up_and_one_block() {
    let mut world = World::new();
    world.program(A, EMPTY);

    // Least start-up twice over, cached cost 4 * 1628 / 1000 + 5 = 11, initial cost 8 + 2 + 10 = 20, and 2452 ink.
    assert_eq!(gas(&mut world, &[]), TRANSACTION + 352 + 11 + 69 * 128 + 20 + 1);
}

#[test]
fn cached_program_starts_at_the_lower_price_until_evicted() {
    let mut world = World::new();
    world.program(A, EMPTY);
    let hash = world.db.cache.accounts[&A].info.code_hash;

    assert!(
        world
            .send(ARB_WASM_CACHE, [&selector("cacheProgram(address)")[..], A.into_word().as_slice()].concat())
            .is_success()
    );
    assert_eq!(gas(&mut world, &[]), TRANSACTION + 352 + 11 + 1);

    assert!(
        world.send(ARB_WASM_CACHE, [&selector("evictCodehash(bytes32)")[..], hash.as_slice()].concat()).is_success()
    );
    assert_eq!(gas(&mut world, &[]), TRANSACTION + 352 + 11 + 69 * 128 + 20 + 1);
}

#[test]
fn second_run_in_a_block_starts_at_the_lower_price() {
    let mut world = World::new();
    world.program(A, EMPTY);

    let first = gas(&mut world, &[]);
    let second = world.transact_here(TxKind::Call(A), Bytes::new(), U256::ZERO, GAS_LIMIT);

    assert_eq!(first - second.gas_used, 69 * 128 + 20);
}

#[test]
fn simulation_leaves_the_block_as_it_is() {
    let mut world = World::new();
    world.program(A, EMPTY);
    world.next_block();
    let call = keeper_devnet::evm::Transaction {
        caller: WALLET,
        kind: TxKind::Call(A),
        gas_limit: GAS_LIMIT,
        ..Default::default()
    };

    let simulated = keeper_devnet::evm::simulate(&mut world.db, &world.block, call).unwrap();
    let sent = world.transact_here(TxKind::Call(A), Bytes::new(), U256::ZERO, GAS_LIMIT);

    assert_eq!(simulated.gas_used, sent.gas_used);
}

#[test]
fn initial_memory_is_paid_by_the_page() {
    let mut world = World::new();
    world.program(A, EMPTY);
    world.program(B, &EMPTY.replace("1 1", "7 7"));
    let small = gas(&mut world, &[]);

    let large = world.send(B, []).gas_used;

    // Five pages above the free two; the ramp rises from 1 to 2; each page adds 5 to the cached cost.
    assert_eq!(large - small, 5 * 1000 + 1 + 6 * 5);
}

#[test]
fn pages_of_nested_calls_add_up_and_are_closed_again() {
    let mut world = World::new();
    world.program(A, &agent());
    world.program(B, &agent());
    world.program(C, EMPTY);
    // The third page open at once costs 1000; C's own run is the same both times.
    let flat = gas(&mut world, &order(How::Call, C, 0, &order(How::Call, C, 0, &[])));
    let deep = gas(&mut world, &order(How::Call, B, 0, &order(How::Call, C, 0, &[])));
    let twice = gas(&mut world, &order(How::Call, B, 0, &order(How::Call, A, 0, &order(How::Call, C, 0, &[]))));

    assert!(deep > flat + 1000);
    assert!(twice > deep + 1000, "a fourth page");
    assert_eq!(gas(&mut world, &order(How::Call, C, 0, &order(How::Call, C, 0, &[]))), flat, "nothing stays open");
}

#[test]
fn bytes_filled_cost_a_hundred_ink_each() {
    let mut world = World::new();
    world.program(
        A,
        r#"(module (import "vm_hooks" "read_args" (func $read_args (param i32)))
           (memory (export "memory") 1 1)
           (func (export "user_entrypoint") (param $len i32) (result i32)
             (call $read_args (i32.const 0))
             (memory.fill (i32.const 0) (i32.const 0) (i32.load (i32.const 0))) (i32.const 0)))"#,
    );
    // Little end first: 256 bytes, and 25,600 more.
    let little = gas(&mut world, &[0, 1, 0, 0]);
    let much = gas(&mut world, &[0, 101, 0, 0]);

    assert_eq!(much - little, 25_600 * 100 / 10_000);
}

#[test]
fn endless_loop_ends_out_of_gas() {
    let mut world = World::new();
    world.program(A, &program("(loop $l (br $l)) (i32.const 0)"));

    let outcome = world.transact(TxKind::Call(A), Bytes::new(), U256::ZERO, 1_000_000);

    assert!(matches!(outcome.status, Status::Halt(HaltReason::OutOfGas(_))));
    assert_eq!(outcome.gas_used, 1_000_000);
}

#[test]
fn memory_grown_beyond_the_limit_ends_out_of_gas() {
    let mut world = World::new();
    let grow = |pages: u32| {
        format!(
            r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
               (memory (export "memory") 1)
               (func (export "user_entrypoint") (param i32) (result i32)
                 (i32.eq (memory.grow (i32.const {pages})) (i32.const -1))))"#
        )
    };
    world.program(A, &grow(30));
    world.program(B, &grow(128));

    assert!(world.send(A, []).is_success());
    let outcome = world.send(B, []);
    assert!(matches!(outcome.status, Status::Halt(HaltReason::OutOfGas(_))), "{:?}", outcome.status);
}

#[test]
fn return_data_costs_at_least_what_the_evm_asks_for_memory() {
    let mut world = World::new();
    world.program(A, &program("(call $write_result (i32.const 0) (i32.const 65536)) (i32.const 0)"));

    let outcome = world.send(A, []);

    // 2048 words: 3 a word, and their square over 512. Far above what the ink comes to.
    let memory = 3 * 2048 + 2048 * 2048 / 512;
    assert!(outcome.is_success());
    assert!(outcome.gas_used >= TRANSACTION + memory, "{}", outcome.gas_used);
}

#[test]
fn too_little_gas_to_start_ends_out_of_gas() {
    let mut world = World::new();
    world.program(A, &echo());

    let outcome = world.transact(TxKind::Call(A), Bytes::new(), U256::ZERO, 25_000);

    assert_eq!((outcome.is_success(), outcome.gas_used), (false, 25_000));
}

#[test]
fn cleared_slot_earns_the_refund() {
    let mut world = World::new();
    world.program(A, &super::samples::store());
    assert!(world.send(A, super::samples::words(&[1, 5])).is_success());

    let outcome = world.send(A, super::samples::words(&[1, 0]));

    assert_eq!((outcome.refunded, world.slot(A, 1)), (4_800, U256::ZERO));
}
