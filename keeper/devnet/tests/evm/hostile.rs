//! Programs that try to break the host: each ends by itself, in its own call.

use super::{
    samples::{A, B, How, agent, forwarder, order, program},
    world::{World, compress, compress_fast, wasm},
};
use keeper_devnet::evm::{HaltReason, Status};
use revm::primitives::{Bytes, TxKind, U256};

#[test]
fn programs_call_each_other_until_their_memory_is_the_limit() {
    // Calldata: the address of the other program as a word, and how many levels there are above. Each level passes
    // its own address on, which is the other's but for one bit, and returns the number of levels in all.
    let ping = program(
        "(call $read_args (i32.const 0))
         (i32.store (i32.const 32) (i32.add (i32.load (i32.const 32)) (i32.const 1)))
         (i32.store (i32.const 64) (i32.load (i32.const 28)))
         (i32.store8 (i32.const 31) (i32.xor (i32.load8_u (i32.const 31)) (i32.const 0x10)))
         (i64.store (i32.const 100) (i64.load (i32.const 12))) (i64.store (i32.const 108) (i64.load (i32.const 20)))
         (i32.store (i32.const 116) (i32.load (i32.const 64)))
         (if (i32.eqz (call $call
               (i32.const 100) (i32.const 0) (i32.const 36) (i32.const 200) (i64.const -1) (i32.const 240)))
           (then (drop (call $read_return_data (i32.const 32) (i32.const 0) (i32.const 4)))))
         (call $write_result (i32.const 32) (i32.const 4)) (i32.const 0)",
    );
    let mut world = World::new();
    world.program(A, &ping);
    world.program(B, &ping);
    let input = [B.into_word().as_slice(), &[0; 4]].concat();
    world.block.gas_limit = u64::MAX;

    let outcome = world.transact(TxKind::Call(A), input.into(), U256::ZERO, 1 << 60);

    assert!(outcome.is_success(), "{:?}", outcome.status);
    // One page each, 128 at once.
    assert_eq!(outcome.output[..], 128_u32.to_le_bytes());
}

#[test]
fn contracts_and_programs_nest_until_the_gas_is_gone() {
    let mut world = World::new();
    // Calls a contract that calls it, with all gas, for ever.
    world.put(B, forwarder(0xf1, A));
    world.program(
        A,
        &program(&format!(
            "(i64.store (i32.const 0) (i64.const 0)) (i32.store8 (i32.const 19) (i32.const {}))
         (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 128)))
         (i32.const 0)",
            B.0[19]
        )),
    );

    let outcome = world.transact(TxKind::Call(A), Bytes::new(), U256::ZERO, 30_000_000);

    assert!(outcome.is_success(), "{:?}", outcome.status);
}

#[test]
fn contracts_below_a_program_nest_to_the_evms_limit() {
    let mut world = World::new();
    world.block.gas_limit = u64::MAX;
    // Counts levels in a transient slot: TSTORE(0, TLOAD(0) + 1), then CALL itself with all gas.
    let code = [
        0x5f, 0x5c, 0x60, 1, 0x01, 0x5f, 0x5d, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x5a, 0xf1, 0x50, 0x5f, 0x5c, 0x5f,
        0x52, 0x60, 0x20, 0x5f, 0xf3,
    ];
    world.put(B, code.to_vec());
    world.program(A, &agent());

    let outcome = world.transact(TxKind::Call(A), order(How::Call, B, 0, &[]).into(), U256::ZERO, 1 << 60);

    assert!(outcome.is_success());
    assert_eq!(outcome.output[32..], U256::from(1024).to_be_bytes::<32>()[..], "levels 1 to 1024 below the program");
}

#[test]
fn endless_recursion_runs_out_of_stack() {
    for function in [
        "(func $f (call $f))",
        "(func $f (local i64 i64 i64 i64 i64 i64 i64 i64) (call $f))",
        "(func $f (param i64 i64 i64 i64) (result i64)
           (i64.add (local.get 0) (call $f (local.get 1) (local.get 2) (local.get 3) (local.get 0))))",
    ] {
        let call = if function.contains("param") {
            "(drop (call $f (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))"
        } else {
            "(call $f)"
        };
        let mut world = World::new();
        world.program(
            A,
            &format!(
                r#"(module (memory (export "memory") 1 1) {function}
                   (func (export "user_entrypoint") (param i32) (result i32) {call} (i32.const 0)))"#
            ),
        );

        let outcome = world.send(A, []);

        assert_eq!(outcome.status, Status::Halt(HaltReason::StackOverflow), "{function}");
    }
}

