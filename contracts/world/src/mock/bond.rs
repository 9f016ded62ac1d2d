//! A bond of Pendle's kind at a price that does not move with trades: a wrapper of the asset, principal and yield tokens and
//! a market, honest until a switch is set.

use abi::pendle::{IPendleMarket, IPendlePrincipalToken, IPendleYieldToken, IStandardizedYield};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::{VM, balance_of, invoke, transfer, transfer_from};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use super::{Hook, fire, is, load, token};
use crate::{Revert, World};

/// Where everything of a bond is.
#[derive(Clone, Copy)]
pub struct Bond {
    /// What the wrapper wraps.
    pub asset: Address,
    /// The wrapper.
    pub wrapper: Address,
    /// The principal token.
    pub principal: Address,
    /// The yield token.
    pub yields: Address,
    /// The market.
    pub market: Address,
    /// When principal is due, in unix seconds.
    pub due_secs: u64,
}

/// The wrapper's slot of its exchange rate, in wad; zero stands for one.
pub const RATE_WAD: u8 = 10;
/// The wrapper's slot of what it leaves of the assets that it is told to take.
pub const LEAVES: u8 = 11;
/// The wrapper's slot of a switch: it reverts at everything.
pub const BROKEN: u8 = 12;
/// The wrapper's slot of what it pays of what it owes, in basis points, plus one; zero stands for all.
pub const PAYS_BPS: u8 = 13;
/// The market's slot of what it gives of the principal that it sells, in basis points, plus one; zero stands for all.
pub const GIVES_BPS: u8 = 14;
/// The slot, of any of them, of a switch by which it says another thing of itself: see each answer.
pub const LIES: u8 = 15;

/// What a market begins with of each side, in base units.
pub const POOL: u128 = 10_000_000_000_000;
const WAD: u64 = 1_000_000_000_000_000_000;
/// The continuous rate a year: six percent.
pub const RATE_A_YEAR_WAD: u64 = 60_000_000_000_000_000;
const SCALAR_WADS: u64 = 60;

/// Installs a bond; the hook fires in the middle of the market's trades.
pub fn install(world: &World, bond: Bond) -> Hook {
    let hook = Hook::default();
    let fired = hook.clone();
    world.install(bond.wrapper, move |input, vm| wrapper(&bond, &input, &vm));
    world.install(bond.principal, move |input, vm| principal(&bond, &input, &vm));
    world.install(bond.yields, move |input, vm| yields(&bond, &input, &vm));
    world.install(bond.market, move |input, vm| market(&bond, &fired, &input, &vm));
    hook
}

fn lies(vm: &VM) -> bool {
    !load(vm, LIES).is_zero()
}

/// A part that is stored in basis points plus one.
fn part(vm: &VM, slot: u8, of: U256) -> U256 {
    let stored = load(vm, slot);
    if stored.is_zero() { of } else { of * (stored - U256::ONE) / U256::from(10_000) }
}

/// Makes tokens, or destroys them.
fn mint(vm: &VM, of: Address, selector: &[u8; 4], account: Address, value: U256) -> Result<(), Revert> {
    invoke(vm, of, *selector, &[account.into_word(), value.into()]).map(|_| ())
}

/// Of a wrapper that lies, the asset has 18 decimals.
fn wrapper(bond: &Bond, input: &[u8], vm: &VM) -> Result<Vec<u8>, Revert> {
    let (caller, this, wad) = (vm.msg_sender(), vm.contract_address(), U256::from(WAD));
    if !load(vm, BROKEN).is_zero() {
        return Err(b"wrapper".to_vec());
    }
    let stored = load(vm, RATE_WAD);
    let rate = if stored.is_zero() { wad } else { stored };
    if let Some(c) = is::<IStandardizedYield::depositCall>(input) {
        let shares = c.amountTokenToDeposit * wad / rate;
        transfer_from(vm, bond.asset, caller, this, c.amountTokenToDeposit - load(vm, LEAVES))?;
        mint(vm, this, token::MINT, c.receiver, shares)?;
        return Ok(shares.abi_encode());
    }
    if let Some(c) = is::<IStandardizedYield::redeemCall>(input) {
        let assets = part(vm, PAYS_BPS, c.amountSharesToRedeem * rate / wad);
        if assets < c.minTokenOut {
            return Err(b"least".to_vec());
        }
        let from = if c.burnFromInternalBalance { this } else { caller };
        mint(vm, this, token::BURN, from, c.amountSharesToRedeem)?;
        transfer(vm, bond.asset, c.receiver, assets)?;
        return Ok(assets.abi_encode());
    }
    if let Some(c) = is::<IStandardizedYield::previewRedeemCall>(input) {
        return Ok(part(vm, PAYS_BPS, c.amountSharesToRedeem * rate / wad).abi_encode());
    }
    if let Some(c) = is::<IStandardizedYield::isValidTokenInCall>(input) {
        return Ok((c.token == bond.asset).abi_encode());
    }
    if let Some(c) = is::<IStandardizedYield::isValidTokenOutCall>(input) {
        return Ok((c.token == bond.asset).abi_encode());
    }
    if input.starts_with(&IStandardizedYield::exchangeRateCall::SELECTOR) {
        return Ok(rate.abi_encode());
    }
    if input.starts_with(&IStandardizedYield::assetInfoCall::SELECTOR) {
        let decimals = U256::from(if lies(vm) { 18 } else { 6 });
        return Ok((U256::ZERO, bond.asset, decimals).abi_encode());
    }
    token::answer(&Hook::default(), input, vm)
}

