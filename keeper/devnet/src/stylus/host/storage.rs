//! Storage and transient storage of the acting contract.

use super::{HOOKS, define};
use crate::stylus::{
    cache::REQUIRED_ACCESS_GAS,
    guest::{Guest, Hook, Host, Pending},
    params::INK_PRICE,
    pricing::{EVM_API, HOST_CALL, POINTER},
    request::Request,
};
use revm::primitives::U256;
use wasmi::Linker;

const COLD_LOAD_GAS: u64 = 2_100;
/// What EIP-2200 wants to be left before a write.
const SENTRY_GAS: u64 = 2_300;
const TRANSIENT_GAS: u64 = 100;
/// Gas of reaching the EVM when a load misses the cache.
const MISS_GAS: u64 = EVM_API / INK_PRICE as u64;

pub(super) fn link(linker: &mut Linker<Host>) {
    define!(linker, HOOKS,
        storage_load_bytes32(key: u32, dest: u32);
        storage_cache_bytes32(key: u32, value: u32);
        storage_flush_cache(clear: u32);
        transient_load_bytes32(key: u32, dest: u32);
        transient_store_bytes32(key: u32, value: u32);
    );
}

fn storage_load_bytes32(guest: &mut Guest<'_>, key: u32, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 2 * POINTER)?;
    guest.require_gas(COLD_LOAD_GAS + REQUIRED_ACCESS_GAS + MISS_GAS)?;
    let key = guest.read_word(key)?;
    let read_gas = guest.host().storage.read_gas();
    guest.buy_gas(read_gas)?;
    match guest.host().storage.get(key) {
        Some(value) => guest.write_word(dest, value),
        None => guest.suspend(Request::Load(key), Pending::Load { key, dest }),
    }
}

/// Ends a load that missed the cache.
pub(in crate::stylus) fn loaded(guest: &mut Guest<'_>, key: U256, dest: u32, value: U256, gas: u64) -> Hook<()> {
    guest.buy_gas(gas.saturating_add(MISS_GAS))?;
    guest.host().storage.remember(key, value);
    guest.write_word(dest, value)
}

fn storage_cache_bytes32(guest: &mut Guest<'_>, key: u32, value: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 2 * POINTER)?;
    guest.require_gas(SENTRY_GAS + REQUIRED_ACCESS_GAS)?;
    let (key, value) = (guest.read_word(key)?, guest.read_word(value)?);
    let storage = &mut guest.host().storage;
    let gas = storage.write_gas();
    storage.write(key, value);
    guest.buy_gas(gas)
}

fn storage_flush_cache(guest: &mut Guest<'_>, clear: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + EVM_API)?;
    guest.require_gas(SENTRY_GAS)?;
    let gas_left = guest.gas_left()?;
    let slots = guest.host().storage.flush(clear != 0);
    if slots.is_empty() {
        return Ok(());
    }
    guest.suspend(Request::Store { slots, gas_left }, Pending::Pay)
}

fn transient_load_bytes32(guest: &mut Guest<'_>, key: u32, dest: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 2 * POINTER + EVM_API)?;
    guest.buy_gas(TRANSIENT_GAS)?;
    let key = guest.read_word(key)?;
    guest.suspend(Request::TransientLoad(key), Pending::Word { dest })
}

fn transient_store_bytes32(guest: &mut Guest<'_>, key: u32, value: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 2 * POINTER + EVM_API)?;
    guest.buy_gas(TRANSIENT_GAS)?;
    let (key, value) = (guest.read_word(key)?, guest.read_word(value)?);
    guest.suspend(Request::TransientStore(key, value), Pending::Pay)
}
