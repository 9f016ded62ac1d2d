//! An adapter that is its own venue: what the desk is tested against. Honest until a test turns a knob.
//!
//! It keeps units and a reported value. Money trades for units at the reported price (value a unit) unless [`TRADE`]
//! says otherwise: that is a venue whose price somebody moves between two looks. Units are so small that their rounding
//! does not show; a venue that rounds for itself is one whose trade price is worse.

use abi::{adapter::IAdapter, erc20::IERC20};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use host::{VM, Word, invoke};

use super::{Hook, fire, is, load, store};
use crate::{Revert, World, frame::burn_gas};

/// The slot of what it says it is worth.
pub const VALUE: u8 = 0;
/// The slot of what it says it would pay at once, plus one; zero stands for everything.
pub const LIQUIDITY: u8 = 1;
/// The slot of what goes wrong: a sum of the switches below.
pub const FAULTS: u8 = 2;
/// The slot of the units it holds.
pub const UNITS: u8 = 3;
/// The slot of the price at which money trades for units, as parts per billion of the reported one; zero for the same.
pub const TRADE: u8 = 4;
/// The slot of what the venue holds for everybody, plus one; zero for unknown. It moves with the money.
pub const DEPTH: u8 = 5;
/// The slot of what a unit earns a year in wad, plus one; zero for unknown.
pub const RATE: u8 = 6;
/// The slot of by how much that rate falls with every base unit held, in wad.
pub const SLOPE: u8 = 7;
/// The slot of the part of what it owes that it pays, in parts per billion; zero for all of it.
pub const PAYS: u8 = 8;
/// The slot of the value after a movement in its answer to it, plus one; zero for the true one.
pub const ANSWER_VALUE: u8 = 9;
/// The slot of the units after a movement in its answer to it, plus one; zero for the true ones.
pub const ANSWER_UNITS: u8 = 10;
/// The slot of the price of the first units, in parts per billion; zero for one.
pub const FIRST: u8 = 11;
/// The slot of what secures its debt.
pub const BACKING: u8 = 12;
/// The slot of what it owes.
pub const DEBT: u8 = 13;
/// The slot of what a repayment costs of its value, in parts per billion of what is repaid.
pub const COST: u8 = 14;
/// The slot of what a repayment frees of its backing, in parts per billion of what is repaid.
pub const FREES: u8 = 15;
/// The slot of what it repays of what it should, in parts per billion; zero for all of it.
pub const REPAYS: u8 = 16;
/// The slot of the account that it names as its oracle.
pub const ORACLE: u8 = 17;
/// The slot of what it may be worth at most; less than its value for that.
pub const HIGH: u8 = 18;
/// The slot of when it pays its face, in unix seconds; zero for never.
pub const MATURITY: u8 = 19;
/// Reverts when it is asked for its value.
pub const NO_VALUE: u64 = 1;
/// Reverts when money is asked back.
pub const NO_PAYMENT: u64 = 2;
/// Reverts when it is asked for its liquidity.
pub const NO_LIQUIDITY: u64 = 4;
/// Pays half of what it says it pays.
pub const HALF: u64 = 8;
/// Reverts when money comes in.
pub const NO_DEPOSIT: u64 = 16;
/// Burns all the gas that it is given, whatever it is asked.
pub const BURN: u64 = 32;
/// Answers one word where seven are due.
pub const SHORT: u64 = 64;
/// The units that the first base unit buys at a price of one: enough that rounding in units is far below a base unit.
pub const UNITS_PER_ASSET: u64 = 1_000_000_000_000;
/// One, for the knobs that are parts of it.
pub const BILLION: u64 = 1_000_000_000;

/// Installs an adapter of `vault` and `asset`; the hook fires whenever money moves.
pub fn install(world: &World, at: Address, vault: Address, asset: Address) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm, vault, asset));
    hook
}

fn answer(hook: &Hook, input: &[u8], vm: &VM, vault: Address, asset: Address) -> Result<Vec<u8>, Revert> {
    if has(vm, BURN) {
        burn_gas();
        return Err(Vec::new());
    }
    let asks = |selector: [u8; 4]| input.starts_with(&selector);
    let fails = |fault: u64, reason: &str| if has(vm, fault) { Err(reason.as_bytes().to_vec()) } else { Ok(()) };
    if asks(IAdapter::valueCall::SELECTOR) {
        fails(NO_VALUE, "no value")?;
        return Ok(load(vm, VALUE).abi_encode());
    }
    if asks(IAdapter::reportCall::SELECTOR) {
        fails(NO_VALUE, "no value")?;
        return Ok(report(vm, load(vm, VALUE), load(vm, UNITS)));
    }
    if asks(IAdapter::liquidityCall::SELECTOR) {
        fails(NO_LIQUIDITY, "no liquidity")?;
        return Ok(load(vm, VALUE).min(or(load(vm, LIQUIDITY), U256::MAX)).abi_encode());
    }
    if asks(IAdapter::unitsCall::SELECTOR) {
        return Ok(load(vm, UNITS).abi_encode());
    }
    if asks(IAdapter::vaultCall::SELECTOR) {
        return Ok(vault.abi_encode());
    }
    if asks(IAdapter::assetCall::SELECTOR) {
        return Ok(asset.abi_encode());
    }
    if asks(IAdapter::venueCall::SELECTOR) || asks(IAdapter::marketCall::SELECTOR) {
        return Ok(U256::ZERO.abi_encode());
    }
    if asks(IAdapter::kindCall::SELECTOR) {
        return Ok(crate::risk_id("mock").abi_encode());
    }
    if asks(IAdapter::oracleCall::SELECTOR) {
        return Ok(load(vm, ORACLE).abi_encode());
    }
    if asks(IAdapter::maturityCall::SELECTOR) {
        return Ok(load(vm, MATURITY).abi_encode());
    }
    if let Some(c) = is::<IAdapter::deleverageCall>(input) {
        let before = report(vm, load(vm, VALUE), load(vm, UNITS));
        fire(vm, hook);
        lower(vm, c.debtAssets, c.targetBps);
        return Ok([before, after(vm)].concat());
    }
    if let Some(c) = is::<IAdapter::allocateCall>(input) {
        let before = report(vm, load(vm, VALUE), load(vm, UNITS));
        fire(vm, hook);
        fails(NO_DEPOSIT, "no deposit")?;
        take(vm, c.assets);
        return Ok([before, after(vm)].concat());
    }
    if let Some(c) = is::<IAdapter::deallocateCall>(input) {
        fails(NO_PAYMENT, "no payment")?;
        let before = report(vm, load(vm, VALUE), load(vm, UNITS));
        let paid = give(vm, c.assets)?;
        invoke(vm, asset, IERC20::transferCall::SELECTOR, &[vault.word(), paid.word()])?;
        fire(vm, hook);
        return Ok([before, after(vm)].concat());
    }
    Err(b"adapter".to_vec())
}

