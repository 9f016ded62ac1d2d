//! An ERC-4626 vault whose assets a test can raise and lower, with an exit fee in basis points.

use abi::{erc20::IERC20, erc4626::IERC4626};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::{Slot, VM, Word, balance_of, invoke};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use super::{is, load, store};
use crate::{Revert, World};

/// The slot of the shares in existence.
pub const SUPPLY: u8 = 1;
/// The slot of what it keeps of redemptions, in basis points.
pub const EXIT_FEE_BPS: u8 = 2;
/// The slot of what it would pay at once, plus one; zero stands for everything.
pub const LIQUIDITY: u8 = 3;
/// The slot of a switch: it reverts at everything.
pub const BROKEN: u8 = 4;
/// The slot of a switch: it does not say how much it holds.
pub const NO_TOTAL: u8 = 5;
/// The slot of what it leaves of the assets that it is told to take.
pub const LEAVES: u8 = 6;

fn shares_of(vm: &VM, account: Address) -> Slot {
    Slot::at(0).of(vm, account.word())
}

/// Installs a venue for `asset`.
pub fn install(world: &World, at: Address, asset: Address) {
    world.install(at, move |input, vm| answer(&input, &vm, asset));
}

fn answer(input: &[u8], vm: &VM, asset: Address) -> Result<Vec<u8>, Revert> {
    if !load(vm, BROKEN).is_zero() {
        return Err(b"broken".to_vec());
    }
    let this = vm.contract_address();
    let assets = balance_of(vm, asset, this)?;
    let supply = load(vm, SUPPLY);
    let worth = |shares: U256| if supply.is_zero() { shares } else { shares * assets / supply };
    let shares_up = |paid: U256| (paid * supply).div_ceil(assets);
    let after_fee = |gross: U256| gross - gross * load(vm, EXIT_FEE_BPS) / U256::from(10_000);
    let burn = |owner: Address, shares: U256| {
        let held = U256::from_be_bytes(shares_of(vm, owner).load(vm).0);
        shares_of(vm, owner).store(vm, held.checked_sub(shares).ok_or_else(|| b"shares".to_vec())?.word());
        store(vm, SUPPLY, supply - shares);
        Ok::<_, Revert>(())
    };
    let pay = |to: Address, paid: U256| invoke(vm, asset, IERC20::transferCall::SELECTOR, &[to.word(), paid.word()]);

    if input.starts_with(&IERC4626::assetCall::SELECTOR) {
        return Ok(asset.abi_encode());
    }
    if let Some(c) = is::<IERC20::balanceOfCall>(input) {
        return Ok(shares_of(vm, c.account).load(vm).abi_encode());
    }
    if let Some(c) = is::<IERC4626::previewRedeemCall>(input) {
        return Ok(after_fee(worth(c.shares)).abi_encode());
    }
    if input.starts_with(&IERC4626::totalAssetsCall::SELECTOR) {
        return if load(vm, NO_TOTAL).is_zero() { Ok(assets.abi_encode()) } else { Err(b"no total".to_vec()) };
    }
    if let Some(c) = is::<IERC4626::maxWithdrawCall>(input) {
        let due = worth(shares_of(vm, c.owner).load(vm).into());
        let set = load(vm, LIQUIDITY);
        return Ok(if set.is_zero() { due } else { due.min(set - U256::ONE) }.abi_encode());
    }
    if let Some(c) = is::<IERC4626::depositCall>(input) {
        let shares = if supply.is_zero() { c.assets } else { c.assets * supply / assets };
        let words = [vm.msg_sender().word(), this.word(), (c.assets - load(vm, LEAVES)).word()];
        invoke(vm, asset, IERC20::transferFromCall::SELECTOR, &words)?;
        let held = U256::from_be_bytes(shares_of(vm, c.receiver).load(vm).0);
        shares_of(vm, c.receiver).store(vm, (held + shares).word());
        store(vm, SUPPLY, supply + shares);
        return Ok(shares.abi_encode());
    }
    if let Some(c) = is::<IERC4626::withdrawCall>(input) {
        let shares = shares_up(c.assets);
        burn(c.owner, shares)?;
        pay(c.receiver, c.assets)?;
        return Ok(shares.abi_encode());
    }
    if let Some(c) = is::<IERC4626::redeemCall>(input) {
        burn(c.owner, c.shares)?;
        let paid = after_fee(worth(c.shares));
        pay(c.receiver, paid)?;
        return Ok(paid.abi_encode());
    }
    Err(b"venue".to_vec())
}
