//! Prices by Uniswap's ticks: tick `t` is the price 1.0001^t.
//!
//! The arithmetic is that of `TickMath.getSqrtRatioAtTick` in `@uniswap/v3-core` 1.0.1, to the unit: a pool whose tick
//! is `t` has at least the root of the price that is computed here, and less than that of `t + 1`.

use alloy_primitives::U256;

use crate::{
    host::div,
    muldiv::{mul_shift_down, mul_shift_up},
};

/// The highest tick; the lowest is its negative.
pub const MAX_TICK: i32 = 887_272;

/// 1.0001^(-2^bit / 2), times 2^128, for each bit of a tick.
const FACTORS: [u128; 20] = [
    0xfffcb933bd6fad37aa2d162d1a594001,
    0xfff97272373d413259a46990580e213a,
    0xfff2e50f5f656932ef12357cf3c7fdcc,
    0xffe5caca7e10e4e61c3624eaa0941cd0,
    0xffcb9843d60f6159c9db58835c926644,
    0xff973b41fa98c081472e6896dfb254c0,
    0xff2ea16466c96a3843ec78b326b52861,
    0xfe5dee046a99a2a811c461f1969c3053,
    0xfcbe86c7900a88aedcffc83b479aa3a4,
    0xf987a7253ac413176f2b074cf7815e54,
    0xf3392b0822b70005940c7a398e4b70f3,
    0xe7159475a2c29b7443b29c7fa6e889d9,
    0xd097f3bdfd2022b8845ad8f792aa5825,
    0xa9f746462d870fdf8a65dc1f90e061e5,
    0x70d869a156d2a1b890bb3df62baf32f7,
    0x31be135f97d08fd981231505542fcfa6,
    0x9aa508b5b7a84e1c677de54f3e99bc9,
    0x5d6af8dedb81196699c329225ee604,
    0x2216e584f5fa1ea926041bedfe98,
    0x48a170391f7dc42444e8fa2,
];

/// Returns the square root of the price at a tick, times 2^96, rounded as Uniswap rounds it; `None` beyond
/// [`MAX_TICK`] either way.
pub fn sqrt_price_x96(tick: i32) -> Option<U256> {
    if !(-MAX_TICK..=MAX_TICK).contains(&tick) {
        return None;
    }
    let mut ratio_x128 = U256::ONE.wrapping_shl(128);
    for (bit, factor) in FACTORS.into_iter().enumerate() {
        if tick.unsigned_abs().wrapping_shr(bit as u32) & 1 == 1 {
            // At most 2^128 times less than 2^128.
            ratio_x128 = ratio_x128.wrapping_mul(U256::from(factor)).wrapping_shr(128);
        }
    }
    if tick > 0 {
        ratio_x128 = div(U256::MAX, ratio_x128);
    }
    let [low, ..] = ratio_x128.into_limbs();
    let is_cut = low as u32 != 0;
    Some(ratio_x128.wrapping_shr(32).wrapping_add(U256::from(u8::from(is_cut))))
}

/// Returns `amount` times the price at a tick, rounded down: base units of token 1 for `amount` base units of token 0,
/// or the other way round at the negative tick. `None` where the tick is none or the result needs more than 256 bits.
pub fn at_tick_down(amount: U256, tick: i32) -> Option<U256> {
    let (square, bits) = square(tick, mul_shift_down)?;
    mul_shift_down(amount, square, bits)
}

/// Returns `amount` times the price at a tick, rounded up. See [`at_tick_down`].
pub fn at_tick_up(amount: U256, tick: i32) -> Option<U256> {
    let (square, bits) = square(tick, mul_shift_up)?;
    mul_shift_up(amount, square, bits)
}

type MulShift = fn(U256, U256, usize) -> Option<U256>;

/// Returns the price at a tick, times two to the power of so many bits: exactly, with 192 of them, where it has the room,
/// which is below 2^64; rounded, with 128, above.
fn square(tick: i32, mul_shift: MulShift) -> Option<(U256, usize)> {
    let root = sqrt_price_x96(tick)?;
    match root.checked_mul(root) {
        Some(square) => Some((square, 192)),
        None => Some((mul_shift(root, root, 64)?, 128)),
    }
}

/// Returns the mean tick of a time over which the sum of ticks has moved so much, rounded down: toward negative
/// infinity. `None` for no time, or where it is no tick.
pub fn mean_tick_down(moved: i64, secs: u32) -> Option<i32> {
    let mean = moved.checked_div_euclid(secs.into())?;
    i32::try_from(mean).ok().filter(|tick| (-MAX_TICK..=MAX_TICK).contains(tick))
}

