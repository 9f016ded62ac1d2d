//! The ink of each instruction and each host call, measured from within a program between two looks at the ink left.

use super::{
    samples::{A, C, program_with},
    world::World,
};
use revm::primitives::U256;

/// Entering a basic block.
const BLOCK: u64 = 2450;
const CALL: u64 = 3800;
const HOST: u64 = 8400;
const POINTER: u64 = 5040;
const EVM: u64 = 59_673;
/// Reading up to 32 bytes.
const READ: u64 = 16_381;
/// Writing up to 32 bytes.
const WRITE: u64 = 5_040;
const GAS: u64 = 10_000;

/// Returns the ink that `code` takes.
fn ink(fields: &str, code: &str) -> u64 {
    let body = format!(
        "(i64.store (i32.const 60000) (call $evm_ink_left)) {code} (i64.store (i32.const 60008) (call $evm_ink_left))
         (call $write_result (i32.const 60000) (i32.const 16)) (i32.const 0)"
    );
    let mut world = World::new();
    // The zero address is what empty memory holds: nobody, and cold.
    world.block.coinbase = C;
    world.program(A, &program_with(fields, &body));
    let outcome = world.pay(A, [], U256::from(10));
    assert!(outcome.is_success(), "{code}: {:?}", outcome.status);
    let left = |at: usize| u64::from_le_bytes(outcome.output[at..at + 8].try_into().unwrap());
    // The store after the first look, and all of the second: its block, an address, the call itself.
    left(0) - left(8) - (950 + BLOCK + 1 + CALL + HOST)
}

/// Ink of a host call with so many constant arguments, beside what the host asks.
fn host(arguments: u64) -> u64 {
    arguments + CALL + BLOCK
}

fn all_cost(expected: u64, snippets: impl IntoIterator<Item = String>) {
    for snippet in snippets {
        assert_eq!(ink("", &snippet), expected, "{snippet}");
    }
}

#[test]
fn nothing_costs_nothing() {
    assert_eq!(ink("", ""), 0);
}

#[test]
fn arithmetic() {
    let binary = |ty: &'static str, ops: &'static str| {
        ops.split(' ').map(move |op| format!("(drop ({ty}.{op} ({ty}.const 9) ({ty}.const 3)))"))
    };
    let unary = |ty: &'static str, ops: &'static str| {
        ops.split(' ').map(move |op| format!("(drop ({ty}.{op} ({ty}.const 9)))"))
    };
    let (two, one) = (2 + 9, 1 + 9);
    let cheap = "add sub and or xor shl shr_s shr_u rotl rotr";
    let compare = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";

    all_cost(two + 70, binary("i32", cheap));
    all_cost(two + 100, binary("i64", cheap));
    all_cost(two + 160, binary("i32", "mul").chain(binary("i64", "mul")));
    all_cost(two + 1120, binary("i32", "div_s div_u rem_s rem_u"));
    all_cost(two + 1270, binary("i64", "div_s div_u rem_s rem_u"));
    all_cost(two + 170, binary("i32", compare));
    all_cost(two + 225, binary("i64", compare));
    all_cost(one + 170, unary("i32", "eqz"));
    all_cost(one + 225, unary("i64", "eqz"));
    all_cost(one + 210, unary("i32", "clz ctz").chain(unary("i64", "clz ctz")));
    all_cost(one + 2650, unary("i32", "popcnt"));
    all_cost(one + 6000, unary("i64", "popcnt"));
    all_cost(one + 100, unary("i32", "extend8_s extend16_s").chain(unary("i64", "extend8_s extend16_s extend32_s")));
    all_cost(
        one + 100,
        ["i32.wrap_i64 (i64.const 1)", "i64.extend_i32_s (i32.const 1)", "i64.extend_i32_u (i32.const 1)"]
            .map(|op| format!("(drop ({op}))")),
    );
}

