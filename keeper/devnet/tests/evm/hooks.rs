//! What each host function returns.

use super::{
    samples::{A, B, C, How, agent, echo, order, program, words},
    world::{WALLET, World},
};
use alloy_primitives::LogData;
use revm::primitives::{Address, B256, Bytes, TxKind, U256, keccak256};

/// Runs a body that leaves its result in memory at 0, so many bytes.
fn run(world: &mut World, body: &str, bytes: u32, input: &[u8]) -> Bytes {
    let body = format!("{body} (call $write_result (i32.const 0) (i32.const {bytes})) (i32.const 0)");
    world.program(A, &program(&body));
    let outcome = world.send(A, input.to_vec());
    assert!(outcome.is_success(), "{:?}", outcome.status);
    outcome.output
}

#[test]
fn numbers_of_block_and_transaction() {
    let mut world = World::new();
    let output = run(
        &mut world,
        "(i64.store (i32.const 0) (call $block_number)) (i64.store (i32.const 8) (call $block_timestamp))
         (i64.store (i32.const 16) (call $chainid)) (i64.store (i32.const 24) (call $block_gas_limit))
         (i32.store (i32.const 32) (call $tx_ink_price))",
        36,
        &[],
    );

    let number = |at: usize| u64::from_le_bytes(output[at..at + 8].try_into().unwrap());
    assert_eq!([number(0), number(8), number(16), number(24)], [20, 1_800_000_000, 412_346, 1_000_000_000]);
    assert_eq!(output[32..36], 10_000u32.to_le_bytes());
}

#[test]
fn addresses_and_prices_of_block_and_transaction() {
    let mut world = World::new();
    world.block.coinbase = C;
    world.program(
        A,
        &program(
            "(call $contract_address (i32.const 12)) (call $msg_sender (i32.const 44)) (call $tx_origin (i32.const 76))
             (call $block_coinbase (i32.const 108)) (call $block_basefee (i32.const 128))
             (call $tx_gas_price (i32.const 160)) (call $write_result (i32.const 0) (i32.const 192)) (i32.const 0)",
        ),
    );
    world.program(B, &agent());
    world.block.base_fee = 7;
    let call = keeper_devnet::evm::Transaction {
        caller: WALLET,
        kind: TxKind::Call(B),
        data: order(How::Call, A, 0, &[]).into(),
        gas_limit: 1_000_000,
        gas_price: 100,
        gas_priority_fee: Some(2),
        tx_type: 2,
        ..Default::default()
    };

    let output = keeper_devnet::evm::simulate(&mut world.db, &world.block, call).unwrap().output;

    let expected = [A, B, WALLET, C].map(|address| address.into_word()).concat();
    assert_eq!(output[32..160], expected[..]);
    assert_eq!(output[160..], words(&[7, 9])[..], "base fee, and with the priority fee");
}

#[test]
fn gas_and_ink_left_fall_by_what_is_used() {
    let mut world = World::new();
    let output = run(
        &mut world,
        "(i64.store (i32.const 0) (call $evm_ink_left)) (i64.store (i32.const 8) (call $evm_ink_left))
         (i64.store (i32.const 16) (call $evm_gas_left))",
        24,
        &[],
    );

    let number = |at: usize| u64::from_le_bytes(output[at..at + 8].try_into().unwrap());
    // From one host call to the next: the store, and a block with one constant and the call itself.
    assert_eq!(number(0) - number(8), 950 + 2450 + 1 + 3800 + 8400);
    assert_eq!(number(16), (number(8) - (950 + 2450 + 1 + 3800 + 8400)) / 10_000);
}

#[test]
fn words_are_calculated_as_the_evm_does() {
    let max = U256::MAX;
    for (hook, operands, expected) in [
        ("math_div", vec![max, U256::from(3)], max / U256::from(3)),
        ("math_div", vec![max, U256::ZERO], U256::ZERO),
        ("math_mod", vec![max, U256::from(7)], max % U256::from(7)),
        ("math_mod", vec![max, U256::ZERO], U256::ZERO),
        ("math_pow", vec![U256::from(3), U256::from(200)], U256::from(3).wrapping_pow(U256::from(200))),
        ("math_pow", vec![U256::ZERO, U256::ZERO], U256::from(1)),
        ("math_add_mod", vec![max, max, U256::from(9)], max.add_mod(max, U256::from(9))),
        ("math_add_mod", vec![max, max, U256::ZERO], U256::ZERO),
        ("math_mul_mod", vec![max, max, U256::from(11)], max.mul_mod(max, U256::from(11))),
        ("math_mul_mod", vec![max, max, U256::ZERO], U256::ZERO),
    ] {
        let mut world = World::new();
        let pointers: String = (0..operands.len()).map(|n| format!("(i32.const {}) ", 32 * n)).collect();
        let input: Vec<u8> = operands.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();

        let output = run(&mut world, &format!("(call $read_args (i32.const 0)) (call ${hook} {pointers})"), 32, &input);

        assert_eq!(U256::from_be_slice(&output), expected, "{hook} {operands:?}");
    }
}

#[test]
fn hash_is_keccak() {
    let mut world = World::new();
    let body = "(call $read_args (i32.const 100)) (call $keccak (i32.const 100) (local.get $len) (i32.const 0))";

    assert_eq!(run(&mut world, body, 32, b"abc")[..], keccak256("abc")[..]);
}

