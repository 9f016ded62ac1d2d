//! What Aave v3's pool is asked and told.

use alloc::vec::Vec;

use abi::aave::{IAToken, IAaveAddressesProvider, IAaveOracle, IAavePool};
use adapter::Position;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Slot, VM, Word, approve, call_word, invoke, number, view_word, view_words};
use math::{WAD, mul_div_down};

use crate::terms::Terms;

/// The slot of the collateral that our own calls were credited with, in the aToken's scaled units.
const COLLATERAL_SLOT: u8 = 1;
/// The variable rate.
const VARIABLE: u8 = 2;
/// Bits of a reserve's configuration: from where the threshold has sixteen of them, and, in the third limb, the category
/// eight.
const THRESHOLD_BIT: u32 = 16;
const CATEGORY_BIT: u32 = 168 - 128;
const ACTIVE: u64 = 1 << 56;
const PAUSED: u64 = 1 << 60;

/// A reserve, as far as it is read.
pub(crate) struct Reserve {
    configuration: U256,
    /// The aToken.
    pub(crate) receipt: B256,
    /// The token that counts variable debt.
    pub(crate) debt: B256,
}

/// An e-mode, as far as it is read.
pub(crate) struct Category {
    threshold_bps: u64,
    /// What prices the assets of the mode; zero where each has its own price.
    pub(crate) price_source: B256,
}

impl Reserve {
    /// Whether it takes repayments and pays out.
    pub(crate) fn moves(&self) -> bool {
        let [low, ..] = self.configuration.into_limbs();
        low & (ACTIVE | PAUSED) == ACTIVE
    }

    /// Returns what part of our collateral Aave lends up to, in basis points: the e-mode's where collateral and account
    /// are in it (`GenericLogic.calculateUserAccountData`).
    pub(crate) fn threshold_bps(&self, position: &Position) -> Result<u64, Failure> {
        let (vm, pool, e_mode) = (&position.vm, position.venue(), position.e_mode());
        let [low, _, third, _] = self.configuration.into_limbs();
        if e_mode != 0 && (third >> CATEGORY_BIT) & 0xff == e_mode {
            let mode = view_word(vm, pool, IAavePool::getUserEModeCall::SELECTOR, &[position.this().word()])?;
            if mode.word() == e_mode.word() {
                return category(vm, pool, e_mode).map(|category| category.threshold_bps);
            }
        }
        Ok((low >> THRESHOLD_BIT) & 0xffff)
    }
}

/// Returns a reserve; one that the pool does not list has no tokens.
pub(crate) fn reserve(vm: &VM, pool: Address, asset: Address) -> Result<Reserve, Failure> {
    let words: [B256; 11] = view_words(vm, pool, IAavePool::getReserveDataCall::SELECTOR, &[asset.word()])?;
    let [configuration, _, _, _, _, _, _, _, receipt, _, debt] = words;
    Ok(Reserve { configuration: number(configuration), receipt, debt })
}

/// Returns an e-mode.
pub(crate) fn category(vm: &VM, pool: Address, id: u64) -> Result<Category, Failure> {
    let words = view_words(vm, pool, IAavePool::getEModeCategoryDataCall::SELECTOR, &[id.word()])?;
    let [_offset, _ltv, threshold, _bonus, price_source] = words;
    let [threshold_bps, ..] = number(threshold).into_limbs();
    Ok(Category { threshold_bps: threshold_bps & 0xffff, price_source })
}

/// Returns what a token of Aave's counts; zero where it is none.
pub(crate) fn underlying(vm: &VM, token: B256) -> Address {
    let selector = IAToken::UNDERLYING_ASSET_ADDRESSCall::SELECTOR;
    let found = view_word(vm, Address::from_word(token), selector, &[]).unwrap_or(U256::ZERO);
    Address::from_word(found.word())
}

/// Returns Aave's price of the collateral in the asset, in wad, rounded down.
pub(crate) fn price_wad(position: &Position) -> Result<U256, Failure> {
    let vm = &position.vm;
    let oracle = view_word(vm, position.provider(), IAaveAddressesProvider::getPriceOracleCall::SELECTOR, &[])?;
    let oracle = Address::from_word(oracle.word());
    let price = |of: Address| view_word(vm, oracle, IAaveOracle::getAssetPriceCall::SELECTOR, &[of.word()]);
    mul_div_down(price(position.collateral())?, U256::from(WAD), price(position.asset())?).ok_or_else(Vec::new)
}