/// Of a principal token that lies, the yield token is another.
fn principal(bond: &Bond, input: &[u8], vm: &VM) -> Result<Vec<u8>, Revert> {
    if input.starts_with(&IPendlePrincipalToken::SYCall::SELECTOR) {
        return Ok(bond.wrapper.abi_encode());
    }
    if input.starts_with(&IPendlePrincipalToken::YTCall::SELECTOR) {
        return Ok(if lies(vm) { bond.market } else { bond.yields }.abi_encode());
    }
    if input.starts_with(&IPendlePrincipalToken::expiryCall::SELECTOR) {
        return Ok(U256::from(bond.due_secs).abi_encode());
    }
    token::answer(&Hook::default(), input, vm)
}

/// A yield token that lies is due a day later.
fn yields(bond: &Bond, input: &[u8], vm: &VM) -> Result<Vec<u8>, Revert> {
    let this = vm.contract_address();
    let asks = |selector: [u8; 4]| input.starts_with(&selector);
    if asks(IPendleYieldToken::SYCall::SELECTOR) {
        return Ok(bond.wrapper.abi_encode());
    }
    if asks(IPendleYieldToken::PTCall::SELECTOR) {
        return Ok(bond.principal.abi_encode());
    }
    if asks(IPendleYieldToken::expiryCall::SELECTOR) {
        return Ok(U256::from(bond.due_secs + if lies(vm) { 86_400 } else { 0 }).abi_encode());
    }
    if asks(IPendleYieldToken::pyIndexCurrentCall::SELECTOR) || asks(IPendleYieldToken::pyIndexStoredCall::SELECTOR) {
        return Ok(U256::from(WAD).abi_encode());
    }
    if let Some(c) = is::<IPendleYieldToken::redeemPYCall>(input) {
        let due = balance_of(vm, bond.principal, this)?;
        mint(vm, bond.principal, token::BURN, this, due)?;
        mint(vm, bond.wrapper, token::MINT, c.receiver, due)?;
        return Ok(due.abi_encode());
    }
    Err(b"yields".to_vec())
}

/// A market that lies is of another wrapper.
fn market(bond: &Bond, hook: &Hook, input: &[u8], vm: &VM) -> Result<Vec<u8>, Revert> {
    let (this, pool, zero) = (vm.contract_address(), U256::from(POOL), U256::ZERO);
    if input.starts_with(&IPendleMarket::readTokensCall::SELECTOR) {
        let wrapper = if lies(vm) { bond.market } else { bond.wrapper };
        return Ok((wrapper, bond.principal, bond.yields).abi_encode());
    }
    if input.starts_with(&IPendleMarket::expiryCall::SELECTOR) {
        return Ok(U256::from(bond.due_secs).abi_encode());
    }
    if input.starts_with(&IPendleMarket::_storageCall::SELECTOR) {
        return Ok([pool, pool, U256::from(RATE_A_YEAR_WAD), zero, zero, zero].abi_encode());
    }
    if is::<IPendleMarket::readStateCall>(input).is_some() {
        let scalar = U256::from(SCALAR_WADS) * U256::from(WAD);
        let (due, rate) = (U256::from(bond.due_secs), U256::from(RATE_A_YEAR_WAD));
        return Ok([pool, pool, pool, zero, scalar, due, zero, zero, rate].abi_encode());
    }
    if let Some(c) = is::<IPendleMarket::swapSyForExactPtCall>(input) {
        fire(vm, hook);
        mint(vm, bond.principal, token::MINT, c.receiver, part(vm, GIVES_BPS, c.exactPtOut))?;
        return Ok((balance_of(vm, bond.wrapper, this)?, zero).abi_encode());
    }
    if let Some(c) = is::<IPendleMarket::swapExactPtForSyCall>(input) {
        fire(vm, hook);
        // Nearly par: more than its curve says.
        let brings = part(vm, GIVES_BPS, c.exactPtIn * U256::from(9_990) / U256::from(10_000));
        mint(vm, bond.wrapper, token::MINT, c.receiver, brings)?;
        return Ok((brings, zero).abi_encode());
    }
    Err(b"market".to_vec())
}