#[test]
fn stack_ends_at_its_bound_to_the_word() {
    // Both functions take six words: two for the ink check, which is their most, and four for the frame.
    let recursion = |levels: u32| {
        format!(
            r#"(module (memory (export "memory") 1 1)
               (func $f (param i32) (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1))))))
               (func (export "user_entrypoint") (param i32) (result i32)
                 (call $f (i32.const {levels})) (i32.const 0)))"#
        )
    };
    // A frame needs more than its words to be left: 3666 frames of 22,000 words, the entry's and that of level 0 among them.
    let mut world = World::new();
    world.program(A, &recursion(3664));
    world.program(B, &recursion(3665));

    assert!(world.send(A, []).is_success());
    assert_eq!(world.send(B, []).status, Status::Halt(HaltReason::StackOverflow));
}

#[test]
fn trap_reverts_without_data_and_keeps_the_gas() {
    for body in [
        "(unreachable)",
        "(i32.load (i32.const -1))",
        "(i32.div_u (i32.const 1) (i32.const 0))",
        "(call $read_args (i32.const -1)) (i32.const 0)",
        "(call $write_result (i32.const 65530) (i32.const 7)) (i32.const 0)",
        "(call $keccak (i32.const 0) (i32.const 1) (i32.const 65520)) (i32.const 0)",
        "(drop (call $call (i32.const 65530) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 0))) (i32.const 0)",
        "(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 65534))) (i32.const 0)",
    ] {
        let mut world = World::new();
        world.program(A, &program(body));

        let outcome = world.send(A, vec![1; 32]);

        assert_eq!((outcome.status, &outcome.output[..]), (Status::Revert, &[][..]), "{body}");
        assert!(outcome.gas_used < 100_000, "{body}: {}", outcome.gas_used);
    }
}

#[test]
fn lengths_at_the_end_of_the_address_space_are_paid_for_or_refused() {
    for body in [
        "(call $write_result (i32.const 0) (i32.const -1)) (i32.const 0)",
        "(call $keccak (i32.const -1) (i32.const -1) (i32.const 0)) (i32.const 0)",
        "(call $emit_log (i32.const 0) (i32.const -1) (i32.const 4)) (i32.const 0)",
        "(call $create1 (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0)",
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const -1)) (i32.const 0)",
        "(memory.copy (i32.const 1) (i32.const 0) (i32.const -1)) (i32.const 0)",
    ] {
        let mut world = World::new();
        world.program(A, &program(body));

        assert!(!world.send(A, []).is_success(), "{body}");
    }
}

#[test]
fn ink_cannot_be_set_from_within() {
    // The globals that instrumentation adds follow the module's own, out of its reach: index 0 is no global.
    let module = wat::parse_str(
        r#"(module (memory (export "memory") 1 1) (global $g (mut i64) (i64.const 5))
           (func (export "user_entrypoint") (param i32) (result i32)
             (loop $l (global.set $g (i64.const -1)) (br $l)) (i32.const 0)))"#,
    )
    .unwrap();
    let mut world = World::new();
    world.put(A, compress(&module));
    assert!(world.activate(A).is_success());

    let outcome = world.transact(TxKind::Call(A), Bytes::new(), U256::ZERO, 500_000);

    assert_eq!(outcome.gas_used, 500_000);
}

#[test]
fn damaged_modules_are_refused_or_run_but_never_break_the_host() {
    let sound = wasm(&agent());
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let (mut refused, mut ran) = (0, 0);
    for _ in 0..600 {
        let mut module = sound.clone();
        for _ in 0..=next(3) {
            let at = next(module.len());
            module[at] = next(256) as u8;
        }
        let mut world = World::new();
        world.put(A, compress_fast(&module));
        if !world.activate(A).is_success() {
            refused += 1;
            continue;
        }
        ran += 1;
        world.put(B, vec![0x00]);
        let outcome = world.transact(TxKind::Call(A), order(How::Call, B, 0, b"x").into(), U256::ZERO, 2_000_000);
        assert!(outcome.gas_used <= 2_000_000);
    }
    assert!(refused > 50 && ran > 50, "{refused} refused, {ran} ran");
}
