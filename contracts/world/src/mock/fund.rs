//! A tokenised fund that redeems by request: shares of 18 decimals at a price that a test sets, honest until a switch is set.

use abi::{
    erc20::IERC20,
    erc4626::IERC4626,
    erc7540::{IERC7540Redeem, IERC7575, ITreasuryFund},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::{Slot, VM, Word, balance_of, invoke, transfer, transfer_from};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use super::{Hook, fire, is, load, token};
use crate::{Revert, World};

/// The slot of a whole share's price, in wad; zero stands for one.
pub const PRICE_WAD: u8 = 10;
/// The slot of a switch: nothing can be claimed.
pub const PAUSED: u8 = 11;
/// The slot of a switch: it reverts at everything.
pub const BROKEN: u8 = 12;
/// The slot of what it says that shares convert to of what they do, in basis points, plus one; zero stands for all.
pub const SAYS_BPS: u8 = 13;
/// The slot of the shares that it gives of those that are bought, in basis points, plus one.
pub const GIVES_BPS: u8 = 14;
/// The slot of what it says that can be claimed of what can, shares and assets, in basis points, plus one.
pub const CLAIM_BPS: u8 = 15;
/// The slot of what it pays of a claim, in basis points, plus one.
pub const PAYS_BPS: u8 = 16;
/// The slot of a switch: 1 it does not redeem by request, 2 its shares are another token, 3 they have 40 decimals.
pub const LIES: u8 = 17;
/// The slot of a switch: it answers every question about requests with the highest number.
pub const GARBAGE: u8 = 18;
/// The slot of a switch: it forgets whatever waits.
pub const FORGETS: u8 = 19;

const WAD: u64 = 1_000_000_000_000_000_000;
/// Base units of shares times a price in wad, by this: base units of an asset of 6 decimals.
const UNIT: U256 = U256::from_limbs([5_076_944_270_305_263_616, 54_210_108_624, 0, 0]);

fn pending(vm: &VM, controller: Address) -> Slot {
    Slot::at(20).of(vm, controller.word())
}

/// Fulfilled shares, and what they are paid with.
fn claims(vm: &VM, controller: Address) -> [Slot; 2] {
    [21, 22].map(|slot| Slot::at(slot).of(vm, controller.word()))
}

fn get(vm: &VM, slot: Slot) -> U256 {
    slot.load(vm).into()
}

/// Installs a fund of `asset`; the hook fires in the middle of whatever it is told to do.
pub fn install(world: &World, at: Address, asset: Address) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm, asset));
    hook
}

/// Has the fund fulfil so many shares of a controller's request.
pub fn fulfil(world: &World, fund: Address, controller: Address, shares: U256) {
    world.call(fund, fund, &ITreasuryFund::fulfilCall { controller, shares }).expect("it waits");
}

/// A part that is stored in basis points plus one.
fn part(vm: &VM, slot: u8, of: U256) -> U256 {
    let stored = load(vm, slot);
    if stored.is_zero() { of } else { of * (stored - U256::ONE) / U256::from(10_000) }
}

