//! Programs and contracts that the tests are made of.

use revm::primitives::{Address, U256, address};

/// Where tests put their first program or contract.
pub const A: Address = address!("00000000000000000000000000000000000000A0");
/// The second.
pub const B: Address = address!("00000000000000000000000000000000000000B0");
/// The third.
pub const C: Address = address!("00000000000000000000000000000000000000C0");

/// Every host function, under its own name.
const IMPORTS: &str = r#"
(import "vm_hooks" "read_args" (func $read_args (param i32)))
(import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
(import "vm_hooks" "exit_early" (func $exit_early (param i32)))
(import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
(import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
(import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
(import "vm_hooks" "transient_load_bytes32" (func $tload (param i32 i32)))
(import "vm_hooks" "transient_store_bytes32" (func $tstore (param i32 i32)))
(import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
(import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
(import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
(import "vm_hooks" "return_data_size" (func $return_data_size (result i32)))
(import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
(import "vm_hooks" "account_balance" (func $account_balance (param i32 i32)))
(import "vm_hooks" "account_code" (func $account_code (param i32 i32 i32 i32) (result i32)))
(import "vm_hooks" "account_code_size" (func $account_code_size (param i32) (result i32)))
(import "vm_hooks" "account_codehash" (func $account_codehash (param i32 i32)))
(import "vm_hooks" "block_basefee" (func $block_basefee (param i32)))
(import "vm_hooks" "block_coinbase" (func $block_coinbase (param i32)))
(import "vm_hooks" "block_gas_limit" (func $block_gas_limit (result i64)))
(import "vm_hooks" "block_number" (func $block_number (result i64)))
(import "vm_hooks" "block_timestamp" (func $block_timestamp (result i64)))
(import "vm_hooks" "chainid" (func $chainid (result i64)))
(import "vm_hooks" "contract_address" (func $contract_address (param i32)))
(import "vm_hooks" "evm_gas_left" (func $evm_gas_left (result i64)))
(import "vm_hooks" "evm_ink_left" (func $evm_ink_left (result i64)))
(import "vm_hooks" "msg_reentrant" (func $msg_reentrant (result i32)))
(import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
(import "vm_hooks" "msg_value" (func $msg_value (param i32)))
(import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
(import "vm_hooks" "tx_gas_price" (func $tx_gas_price (param i32)))
(import "vm_hooks" "tx_ink_price" (func $tx_ink_price (result i32)))
(import "vm_hooks" "tx_origin" (func $tx_origin (param i32)))
(import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
(import "vm_hooks" "math_div" (func $math_div (param i32 i32)))
(import "vm_hooks" "math_mod" (func $math_mod (param i32 i32)))
(import "vm_hooks" "math_pow" (func $math_pow (param i32 i32)))
(import "vm_hooks" "math_add_mod" (func $math_add_mod (param i32 i32 i32)))
(import "vm_hooks" "math_mul_mod" (func $math_mul_mod (param i32 i32 i32)))
(import "console" "log_txt" (func $log_txt (param i32 i32)))
(import "console" "log_i64" (func $log_i64 (param i64)))
(import "console" "tee_i32" (func $tee_i32 (param i32) (result i32)))
"#;

/// A program of one page with this body, which has the length of the calldata as `$len` and leaves the status.
pub fn program(body: &str) -> String {
    program_with("", body)
}

/// The same with more fields in the module.
pub fn program_with(fields: &str, body: &str) -> String {
    format!(
        "(module {IMPORTS} {fields} (memory (export \"memory\") 1 1)
         (func (export \"user_entrypoint\") (param $len i32) (result i32)
           (local $a i32) (local $b i32) (local $c i64) {body}))"
    )
}

/// Returns its calldata.
pub fn echo() -> String {
    program("(call $read_args (i32.const 0)) (call $write_result (i32.const 0) (local.get $len)) (i32.const 0)")
}

/// Reverts with its calldata.
pub fn revert() -> String {
    program("(call $read_args (i32.const 0)) (call $write_result (i32.const 0) (local.get $len)) (i32.const 1)")
}

/// Writes the second word of its calldata to the slot of the first, and returns what was there.
pub fn store() -> String {
    program(
        "(call $read_args (i32.const 0)) (call $load (i32.const 0) (i32.const 64))
         (call $cache (i32.const 0) (i32.const 32)) (call $flush (i32.const 0))
         (call $write_result (i32.const 64) (i32.const 32)) (i32.const 0)",
    )
}

/// Calls as its calldata says (see [`order`]), and returns the status as a word and the return data after it.
pub fn agent() -> String {
    program(
        "(call $read_args (i32.const 0))
         (local.set $len (i32.sub (local.get $len) (i32.const 53)))
         (local.set $b (i32.load8_u (i32.const 0)))
         (if (i32.eq (local.get $b) (i32.const 0)) (then (local.set $a (call $call
           (i32.const 1) (i32.const 53) (local.get $len) (i32.const 21) (i64.const -1) (i32.const 40000)))))
         (if (i32.eq (local.get $b) (i32.const 1)) (then (local.set $a (call $delegate
           (i32.const 1) (i32.const 53) (local.get $len) (i64.const -1) (i32.const 40000)))))
         (if (i32.eq (local.get $b) (i32.const 2)) (then (local.set $a (call $static
           (i32.const 1) (i32.const 53) (local.get $len) (i64.const -1) (i32.const 40000)))))
         (i64.store (i32.const 20000) (i64.const 0)) (i64.store (i32.const 20008) (i64.const 0))
         (i64.store (i32.const 20016) (i64.const 0)) (i64.store (i32.const 20024) (i64.const 0))
         (i32.store8 (i32.const 20031) (local.get $a))
         (drop (call $read_return_data (i32.const 20032) (i32.const 0) (i32.load (i32.const 40000))))
         (call $write_result (i32.const 20000) (i32.add (i32.const 32) (call $return_data_size)))
         (i32.const 0)",
    )
}

/// How an [`agent`] calls.
#[derive(Clone, Copy)]
pub enum How {
    Call = 0,
    Delegate = 1,
    Static = 2,
}

/// Calldata that tells an [`agent`] whom to call.
pub fn order(how: How, to: Address, value: u128, input: &[u8]) -> Vec<u8> {
    let value = U256::from(value).to_be_bytes::<32>();
    [&[how as u8], to.as_slice(), &value, input].concat()
}

/// Calldata of [`store`].
pub fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| U256::from(*word).to_be_bytes::<32>()).collect()
}

/// EVM code that passes its calldata and value on to `to`, by CALL (F1), DELEGATECALL (F4) or STATICCALL (FA), and
/// returns or reverts with what comes back.
pub fn forwarder(opcode: u8, to: Address) -> Vec<u8> {
    // Calldata to memory; room for no output, the input.
    let mut code = vec![0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f];
    if opcode == 0xf1 {
        code.push(0x34);
    }
    code.push(0x73);
    code.extend(to);
    code.extend([0x5a, opcode, 0x3d, 0x5f, 0x5f, 0x3e]);
    let success = code.len() as u8 + 6;
    // To `success` if it succeeded, else revert.
    code.extend([0x60, success, 0x57, 0x3d, 0x5f, 0xfd, 0x5b, 0x3d, 0x5f, 0xf3]);
    code
}

/// Initialisation code that deploys `code`.
pub fn deployer(code: &[u8]) -> Vec<u8> {
    // Size twice, offset of the code, to memory 0, return.
    let [high, low] = (code.len() as u16).to_be_bytes();
    let prefix = [0x61, high, low, 0x80, 0x60, 0x0b, 0x5f, 0x39, 0x5f, 0xf3, 0x00];
    [&prefix, code].concat()
}
