//! Morpho Blue with one market whose accounts a test sets, and its rate model, in one contract. It accrues as Morpho does,
//! before money moves and when anybody asks it to; the real one is met on the local chain (`keeper/sim`).

use abi::{
    erc20::IERC20,
    morpho::{
        IAdaptiveCurveIrm,
        IMorpho::{self, Market, MarketParams},
    },
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use host::{Slot, VM, Word, invoke};
use stylus_sdk::stylus_core::{AccountAccess, BlockAccess, MessageAccess};

use super::{Hook, fire, is, load, store};
use crate::{Revert, WAD, World, chain::address};

/// The slots of the market's accounts.
pub const SUPPLY_ASSETS: u8 = 1;
/// See [`SUPPLY_ASSETS`].
pub const SUPPLY_SHARES: u8 = 2;
/// See [`SUPPLY_ASSETS`].
pub const BORROW_ASSETS: u8 = 3;
/// See [`SUPPLY_ASSETS`]: in wad.
pub const FEE: u8 = 4;
/// The slot of the time of the last accrual.
pub const LAST_UPDATE: u8 = 5;
/// The slot of the borrow rate, in wad a second.
pub const RATE: u8 = 6;
/// The slot of the shares that it claims in its answers beyond those that it moved.
pub const LIE: u8 = 7;
/// The slot of a switch: it reverts at everything.
pub const BROKEN: u8 = 8;
/// The slot of a switch: the rate model reverts.
pub const NO_RATE: u8 = 9;
/// The slot of the mean borrow rate since the last accrual; zero for that of the moment.
pub const MEAN_RATE: u8 = 10;

/// Returns the terms of the only market at `at`, a loan of `asset`.
pub fn terms(at: Address, asset: Address) -> MarketParams {
    MarketParams {
        loanToken: asset,
        collateralToken: address(0x61),
        oracle: address(0x62),
        irm: at,
        lltv: U256::from(860_000_000_000_000_000_u64),
    }
}

/// Returns the id of the only market at `at`.
pub fn market(at: Address, asset: Address) -> B256 {
    keccak256(terms(at, asset).abi_encode())
}

/// Installs Morpho with a market for `asset`; the hook fires whenever money moves.
pub fn install(world: &World, at: Address, asset: Address) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm, asset));
    hook
}

fn shares_of(vm: &VM, account: Address) -> Slot {
    Slot::at(0).of(vm, account.word())
}

fn answer(hook: &Hook, input: &[u8], vm: &VM, asset: Address) -> Result<Vec<u8>, Revert> {
    if !load(vm, BROKEN).is_zero() {
        return Err(b"broken".to_vec());
    }
    let this = vm.contract_address();
    let asks = |selector: [u8; 4]| input.starts_with(&selector);
    let is_accrual = asks(IMorpho::accrueInterestCall::SELECTOR);
    if is_accrual || asks(IMorpho::supplyCall::SELECTOR) || asks(IMorpho::withdrawCall::SELECTOR) {
        accrue(vm)?;
    }
    if is_accrual {
        return Ok(Vec::new());
    }
    let (assets, shares) = (load(vm, SUPPLY_ASSETS), load(vm, SUPPLY_SHARES));
    let (all_assets, all_shares) = (assets + U256::ONE, shares + U256::from(1_000_000));
    let small = |slot: u8| load(vm, slot).to::<u128>();

    if let Some(c) = is::<IMorpho::idToMarketParamsCall>(input) {
        let known = c.id == market(this, asset);
        return Ok(if known { terms(this, asset).abi_encode() } else { [U256::ZERO; 5].abi_encode() });
    }
    if is::<IMorpho::marketCall>(input).is_some() {
        let market = Market {
            totalSupplyAssets: small(SUPPLY_ASSETS),
            totalSupplyShares: small(SUPPLY_SHARES),
            totalBorrowAssets: small(BORROW_ASSETS),
            totalBorrowShares: small(BORROW_ASSETS),
            lastUpdate: small(LAST_UPDATE),
            fee: small(FEE),
        };
        return Ok(market.abi_encode());
    }
    if is::<IAdaptiveCurveIrm::borrowRateViewCall>(input).is_some() {
        return rate(vm).map(|rate| rate.abi_encode());
    }
    if let Some(c) = is::<IMorpho::supplyCall>(input) {
        let new = c.assets * all_shares / all_assets;
        move_shares(vm, c.onBehalf, assets + c.assets, shares + new, |held| held.checked_add(new))?;
        fire(vm, hook);
        let words = [vm.msg_sender().word(), this.word(), c.assets.word()];
        invoke(vm, asset, IERC20::transferFromCall::SELECTOR, &words)?;
        return Ok((c.assets, new + load(vm, LIE)).abi_encode());
    }
    if let Some(c) = is::<IMorpho::withdrawCall>(input) {
        let (paid, gone) = if c.shares.is_zero() {
            (c.assets, (c.assets * all_shares).div_ceil(all_assets))
        } else {
            (c.shares * all_assets / all_shares, c.shares)
        };
        move_shares(vm, c.onBehalf, assets - paid, shares - gone, |held| held.checked_sub(gone))?;
        fire(vm, hook);
        invoke(vm, asset, IERC20::transferCall::SELECTOR, &[c.receiver.word(), paid.word()])?;
        return Ok((paid, gone + load(vm, LIE)).abi_encode());
    }
    Err(b"morpho".to_vec())
}