#[test]
fn memory() {
    let load =
        |ty: &'static str, ops: &'static str| ops.split(' ').map(move |op| format!("(drop ({ty}.{op} (i32.const 8)))"));
    let store = |ty: &'static str, ops: &'static str| {
        ops.split(' ').map(move |op| format!("({ty}.{op} (i32.const 8) ({ty}.const 8))"))
    };

    all_cost(1 + 670 + 9, load("i32", "load load8_s load8_u load16_s load16_u"));
    all_cost(1 + 680 + 9, load("i64", "load load8_s load8_u load16_s load16_u load32_s load32_u"));
    all_cost(2 + 825, store("i32", "store store8 store16"));
    all_cost(2 + 950, store("i64", "store store8 store16 store32"));
    assert_eq!(ink("", "(drop (memory.size))"), 3000 + 9);
    assert_eq!(ink("", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 33))"), 3 + 950 + 3300);
    assert_eq!(ink("", "(memory.copy (i32.const 0) (i32.const 1) (i32.const 7))"), 3 + 950 + 700);
    // Memory that cannot grow is not paid for.
    assert_eq!(ink("", "(drop (memory.grow (i32.const 1)))"), 1 + 8050 + 9);
}

#[test]
fn variables() {
    let global = "(global $g (mut i64) (i64.const 5))";
    assert_eq!(ink("", "(drop (local.get $a))"), 75 + 9);
    assert_eq!(ink("", "(local.set $a (i32.const 1))"), 1 + 210);
    assert_eq!(ink("", "(drop (local.tee $a (i32.const 1)))"), 1 + 75 + 9);
    assert_eq!(ink(global, "(drop (global.get $g))"), 225 + 9);
    assert_eq!(ink(global, "(global.set $g (i64.const 1))"), 1 + 575);
    assert_eq!(ink("", "(drop (select (i32.const 1) (i32.const 2) (i32.const 3)))"), 3 + 1250 + 9);
    assert_eq!(ink("", "(nop)"), 1);
}

#[test]
fn branches_and_the_blocks_that_they_end() {
    // What follows a branch or an end is a block of its own.
    assert_eq!(ink("", "(block (nop))"), 1 + 1 + 1 + BLOCK);
    assert_eq!(ink("", "(loop (nop))"), 1 + (BLOCK + 1 + 1) + BLOCK);
    assert_eq!(ink("", "(if (i32.const 1) (then (nop)))"), 1 + 765 + (BLOCK + 1 + 1) + BLOCK);
    assert_eq!(ink("", "(if (i32.const 0) (then (nop)))"), 1 + 765 + BLOCK);
    let either = "(then (nop) (nop)) (else (nop))";
    assert_eq!(ink("", &format!("(if (i32.const 1) {either})")), 1 + 765 + (BLOCK + 2 + 1) + BLOCK);
    assert_eq!(ink("", &format!("(if (i32.const 0) {either})")), 1 + 765 + (BLOCK + 1 + 1) + BLOCK);
    assert_eq!(ink("", "(block (br 0))"), 1 + 765 + BLOCK);
    assert_eq!(ink("", "(block (br_if 0 (i32.const 1)))"), 2 + 765 + BLOCK);
    assert_eq!(ink("", "(block (br_if 0 (i32.const 0)))"), 2 + 765 + (BLOCK + 1) + BLOCK);
    assert_eq!(ink("", "(block (br_table 0 0 0 (i32.const 9)))"), 2 + 2400 + 2 * 325 + BLOCK);
}

#[test]
fn calls_within_the_program() {
    let fields = "(func $empty) (func $returns (return)) (func $two (param i32 i64))
        (table 1 funcref) (elem (i32.const 0) $two) (type $t (func (param i32 i64)))";
    let within = BLOCK + 1;
    assert_eq!(ink(fields, "(call $empty)"), CALL + within + BLOCK);
    assert_eq!(ink(fields, "(call $returns)"), CALL + within + BLOCK);
    assert_eq!(
        ink(fields, "(call_indirect (type $t) (i32.const 1) (i64.const 2) (i32.const 0))"),
        3 + 13_610 + 2 * 650 + within + BLOCK
    );
}

#[test]
fn host_calls_that_ask_for_a_number() {
    for hook in [
        "block_gas_limit",
        "block_number",
        "block_timestamp",
        "chainid",
        "evm_gas_left",
        "evm_ink_left",
        "msg_reentrant",
        "tx_ink_price",
        "return_data_size",
    ] {
        assert_eq!(ink("", &format!("(drop (call ${hook}))")), host(0) + 9 + HOST, "{hook}");
    }
}

