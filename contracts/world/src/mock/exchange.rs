//! A Uniswap v3 pool that trades whatever it holds at one price, and how pools misbehave.

use abi::{erc20::IERC20, leverage::ILoop, uniswap::IUniswapV3Pool};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::{VM, balance_of};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use super::{Hook, fire, is, load, oracle::Pair, send};
use crate::{Revert, World};

/// The slot of the price, in wad: whole quote for whole base.
pub const PRICE_WAD: u8 = 0;
/// The slot of what it keeps of what is put in, in basis points.
pub const FEE_BPS: u8 = 1;
/// The slot of what goes wrong: one of the manners below.
pub const MANNER: u8 = 2;
/// Gives, calls back, and demands what it is owed.
pub const HONEST: u64 = 0;
/// Does nothing.
pub const SILENT: u64 = 1;
/// Calls back twice.
pub const TWICE: u64 = 2;
/// Gives half of what it says.
pub const HALF: u64 = 3;
/// Asks for one more than it may.
pub const MORE: u64 = 4;
/// Gives half, and asks for half of it.
pub const SHALLOW: u64 = 5;

/// Installs a pool of a pair; the hook fires before it calls back.
pub fn install(world: &World, at: Address, pair: Pair) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm, pair));
    hook
}

fn answer(hook: &Hook, input: &[u8], vm: &VM, pair: Pair) -> Result<Vec<u8>, Revert> {
    let (base, quote) = (pair.base.0, pair.quote.0);
    let (token0, token1) = if base < quote { (base, quote) } else { (quote, base) };
    if input.starts_with(&IUniswapV3Pool::token0Call::SELECTOR) {
        return Ok(token0.abi_encode());
    }
    if input.starts_with(&IUniswapV3Pool::token1Call::SELECTOR) {
        return Ok(token1.abi_encode());
    }
    let Some(c) = is::<IUniswapV3Pool::swapCall>(input) else { return Err(b"pool".to_vec()) };
    let (this, caller, manner) = (vm.contract_address(), vm.msg_sender(), load(vm, MANNER).to::<u64>());
    let (put_in, out) = if c.zeroForOne { (token0, token1) } else { (token1, token0) };
    let limit = U256::from(c.sqrtPriceLimitX96);
    assert!(if c.zeroForOne { limit < U256::ONE << 96 } else { limit > U256::ONE << 96 }, "a limit that bars nothing");
    if manner == SILENT {
        return Ok((I256::ZERO, I256::ZERO).abi_encode());
    }
    // Base times this, divided by the other, is quote.
    let up = load(vm, PRICE_WAD);
    let down = U256::from(10).pow(U256::from(18 + pair.base.1 - pair.quote.1));
    let (up, down) = if put_in == base { (up, down) } else { (down, up) };
    let (whole, kept) = (U256::from(10_000), U256::from(10_000) - load(vm, FEE_BPS));
    let asked = c.amountSpecified.unsigned_abs();
    let (mut owed, mut given) = if c.amountSpecified.is_negative() {
        (((asked * down).div_ceil(up) * whole).div_ceil(kept), asked)
    } else {
        (asked, asked * kept / whole * up / down)
    };
    let half = U256::from(2);
    match manner {
        HALF => given /= half,
        MORE => owed += U256::from(1_000_000_000_000_000_000_u64),
        SHALLOW => (owed, given) = (owed / half, given / half),
        _ => {}
    }
    send(vm, out, &IERC20::transferCall { to: c.recipient, value: given })?;
    fire(vm, hook);
    let (amount_in, amount_out) = (I256::from_raw(owed), -I256::from_raw(given));
    let (amount0, amount1) = if c.zeroForOne { (amount_in, amount_out) } else { (amount_out, amount_in) };
    let before = balance_of(vm, put_in, this)?;
    let call = ILoop::uniswapV3SwapCallbackCall { amount0Delta: amount0, amount1Delta: amount1, data: c.data };
    for _ in 0..if manner == TWICE { 2 } else { 1 } {
        send(vm, caller, &call)?;
    }
    if balance_of(vm, put_in, this)? < before + owed {
        return Err(b"IIA".to_vec());
    }
    Ok((amount0, amount1).abi_encode())
}
