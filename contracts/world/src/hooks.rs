//! The host functions that stylus-sdk imports, defined natively: programs run here through the very calls, pointers
//! included, that they make on the chain.
//!
//! What no program may use is defined as well, because it must link, and panics.

use std::slice;

use alloy_primitives::{Address, B256, U256, keccak256};

use crate::frame::{Call, with};

/// The most that code may have.
const MAX_CODE_BYTES: usize = 24_576;

/// Reads what a program points to.
///
/// # Safety
///
/// `from` points to `length` bytes.
unsafe fn read<'a>(from: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(from, length) }
}

/// Writes where a program points to.
///
/// # Safety
///
/// `to` points to as many writable bytes.
unsafe fn write(to: *mut u8, bytes: &[u8]) {
    // SAFETY: the caller's promise; the ranges are of different allocations.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) }
}

/// Makes a call out and remembers what it returned; 0 when it succeeded.
fn call_out(call: impl FnOnce(&Call) -> Call, gas: u64, data: &[u8]) -> (u8, usize) {
    let (world, call) = with(|frame| (frame.world.clone(), call(&frame.call)));
    let (status, bytes) = match call.run(&world, gas, data.to_vec()) {
        Ok(bytes) => (0, bytes),
        Err(bytes) => (1, bytes),
    };
    let length = bytes.len();
    with(|frame| frame.returned = bytes);
    (status, length)
}

/// Returns an account's code. A program runs natively here, so that a byte which no code begins with stands for its.
fn code_of(account: Address) -> Vec<u8> {
    with(|frame| match frame.world.code_of(account) {
        None if frame.world.0.borrow().programs.contains_key(&account) => vec![0xef],
        code => code.unwrap_or_default(),
    })
}

/// Returns the code that init code returns. There is no EVM here, so it must be of the one form that programs write,
/// PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN and then the code, of an account that does nothing.
fn returned_by(init_code: &[u8]) -> Vec<u8> {
    let [0x61, high, low, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3, code @ ..] = init_code else {
        panic!("init code that the world cannot run: {}", alloy_primitives::hex::encode(init_code));
    };
    assert_eq!(code.len(), usize::from(u16::from_be_bytes([*high, *low])), "the length is that of what follows");
    assert_eq!(code.first(), Some(&0), "the first instruction stops");
    assert!(code.len() <= MAX_CODE_BYTES, "more than code may have");
    code.to_vec()
}

macro_rules! hooks {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block)+) => {
        $(
            /// As the Stylus host defines it.
            ///
            /// # Safety
            ///
            /// As stylus-sdk declares it: every pointer is to as many bytes as the function reads or writes.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name($($argument: $type),*) $(-> $result)? {
                // SAFETY: the promise above.
                #[allow(unused_unsafe, reason = "not every function reads a pointer")]
                unsafe { $body }
            }
        )+
    };
}

