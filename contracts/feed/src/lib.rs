//! Price feeds that answer as Chainlink's aggregators do, asked and checked in one place: for breakers and for oracles.
//!
//! [`ask`] checks what holds for every feed; whoever asks judges age and price by bounds of its own.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use abi::feed::IFeed;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{ISOLATED_GAS, VM, number, view_within, view_word_within};

/// The most decimals that a feed may have: those of a wad, so that no price is ever rounded.
pub const MAX_DECIMALS: u64 = 18;

/// Why a feed's answer is none, numbered as `IBoard.FeedRefused` and `IOracle.PriceRefused` number it; with what was
/// found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFault {
    /// It does not answer.
    Silent,
    /// Its answer, in its own units, is zero or less.
    NotPositive(U256),
    /// The price in wad is outside the bounds.
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

/// What a feed says, of whatever age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The price in its own units, positive.
    pub answer: U256,
    /// What it lacks of the 18 decimals of a wad.
    pub missing_decimals: u64,
    /// When it was said, in unix seconds; zero where it does not say.
    pub updated_at_secs: U256,
}

/// Asks a feed. Whatever is wrong with it costs at most [`ISOLATED_GAS`] twice.
///
/// # Errors
///
/// Why the answer is none: the first of silence, decimals, sign.
pub fn ask(vm: &VM, feed: Address) -> Result<Quote, FeedFault> {
    let decimals = view_word_within(vm, ISOLATED_GAS, feed, IFeed::decimalsCall::SELECTOR);
    let (Ok(decimals), Some(round)) = (decimals, round(vm, feed)) else { return Err(FeedFault::Silent) };
    Quote::read(decimals, &round)
}

/// Returns a feed's latest round as it stands: round, answer, started at, updated at, answered in round. `None` where it
/// does not answer within [`ISOLATED_GAS`].
pub fn round(vm: &VM, feed: Address) -> Option<[B256; 5]> {
    view_within(vm, ISOLATED_GAS, feed, IFeed::latestRoundDataCall::SELECTOR).ok()
}

impl Quote {
    /// Reads what a feed has answered.
    ///
    /// # Errors
    ///
    /// Its decimals or its sign.
    pub fn read(decimals: U256, round: &[B256; 5]) -> Result<Self, FeedFault> {
        let [_, answer, _, updated_at, _] = round;
        let (answer, updated_at_secs) = (number(*answer), number(*updated_at));
        let missing = u64::try_from(decimals).ok().and_then(|decimals| MAX_DECIMALS.checked_sub(decimals));
        let Some(missing_decimals) = missing else { return Err(FeedFault::Decimals(decimals)) };
        if answer.is_zero() || answer.bit(255) {
            return Err(FeedFault::NotPositive(answer));
        }
        Ok(Self { answer, missing_decimals, updated_at_secs })
    }

    /// Checks that it is not older than so many seconds, nor of the future.
    ///
    /// # Errors
    ///
    /// Its age.
    pub fn within(&self, max_age_secs: u32, now_secs: u64) -> Result<(), FeedFault> {
        let age_secs = age(self.updated_at_secs, now_secs);
        if age_secs > U256::from(max_age_secs) { Err(FeedFault::Stale(age_secs)) } else { Ok(()) }
    }
}

/// Returns how many seconds have passed since a moment. One of the future has no age: it is as far from now as can be.
pub fn age(since_secs: U256, now_secs: u64) -> U256 {
    U256::from(now_secs).checked_sub(since_secs).unwrap_or(U256::MAX)
}

#[cfg(test)]
mod tests {
    use host::Word;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn read(decimals: U256, answer: U256, updated_at: u64) -> Result<Quote, FeedFault> {
        let round = [B256::ZERO, answer.word(), B256::ZERO, updated_at.word(), B256::ZERO];
        Quote::read(decimals, &round)
    }

    #[test]
    fn answers_are_read_as_they_stand() {
        for (decimals, missing_decimals) in [(0, 18), (8, 10), (18, 0)] {
            let quote = Quote { answer: U256::from(7), missing_decimals, updated_at_secs: U256::from(NOW) };
            assert_eq!(read(U256::from(decimals), quote.answer, NOW), Ok(quote));
        }
    }

    #[test]
    fn decimals_and_signs_are_refused_with_what_was_found() {
        for decimals in [U256::from(19), U256::from(256), U256::MAX] {
            assert_eq!(read(decimals, U256::ZERO, NOW), Err(FeedFault::Decimals(decimals)));
        }
        for answer in [U256::ZERO, U256::ONE << 255, U256::MAX] {
            assert_eq!(read(U256::from(8), answer, NOW), Err(FeedFault::NotPositive(answer)));
        }
        assert!(read(U256::from(8), U256::MAX >> 1, NOW).is_ok());
    }

    #[test]
    fn age_is_judged_at_the_bound_and_one_over() {
        let within = |updated_at| read(U256::from(8), U256::ONE, updated_at).and_then(|quote| quote.within(3600, NOW));

        assert!(within(NOW).is_ok() && within(NOW - 3600).is_ok());
        assert_eq!(within(NOW - 3601), Err(FeedFault::Stale(U256::from(3601))));
        assert_eq!(within(NOW + 1), Err(FeedFault::Stale(U256::MAX)));
        assert_eq!(within(0), Err(FeedFault::Stale(U256::from(NOW))));
    }
}
