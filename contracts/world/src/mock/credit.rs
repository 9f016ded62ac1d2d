//! Aave v3 with two reserves, one to supply and one to borrow, and what goes with it: its prices, its provider and the
//! aToken of what is supplied, in one contract; only the token of the debt is a contract of its own. Rounding is half up,
//! as there. The real one is met on the local chain (`keeper/sim`).

use abi::{
    aave::{IAToken, IAaveAddressesProvider, IAaveOracle, IAavePool},
    erc20::IERC20,
    leverage::ILoop,
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use host::{Slot, VM, Word, invoke, view_word};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use super::{Hook, fire, is, load, send, store};
use crate::{Revert, World};

/// The slot of what a unit supplied has grown to, in ray.
pub const INCOME_RAY: u8 = 1;
/// The slot of the configuration of what is supplied.
pub const CONFIGURATION: u8 = 2;
/// The slot of what a unit of debt has grown to, in ray.
pub const DEBT_RAY: u8 = 3;
/// The slot of all scaled units that are supplied.
pub const SCALED_SUPPLY: u8 = 4;
/// The slot of the price of a whole unit of what is supplied, in 1e-8.
pub const COLLATERAL_PRICE: u8 = 5;
/// The slot of the price of a whole unit of what is borrowed, in 1e-8.
pub const DEBT_PRICE: u8 = 6;
/// The slot of the part that a loan for a moment costs, in basis points.
pub const PREMIUM_BPS: u8 = 7;
/// The slot of the part up to which may be borrowed, in basis points.
pub const LTV_BPS: u8 = 8;
/// The slot of the threshold of the only e-mode, in basis points; zero where there is none.
pub const E_MODE_THRESHOLD_BPS: u8 = 9;
/// The slot of what prices the e-mode.
pub const E_MODE_PRICE: u8 = 10;
/// The slot of the price of what is supplied that holds from the next loan on; zero for none.
pub const NEXT_PRICE: u8 = 11;
/// The slot of what is added to the premium that is told.
pub const PREMIUM_LIE: u8 = 12;
/// The only e-mode.
pub const E_MODE: u64 = 1;
/// The liquidation threshold outside of it, in basis points.
pub const THRESHOLD_BPS: u64 = 8_000;
/// A configuration of an active reserve of the e-mode.
pub const ACTIVE: U256 = configuration(1 << 56);
/// The same, frozen.
pub const FROZEN: U256 = configuration((1 << 57) | (1 << 56));
/// The same, paused.
pub const PAUSED: U256 = configuration((1 << 60) | (1 << 56));

const fn configuration(bits: u64) -> U256 {
    // The e-mode's number is at bit 168.
    U256::from_limbs([bits | (THRESHOLD_BPS << 16), 0, E_MODE << 40, 0])
}

const E_MODE_OF: u8 = 21;
const DEBT_OF: u8 = 20;
const OWED: &[u8; 4] = b"owed";

fn ray() -> U256 {
    U256::from(10).pow(U256::from(27))
}

fn get(vm: &VM, table: u8, account: Address) -> U256 {
    Slot::at(table).of(vm, account.word()).load(vm).into()
}

fn set(vm: &VM, table: u8, account: Address, word: U256) {
    Slot::at(table).of(vm, account.word()).store(vm, word.word());
}

/// The two reserves.
#[derive(Clone, Copy)]
pub struct Reserves {
    /// What is supplied.
    pub collateral: Address,
    /// What is borrowed.
    pub asset: Address,
    /// The token that counts the debt.
    pub debt_token: Address,
    /// 10 to the decimals of what is supplied.
    pub collateral_unit: U256,
    /// 10 to the decimals of what is borrowed.
    pub asset_unit: U256,
}

/// Installs the pool, and the token of the debt; the hook fires in the middle of every loan.
pub fn install(world: &World, at: Address, reserves: Reserves) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(at, move |input, vm| answer(&fired, &input, &vm, reserves));
    world.install(reserves.debt_token, move |input, vm| {
        if input.starts_with(&IAToken::UNDERLYING_ASSET_ADDRESSCall::SELECTOR) {
            return Ok(reserves.asset.abi_encode());
        }
        let Some(c) = is::<IAToken::scaledBalanceOfCall>(&input) else { return Err(b"debt token".to_vec()) };
        view_word(&vm, at, *OWED, &[c.user.word()]).map(|owed| owed.abi_encode())
    });
    for slot in [INCOME_RAY, DEBT_RAY] {
        world.poke(at, slot, ray());
    }
    world.poke(at, CONFIGURATION, ACTIVE);
    world.poke(at, LTV_BPS, U256::from(7_500));
    hook
}

