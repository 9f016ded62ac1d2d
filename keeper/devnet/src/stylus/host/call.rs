//! Calls, creations, return data and logs.

use super::{HOOKS, define, part};
use crate::stylus::{
    guest::{Guest, Hook, Host, Pending, Stop},
    pricing::{self, EVM_API, HOST_CALL, POINTER},
    request::{CallKind, Request},
};
use revm::primitives::{Address, B256, Bytes};
use wasmi::Linker;

const LOG_TOPIC_GAS: u64 = 375;
const LOG_BYTE_GAS: u64 = 8;

pub(super) fn link(linker: &mut Linker<Host>) {
    define!(linker, HOOKS,
        call_contract(to: u32, data: u32, len: u32, value: u32, gas: u64, len_dest: u32) -> u32;
        delegate_call_contract(to: u32, data: u32, len: u32, gas: u64, len_dest: u32) -> u32;
        static_call_contract(to: u32, data: u32, len: u32, gas: u64, len_dest: u32) -> u32;
        create1(code: u32, len: u32, value: u32, dest: u32, len_dest: u32);
        create2(code: u32, len: u32, value: u32, salt: u32, dest: u32, len_dest: u32);
        read_return_data(dest: u32, offset: u32, size: u32) -> u32;
        return_data_size() -> u32;
        emit_log(data: u32, len: u32, topics: u32);
    );
}

fn call_contract(
    guest: &mut Guest<'_>,
    to: u32,
    data: u32,
    len: u32,
    value: u32,
    gas: u64,
    len_dest: u32,
) -> Hook<u32> {
    pay_for_call(guest, len)?;
    let to = guest.read_address(to)?;
    let input = guest.read(data, len)?.into();
    let kind = CallKind::Call(guest.read_word(value)?);
    suspend_for_call(guest, kind, to, input, gas, len_dest)
}

fn delegate_call_contract(guest: &mut Guest<'_>, to: u32, data: u32, len: u32, gas: u64, len_dest: u32) -> Hook<u32> {
    call_without_value(guest, CallKind::Delegate, to, data, len, gas, len_dest)
}

fn static_call_contract(guest: &mut Guest<'_>, to: u32, data: u32, len: u32, gas: u64, len_dest: u32) -> Hook<u32> {
    call_without_value(guest, CallKind::Static, to, data, len, gas, len_dest)
}

fn call_without_value(
    guest: &mut Guest<'_>,
    kind: CallKind,
    to: u32,
    data: u32,
    len: u32,
    gas: u64,
    len_dest: u32,
) -> Hook<u32> {
    pay_for_call(guest, len)?;
    let to = guest.read_address(to)?;
    let input = guest.read(data, len)?.into();
    suspend_for_call(guest, kind, to, input, gas, len_dest)
}

fn pay_for_call(guest: &mut Guest<'_>, len: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 3 * POINTER + EVM_API)?;
    guest.buy_ink(2 * pricing::read(len as usize))
}

fn suspend_for_call(
    guest: &mut Guest<'_>,
    kind: CallKind,
    to: Address,
    input: Bytes,
    gas: u64,
    len_dest: u32,
) -> Hook<u32> {
    let gas_left = guest.gas_left()?;
    let gas_requested = gas.min(gas_left);
    guest.suspend(Request::Call { kind, to, input, gas_left, gas_requested }, Pending::Call { len_dest })
}

/// Ends a call: returns the status that the program sees, 0 or not.
pub(in crate::stylus) fn called(
    guest: &mut Guest<'_>,
    len_dest: u32,
    success: bool,
    output: Bytes,
    gas: u64,
) -> Hook<u32> {
    const FAILURE: u32 = 2;
    guest.buy_gas(gas)?;
    guest.write_u32(len_dest, output.len() as u32)?;
    guest.host().return_data = output;
    Ok(if success { 0 } else { FAILURE })
}

fn create1(guest: &mut Guest<'_>, code: u32, len: u32, value: u32, dest: u32, len_dest: u32) -> Hook<()> {
    create(guest, 3, code, len, value, None, Pending::Create { dest, len_dest })
}

fn create2(guest: &mut Guest<'_>, code: u32, len: u32, value: u32, salt: u32, dest: u32, len_dest: u32) -> Hook<()> {
    create(guest, 4, code, len, value, Some(salt), Pending::Create { dest, len_dest })
}

fn create(
    guest: &mut Guest<'_>,
    pointers: u64,
    code: u32,
    len: u32,
    value: u32,
    salt: Option<u32>,
    pending: Pending,
) -> Hook<()> {
    guest.buy_ink(HOST_CALL + pointers * POINTER + EVM_API)?;
    guest.buy_ink(2 * pricing::read(len as usize))?;
    let code = guest.read(code, len)?.into();
    let value = guest.read_word(value)?;
    let salt = salt.map(|salt| guest.read_word(salt)).transpose()?;
    let gas_left = guest.gas_left()?;
    guest.suspend(Request::Create { code, value, salt, gas_left }, pending)
}

/// Ends a creation.
pub(in crate::stylus) fn created(
    guest: &mut Guest<'_>,
    dest: u32,
    len_dest: u32,
    address: Address,
    output: Bytes,
    gas: u64,
) -> Hook<()> {
    guest.buy_gas(gas)?;
    guest.write_u32(len_dest, output.len() as u32)?;
    guest.host().return_data = output;
    guest.write(dest, address.as_slice())
}

fn read_return_data(guest: &mut Guest<'_>, dest: u32, offset: u32, size: u32) -> Hook<u32> {
    guest.buy_ink(HOST_CALL + EVM_API)?;
    let data = guest.host().return_data.clone();
    let copied = part(&data, offset, size);
    guest.buy_ink(pricing::write(copied.len()))?;
    if !copied.is_empty() {
        guest.write(dest, copied)?;
    }
    Ok(copied.len() as u32)
}

fn return_data_size(guest: &mut Guest<'_>) -> Hook<u32> {
    guest.buy_ink(HOST_CALL)?;
    Ok(guest.host().return_data.len() as u32)
}

/// The first 32 bytes of the data for each topic are the topics.
fn emit_log(guest: &mut Guest<'_>, data: u32, len: u32, topics: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + EVM_API)?;
    if topics > 4 || len < topics * 32 {
        return Err(Stop::Failure("bad topic data"));
    }
    guest.buy_ink(pricing::read(len as usize))?;
    let data_len = u64::from(len - topics * 32);
    guest.buy_gas(LOG_TOPIC_GAS * (1 + u64::from(topics)) + LOG_BYTE_GAS * data_len)?;
    let bytes = guest.read(data, len)?;
    let (topics, data) = bytes.split_at(topics as usize * 32);
    let topics = topics.chunks_exact(32).map(B256::from_slice).collect();
    let data = Bytes::copy_from_slice(data);
    guest.suspend(Request::Log { topics, data }, Pending::Pay)
}
