//! How long changes wait, and what numbers of all kinds are bounded by.

use alloy_primitives::U256;
use host::{Revert, Word, revert};

use abi::desk::IDesk;

const DAY_SECS: u32 = 86_400;
/// One, in 1/10,000.
pub const ONE_BPS: u16 = 10_000;

/// The longest that an exit can take, in seconds: none, because every exit is paid within its own call. A queue of
/// redemptions raises it to its longest wait.
pub const EXIT_SECS: u32 = 0;
/// The least that any change which adds risk waits: a day more than the longest exit.
pub const MIN_DELAY_SECS: u32 = EXIT_SECS + DAY_SECS;
/// What every function waits until governance sets it.
pub const DEFAULT_DELAY_SECS: u32 = 3 * DAY_SECS;
/// The most that a function may be made to wait.
pub const MAX_DELAY_SECS: u32 = 30 * DAY_SECS;
/// How long an announced change can be made once it has waited.
pub const EXPIRY_SECS: u64 = 30 * DAY_SECS as u64;

/// Returns a number between the least and the most; the one function that all bounds share.
///
/// # Errors
///
/// `BoundExceeded`.
#[inline(never)]
pub fn bounded(value: U256, least: u128, most: u128) -> Result<u128, Revert> {
    match u128::try_from(value) {
        Ok(number) if number < least => Err(bound_exceeded(value, U256::from(least))),
        Ok(number) if number <= most => Ok(number),
        _ => Err(bound_exceeded(value, U256::from(most))),
    }
}

/// Returns a fraction that is at most `most_wad`.
///
/// # Errors
///
/// `BoundExceeded`.
pub fn fraction(value: U256, most_wad: u64) -> Result<u64, Revert> {
    bounded(value, 0, most_wad.into()).map(|fraction| fraction as u64) // At most that.
}

/// Returns a span of time between the least and the most.
///
/// # Errors
///
/// `BoundExceeded`.
pub fn span(secs: U256, (least, most): (u32, u32)) -> Result<u32, Revert> {
    bounded(secs, least.into(), most.into()).map(|secs| secs as u32) // At most that.
}

/// Returns a part that is at most the whole, in 1/10,000.
///
/// # Errors
///
/// `BoundExceeded`.
pub fn part(bps: u64) -> Result<u16, Revert> {
    bounded(U256::from(bps), 0, ONE_BPS.into()).map(|bps| bps as u16) // At most that.
}

/// Encodes one more than a table has room for.
pub fn full(most: u8) -> Revert {
    bound_exceeded(U256::from(u16::from(most).saturating_add(1)), U256::from(most))
}

/// Encodes a number beyond what is allowed for it.
pub fn bound_exceeded(value: U256, bound: U256) -> Revert {
    revert::<IDesk::BoundExceeded>(&[value.word(), bound.word()])
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use alloy_sol_types::SolError;

    use super::*;

    const CONFIRM_SECS: (u32, u32) = (60, DAY_SECS / 2);
    const WAD: u64 = 1_000_000_000_000_000_000;
    const ONE_WAD: u64 = WAD;

    fn refused(value: u128, bound: u128) -> Vec<u8> {
        IDesk::BoundExceeded { value: U256::from(value), bound: U256::from(bound) }.abi_encode()
    }

    #[test]
    fn no_delay_lets_a_change_come_before_an_exit_and_a_day() {
        const { assert!(MIN_DELAY_SECS == EXIT_SECS + 86_400) }
        const { assert!(MIN_DELAY_SECS <= DEFAULT_DELAY_SECS && DEFAULT_DELAY_SECS <= MAX_DELAY_SECS) }
    }

    #[test]
    fn spans_pass_at_both_bounds_and_not_beyond() {
        assert_eq!(span(U256::from(60), CONFIRM_SECS), Ok(60));
        assert_eq!(span(U256::from(43_200), CONFIRM_SECS), Ok(43_200));
        assert_eq!(span(U256::from(59), CONFIRM_SECS), Err(refused(59, 60)));
        assert_eq!(span(U256::from(43_201), CONFIRM_SECS), Err(refused(43_201, 43_200)));
        let wide = (1_u128 << 32) + 60;
        assert_eq!(span(U256::from(wide), CONFIRM_SECS), Err(refused(wide, 43_200)));
    }

    #[test]
    fn fractions_and_parts_pass_at_the_bound_and_not_over_it() {
        assert_eq!(fraction(U256::from(WAD), ONE_WAD), Ok(WAD));
        assert_eq!(fraction(U256::from(WAD + 1), ONE_WAD), Err(refused((WAD + 1).into(), WAD.into())));
        let wide = (1_u128 << 64) + 1;
        assert_eq!(fraction(U256::from(wide), ONE_WAD), Err(refused(wide, WAD.into())));
        assert_eq!((part(10_000), part(10_001)), (Ok(10_000), Err(refused(10_001, 10_000))));
        assert_eq!(part(65_536 + 1), Err(refused(65_537, 10_000)));
    }
}