#[test]
fn accounts_tell_balance_code_and_hash() {
    let mut world = World::new();
    let code = vec![0x60, 1, 0x60, 2];
    world.put(B, code.clone());
    world.pay(B, [], U256::from(1234));
    let body = "(call $read_args (i32.const 500))
        (call $account_balance (i32.const 512) (i32.const 0)) (call $account_codehash (i32.const 512) (i32.const 32))
        (i32.store (i32.const 64) (call $account_code_size (i32.const 512)))
        (i32.store (i32.const 68) (call $account_code (i32.const 512) (i32.const 1) (i32.const 2) (i32.const 72)))
        (i32.store (i32.const 76) (call $account_code (i32.const 512) (i32.const 3) (i32.const 99) (i32.const 80)))
        (i32.store (i32.const 84) (call $account_code (i32.const 512) (i32.const 4) (i32.const 1) (i32.const 80)))";

    let output = run(&mut world, body, 88, B.into_word().as_slice());

    assert_eq!(output[..32], words(&[1234])[..]);
    assert_eq!(output[32..64], keccak256(&code)[..]);
    let number = |at: usize| u32::from_le_bytes(output[at..at + 4].try_into().unwrap());
    assert_eq!((number(64), number(68), &output[72..74]), (4, 2, &[1, 0x60][..]));
    assert_eq!((number(76), output[80], number(84)), (1, 2, 0), "only what there is");
}

#[test]
fn account_that_does_not_exist_has_no_hash() {
    let mut world = World::new();
    let body = "(call $read_args (i32.const 500)) (call $account_codehash (i32.const 512) (i32.const 0))";

    let output = run(&mut world, body, 32, Address::repeat_byte(0x77).into_word().as_slice());

    assert_eq!(output[..], [0; 32]);
}

#[test]
fn code_just_read_is_read_again_for_the_copy_alone() {
    let mut world = World::new();
    world.put(B, vec![0; 100]);
    let size = "(drop (call $account_code_size (i32.const 512)))";
    let gas = |world: &mut World, times: usize| {
        let body = format!("(call $read_args (i32.const 500)) {} (i32.const 0)", size.repeat(times));
        world.program(A, &program(&body));
        world.send(A, B.into_word().to_vec()).gas_used
    };

    let (one, two) = (gas(&mut world, 1), gas(&mut world, 2));

    assert!(two - one < 50, "{}", two - one);
}

#[test]
fn log_carries_its_topics_and_data() {
    let mut world = World::new();
    world.program(A, &program(
        "(call $read_args (i32.const 0)) (call $emit_log (i32.const 0) (local.get $len) (i32.const 2)) (i32.const 0)",
    ));

    let logs = world.send(A, [words(&[1, 2]), b"data".to_vec()].concat()).logs;

    let topics = [1, 2].map(|n| B256::from(U256::from(n))).to_vec();
    assert_eq!((logs.len(), logs[0].address), (1, A));
    assert_eq!(logs[0].data, LogData::new_unchecked(topics, Bytes::from_static(b"data")));
}

#[test]
fn log_with_too_many_topics_or_too_little_data_fails() {
    for (len, topics) in [(160, 5), (31, 1), (0, 1), (96, u32::MAX)] {
        let mut world = World::new();
        let body =
            format!("(call $emit_log (i32.const 0) (i32.const {len}) (i32.const {})) (i32.const 0)", topics as i32);
        world.program(A, &program(&body));

        let outcome = world.send(A, []);

        assert_eq!((outcome.is_success(), outcome.logs.len()), (false, 0), "{len} {topics}");
        assert!(outcome.gas_used < 100_000, "reverts and keeps the rest");
    }
}

#[test]
fn early_exit_takes_the_status_and_the_result_so_far() {
    let mut world = World::new();
    let body = |status| {
        program(&format!(
            "(call $read_args (i32.const 0)) (call $write_result (i32.const 0) (local.get $len))
             (call $exit_early (i32.const {status})) (unreachable)"
        ))
    };
    world.program(A, &body(0));
    world.program(B, &body(3));

    let (good, bad) = (world.send(A, b"yes".to_vec()), world.send(B, b"no".to_vec()));

    assert_eq!((good.is_success(), &good.output[..]), (true, &b"yes"[..]));
    assert_eq!((bad.is_success(), &bad.output[..]), (false, &b"no"[..]));
}

#[test]
fn console_costs_no_more_than_the_call() {
    let mut world = World::new();
    world.program(
        A,
        &program(
            "(call $log_txt (i32.const 0) (i32.const 5)) (call $log_i64 (i64.const 1))
        (call $tee_i32 (i32.const 0))",
        ),
    );

    assert!(world.send(A, []).is_success());
}

#[test]
fn storage_hooks_share_slots_with_contracts() {
    let mut world = World::new();
    world.program(B, &super::samples::store());
    // SSTORE(1, 2) by bytecode in the program's name is not possible, so a contract delegates to the program.
    world.put(A, super::samples::forwarder(0xf4, B));
    world.program(C, &echo());

    assert_eq!(world.send(A, words(&[1, 5])).output, words(&[0]));
    assert_eq!(world.send(A, words(&[1, 6])).output, words(&[5]));
    assert_eq!(world.slot(A, 1), U256::from(6));
}