#[allow(clippy::too_many_lines, reason = "one branch a function")]
fn answer(hook: &Hook, input: &[u8], vm: &VM, reserves: Reserves) -> Result<Vec<u8>, Revert> {
    let Reserves { collateral, asset, debt_token, .. } = reserves;
    let (this, caller) = (vm.contract_address(), vm.msg_sender());
    let (income, growth) = (load(vm, INCOME_RAY), load(vm, DEBT_RAY));
    let div = |amount: U256, index: U256| (amount * ray() + index / U256::from(2)) / index;
    let mul = |scaled: U256, index: U256| (scaled * index + ray() / U256::from(2)) / ray();
    let asks = |selector: [u8; 4]| input.starts_with(&selector);

    if let Some(c) = is::<IAavePool::getReserveDataCall>(input) {
        let mut words = [U256::ZERO; 15];
        words[0] = load(vm, CONFIGURATION);
        if c.asset == collateral {
            words[8] = this.word().into();
        }
        if c.asset == asset {
            words[10] = debt_token.word().into();
        }
        return Ok(words.abi_encode());
    }
    if asks(IAToken::UNDERLYING_ASSET_ADDRESSCall::SELECTOR) {
        return Ok(collateral.abi_encode());
    }
    if asks(IAavePool::ADDRESSES_PROVIDERCall::SELECTOR) || asks(IAaveAddressesProvider::getPriceOracleCall::SELECTOR) {
        return Ok(this.abi_encode());
    }
    if let Some(c) = is::<IAaveOracle::getAssetPriceCall>(input) {
        return Ok(load(vm, if c.asset == asset { DEBT_PRICE } else { COLLATERAL_PRICE }).abi_encode());
    }
    if let Some(c) = is::<IAToken::scaledBalanceOfCall>(input) {
        return Ok(get(vm, 0, c.user).abi_encode());
    }
    if let Some(c) = is::<IERC20::balanceOfCall>(input) {
        return Ok(mul(get(vm, 0, c.account), income).abi_encode());
    }
    if asks(IAToken::scaledTotalSupplyCall::SELECTOR) {
        return Ok(load(vm, SCALED_SUPPLY).abi_encode());
    }
    if input.starts_with(OWED) {
        let (account,) = <(Address,)>::abi_decode(&input[4..]).expect("the token encodes calls well");
        return Ok(get(vm, DEBT_OF, account).abi_encode());
    }
    if asks(IAavePool::getReserveNormalizedIncomeCall::SELECTOR) {
        return Ok(income.abi_encode());
    }
    if asks(IAavePool::getReserveNormalizedVariableDebtCall::SELECTOR) {
        return Ok(growth.abi_encode());
    }
    if asks(IAavePool::FLASHLOAN_PREMIUM_TOTALCall::SELECTOR) {
        return Ok(load(vm, PREMIUM_BPS).abi_encode());
    }
    if let Some(c) = is::<IAavePool::getUserEModeCall>(input) {
        return Ok(get(vm, E_MODE_OF, c.user).abi_encode());
    }
    if is::<IAavePool::getEModeCategoryDataCall>(input).is_some() {
        let category = IAavePool::EModeCategory {
            ltv: 9_000,
            liquidationThreshold: load(vm, E_MODE_THRESHOLD_BPS).to(),
            liquidationBonus: 10_100,
            priceSource: Address::from_word(load(vm, E_MODE_PRICE).word()),
            label: "pegged".into(),
        };
        return Ok(category.abi_encode());
    }
    if let Some(c) = is::<IAavePool::setUserEModeCall>(input) {
        if load(vm, E_MODE_THRESHOLD_BPS).is_zero() || u64::from(c.categoryId) != E_MODE {
            return Err(b"58".to_vec());
        }
        set(vm, E_MODE_OF, caller, U256::from(c.categoryId));
        return Ok(Vec::new());
    }

    let bits = load(vm, CONFIGURATION);
    let (is_active, is_frozen, is_paused) = (bits.bit(56), bits.bit(57), bits.bit(60));
    if !is_active || is_paused {
        return Err(b"29".to_vec());
    }
    // What an account has at most to borrow or must keep, by a part of its collateral.
    let covers = |vm: &VM, account: Address, part_bps: U256| {
        let has = mul(get(vm, 0, account), income) * load(vm, COLLATERAL_PRICE) / reserves.collateral_unit;
        let owes = (mul(get(vm, DEBT_OF, account), growth) * load(vm, DEBT_PRICE)).div_ceil(reserves.asset_unit);
        has * part_bps / U256::from(10_000) >= owes
    };
    if let Some(c) = is::<IAavePool::supplyCall>(input) {
        if is_frozen || c.amount.is_zero() || c.asset != collateral {
            return Err(b"28".to_vec());
        }
        send(vm, collateral, &IERC20::transferFromCall { from: caller, to: this, value: c.amount })?;
        set(vm, 0, c.onBehalfOf, get(vm, 0, c.onBehalfOf) + div(c.amount, income));
        store(vm, SCALED_SUPPLY, load(vm, SCALED_SUPPLY) + div(c.amount, income));
        return Ok(Vec::new());
    }
    if let Some(c) = is::<IAavePool::withdrawCall>(input) {
        let held = get(vm, 0, caller);
        let amount = if c.amount == U256::MAX { mul(held, income) } else { c.amount };
        if amount.is_zero() {
            return Err(b"26".to_vec());
        }
        let left = held.checked_sub(div(amount, income)).ok_or_else(|| b"32".to_vec())?;
        set(vm, 0, caller, left);
        store(vm, SCALED_SUPPLY, load(vm, SCALED_SUPPLY) - div(amount, income));
        let in_mode = !get(vm, E_MODE_OF, caller).is_zero();
        let threshold = if in_mode { load(vm, E_MODE_THRESHOLD_BPS) } else { U256::from(THRESHOLD_BPS) };
        if !covers(vm, caller, threshold) {
            return Err(b"35".to_vec());
        }
        invoke(vm, collateral, IERC20::transferCall::SELECTOR, &[c.to.word(), amount.word()])?;
        return Ok(amount.abi_encode());
    }
    if let Some(c) = is::<IAavePool::borrowCall>(input) {
        if is_frozen || c.amount.is_zero() || c.asset != asset || c.interestRateMode != U256::from(2) {
            return Err(b"28".to_vec());
        }
        let next = load(vm, NEXT_PRICE);
        if !next.is_zero() {
            store(vm, COLLATERAL_PRICE, next);
        }
        assert_eq!(c.onBehalfOf, caller, "we borrow for nobody else");
        set(vm, DEBT_OF, caller, get(vm, DEBT_OF, caller) + div(c.amount, growth));
        let in_mode = !get(vm, E_MODE_OF, caller).is_zero();
        if !covers(vm, caller, if in_mode { U256::from(9_000) } else { load(vm, LTV_BPS) }) {
            return Err(b"36".to_vec());
        }
        invoke(vm, asset, IERC20::transferCall::SELECTOR, &[caller.word(), c.amount.word()])?;
        return Ok(Vec::new());
    }
    if let Some(c) = is::<IAavePool::repayCall>(input) {
        let owed = get(vm, DEBT_OF, c.onBehalfOf);
        let paid = c.amount.min(mul(owed, growth));
        if paid.is_zero() {
            return Err(b"39".to_vec());
        }
        let gone = if paid == mul(owed, growth) { owed } else { div(paid, growth).min(owed) };
        set(vm, DEBT_OF, c.onBehalfOf, owed - gone);
        send(vm, asset, &IERC20::transferFromCall { from: caller, to: this, value: paid })?;
        return Ok(paid.abi_encode());
    }
    if let Some(c) = is::<IAavePool::flashLoanSimpleCall>(input) {
        invoke(vm, asset, IERC20::transferCall::SELECTOR, &[c.receiverAddress.word(), c.amount.word()])?;
        fire(vm, hook);
        let premium = (c.amount * load(vm, PREMIUM_BPS) + U256::from(5_000)) / U256::from(10_000);
        let premium = premium + load(vm, PREMIUM_LIE);
        let (amount, params) = (c.amount, c.params);
        send(
            vm,
            c.receiverAddress,
            &ILoop::executeOperationCall { asset, amount, premium, initiator: caller, params },
        )?;
        let value = amount + premium;
        send(vm, asset, &IERC20::transferFromCall { from: c.receiverAddress, to: this, value })?;
        return Ok(Vec::new());
    }
    Err(b"credit".to_vec())
}

/// Returns the scaled units of what an account has supplied.
pub fn supplied(world: &World, pool: Address, account: Address) -> U256 {
    table(world, pool, 0, account)
}

/// Returns the scaled units of what an account owes.
pub fn owed(world: &World, pool: Address, account: Address) -> U256 {
    table(world, pool, DEBT_OF, account)
}

/// Liquidates: takes a part of what an account has supplied and of what it owes, in thousandths.
pub fn liquidate(world: &World, pool: Address, account: Address, supplied: u64, owed: u64) {
    for (table, part) in [(0, supplied), (DEBT_OF, owed)] {
        let mut state = world.0.borrow_mut();
        let word = state.storage.entry((pool, key(table, account))).or_default();
        *word = (U256::from_be_bytes(word.0) * U256::from(1_000 - part) / U256::from(1_000)).into();
    }
}

fn table(world: &World, pool: Address, table: u8, account: Address) -> U256 {
    world.0.borrow().storage.get(&(pool, key(table, account))).copied().unwrap_or_default().into()
}

fn key(table: u8, account: Address) -> B256 {
    keccak256([account.into_word(), B256::with_last_byte(table)].concat())
}