fn has(vm: &VM, fault: u64) -> bool {
    load(vm, FAULTS).as_limbs()[0] & fault != 0
}

/// A knob that is stored plus one.
fn or(set: U256, default: U256) -> U256 {
    if set.is_zero() { default } else { set - U256::ONE }
}

/// What it says of itself after money has moved.
fn after(vm: &VM) -> Vec<u8> {
    report(vm, or(load(vm, ANSWER_VALUE), load(vm, VALUE)), or(load(vm, ANSWER_UNITS), load(vm, UNITS)))
}

fn report(vm: &VM, value: U256, units: U256) -> Vec<u8> {
    if has(vm, SHORT) {
        return value.abi_encode();
    }
    let rate = match or(load(vm, RATE), U256::MAX) {
        U256::MAX => U256::MAX,
        rate => rate.saturating_sub(value.saturating_mul(load(vm, SLOPE))),
    };
    let (depth, backing, debt) = (or(load(vm, DEPTH), U256::MAX), load(vm, BACKING), load(vm, DEBT));
    let high = load(vm, HIGH).max(value);
    IAdapter::Report { value, units, depth, rateWad: rate, backing, debt, high }.abi_encode()
}

/// Sells units for `assets` at the trade price: what they buy is worth less at the reported price when that is lower.
fn take(vm: &VM, assets: U256) {
    let (value, units, trade) = (load(vm, VALUE), load(vm, UNITS), load(vm, TRADE));
    let worth = if trade.is_zero() { assets } else { (assets * U256::from(BILLION)).div_ceil(trade) };
    let bought = if units.is_zero() || value.is_zero() {
        let first = load(vm, FIRST);
        let bought = worth * U256::from(UNITS_PER_ASSET);
        if first.is_zero() { bought } else { bought * U256::from(BILLION) / first }
    } else {
        worth.saturating_mul(units).div_ceil(value)
    };
    store(vm, VALUE, value.saturating_add(worth));
    deepen(vm, |depth| depth.saturating_add(assets));
    store(vm, UNITS, units.saturating_add(bought));
}

/// Buys units back for `assets`, or all of them, at the trade price; returns what is paid.
fn give(vm: &VM, assets: U256) -> Result<U256, Revert> {
    let (value, units, trade) = (load(vm, VALUE), load(vm, UNITS), load(vm, TRADE));
    let (owed, worth) = if assets == U256::MAX {
        (part(vm, value, TRADE), value)
    } else {
        (assets, if trade.is_zero() { assets } else { assets.saturating_mul(U256::from(BILLION)) / trade })
    };
    let left = value.checked_sub(worth).ok_or_else(|| {
        IAdapter::InsufficientUnits { asked: worth, held: value }.abi_encode() // In assets, as the mock counts.
    })?;
    let burnt = match assets {
        U256::MAX => units,
        _ if value.is_zero() => U256::ZERO,
        _ => worth.saturating_mul(units).div_ceil(value),
    };
    deepen(vm, |depth| depth.saturating_sub(owed).max(U256::ONE));
    store(vm, VALUE, left);
    store(vm, UNITS, units.saturating_sub(burnt));
    let halved = if has(vm, HALF) { owed / U256::from(2) } else { owed };
    Ok(part(vm, halved, PAYS))
}

/// Repays up to so much debt, no further than to a health, and pays for it with value and backing.
fn lower(vm: &VM, debt_assets: U256, target_bps: U256) {
    let (backing, debt, frees) = (load(vm, BACKING), load(vm, DEBT), load(vm, FREES));
    let one = U256::from(BILLION);
    let target = target_bps * one / U256::from(10_000);
    let lacking = (debt * target).saturating_sub(backing * one);
    let asked = debt_assets.min(lacking / (target - frees).max(U256::ONE)).min(debt);
    let repaid = part(vm, asked, REPAYS).min(debt);
    store(vm, DEBT, debt - repaid);
    store(vm, BACKING, backing.saturating_sub(repaid * frees / one));
    store(vm, VALUE, load(vm, VALUE).saturating_sub(repaid * load(vm, COST) / one));
}

/// Changes the depth where it is known.
fn deepen(vm: &VM, change: impl FnOnce(U256) -> U256) {
    let set = load(vm, DEPTH);
    if !set.is_zero() {
        store(vm, DEPTH, change(set));
    }
}

/// `amount` times a knob in parts per billion.
fn part(vm: &VM, amount: U256, knob: u8) -> U256 {
    let billionths = load(vm, knob);
    if billionths.is_zero() { amount } else { amount.saturating_mul(billionths) / U256::from(BILLION) }
}