fn answer(hook: &Hook, input: &[u8], vm: &VM, asset: Address) -> Result<Vec<u8>, Revert> {
    if !load(vm, BROKEN).is_zero() {
        return Err(b"broken".to_vec());
    }
    let (caller, this, lies) = (vm.msg_sender(), vm.contract_address(), load(vm, LIES).to::<u64>());
    let stored = load(vm, PRICE_WAD);
    let price = if stored.is_zero() { U256::from(WAD) } else { stored };
    let garbage = !load(vm, GARBAGE).is_zero();
    let says = |number: U256| Ok(if garbage { U256::MAX } else { number }.abi_encode());

    if input.starts_with(&IERC4626::assetCall::SELECTOR) {
        return Ok(asset.abi_encode());
    }
    if input.starts_with(&IERC7575::shareCall::SELECTOR) {
        return Ok(if lies == 2 { asset } else { this }.abi_encode());
    }
    if let Some(c) = is::<IERC7575::supportsInterfaceCall>(input) {
        return Ok((lies != 1 && c.interfaceId.0 == [0x62, 0x0e, 0xe8, 0xe4]).abi_encode());
    }
    if input.starts_with(&IERC20::decimalsCall::SELECTOR) {
        return Ok(U256::from(if lies == 3 { 40 } else { 18 }).abi_encode());
    }
    if let Some(c) = is::<IERC4626::convertToAssetsCall>(input) {
        return Ok(part(vm, SAYS_BPS, c.shares * price / UNIT).abi_encode());
    }
    if input.starts_with(&IERC4626::totalAssetsCall::SELECTOR) {
        return Ok(balance_of(vm, asset, this)?.abi_encode());
    }
    if let Some(c) = is::<IERC4626::depositCall>(input) {
        fire(vm, hook);
        transfer_from(vm, asset, caller, this, c.assets)?;
        let shares = part(vm, GIVES_BPS, c.assets * UNIT / price);
        invoke(vm, this, *token::MINT, &[c.receiver.into_word(), shares.into()])?;
        return Ok(shares.abi_encode());
    }
    if let Some(c) = is::<IERC7540Redeem::requestRedeemCall>(input) {
        fire(vm, hook);
        if caller != c.owner {
            return Err(b"owner".to_vec());
        }
        invoke(vm, this, *token::BURN, &[c.owner.into_word(), c.shares.into()])?;
        let slot = pending(vm, c.controller);
        slot.store(vm, (get(vm, pending(vm, c.controller)) + c.shares).word());
        return Ok(U256::ZERO.abi_encode());
    }
    if let Some(c) = is::<ITreasuryFund::fulfilCall>(input) {
        let waits = get(vm, pending(vm, c.controller));
        pending(vm, c.controller).store(vm, waits.checked_sub(c.shares).ok_or_else(|| b"pending".to_vec())?.word());
        let [shares, assets] = claims(vm, c.controller).map(|slot| get(vm, slot));
        let [to_shares, to_assets] = claims(vm, c.controller);
        to_shares.store(vm, (shares + c.shares).word());
        to_assets.store(vm, (assets + c.shares * price / UNIT).word());
        return Ok(U256::ZERO.abi_encode());
    }
    if let Some(c) = is::<IERC7540Redeem::pendingRedeemRequestCall>(input) {
        let forgets = !load(vm, FORGETS).is_zero();
        return says(if forgets { U256::ZERO } else { get(vm, pending(vm, c.controller)) });
    }
    if let Some(c) = is::<IERC7540Redeem::claimableRedeemRequestCall>(input) {
        let [shares, _] = claims(vm, c.controller);
        return says(get(vm, shares));
    }
    let is_paused = !load(vm, PAUSED).is_zero();
    let payable = |controller: Address, place: usize| {
        let claim = claims(vm, controller).map(|slot| get(vm, slot));
        says(if is_paused { U256::ZERO } else { part(vm, CLAIM_BPS, claim[place]) })
    };
    if let Some(c) = is::<IERC4626::maxRedeemCall>(input) {
        return payable(c.owner, 0);
    }
    if let Some(c) = is::<IERC4626::maxWithdrawCall>(input) {
        return payable(c.owner, 1);
    }
    let pay = |controller: Address, receiver: Address, shares: U256, assets: U256| {
        fire(vm, hook);
        let [all_shares, all_assets] = claims(vm, controller).map(|slot| get(vm, slot));
        if is_paused || caller != controller || shares > all_shares || assets > all_assets {
            return Err(b"claim".to_vec());
        }
        let [to_shares, to_assets] = claims(vm, controller);
        to_shares.store(vm, (all_shares - shares).word());
        to_assets.store(vm, (all_assets - assets).word());
        transfer(vm, asset, receiver, part(vm, PAYS_BPS, assets))?;
        Ok::<_, Revert>(())
    };
    if let Some(c) = is::<IERC4626::redeemCall>(input) {
        let [shares, assets] = claims(vm, c.owner).map(|slot| get(vm, slot));
        let paid = (assets * c.shares).checked_div(shares).ok_or_else(|| b"claim".to_vec())?;
        pay(c.owner, c.receiver, c.shares, paid)?;
        return Ok(paid.abi_encode());
    }
    if let Some(c) = is::<IERC4626::withdrawCall>(input) {
        let [shares, assets] = claims(vm, c.owner).map(|slot| get(vm, slot));
        if assets.is_zero() {
            return Err(b"claim".to_vec());
        }
        let gone = (shares * c.assets).div_ceil(assets);
        pay(c.owner, c.receiver, gone, c.assets)?;
        return Ok(gone.abi_encode());
    }
    token::answer(&Hook::default(), input, vm)
}
