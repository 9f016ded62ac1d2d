//! Aave v3's pool and aToken in one contract, with half-up rounding as there.

use abi::{
    aave::{IAToken, IAavePool},
    erc20::IERC20,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::{Slot, VM, Word, invoke};
use stylus_sdk::stylus_core::{AccountAccess, BlockAccess, MessageAccess};

use super::{is, load, store};
use crate::{Revert, World};

/// The slot of the normalised income, in ray.
pub const INCOME_RAY: u8 = 1;
/// The slot of the reserve's configuration.
pub const CONFIGURATION: u8 = 2;
/// The slot of the income at the last update, in ray.
pub const INDEX_RAY: u8 = 6;
/// The slot of the time of the last update.
pub const LAST_UPDATE: u8 = 7;
/// The slot of the rate that lenders earn, in ray.
pub const RATE_RAY: u8 = 3;
/// The slot of all units, held by anybody.
pub const SCALED_SUPPLY: u8 = 4;
/// The slot of a switch: it does not say how much it holds.
pub const NO_SUPPLY: u8 = 5;
/// The slot of what it leaves of the assets that it is told to take.
pub const LEAVES: u8 = 8;
/// A configuration of an active reserve.
pub const ACTIVE: u64 = 1 << 56;
/// A configuration of a paused reserve.
pub const PAUSED: u64 = (1 << 60) | ACTIVE;
/// A configuration of a frozen reserve.
pub const FROZEN: u64 = (1 << 57) | ACTIVE;

fn ray() -> U256 {
    U256::from(10).pow(U256::from(27))
}

fn scaled(vm: &VM, account: Address) -> Slot {
    Slot::at(0).of(vm, account.word())
}

/// Installs a pool whose only reserve is `asset`.
pub fn install(world: &World, at: Address, asset: Address) {
    world.install(at, move |input, vm| answer(&input, &vm, asset));
    world.poke(at, INCOME_RAY, ray());
    world.poke(at, CONFIGURATION, U256::from(ACTIVE));
}

fn answer(input: &[u8], vm: &VM, asset: Address) -> Result<Vec<u8>, Revert> {
    let (this, caller) = (vm.contract_address(), vm.msg_sender());
    let income = load(vm, INCOME_RAY);
    let div_half_up = |amount: U256| (amount * ray() + income / U256::from(2)) / income;
    let mul_half_up = |amount: U256| (amount * income + ray() / U256::from(2)) / ray();

    if let Some(c) = is::<IAavePool::getReserveDataCall>(input) {
        let mut words = [U256::ZERO; 15];
        if c.asset == asset {
            words[0] = load(vm, CONFIGURATION);
            words[1] = load(vm, INDEX_RAY);
            words[2] = load(vm, RATE_RAY);
            words[6] = load(vm, LAST_UPDATE);
            words[8] = this.word().into();
        }
        return Ok(words.abi_encode());
    }
    if input.starts_with(&IAToken::UNDERLYING_ASSET_ADDRESSCall::SELECTOR) {
        return Ok(asset.abi_encode());
    }
    if let Some(c) = is::<IAToken::scaledBalanceOfCall>(input) {
        return Ok(scaled(vm, c.user).load(vm).abi_encode());
    }
    if input.starts_with(&IAToken::scaledTotalSupplyCall::SELECTOR) {
        let says = load(vm, NO_SUPPLY).is_zero();
        return if says { Ok(load(vm, SCALED_SUPPLY).abi_encode()) } else { Err(b"no supply".to_vec()) };
    }
    if is::<IAavePool::getReserveNormalizedIncomeCall>(input).is_some() {
        return Ok(income.abi_encode());
    }
    if let Some(c) = is::<IAavePool::supplyCall>(input) {
        let words = [caller.word(), this.word(), (c.amount - load(vm, LEAVES)).word()];
        invoke(vm, asset, IERC20::transferFromCall::SELECTOR, &words)?;
        let held = U256::from_be_bytes(scaled(vm, c.onBehalfOf).load(vm).0);
        scaled(vm, c.onBehalfOf).store(vm, (held + div_half_up(c.amount)).word());
        update(vm, load(vm, SCALED_SUPPLY) + div_half_up(c.amount));
        return Ok(Vec::new());
    }
    if let Some(c) = is::<IAavePool::withdrawCall>(input) {
        let held = U256::from_be_bytes(scaled(vm, caller).load(vm).0);
        let amount = if c.amount == U256::MAX { mul_half_up(held) } else { c.amount };
        let left = held.checked_sub(div_half_up(amount)).ok_or_else(|| b"32".to_vec())?;
        scaled(vm, caller).store(vm, left.word());
        update(vm, load(vm, SCALED_SUPPLY) - div_half_up(amount));
        invoke(vm, asset, IERC20::transferCall::SELECTOR, &[c.to.word(), amount.word()])?;
        return Ok(amount.abi_encode());
    }
    Err(b"aave".to_vec())
}

/// What every movement brings up to date.
fn update(vm: &VM, scaled_supply: U256) {
    store(vm, SCALED_SUPPLY, scaled_supply);
    store(vm, INDEX_RAY, load(vm, INCOME_RAY));
    store(vm, LAST_UPDATE, U256::from(vm.block_timestamp()));
}

/// Gives an account units that it did not pay for.
pub fn donate(world: &World, pool: Address, to: Address, units: u64) {
    let key = alloy_primitives::keccak256([to.into_word(), Default::default()].concat());
    let mut state = world.0.borrow_mut();
    let held = state.storage.entry((pool, key)).or_default();
    *held = (U256::from_be_bytes(held.0) + U256::from(units)).into();
}
