//! The second source: a pool's price, weighted by time.

use abi::uniswap::IUniswapV3Pool;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use host::{Arguments, ISOLATED_GAS, Revert, VM, Word, encode, view_raw};
use math::{at_tick_down, at_tick_up, mean_tick_down, mean_tick_up};

use crate::{
    price::Price,
    refusal::silent,
    terms::{Record, Terms},
};

/// Returns the pool's price: that of the tick below its mean over the window, and that of the tick above.
///
/// # Errors
///
/// It is silent: also where it does not remember so far back, or answers no ticks.
pub(crate) fn price(vm: &VM, record: &Record) -> Result<Price, Revert> {
    let terms = &record.terms;
    let mean = || {
        let moved = moved(vm, terms).ok()?;
        // In the direction of the base: the price of token 1 is that of token 0 at the negative tick.
        let moved = if record.is_base_first { moved } else { moved.checked_neg()? };
        // Base units of quote for a whole base, in wad: what a whole quote has of them is divided out.
        let whole_base_wad = power_of_ten(record.base_decimals.saturating_add(18));
        let whole_quote = power_of_ten(record.quote_decimals);
        let bid = at_tick_down(whole_base_wad, mean_tick_down(moved, terms.window_secs)?)?;
        let ask = at_tick_up(whole_base_wad, mean_tick_up(moved, terms.window_secs)?)?;
        Some(Price {
            bid_wad: math::mul_div_down(bid, U256::ONE, whole_quote)?,
            ask_wad: math::mul_div_up(ask, U256::ONE, whole_quote)?,
        })
    };
    mean().ok_or_else(|| silent(terms.pool))
}

/// Returns by how much the sum of the pool's ticks over time has moved within the window.
fn moved(vm: &VM, terms: &Terms) -> Result<i64, Revert> {
    // An array of two: the window's begin, and now.
    let ago = [32_u32, 2, terms.window_secs, 0].map(Word::word);
    let call = encode(IUniswapV3Pool::observeCall::SELECTOR, &ago);
    let answer = view_raw(vm, ISOLATED_GAS, terms.pool, &call)?;
    let mut sums = Arguments::new(&answer).tail()?;
    if sums.small(32)? != 2 {
        return Err(Revert::new());
    }
    let [then, now] = [signed(sums.word()?), signed(sums.word()?)];
    now.checked_sub(then).ok_or_else(Revert::new)
}

/// Returns a number of 56 bits with its sign, as the lowest 64 bits of its word hold it.
fn signed(word: B256) -> i64 {
    let [low, ..] = host::number(word).into_limbs();
    low as i64
}

/// Returns 10 to a power, of at most 36.
fn power_of_ten(exponent: u8) -> U256 {
    (0..exponent).fold(U256::ONE, |power, _| power.wrapping_mul(U256::from(10)))
}