hooks! {
    fn storage_load_bytes32(key: *const u8, dest: *mut u8) {
        let key = B256::from_slice(read(key, 32));
        write(dest, with(|frame| frame.load(key)).as_slice());
    }

    fn storage_cache_bytes32(key: *const u8, value: *const u8) {
        let (key, word) = (B256::from_slice(read(key, 32)), B256::from_slice(read(value, 32)));
        with(|frame| frame.store(key, word));
    }

    fn storage_flush_cache(clear: bool) {
        with(|frame| frame.flush(clear));
    }

    fn call_contract(
        contract: *const u8,
        calldata: *const u8,
        calldata_len: usize,
        _value: *const u8,
        gas: u64,
        return_data_len: *mut usize
    ) -> u8 {
        let (to, data) = (Address::from_slice(read(contract, 20)), read(calldata, calldata_len));
        let call = |us: &Call| Call { code: to, this: to, caller: us.this, value_wei: U256::ZERO, ..*us };
        let (status, length) = call_out(call, gas, data);
        *return_data_len = length;
        status
    }

    fn static_call_contract(
        contract: *const u8,
        calldata: *const u8,
        calldata_len: usize,
        gas: u64,
        return_data_len: *mut usize
    ) -> u8 {
        let (to, data) = (Address::from_slice(read(contract, 20)), read(calldata, calldata_len));
        let call =
            |us: &Call| Call { code: to, this: to, caller: us.this, value_wei: U256::ZERO, is_static: true };
        let (status, length) = call_out(call, gas, data);
        *return_data_len = length;
        status
    }

    fn delegate_call_contract(
        contract: *const u8,
        calldata: *const u8,
        calldata_len: usize,
        gas: u64,
        return_data_len: *mut usize
    ) -> u8 {
        let (to, data) = (Address::from_slice(read(contract, 20)), read(calldata, calldata_len));
        let (status, length) = call_out(|us: &Call| Call { code: to, ..*us }, gas, data);
        *return_data_len = length;
        status
    }

    fn read_return_data(dest: *mut u8, offset: usize, size: usize) -> usize {
        with(|frame| {
            let tail = frame.returned.get(offset..).unwrap_or_default();
            let part = &tail[..size.min(tail.len())];
            write(dest, part);
            part.len()
        })
    }

    fn return_data_size() -> usize {
        with(|frame| frame.returned.len())
    }

    fn emit_log(data: *const u8, len: usize, topics: usize) {
        let (topics, data) = read(data, len).split_at(topics * 32);
        with(|frame| frame.log(topics.chunks(32).map(B256::from_slice).collect(), data.to_vec()));
    }

    fn contract_address(address: *mut u8) {
        write(address, with(|frame| frame.call.this).as_slice());
    }

    fn msg_sender(sender: *mut u8) {
        write(sender, with(|frame| frame.call.caller).as_slice());
    }

    fn msg_value(value: *mut u8) {
        write(value, &with(|frame| frame.call.value_wei).to_be_bytes::<32>());
    }

    fn block_timestamp() -> u64 {
        with(|frame| frame.world.now_secs())
    }

    fn evm_gas_left() -> u64 {
        with(|frame| frame.gas)
    }

    fn chainid() -> u64 {
        412_346
    }

    fn account_code(address: *const u8, offset: usize, size: usize, dest: *mut u8) -> usize {
        let code = code_of(Address::from_slice(read(address, 20)));
        let tail = code.get(offset..).unwrap_or_default();
        let part = &tail[..size.min(tail.len())];
        write(dest, part);
        part.len()
    }

    fn account_code_size(address: *const u8) -> usize {
        code_of(Address::from_slice(read(address, 20))).len()
    }

    fn account_codehash(address: *const u8, dest: *mut u8) {
        let account = Address::from_slice(read(address, 20));
        write(dest, with(|frame| frame.world.codehash(account)).as_slice());
    }

    fn create1(
        code: *const u8,
        code_len: usize,
        endowment: *const u8,
        contract: *mut u8,
        revert_data_len: *mut usize
    ) {
        assert!(read(endowment, 32).iter().all(|byte| *byte == 0), "the world knows no ether");
        let code = returned_by(read(code, code_len));
        let address = with(|frame| {
            frame.returned = Vec::new();
            frame.create(code)
        });
        write(contract, address.as_slice());
        *revert_data_len = 0;
    }

    fn native_keccak256(bytes: *const u8, len: usize, output: *mut u8) {
        write(output, keccak256(read(bytes, len)).as_slice());
    }
}

macro_rules! refused {
    ($(fn $name:ident($($type:ty),*) $(-> $result:ty)?;)+) => {
        $(
            /// No program may use it.
            #[unsafe(no_mangle)]
            pub extern "C" fn $name($(_: $type),*) $(-> $result)? {
                unreachable!(concat!("no program may call ", stringify!($name)))
            }
        )+
    };
}

refused! {
    fn account_balance(*const u8, *mut u8);
    fn block_basefee(*mut u8);
    fn block_coinbase(*mut u8);
    fn block_gas_limit() -> u64;
    fn block_number() -> u64;
    fn create2(*const u8, usize, *const u8, *const u8, *mut u8, *mut usize);
    fn evm_ink_left() -> u64;
    fn pay_for_memory_grow(u16);
    fn msg_reentrant() -> bool;
    fn read_args(*mut u8);
    fn write_result(*const u8, usize);
    fn tx_gas_price(*mut u8);
    fn tx_ink_price() -> u32;
    fn tx_origin(*mut u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn init_code_returns_what_stands_behind_it() {
        let code = returned_by(&[0x61, 0, 3, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3, 0, 7, 8]);

        assert_eq!(code, [0, 7, 8]);
    }

    #[test]
    #[should_panic(expected = "cannot run")]
    fn init_code_of_another_form_is_refused() {
        returned_by(&[0x61, 0, 3, 0x80, 0x60, 11, 0x5f, 0x39, 0x5f, 0xf3, 0, 7, 8]);
    }

    #[test]
    #[should_panic(expected = "length")]
    fn init_code_of_another_length_is_refused() {
        returned_by(&[0x61, 0, 2, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3, 0, 7, 8]);
    }

    #[test]
    #[should_panic(expected = "stops")]
    fn code_that_could_run_is_refused() {
        returned_by(&[0x61, 0, 3, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3, 0x5f, 7, 8]);
    }
}
