//! An ERC-20 token of 6 decimals, and how tokens misbehave.

use abi::erc20::IERC20;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::{Slot, VM, Word};
use stylus_sdk::stylus_core::MessageAccess;

use super::{Hook, fire, is, load};
use crate::{Revert, World};

/// How the token answers: slot 200.
pub const MANNER: u8 = 200;
/// Answers true.
pub const HONEST: u64 = 0;
/// Answers nothing.
pub const SILENT: u64 = 1;
/// Moves nothing and answers false.
pub const FALSE: u64 = 2;
/// Keeps one percent of every transfer.
pub const FEE: u64 = 3;

fn balance(vm: &VM, account: Address) -> Slot {
    Slot::at(0).of(vm, account.word())
}

fn allowance(vm: &VM, owner: Address, spender: Address) -> Slot {
    Slot::at(1).of(vm, owner.word()).of(vm, spender.word())
}

fn get(vm: &VM, slot: Slot) -> U256 {
    slot.load(vm).into()
}

fn shift(vm: &VM, from: Address, to: Address, value: U256) -> Result<Vec<u8>, Revert> {
    let manner = load(vm, MANNER);
    if manner == U256::from(FALSE) {
        return Ok(false.abi_encode());
    }
    let left = get(vm, balance(vm, from)).checked_sub(value).ok_or_else(|| b"balance".to_vec())?;
    balance(vm, from).store(vm, left.word());
    let arrives = if manner == U256::from(FEE) { value - value / U256::from(100) } else { value };
    balance(vm, to).store(vm, (get(vm, balance(vm, to)) + arrives).word());
    Ok(if manner == U256::from(SILENT) { Vec::new() } else { true.abi_encode() })
}

/// Installs a token; the hook fires at every transfer, before the money moves.
pub fn install(world: &World, at: Address) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm));
    hook
}

pub(crate) fn answer(hook: &Hook, input: &[u8], vm: &VM) -> Result<Vec<u8>, Revert> {
    let caller = vm.msg_sender();
    if let Some(c) = is::<IERC20::transferCall>(input) {
        fire(vm, hook);
        return shift(vm, caller, c.to, c.value);
    }
    if let Some(c) = is::<IERC20::transferFromCall>(input) {
        fire(vm, hook);
        let slot = allowance(vm, c.from, caller);
        let left = get(vm, slot).checked_sub(c.value).ok_or_else(|| b"allowance".to_vec())?;
        slot.store(vm, left.word());
        return shift(vm, c.from, c.to, c.value);
    }
    if let Some(c) = is::<IERC20::approveCall>(input) {
        allowance(vm, caller, c.spender).store(vm, c.value.word());
        let silent = load(vm, MANNER) == U256::from(SILENT);
        return Ok(if silent { Vec::new() } else { true.abi_encode() });
    }
    if let Some(c) = is::<IERC20::balanceOfCall>(input) {
        return Ok(get(vm, balance(vm, c.account)).abi_encode());
    }
    if let Some(c) = is::<IERC20::allowanceCall>(input) {
        return Ok(get(vm, allowance(vm, c.owner, c.spender)).abi_encode());
    }
    if input.starts_with(&IERC20::decimalsCall::SELECTOR) {
        return Ok(U256::from(6).abi_encode());
    }
    if input.starts_with(MINT) {
        let (to, value) = <(Address, U256)>::abi_decode(&input[4..]).expect("tests encode calls well");
        balance(vm, to).store(vm, (get(vm, balance(vm, to)) + value).word());
        return Ok(Vec::new());
    }
    if input.starts_with(BURN) {
        let (from, value) = <(Address, U256)>::abi_decode(&input[4..]).expect("tests encode calls well");
        balance(vm, from).store(vm, (get(vm, balance(vm, from)) - value).word());
        return Ok(Vec::new());
    }
    Err(b"token".to_vec())
}

pub(crate) const MINT: &[u8; 4] = b"mint";
pub(crate) const BURN: &[u8; 4] = b"burn";

/// Creates tokens.
pub fn mint(world: &World, token: Address, to: Address, value: u128) {
    let data = [MINT.as_slice(), &(to, U256::from(value)).abi_encode()].concat();
    world.call_raw(token, token, data).expect("minting works");
}

/// Destroys tokens.
pub fn burn(world: &World, token: Address, from: Address, value: u128) {
    let data = [BURN.as_slice(), &(from, U256::from(value)).abi_encode()].concat();
    world.call_raw(token, token, data).expect("burning works");
}
