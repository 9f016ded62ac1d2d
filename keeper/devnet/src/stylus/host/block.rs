//! The block and the transaction.

use super::{HOOKS, define};
use crate::stylus::{
    guest::{Guest, Hook, Host},
    params::INK_PRICE,
    pricing::{HOST_CALL, POINTER},
};
use revm::primitives::U256;
use wasmi::Linker;

pub(super) fn link(linker: &mut Linker<Host>) {
    define!(linker, HOOKS,
        block_basefee(dest: u32);
        block_coinbase(dest: u32);
        block_gas_limit() -> u64;
        block_number() -> u64;
        block_timestamp() -> u64;
        chainid() -> u64;
        tx_gas_price(dest: u32);
        tx_ink_price() -> u32;
        tx_origin(dest: u32);
    );
}

fn block_basefee(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    write_word(guest, dest, guest.environment().base_fee)
}

fn block_coinbase(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + POINTER)?;
    let coinbase = guest.environment().coinbase;
    guest.write(dest, coinbase.as_slice())
}

fn block_gas_limit(guest: &mut Guest<'_>) -> Hook<u64> {
    guest.buy_ink(HOST_CALL)?;
    Ok(guest.environment().block_gas_limit)
}

/// The parent chain's block number, as `NUMBER` of the EVM.
fn block_number(guest: &mut Guest<'_>) -> Hook<u64> {
    guest.buy_ink(HOST_CALL)?;
    Ok(guest.environment().l1_block_number)
}

fn block_timestamp(guest: &mut Guest<'_>) -> Hook<u64> {
    guest.buy_ink(HOST_CALL)?;
    Ok(guest.environment().timestamp)
}

fn chainid(guest: &mut Guest<'_>) -> Hook<u64> {
    guest.buy_ink(HOST_CALL)?;
    Ok(guest.environment().chain_id)
}

fn tx_gas_price(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    write_word(guest, dest, guest.environment().gas_price)
}

fn tx_ink_price(guest: &mut Guest<'_>) -> Hook<u32> {
    guest.buy_ink(HOST_CALL)?;
    Ok(INK_PRICE)
}

fn tx_origin(guest: &mut Guest<'_>, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + POINTER)?;
    let origin = guest.environment().origin;
    guest.write(dest, origin.as_slice())
}

fn write_word(guest: &mut Guest<'_>, dest: u32, word: U256) -> Hook<()> {
    guest.buy_ink(HOST_CALL + POINTER)?;
    guest.write_word(dest, word)
}
