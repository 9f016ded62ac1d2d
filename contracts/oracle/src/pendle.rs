//! The price of a principal token of Pendle v2: what it pays at its expiry, discounted at its market's rate over time.
//!
//! ```text
//! price = e^(-mean rate * time to expiry) * min(1, exchange rate / principal index)
//! ```
//!
//! as Pendle's own `PendlePYOracleLib` has it: the last factor is what is left of a wrapped token that has lost. From the
//! expiry on the first factor is one: what is left is what anybody is paid at once.

use abi::{
    erc20::IERC20,
    pendle::{IPendleMarket, IPendleYieldToken, IStandardizedYield},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Arguments, ISOLATED_GAS, Revert, VM, Word, encode, number, view_raw, view_within, view_word_within};
use math::{WAD, YEAR_SECS, exp_wad_down, exp_wad_up, mul_div_down, mul_div_up, signed};
use stylus_sdk::stylus_core::BlockAccess;

use crate::{
    price::Price,
    refusal::silent,
    terms::{Terms, demand},
};

/// What a market is of, as it was when the oracle was begun; zeros where the pool is no such market.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Principal {
    /// What wraps the token that earns.
    pub(crate) wrapper: Address,
    /// The token of the yield, which knows the index.
    pub(crate) yields: Address,
    /// When the principal is due, in unix seconds; zero for none.
    pub(crate) expiry_secs: u64,
}

impl Principal {
    /// Returns what there is where the pool is no market.
    pub(crate) const NONE: Self = Self { wrapper: Address::ZERO, yields: Address::ZERO, expiry_secs: 0 };

    pub(crate) fn is_some(&self) -> bool {
        self.expiry_secs != 0
    }

    /// Returns what a market is of, where the pool is one; one of other tokens, or that remembers too little, is refused.
    ///
    /// # Errors
    ///
    /// `InvalidTerms`; the market is silent.
    pub(crate) fn of(vm: &VM, terms: &Terms, quote_decimals: u8) -> Result<Self, Revert> {
        let pool = terms.pool;
        let Ok(tokens) = view_within::<3>(vm, ISOLATED_GAS, pool, IPendleMarket::readTokensCall::SELECTOR) else {
            return Ok(Self::NONE);
        };
        let ask = |at: Address, selector| view_word_within(vm, ISOLATED_GAS, at, selector).map_err(|_| silent(at));
        let [wrapper, principal, yields] = tokens.map(Address::from_word);
        demand("pool", principal == terms.base)?;
        let info: [B256; 3] = view_within(vm, ISOLATED_GAS, wrapper, IStandardizedYield::assetInfoCall::SELECTOR)
            .map_err(|_| silent(wrapper))?;
        // A token, no share of a pool; one for one at the expiry, in base units too.
        let [kind, asset, decimals] = info;
        demand("pool", kind.is_zero() && asset == terms.quote.word() && decimals == quote_decimals.word())?;
        demand("base", ask(principal, IERC20::decimalsCall::SELECTOR)? == U256::from(quote_decimals))?;
        demand("pool", ask(yields, IPendleYieldToken::SYCall::SELECTOR)?.word() == wrapper.word())?;

        let expiry_secs = ask(pool, IPendleMarket::expiryCall::SELECTOR)?.saturating_to();
        demand("pool", expiry_secs > vm.block_timestamp())?;
        // A market writes down at most one rate a second: with less room whoever trades often could have it forget.
        let stored: [B256; 6] =
            view_within(vm, ISOLATED_GAS, pool, IPendleMarket::_storageCall::SELECTOR).map_err(|_| silent(pool))?;
        let [.., room] = stored.map(number);
        demand("windowSecs", room > U256::from(terms.window_secs))?;
        Ok(Self { wrapper, yields, expiry_secs })
    }

    /// Returns the principal's price: at the window's mean rate rounded up, and rounded down.
    ///
    /// # Errors
    ///
    /// Market, wrapper or yield token is silent: the market also where it does not remember so far back.
    pub(crate) fn price(&self, vm: &VM, terms: &Terms) -> Result<Price, Revert> {
        let wad = U256::from(WAD);
        let left_secs = self.expiry_secs.saturating_sub(vm.block_timestamp());
        let mut price = Price { bid_wad: wad, ask_wad: wad };
        if left_secs != 0 {
            price = discounted(vm, terms, left_secs).ok_or_else(|| silent(terms.pool))?;
        }
        let ask = |at: Address, selector| view_word_within(vm, ISOLATED_GAS, at, selector).map_err(|_| silent(at));
        let rate = ask(self.wrapper, IStandardizedYield::exchangeRateCall::SELECTOR)?;
        let index = ask(self.yields, IPendleYieldToken::pyIndexStoredCall::SELECTOR)?;
        if rate < index {
            price.bid_wad = mul_div_down(price.bid_wad, rate, index).ok_or_else(|| silent(self.wrapper))?;
            price.ask_wad = mul_div_up(price.ask_wad, rate, index).ok_or_else(|| silent(self.wrapper))?;
        }
        Ok(price)
    }
}

/// Returns what one that is due in so long is worth now; at most one.
fn discounted(vm: &VM, terms: &Terms, left_secs: u64) -> Option<Price> {
    let moved = moved(vm, terms).ok()?;
    let spread = U256::from(terms.window_secs).checked_mul(U256::from(YEAR_SECS))?;
    let left = U256::from(left_secs);
    let exponent = |of: Option<U256>| signed(of?)?.checked_neg();
    Some(Price {
        bid_wad: exp_wad_down(exponent(mul_div_up(moved, left, spread))?)?,
        ask_wad: exp_wad_up(exponent(mul_div_down(moved, left, spread))?)?.min(U256::from(WAD)),
    })
}

/// Returns by how much the sum of the market's rates over time has moved within the window, in wad seconds.
fn moved(vm: &VM, terms: &Terms) -> Result<U256, Revert> {
    // An array of two: the window's begin, and now.
    let ago = [32_u32, 2, terms.window_secs, 0].map(Word::word);
    let call = encode(IPendleMarket::observeCall::SELECTOR, &ago);
    let answer = view_raw(vm, ISOLATED_GAS, terms.pool, &call)?;
    let mut sums = Arguments::new(&answer).tail()?;
    if sums.small(32)? != 2 {
        return Err(Revert::new());
    }
    let [then, now] = [sums.uint()?, sums.uint()?];
    now.checked_sub(then).ok_or_else(Revert::new)
}
