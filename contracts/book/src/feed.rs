//! What a price feed says, judged by a breaker's bounds: at its self-test, and when somebody trips it.

use abi::feed::IFeed;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use host::{ISOLATED_GAS, VM, number, view_within, view_word_within};
use stylus_sdk::stylus_core::BlockAccess;

use crate::Breaker;

/// The most decimals that a feed may have: those of a wad, so that no price is ever rounded.
const MAX_DECIMALS: u64 = 18;

/// A price beyond every band, of which the highest is 2^96 - 1.
const BEYOND_WAD: u128 = 1 << 96;

/// Why a feed's answer is none, numbered as `IBoard.FeedRefused` numbers it; with what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFault {
    /// It does not answer.
    Silent,
    /// Its answer, in its own units, is zero or less.
    NotPositive(U256),
    /// The price in wad, or 2^96 where it is more, is outside the band.
    OutOfBand(U256),
    /// It is so many seconds old, or of the future.
    Stale(U256),
    /// Its decimals are beyond 18.
    Decimals(U256),
}

impl FeedFault {
    /// Returns its number and what was found.
    pub fn facts(&self) -> (u8, U256) {
        match *self {
            Self::Silent => (1, U256::ZERO),
            Self::NotPositive(answer) => (2, answer),
            Self::OutOfBand(price_wad) => (3, price_wad),
            Self::Stale(age_secs) => (4, age_secs),
            Self::Decimals(decimals) => (5, decimals),
        }
    }
}

/// Asks a breaker's feed for the price in wad, exactly. Whatever is wrong with it costs at most
/// [`ISOLATED_GAS`] twice.
///
/// # Errors
///
/// Why the answer is none: the first of silence, decimals, sign, age, band.
pub fn quote(vm: &VM, breaker: &Breaker) -> Result<U256, FeedFault> {
    let feed = breaker.feed;
    let decimals = view_word_within(vm, ISOLATED_GAS, feed, IFeed::decimalsCall::SELECTOR);
    let round = view_within::<5>(vm, ISOLATED_GAS, feed, IFeed::latestRoundDataCall::SELECTOR);
    let (Ok(decimals), Ok(round)) = (decimals, round) else { return Err(FeedFault::Silent) };
    judge(breaker, decimals, &round, vm.block_timestamp())
}

fn judge(breaker: &Breaker, decimals: U256, round: &[B256; 5], now_secs: u64) -> Result<U256, FeedFault> {
    let [_, answer, _, updated_at, _] = round.map(number);
    let missing = u64::try_from(decimals).ok().and_then(|decimals| MAX_DECIMALS.checked_sub(decimals));
    let Some(missing) = missing else { return Err(FeedFault::Decimals(decimals)) };
    if answer.is_zero() || answer.bit(255) {
        return Err(FeedFault::NotPositive(answer));
    }
    // A time of the future has no age: it is as far from now as it can be.
    let age_secs = U256::from(now_secs).checked_sub(updated_at).unwrap_or(U256::MAX);
    if age_secs > U256::from(breaker.max_age_secs) {
        return Err(FeedFault::Stale(age_secs));
    }
    // Short code where a product in 256 bits is long: beyond what any band holds the rest does not matter.
    let mut price_wad = u128::try_from(answer).map_or(BEYOND_WAD, |answer| answer.min(BEYOND_WAD));
    for _ in 0..missing {
        price_wad = price_wad.saturating_mul(10).min(BEYOND_WAD);
    }
    let price = U256::from(price_wad);
    if price_wad < breaker.min_price_wad || price_wad > breaker.max_price_wad {
        return Err(FeedFault::OutOfBand(price));
    }
    Ok(price)
}

#[cfg(test)]
mod tests {
    use host::Word;

    use super::*;

    const NOW: u64 = 1_800_000_000;
    const CENT_WAD: u128 = 10_000_000_000_000_000;

    fn breaker() -> Breaker {
        Breaker {
            max_age_secs: 3600,
            min_price_wad: 99 * CENT_WAD,
            max_price_wad: 101 * CENT_WAD,
            ..Breaker::default()
        }
    }

    fn judged(decimals: u64, answer: U256, updated_at: u64) -> Result<U256, FeedFault> {
        let round = [B256::ZERO, answer.word(), B256::ZERO, updated_at.word(), B256::ZERO];
        judge(&breaker(), U256::from(decimals), &round, NOW)
    }

    #[test]
    fn prices_in_the_band_are_quoted_in_wad() {
        assert_eq!(judged(8, U256::from(100_000_000), NOW), Ok(U256::from(100 * CENT_WAD)));
        assert_eq!(judged(8, U256::from(99_000_000), NOW - 3600), Ok(U256::from(99 * CENT_WAD)));
        assert_eq!(judged(18, U256::from(101 * CENT_WAD), NOW), Ok(U256::from(101 * CENT_WAD)));
        assert_eq!(judged(0, U256::ONE, NOW), Ok(U256::from(100 * CENT_WAD)));
    }

    #[test]
    fn each_fault_is_told_with_what_was_found() {
        let one = U256::from(100_000_000);
        assert_eq!(judged(19, one, NOW), Err(FeedFault::Decimals(U256::from(19))));
        assert_eq!(judged(8, U256::ZERO, NOW), Err(FeedFault::NotPositive(U256::ZERO)));
        assert_eq!(judged(8, U256::MAX, NOW), Err(FeedFault::NotPositive(U256::MAX)));
        assert_eq!(judged(8, one, NOW - 3601), Err(FeedFault::Stale(U256::from(3601))));
        assert_eq!(judged(8, one, NOW + 1), Err(FeedFault::Stale(U256::MAX)));
        let below = FeedFault::OutOfBand(U256::from(99 * CENT_WAD - 10_000_000_000));
        assert_eq!(judged(8, U256::from(98_999_999), NOW), Err(below));
        assert_eq!(judged(0, U256::MAX >> 1, NOW).map_err(|fault| fault.facts().0), Err(3));
    }
}