#[test]
fn host_calls_that_ask_for_a_word_or_an_address() {
    for hook in
        ["block_basefee", "block_coinbase", "contract_address", "msg_sender", "msg_value", "tx_gas_price", "tx_origin"]
    {
        assert_eq!(ink("", &format!("(call ${hook} (i32.const 0))")), host(1) + HOST + POINTER, "{hook}");
    }
}

#[test]
fn arguments_results_and_hashes() {
    assert_eq!(ink("", "(call $read_args (i32.const 0))"), host(1) + HOST + WRITE);
    assert_eq!(ink("", "(call $write_result (i32.const 0) (i32.const 40))"), host(2) + HOST + 2 * (READ + 8 * 55));
    assert_eq!(ink("", "(call $keccak (i32.const 0) (i32.const 64) (i32.const 0))"), host(3) + 121_800);
    assert_eq!(ink("", "(call $keccak (i32.const 0) (i32.const 129) (i32.const 0))"), host(3) + 121_800 + 3 * 21_000);
    assert_eq!(ink("", "(call $pay_for_memory_grow (i32.const 0))"), host(1) + HOST);
}

#[test]
fn mathematics() {
    for (hook, arguments, asked) in [
        ("math_div", 2, 3 * POINTER + 20_000),
        ("math_mod", 2, 3 * POINTER + 20_000),
        ("math_add_mod", 3, 4 * POINTER + 21_000),
        ("math_mul_mod", 3, 4 * POINTER + 24_100),
        ("math_pow", 2, 3 * POINTER + 3_000 + 17_500),
    ] {
        let call = format!("(call ${hook} {})", "(i32.const 0)".repeat(arguments));
        assert_eq!(ink("", &call), host(arguments as u64) + HOST + asked, "{hook}");
    }
    let long_exponent = "(i32.store8 (i32.const 60) (i32.const 1)) (call $math_pow (i32.const 0) (i32.const 32))";
    assert_eq!(ink("", long_exponent), 2 + 825 + host(2) + HOST + 3 * POINTER + 3_000 + 5 * 17_500, "four bytes");
}

#[test]
fn storage_by_cache_and_journal() {
    let (load, cache) = ("(call $load (i32.const 0) (i32.const 64))", "(call $cache (i32.const 0) (i32.const 32))");
    let flush = "(call $flush (i32.const 1))";
    let touch = host(2) + HOST + 2 * POINTER;
    let empty_flush = host(1) + HOST + EVM;
    let change = "(i32.store8 (i32.const 63) (i32.const 1))";
    let changed = 2 + 825;

    assert_eq!(ink("", load), touch + (5 + 2100) * GAS);
    assert_eq!(ink("", &[load, load].concat()), 2 * touch + (5 + 2100) * GAS);
    assert_eq!(ink("", &[load, flush, load].concat()), 2 * touch + (5 + 2100 + 5 + 100) * GAS + empty_flush);
    assert_eq!(ink("", cache), touch);
    assert_eq!(ink("", flush), empty_flush);
    assert_eq!(ink("", &[cache, flush].concat()), touch + empty_flush + (2100 + 100) * GAS, "the value it has");
    assert_eq!(ink("", &[change, cache, flush].concat()), changed + touch + empty_flush + 22_100 * GAS, "a new slot");
    assert_eq!(
        ink("", &[load, change, cache, flush].concat()),
        changed + 2 * touch + empty_flush + (5 + 2100 + 20_000) * GAS,
        "a warm new slot"
    );
}

#[test]
fn many_reads_and_writes_cost_more() {
    let touch = host(2) + HOST + 2 * POINTER;
    let read = "(call $load (i32.const 0) (i32.const 64))".repeat(33);
    let write = "(call $cache (i32.const 0) (i32.const 32))".repeat(9);

    assert_eq!(ink("", &read), 33 * touch + (5 + 2100 + 2) * GAS);
    assert_eq!(ink("", &write), 9 * touch + 7 * GAS);
}

#[test]
fn transient_storage() {
    for hook in ["tload", "tstore"] {
        let call = format!("(call ${hook} (i32.const 0) (i32.const 32))");
        assert_eq!(ink("", &call), host(2) + HOST + 2 * POINTER + EVM + 100 * GAS, "{hook}");
    }
}

