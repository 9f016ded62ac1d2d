//! A pool of Uniswap v3, as far as its mean price goes.

use abi::uniswap::IUniswapV3Pool;
use alloy_primitives::{Address, I256, U256, aliases::I56};
use alloy_sol_types::{SolCall, SolValue};
use host::{VM, Word};

use super::{is, load};
use crate::{Revert, World, frame::burn_gas};

/// The slots of the tokens.
const TOKENS: [u8; 2] = [0, 1];
/// The slot of by how much the sum of ticks moves within whatever time is asked for.
const MOVED: u8 = 2;
/// The slot of how many seconds back it remembers.
pub const MEMORY_SECS: u8 = 3;
/// The slot of a switch: at 1 it reverts at everything, at 2 it burns all its gas, at 3 it answers one tick too few.
pub const BROKEN: u8 = 4;
/// What the sum of ticks was when the time that is asked for began: as of a pool that has been there for a while.
const SUM: i64 = -1_234_567_890_123;

/// Installs a pool that remembers an hour.
pub fn install(world: &World, at: Address, tokens: [Address; 2]) {
    world.install(at, respond);
    for (slot, token) in TOKENS.into_iter().zip(tokens) {
        world.poke(at, slot, token.word().into());
    }
    world.poke(at, MEMORY_SECS, U256::from(3600));
}

/// Lets the sum of ticks move by so much within whatever time is asked for.
pub fn mean(world: &World, at: Address, moved: i64) {
    world.poke(at, MOVED, I256::try_from(moved).expect("fits").into_raw());
}

fn respond(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    let vm = &vm;
    let broken: u8 = load(vm, BROKEN).to();
    if broken == 2 {
        burn_gas();
    }
    if matches!(broken, 1 | 2) {
        return Err(b"pool".to_vec());
    }
    for (slot, selector) in
        TOKENS.into_iter().zip([IUniswapV3Pool::token0Call::SELECTOR, IUniswapV3Pool::token1Call::SELECTOR])
    {
        if input.starts_with(&selector) {
            return Ok(load(vm, slot).abi_encode());
        }
    }
    let Some(call) = is::<IUniswapV3Pool::observeCall>(&input) else { return Err(b"pool".to_vec()) };
    let moved = I256::from_raw(load(vm, MOVED)).as_i64();
    let mut ticks = Vec::new();
    for ago in &call.secondsAgos {
        if U256::from(*ago) > load(vm, MEMORY_SECS) {
            return Err(b"OLD".to_vec());
        }
        ticks.push(I56::try_from(if *ago == 0 { SUM + moved } else { SUM }).expect("fits"));
    }
    if broken == 3 {
        ticks.pop();
    }
    let answer = (ticks, vec![U256::from(7); call.secondsAgos.len()]);
    Ok(answer.abi_encode_params())
}
