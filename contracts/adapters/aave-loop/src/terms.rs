//! What the position keeps of its terms: a record that never changes.

use alloc::{vec, vec::Vec};

use abi::{aave::IAavePool, adapter::IAdapter, leverage::ILoop, oracle::IOracle, uniswap::IUniswapV3Pool};
use adapter::{Position, same_asset};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Arguments, Failure, Revert, VM, Word, invoke, number, revert, view_word, view_words};
use stylus_sdk::stylus_core::{AccountAccess, CryptographyAccess};

use crate::aave;

const ORACLE: usize = 0;
const LENDER: usize = 1;
const E_MODE: usize = 2;
const TARGET_BPS: usize = 3;
const SLIP_BPS: usize = 4;
const COLLATERAL: usize = 5;
const POOL: usize = 6;
const RECEIPT: usize = 7;
const DEBT: usize = 8;
const PROVIDER: usize = 9;
const SCALE: usize = 10;
const MARKET: usize = 11;

/// 10,000 = 1.
pub(crate) const ONE_BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);
/// The largest exponent of [`Terms::scale`]: prices and amounts of 128 bits must be left room.
const MAX_EXPONENT: u64 = 36;

/// The record, by name.
pub(crate) trait Terms {
    /// Prices the collateral in the asset.
    fn oracle(&self) -> Address;
    /// Lends the asset for a moment.
    fn lender(&self) -> Address;
    /// Aave's category; zero for none.
    fn e_mode(&self) -> u64;
    /// The health that the position is brought to.
    fn target_bps(&self) -> u64;
    /// How much worse than the oracle's price a swap may be.
    fn slip_bps(&self) -> u64;
    /// The token that is supplied.
    fn collateral(&self) -> Address;
    /// Where collateral and asset are swapped.
    fn swap_pool(&self) -> Address;
    /// The aToken of the collateral.
    fn receipt(&self) -> Address;
    /// The token that counts variable debt in the asset.
    fn debt_token(&self) -> Address;
    /// Knows Aave's oracle.
    fn provider(&self) -> Address;
    /// Base units of collateral times a price in wad, divided by this, are base units of the asset.
    fn scale(&self) -> U256;
    /// The hash of the terms.
    fn market(&self) -> B256;
}

impl Terms for Position {
    fn oracle(&self) -> Address {
        address(self, ORACLE)
    }

    fn lender(&self) -> Address {
        address(self, LENDER)
    }

    fn e_mode(&self) -> u64 {
        small(self, E_MODE)
    }

    fn target_bps(&self) -> u64 {
        small(self, TARGET_BPS)
    }

    fn slip_bps(&self) -> u64 {
        small(self, SLIP_BPS)
    }

    fn collateral(&self) -> Address {
        address(self, COLLATERAL)
    }

    fn swap_pool(&self) -> Address {
        address(self, POOL)
    }

    fn receipt(&self) -> Address {
        address(self, RECEIPT)
    }

    fn debt_token(&self) -> Address {
        address(self, DEBT)
    }

    fn provider(&self) -> Address {
        address(self, PROVIDER)
    }

    fn scale(&self) -> U256 {
        number(self.term(SCALE))
    }

    fn market(&self) -> B256 {
        self.term(MARKET)
    }
}

#[inline(never)]
fn address(position: &Position, index: usize) -> Address {
    Address::from_word(position.term(index))
}

fn small(position: &Position, index: usize) -> u64 {
    let [low, ..] = number(position.term(index)).into_limbs();
    low
}