fn move_shares(
    vm: &VM,
    account: Address,
    assets: U256,
    shares: U256,
    held: impl Fn(U256) -> Option<U256>,
) -> Result<(), Revert> {
    let slot = shares_of(vm, account);
    let left = held(slot.load(vm).into()).ok_or_else(|| b"insufficient shares".to_vec())?;
    slot.store(vm, left.word());
    store(vm, SUPPLY_ASSETS, assets);
    store(vm, SUPPLY_SHARES, shares);
    Ok(())
}

/// Returns what borrowers pay in wad a second: the mean since the last accrual.
fn rate(vm: &VM) -> Result<U256, Revert> {
    if !load(vm, NO_RATE).is_zero() {
        return Err(b"no rate".to_vec());
    }
    let mean = load(vm, MEAN_RATE);
    let is_current = load(vm, LAST_UPDATE) == U256::from(vm.block_timestamp());
    Ok(if mean.is_zero() || is_current { load(vm, RATE) } else { mean })
}

/// Brings the market to the present.
fn accrue(vm: &VM) -> Result<(), Revert> {
    let (now, wad) = (U256::from(vm.block_timestamp()), U256::from(WAD));
    let secs = now - load(vm, LAST_UPDATE);
    if secs.is_zero() {
        return Ok(());
    }
    let first = rate(vm)? * secs;
    let second = first * first / (U256::from(2) * wad);
    let third = second * first / (U256::from(3) * wad);
    let (borrowed, shares) = (load(vm, BORROW_ASSETS), load(vm, SUPPLY_SHARES));
    let interest = borrowed * (first + second + third) / wad;
    let (supplied, fee) = (load(vm, SUPPLY_ASSETS) + interest, interest * load(vm, FEE) / wad);
    store(vm, SUPPLY_ASSETS, supplied);
    store(vm, SUPPLY_SHARES, shares + fee * (shares + U256::from(1_000_000)) / (supplied - fee + U256::ONE));
    store(vm, BORROW_ASSETS, borrowed + interest);
    store(vm, LAST_UPDATE, now);
    Ok(())
}

/// Gives an account shares that it did not pay for.
pub fn donate(world: &World, morpho: Address, to: Address, shares: u64) {
    let key = keccak256([to.into_word(), Default::default()].concat());
    let mut state = world.0.borrow_mut();
    let held = state.storage.entry((morpho, key)).or_default();
    *held = (U256::from_be_bytes(held.0) + U256::from(shares)).into();
}