#[test]
fn logs() {
    let log = |len: u32, topics: u32| format!("(call $emit_log (i32.const 0) (i32.const {len}) (i32.const {topics}))");

    assert_eq!(ink("", &log(0, 0)), host(3) + HOST + EVM + READ + 375 * GAS);
    assert_eq!(ink("", &log(100, 2)), host(3) + HOST + EVM + READ + 68 * 55 + (3 * 375 + 36 * 8) * GAS);
}

#[test]
fn accounts_cold_and_warm() {
    let balance = "(call $account_balance (i32.const 0) (i32.const 32))";
    let hash = "(call $account_codehash (i32.const 0) (i32.const 32))";
    let size = "(drop (call $account_code_size (i32.const 0)))";
    let code = "(drop (call $account_code (i32.const 0) (i32.const 0) (i32.const 9) (i32.const 64)))";
    let word = host(2) + HOST + 2 * POINTER + EVM;
    let sized = host(1) + 9 + HOST + EVM;
    let copied = host(4) + 9 + HOST + EVM + WRITE;

    assert_eq!(ink("", balance), word + 2600 * GAS);
    assert_eq!(ink("", &[balance, hash].concat()), 2 * word + 2700 * GAS);
    assert_eq!(ink("", size), sized + 3300 * GAS);
    assert_eq!(ink("", &[balance, code].concat()), word + copied + (2600 + 800) * GAS);
}

#[test]
fn calls_to_accounts_without_code() {
    let tail = "(i32.const 0) (i32.const 33) (i32.const 64) (i64.const -1) (i32.const 100)";
    let call = format!("(drop (call $call (i32.const 0) {tail}))");
    let other = "(i32.const 0) (i32.const 33) (i64.const -1) (i32.const 100)";
    let fixed = 9 + HOST + 3 * POINTER + EVM + 2 * (READ + 55);

    assert_eq!(ink("", &call), host(6) + fixed + 2600 * GAS);
    assert_eq!(ink("", &call.repeat(2)), 2 * (host(6) + fixed) + 2700 * GAS);
    for hook in ["static", "delegate"] {
        let call = format!("(drop (call ${hook} (i32.const 0) {other}))");
        assert_eq!(ink("", &call), host(5) + fixed + 2600 * GAS, "{hook}");
    }
}

#[test]
fn calls_with_value() {
    let call = "(i32.store8 (i32.const 95) (i32.const 1))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const 0) (i32.const 100)))";
    let fixed = 2 + 825 + host(6) + 9 + HOST + 3 * POINTER + EVM + 2 * READ;

    // The stipend is paid for here, and comes back unused.
    let new = (2600 + 9000 + 25_000) * GAS;
    assert_eq!(ink("", call), fixed + new, "to an account that did not exist");
    assert_eq!(ink("", &call.repeat(2)), 2 * fixed + new + (100 + 9000) * GAS, "to one that does now");
}

#[test]
fn creations() {
    let create1 = "(call $create1 (i32.const 0) (i32.const 33) (i32.const 64) (i32.const 100) (i32.const 120))";
    let create2 =
        "(call $create2 (i32.const 0) (i32.const 33) (i32.const 64) (i32.const 64) (i32.const 100) (i32.const 120))";
    let fixed = HOST + EVM + 2 * (READ + 55);

    // The code stops at once and deploys nothing.
    assert_eq!(ink("", create1), host(5) + fixed + 3 * POINTER + 32_000 * GAS);
    assert_eq!(ink("", create2), host(6) + fixed + 4 * POINTER + (32_000 + 2 * 6) * GAS);
}

#[test]
fn return_data() {
    // Of a call to the precompile that returns its input of 40 bytes.
    let call = "(i32.store8 (i32.const 19) (i32.const 4))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 40) (i32.const 64) (i64.const -1) (i32.const 100)))";
    let read = |offset, size| {
        format!("(drop (call $read_return_data (i32.const 200) (i32.const {offset}) (i32.const {size})))")
    };
    let before = ink("", call);
    let fixed = host(3) + 9 + HOST + EVM + WRITE;

    assert_eq!(ink("", &format!("{call} {}", read(0, 1000))) - before, fixed + 8 * 30);
    assert_eq!(ink("", &format!("{call} {}", read(0, 33))) - before, fixed + 30);
    assert_eq!(ink("", &format!("{call} {}", read(41, 9))) - before, fixed, "beyond the end");
}
