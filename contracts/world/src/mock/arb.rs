//! Arbitrum's precompile for programs, as far as they ask it: how long they stay active.

use abi::arb::IArbWasm;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use host::{Slot, VM, Word};

use super::is;
use crate::{Revert, World, address};

/// Where the precompile is.
pub const ARB_WASM: Address = address(0x71);
/// How long a program stays active after its activation, in seconds.
pub const ACTIVE_SECS: u64 = 365 * 86_400;

/// Installs the precompile: every program was activated just now.
pub fn install(world: &World) {
    world.install(ARB_WASM, respond);
}

/// Sets how long a program stays active.
pub fn expire_in(world: &World, program: Address, secs: u64) {
    let key = alloy_primitives::keccak256([program.into_word(), Default::default()].concat());
    world.0.borrow_mut().storage.insert((ARB_WASM, key), U256::from(secs + 1).into());
}

fn respond(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if let Some(c) = is::<IArbWasm::programTimeLeftCall>(&input) {
        let set: U256 = Slot::at(0).of(&vm, c.program.word()).load(&vm).into();
        let left = if set.is_zero() { U256::from(ACTIVE_SECS) } else { set - U256::ONE };
        return Ok(left.abi_encode());
    }
    Err(b"precompile".to_vec())
}