/// Returns what a unit of collateral has grown to, in ray.
pub(crate) fn income_ray(position: &Position) -> Result<U256, Failure> {
    let selector = IAavePool::getReserveNormalizedIncomeCall::SELECTOR;
    view_word(&position.vm, position.venue(), selector, &[position.collateral().word()])
}

/// Returns what a unit of debt has grown to, in ray.
pub(crate) fn debt_ray(position: &Position) -> Result<U256, Failure> {
    let selector = IAavePool::getReserveNormalizedVariableDebtCall::SELECTOR;
    view_word(&position.vm, position.venue(), selector, &[position.asset().word()])
}

/// Returns the part of a loan for a moment that Aave takes, in basis points.
pub(crate) fn premium_bps(position: &Position) -> Result<u64, Failure> {
    let selector = IAavePool::FLASHLOAN_PREMIUM_TOTALCall::SELECTOR;
    view_word(&position.vm, position.venue(), selector, &[]).map(|premium| premium.saturating_to())
}

/// Returns how many scaled units of a token of Aave's are ours by Aave.
#[inline(never)]
pub(crate) fn scaled(position: &Position, token: Address) -> Result<U256, Failure> {
    view_word(&position.vm, token, IAToken::scaledBalanceOfCall::SELECTOR, &[position.this().word()])
}

/// Returns how many scaled units of collateral we count, of those that are held: what a liquidator has taken is gone.
pub(crate) fn counted(position: &Position, held: U256) -> U256 {
    number(Slot::at(COLLATERAL_SLOT).load(&position.vm)).min(held)
}

/// Counts so many from now on.
pub(crate) fn count(position: &Position, scaled: U256) {
    Slot::at(COLLATERAL_SLOT).store(&position.vm, scaled.word());
}

/// Supplies collateral, and counts what is credited for it.
pub(crate) fn supply(position: &Position, tokens: U256) -> Result<(), Failure> {
    let (vm, collateral, pool) = (&position.vm, position.collateral(), position.venue());
    let before = scaled(position, position.receipt())?;
    approve(vm, collateral, pool, tokens)?;
    let words = [collateral.word(), tokens.word(), position.this().word(), B256::ZERO];
    invoke(vm, pool, IAavePool::supplyCall::SELECTOR, &words)?;
    approve(vm, collateral, pool, U256::ZERO)?;
    let more = scaled(position, position.receipt())?.saturating_sub(before);
    count(position, counted(position, before).checked_add(more).ok_or_else(Vec::new)?);
    Ok(())
}

/// Withdraws collateral to whom it is owed, and counts what is taken for it. Fails beyond what we count.
pub(crate) fn withdraw(position: &Position, tokens: U256, to: Address) -> Result<(), Failure> {
    let before = scaled(position, position.receipt())?;
    let words = [position.collateral().word(), tokens.word(), to.word()];
    call_word(&position.vm, position.venue(), IAavePool::withdrawCall::SELECTOR, &words)?;
    let less = before.saturating_sub(scaled(position, position.receipt())?);
    count(position, counted(position, before).checked_sub(less).ok_or_else(Vec::new)?);
    Ok(())
}

/// Borrows the asset.
pub(crate) fn borrow(position: &Position, assets: U256) -> Result<(), Failure> {
    let (asset, this) = (position.asset().word(), position.this().word());
    let words = [asset, assets.word(), VARIABLE.word(), B256::ZERO, this];
    invoke(&position.vm, position.venue(), IAavePool::borrowCall::SELECTOR, &words).map(|_| ())
}

/// Repays up to so much.
pub(crate) fn repay(position: &Position, assets: U256) -> Result<(), Failure> {
    let (vm, asset, pool) = (&position.vm, position.asset(), position.venue());
    approve(vm, asset, pool, assets)?;
    let words = [asset.word(), assets.word(), VARIABLE.word(), position.this().word()];
    let taken = call_word(vm, pool, IAavePool::repayCall::SELECTOR, &words)?;
    // Aave takes no more than is owed.
    if taken == assets { Ok(()) } else { approve(vm, asset, pool, U256::ZERO) }
}
