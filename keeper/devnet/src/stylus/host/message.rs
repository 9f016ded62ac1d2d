//! The call itself: arguments and result, who and how much, ink and memory.

use super::{HOOKS, define};
use crate::stylus::{
    guest::{Guest, Hook, Host, Pending, Stop},
    pricing::{self, HOST_CALL, POINTER},
    request::Request,
};
use revm::primitives::keccak256;
use wasmi::Linker;

pub(super) fn link(linker: &mut Linker<Host>) {
    define!(linker, HOOKS,
        read_args(dest: u32);
        write_result(data: u32, len: u32);
        exit_early(status: u32);
        contract_address(dest: u32);
        msg_sender(dest: u32);
        msg_value(dest: u32);
        msg_reentrant() -> u32;
        evm_gas_left() -> u64;
        evm_ink_left() -> u64;
        pay_for_memory_grow(pages: u32);
        native_keccak256(data: u32, len: u32, dest: u32);
    );
}

fn read_args(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL)?;
    let input = guest.environment().input.clone();
    guest.buy_ink(pricing::write(input.len()))?;
    guest.write(dest, &input)
}

fn write_result(guest: &mut Guest<'_>, data: u32, len: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL)?;
    guest.buy_ink(2 * pricing::read(len as usize))?;
    guest.host().result = guest.read(data, len)?;
    Ok(())
}

fn exit_early(_guest: &mut Guest<'_>, status: u32) -> Hook<()> {
    Err(Stop::Exit(status))
}

fn contract_address(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + POINTER)?;
    let contract = guest.environment().contract;
    guest.write(dest, contract.as_slice())
}

fn msg_sender(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + POINTER)?;
    let sender = guest.environment().sender;
    guest.write(dest, sender.as_slice())
}

fn msg_value(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + POINTER)?;
    let value = guest.environment().value;
    guest.write_word(dest, value)
}

fn msg_reentrant(guest: &mut Guest<'_>) -> Hook<u32> {
    guest.buy_ink(HOST_CALL)?;
    Ok(u32::from(guest.environment().is_reentrant))
}

fn evm_gas_left(guest: &mut Guest<'_>) -> Hook<u64> {
    guest.buy_ink(HOST_CALL)?;
    guest.gas_left()
}

fn evm_ink_left(guest: &mut Guest<'_>) -> Hook<u64> {
    guest.buy_ink(HOST_CALL)?;
    guest.ink_left()
}

/// Called before each growth. The number of pages has 16 bits: growth by more fails after this.
fn pay_for_memory_grow(guest: &mut Guest<'_>, pages: u32) -> Hook<()> {
    match pages as u16 {
        0 => guest.buy_ink(HOST_CALL),
        pages => guest.suspend(Request::OpenPages(pages), Pending::Pay),
    }
}

fn native_keccak256(guest: &mut Guest<'_>, data: u32, len: u32, dest: u32) -> Hook<()> {
    guest.buy_ink(pricing::keccak(len as usize))?;
    let hash = keccak256(guest.read(data, len)?);
    guest.write(dest, hash.as_slice())
}
