//! A price feed that answers as Chainlink's aggregators do.

use abi::feed::IFeed;
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::VM;

use super::load;
use crate::{Revert, World, frame::burn_gas};

/// The slot of the price, in units of the decimals.
pub const ANSWER: u8 = 0;
/// The slot of when it was set, in unix seconds.
pub const UPDATED_AT: u8 = 1;
/// The slot of how the price is scaled.
pub const DECIMALS: u8 = 2;
/// The slot of a switch: at 1 it reverts at everything, at 2 it burns all its gas.
pub const BROKEN: u8 = 3;

/// Installs a feed of 8 decimals that has just said `answer`.
pub fn install(world: &World, at: Address, answer: i64) {
    world.install(at, respond);
    world.poke(at, DECIMALS, U256::from(8));
    say(world, at, answer);
}

/// Sets a feed's price, as of now.
pub fn say(world: &World, at: Address, answer: i64) {
    world.poke(at, ANSWER, I256::try_from(answer).expect("fits").into_raw());
    world.poke(at, UPDATED_AT, U256::from(world.now_secs()));
}

fn respond(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    let vm = &vm;
    if load(vm, BROKEN) == U256::from(2) {
        burn_gas();
    }
    if !load(vm, BROKEN).is_zero() {
        return Err(b"feed".to_vec());
    }
    if input.starts_with(&IFeed::decimalsCall::SELECTOR) {
        return Ok(load(vm, DECIMALS).abi_encode());
    }
    if input.starts_with(&IFeed::latestRoundDataCall::SELECTOR) {
        let (answer, at) = (load(vm, ANSWER), load(vm, UPDATED_AT));
        return Ok((U256::ONE, answer, at, at, U256::ONE).abi_encode());
    }
    Err(b"feed".to_vec())
}
