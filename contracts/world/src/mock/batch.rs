//! A contract of a thief's: several calls in one, all or nothing.

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolValue;
use host::{VM, invoke};

use crate::{Revert, World};

/// Installs it.
pub fn install(world: &World, at: Address) {
    world.install(at, respond);
}

/// Makes the calls, in order, in its name.
///
/// # Errors
///
/// What the first call that fails reverted with; then none of them happened.
pub fn run(world: &World, at: Address, calls: &[(Address, Vec<u8>)]) -> Result<(), Revert> {
    let list: Vec<(Address, alloy_primitives::Bytes)> =
        calls.iter().map(|(to, data)| (*to, data.clone().into())).collect();
    world.call_raw(at, at, list.abi_encode()).map(|_| ())
}

fn respond(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    let calls = <Vec<(Address, alloy_primitives::Bytes)>>::abi_decode(&input).expect("tests encode calls well");
    for (to, data) in calls {
        let (selector, arguments) = data.split_first_chunk::<4>().expect("calldata has a selector");
        let words: Vec<B256> = arguments.chunks(32).map(B256::right_padding_from).collect();
        invoke(&vm, to, *selector, &words)?;
    }
    Ok(Vec::new())
}