/// Checks terms, enters the e-mode, and returns the record.
///
/// # Errors
///
/// `InvalidTerms`, `InvalidAddress` where the venue is no Aave pool, `WrongAsset`.
pub(crate) fn check(vm: &VM, pool: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
    let mut words = Arguments::new(terms);
    let mut read = || {
        let (oracle, lender, e_mode) = (words.address()?, words.address()?, words.small(8)?);
        let (target_bps, slip_bps) = (words.small(16)?, words.small(16)?);
        words.finish()?;
        Ok::<_, Revert>((oracle, lender, e_mode, target_bps, slip_bps))
    };
    let (oracle, lender, e_mode, target_bps, slip_bps) = read().map_err(|_| invalid("length"))?;
    demand(target_bps > 10_000, "target")?;
    demand(slip_bps < 10_000, "slip")?;
    demand(vm.code_size(lender) != 0, "lender")?;

    let no_oracle = |_: Failure| invalid("oracle");
    let said: [B256; 13] = view_words(vm, oracle, IOracle::termsCall::SELECTOR, &[]).map_err(no_oracle)?;
    let [base, quote, _, _, _, _, _, _, swap_pool, ..] = said;
    same_asset(asset, Address::from_word(quote))?;
    demand(base != quote, "collateral")?;
    let decimals = view_words(vm, oracle, IOracle::decimalsCall::SELECTOR, &[]).map_err(no_oracle)?;
    let scale = scale(decimals.map(number)).ok_or_else(|| invalid("decimals"))?;
    // A price must be there, or nothing can be done with the position.
    view_words::<2>(vm, oracle, IOracle::priceCall::SELECTOR, &[]).map_err(no_oracle)?;

    let swaps = Address::from_word(swap_pool);
    let token = |selector| view_word(vm, swaps, selector, &[]).unwrap_or(U256::ZERO).word();
    let tokens = (token(IUniswapV3Pool::token0Call::SELECTOR), token(IUniswapV3Pool::token1Call::SELECTOR));
    demand(tokens == if base < quote { (base, quote) } else { (quote, base) }, "pool")?;

    let invalid_venue = |_: Failure| revert::<IAdapter::InvalidAddress>(&[pool.word()]);
    let reserve = aave::reserve(vm, pool, Address::from_word(base)).map_err(invalid_venue)?;
    demand(aave::underlying(vm, reserve.receipt).word() == base, "collateral")?;
    let debt = aave::reserve(vm, pool, asset).map_err(invalid_venue)?.debt;
    same_asset(asset, aave::underlying(vm, debt))?;
    let provider = view_word(vm, pool, IAavePool::ADDRESSES_PROVIDERCall::SELECTOR, &[]).map_err(invalid_venue)?;
    enter(vm, pool, e_mode).map_err(|_| invalid("eMode"))?;

    let numbers = [e_mode.word(), target_bps.word(), slip_bps.word()];
    let [e_mode, target_bps, slip_bps] = numbers;
    let [receipt, provider, market] = [reserve.receipt, provider.word(), vm.native_keccak256(terms)];
    let (oracle, lender) = (oracle.word(), lender.word());
    // In the order of the constants above.
    Ok(vec![
        oracle,
        lender,
        e_mode,
        target_bps,
        slip_bps,
        base,
        swap_pool,
        receipt,
        debt,
        provider,
        scale.word(),
        market,
    ])
}

/// Enters an e-mode that takes no price of its own.
fn enter(vm: &VM, pool: Address, e_mode: u64) -> Result<(), Failure> {
    if e_mode == 0 {
        return Ok(());
    }
    invoke(vm, pool, IAavePool::setUserEModeCall::SELECTOR, &[e_mode.word()])?;
    let category = aave::category(vm, pool, e_mode)?;
    if category.price_source.is_zero() { Ok(()) } else { Err(Vec::new()) }
}

/// Returns 10^(18 + decimals of the base - decimals of the quote); `None` where it is less than one, or too large.
fn scale([base, quote]: [U256; 2]) -> Option<u128> {
    let [base, quote] = [base, quote].map(|decimals| u64::try_from(decimals).unwrap_or(u64::MAX));
    let exponent = base.checked_add(18)?.checked_sub(quote)?;
    // Less than 2^128 up to 38.
    (exponent <= MAX_EXPONENT).then(|| (0..exponent).fold(1_u128, |scale, _| scale.wrapping_mul(10)))
}

fn demand(holds: bool, what: &str) -> Result<(), Revert> {
    if holds { Ok(()) } else { Err(invalid(what)) }
}

fn invalid(what: &str) -> Revert {
    let mut word = B256::ZERO;
    for (to, from) in word.0.iter_mut().zip(what.as_bytes()) {
        *to = *from;
    }
    revert::<ILoop::InvalidTerms>(&[word])
}