/// Returns the mean tick as [`mean_tick_down`] does, rounded up.
pub fn mean_tick_up(moved: i64, secs: u32) -> Option<i32> {
    mean_tick_down(moved.checked_neg()?, secs)?.checked_neg()
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    /// Fractional bits of the reference: far more than the twenty squarings lose.
    const BITS: usize = 1024;

    fn big(value: U256) -> BigUint {
        BigUint::from_bytes_be(&value.to_be_bytes::<32>())
    }

    /// 1.0001^tick times 2^1024, by squaring in arbitrary precision: the slow reference.
    fn power(tick: i32) -> BigUint {
        let one = BigUint::from(1_u8) << BITS;
        let (mut factor, mut power) = (&one * 10_001_u32 / 10_000_u32, one.clone());
        for bit in 0..20 {
            if (tick.unsigned_abs() >> bit) & 1 == 1 {
                power = (power * &factor) >> BITS;
            }
            factor = (&factor * &factor) >> BITS;
        }
        if tick < 0 { (&one * &one) / power } else { power }
    }

    /// The root of 1.0001^tick times 2^96, rounded down.
    fn root(tick: i32) -> BigUint {
        (power(tick) << 192_u32 >> BITS).sqrt()
    }

    /// Asserts that the root is exact but for one unit and what Uniswap's own arithmetic is off: at most 32 parts in 2^128
    /// of the root at the lower of the tick and its negative.
    fn assert_exact(tick: i32) {
        let (ours, exact) = (big(sqrt_price_x96(tick).expect("a tick")), root(tick));
        let apart = if ours > exact { &ours - &exact } else { &exact - &ours };
        assert!(apart <= ((&exact * &exact) >> 219_u8) + 1_u8, "tick {tick}: {ours} is not {exact}");
    }

    proptest! {
        #[test]
        fn roots_equal_arbitrary_precision(tick in -MAX_TICK..=MAX_TICK) {
            assert_exact(tick);
        }

        #[test]
        fn amounts_equal_arbitrary_precision(tick in -MAX_TICK..=MAX_TICK, amount in 0..=10_u128.pow(36)) {
            let root = big(sqrt_price_x96(tick).expect("a tick"));
            let product = &root * &root * amount;
            let (down, up) = (&product >> 192_u8, (&product + (BigUint::from(1_u8) << 192) - 1_u8) >> 192_u8);
            let ours = [at_tick_down, at_tick_up].map(|at| big(at(U256::from(amount), tick).expect("it fits")));
            // Above a price of 2^64 the square is rounded itself, to a part in 2^192.
            let slack = if root.bits() > 128 { (&down >> 190_u8) + 1_u8 } else { BigUint::ZERO };
            prop_assert!(ours[0] <= down && &ours[0] + &slack >= down, "{} is not {down}", ours[0]);
            prop_assert!(ours[1] >= up && ours[1] <= &up + &slack, "{} is not {up}", ours[1]);
        }

        #[test]
        fn means_round_as_named(moved in any::<i64>(), secs in 1_u32..) {
            let exact = i128::from(moved).div_euclid(secs.into());
            let is_whole = exact * i128::from(secs) == i128::from(moved);
            let bounded = |tick: i128| i32::try_from(tick).ok().filter(|tick| tick.abs() <= MAX_TICK);
            prop_assert_eq!(mean_tick_down(moved, secs), bounded(exact));
            if moved != i64::MIN {
                prop_assert_eq!(mean_tick_up(moved, secs), bounded(exact + i128::from(!is_whole)));
            }
        }
    }

    #[test]
    fn the_ends_are_those_that_uniswap_publishes() {
        let highest = U256::from_str_radix("1461446703485210103287273052203988822378723970342", 10).expect("a number");

        assert_eq!(sqrt_price_x96(-MAX_TICK), Some(U256::from(4_295_128_739_u64)));
        assert_eq!(sqrt_price_x96(1 - MAX_TICK), Some(U256::from(4_295_343_490_u64)));
        assert_eq!(sqrt_price_x96(MAX_TICK), Some(highest));
        assert_eq!(sqrt_price_x96(0), Some(U256::ONE << 96));
        for beyond in [i32::MIN, -MAX_TICK - 1, MAX_TICK + 1, i32::MAX] {
            assert_eq!(sqrt_price_x96(beyond), None);
        }
    }

    #[test]
    fn each_bit_of_a_tick_has_its_factor() {
        for bit in 0..20 {
            for tick in [(1 << bit) - 1, 1 << bit].into_iter().filter(|tick| *tick <= MAX_TICK) {
                assert_exact(tick);
                assert_exact(-tick);
            }
        }
    }

    #[test]
    fn means_round_toward_the_named_infinity() {
        let both = |moved, secs| (mean_tick_down(moved, secs), mean_tick_up(moved, secs));

        assert_eq!(both(-7, 2), (Some(-4), Some(-3)));
        assert_eq!(both(7, 2), (Some(3), Some(4)));
        assert_eq!(both(-8, 2), (Some(-4), Some(-4)));
        assert_eq!(both(0, 1), (Some(0), Some(0)));
        assert_eq!(both(1, 0), (None, None));
    }
}
