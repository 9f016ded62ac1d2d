//! What a price feed says, judged by a breaker's bounds: at its self-test, and when somebody trips it.

use ::feed::{FeedFault, Quote, ask};
use alloy_primitives::U256;
use host::VM;
use stylus_sdk::stylus_core::BlockAccess;

use crate::Breaker;

/// A price beyond every band, of which the highest is 2^96 - 1.
const BEYOND_WAD: u128 = 1 << 96;

/// Asks a breaker's feed for the price in wad, exactly; one of 2^96 or more counts as 2^96. Whatever is wrong with it
/// costs at most [`host::ISOLATED_GAS`] twice.
///
/// # Errors
///
/// Why the answer is none: the first of silence, decimals, sign, age, band.
pub fn quote(vm: &VM, breaker: &Breaker) -> Result<U256, FeedFault> {
    judge(breaker, &ask(vm, breaker.feed)?, vm.block_timestamp())
}

fn judge(breaker: &Breaker, quote: &Quote, now_secs: u64) -> Result<U256, FeedFault> {
    quote.within(breaker.max_age_secs, now_secs)?;
    // Short code where a product in 256 bits is long: beyond what any band holds the rest does not matter.
    let mut price_wad = u128::try_from(quote.answer).map_or(BEYOND_WAD, |answer| answer.min(BEYOND_WAD));
    for _ in 0..quote.missing_decimals {
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
    use alloy_primitives::B256;
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
        judge(&breaker(), &Quote::read(U256::from(decimals), &round)?, NOW)
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
