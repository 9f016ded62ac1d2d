//! Who lends for a moment and for nothing, as Morpho does, and how that goes wrong.

use abi::{erc20::IERC20, leverage::ILoop, morpho::IMorpho};
use alloy_primitives::{Address, U256};
use host::VM;
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use super::{Hook, fire, is, load, send};
use crate::{Revert, World};

/// The slot of what goes wrong: one of the manners below.
pub const MANNER: u8 = 0;
/// Lends, calls back, takes the loan.
pub const HONEST: u64 = 0;
/// Does nothing.
pub const SILENT: u64 = 1;
/// Calls back twice.
pub const TWICE: u64 = 2;
/// Says that it has lent one more.
pub const MORE: u64 = 3;
/// Lends one less than it says.
pub const LESS: u64 = 4;
/// Tells other words than it was told.
pub const OTHER: u64 = 5;
/// Takes nothing back.
pub const FORGETFUL: u64 = 6;

/// Installs a lender of whatever it holds; the hook fires between the loan and the callback.
pub fn install(world: &World, at: Address) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm));
    hook
}

fn answer(hook: &Hook, input: &[u8], vm: &VM) -> Result<Vec<u8>, Revert> {
    let Some(c) = is::<IMorpho::flashLoanCall>(input) else { return Err(b"lender".to_vec()) };
    let (this, borrower, manner) = (vm.contract_address(), vm.msg_sender(), load(vm, MANNER).to::<u64>());
    if manner == SILENT {
        return Ok(Vec::new());
    }
    let lent = c.assets - U256::from(u64::from(manner == LESS));
    send(vm, c.token, &IERC20::transferCall { to: borrower, value: lent })?;
    fire(vm, hook);
    let mut data = c.data.to_vec();
    if manner == OTHER {
        // The third of our words from the end: the assets that are to be paid or spent.
        let place = data.len() - 65;
        data[place] ^= 1;
    }
    let assets = c.assets + U256::from(u64::from(manner == MORE));
    for _ in 0..if manner == TWICE { 2 } else { 1 } {
        send(vm, borrower, &ILoop::onMorphoFlashLoanCall { assets, data: data.clone().into() })?;
    }
    if manner != FORGETFUL {
        send(vm, c.token, &IERC20::transferFromCall { from: borrower, to: this, value: c.assets })?;
    }
    Ok(Vec::new())
}
