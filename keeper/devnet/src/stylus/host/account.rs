//! Other accounts: balance, code, code hash.

use super::{HOOKS, define, part};
use crate::stylus::{
    guest::{Guest, Hook, Host, Pending},
    pricing::{self, EVM_API, HOST_CALL, POINTER},
    request::Request,
};
use revm::primitives::{Address, Bytes};
use wasmi::Linker;

const COLD_ACCOUNT_GAS: u64 = 2_600;

pub(super) fn link(linker: &mut Linker<Host>) {
    define!(linker, HOOKS,
        account_balance(address: u32, dest: u32);
        account_codehash(address: u32, dest: u32);
        account_code(address: u32, offset: u32, size: u32, dest: u32) -> u32;
        account_code_size(address: u32) -> u32;
    );
}

fn account_balance(guest: &mut Guest<'_>, address: u32, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 2 * POINTER + EVM_API)?;
    guest.require_gas(COLD_ACCOUNT_GAS)?;
    let address = guest.read_address(address)?;
    guest.suspend(Request::Balance(address), Pending::Word { dest })
}

fn account_codehash(guest: &mut Guest<'_>, address: u32, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 2 * POINTER + EVM_API)?;
    guest.require_gas(COLD_ACCOUNT_GAS)?;
    let address = guest.read_address(address)?;
    guest.suspend(Request::CodeHash(address), Pending::Word { dest })
}

fn account_code(guest: &mut Guest<'_>, address: u32, offset: u32, size: u32, dest: u32) -> Hook<u32> {
    let address = pay_for_code(guest, address)?;
    match known_code(guest, address) {
        Some(code) => copy(guest, &code, offset, size, dest),
        None => ask_for_code(guest, address, Pending::Code { address, offset, size, dest }),
    }
}

fn account_code_size(guest: &mut Guest<'_>, address: u32) -> Hook<u32> {
    let address = pay_for_code(guest, address)?;
    match known_code(guest, address) {
        Some(code) => Ok(code.len() as u32),
        None => ask_for_code(guest, address, Pending::CodeSize { address }),
    }
}

fn pay_for_code(guest: &mut Guest<'_>, address: u32) -> Hook<Address> {
    guest.buy_ink(HOST_CALL + EVM_API)?;
    guest.require_gas(COLD_ACCOUNT_GAS)?;
    guest.read_address(address)
}

fn known_code(guest: &mut Guest<'_>, address: Address) -> Option<Bytes> {
    guest.host().last_code.as_ref().filter(|(known, _)| *known == address).map(|(_, code)| code.clone())
}

fn ask_for_code(guest: &mut Guest<'_>, address: Address, pending: Pending) -> Hook<u32> {
    let gas_left = guest.gas_left()?;
    guest.suspend(Request::Code { address, gas_left }, pending)
}

/// Ends a request for code that another call may repeat for nothing.
pub(in crate::stylus) fn received(guest: &mut Guest<'_>, address: Address, code: &Bytes, gas: u64) -> Hook<()> {
    guest.buy_gas(gas)?;
    if !code.is_empty() {
        guest.host().last_code = Some((address, code.clone()));
    }
    Ok(())
}

/// Copies part of an account's code to memory and returns how much.
pub(in crate::stylus) fn copy(guest: &mut Guest<'_>, code: &[u8], offset: u32, size: u32, dest: u32) -> Hook<u32> {
    guest.buy_ink(pricing::write(code.len()))?;
    let copied = part(code, offset, size);
    guest.write(dest, copied)?;
    Ok(copied.len() as u32)
}
