//! An adapter that is its own venue: what the desk is tested against.

use abi::{adapter::IAdapter, erc20::IERC20};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::{VM, Word, invoke};

use super::{Hook, fire, is, load, store};
use crate::{Revert, World};

/// The slot of what it says it is worth.
pub const VALUE: u8 = 0;
/// The slot of what it says it would pay at once, plus one; zero stands for everything.
pub const LIQUIDITY: u8 = 1;
/// The slot of what goes wrong: a sum of the switches below.
pub const FAULTS: u8 = 2;
/// Reverts when it is asked for its value.
pub const NO_VALUE: u64 = 1;
/// Reverts when money is asked back.
pub const NO_PAYMENT: u64 = 2;
/// Reverts when it is asked for its liquidity.
pub const NO_LIQUIDITY: u64 = 4;
/// Pays half of what it says it pays.
pub const HALF: u64 = 8;
/// Reverts when money comes in.
pub const NO_DEPOSIT: u64 = 16;

/// Installs an adapter of `vault` and `asset`; the hook fires whenever money moves.
pub fn install(world: &World, at: Address, vault: Address, asset: Address) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm, vault, asset));
    hook
}

fn answer(hook: &Hook, input: &[u8], vm: &VM, vault: Address, asset: Address) -> Result<Vec<u8>, Revert> {
    let has = |fault: u64| load(vm, FAULTS).as_limbs()[0] & fault != 0;
    let value = load(vm, VALUE);
    if input.starts_with(&IAdapter::valueCall::SELECTOR) {
        return if has(NO_VALUE) { Err(b"no value".to_vec()) } else { Ok(value.abi_encode()) };
    }
    if input.starts_with(&IAdapter::liquidityCall::SELECTOR) {
        let set = load(vm, LIQUIDITY);
        let liquid = if set.is_zero() { value } else { value.min(set - U256::ONE) };
        return if has(NO_LIQUIDITY) { Err(b"no liquidity".to_vec()) } else { Ok(liquid.abi_encode()) };
    }
    if input.starts_with(&IAdapter::vaultCall::SELECTOR) {
        return Ok(vault.abi_encode());
    }
    if input.starts_with(&IAdapter::assetCall::SELECTOR) {
        return Ok(asset.abi_encode());
    }
    if let Some(c) = is::<IAdapter::allocateCall>(input) {
        fire(vm, hook);
        if has(NO_DEPOSIT) {
            return Err(b"no deposit".to_vec());
        }
        store(vm, VALUE, value + c.assets);
        return Ok(c.assets.abi_encode());
    }
    if let Some(c) = is::<IAdapter::deallocateCall>(input) {
        if has(NO_PAYMENT) {
            return Err(b"no payment".to_vec());
        }
        let paid = if c.assets == U256::MAX { value } else { c.assets };
        store(vm, VALUE, value.checked_sub(paid).ok_or_else(|| b"too much".to_vec())?);
        let sent = if has(HALF) { paid / U256::from(2) } else { paid };
        invoke(vm, asset, IERC20::transferCall::SELECTOR, &[vault.word(), sent.word()])?;
        fire(vm, hook);
        return Ok(paid.abi_encode());
    }
    Err(b"adapter".to_vec())
}
