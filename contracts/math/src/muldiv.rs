//! A product of two words divided by a third, exact through 512 bits.

use alloy_primitives::U256;

use crate::host;

/// Returns `a * b / d` rounded down; `None` when `d` is zero or the result needs more than 256 bits.
pub fn mul_div_down(a: U256, b: U256, d: U256) -> Option<U256> {
    // The product is high * 2^256 + low.
    let low = a.wrapping_mul(b);
    let high = if is_half(a) && is_half(b) { U256::ZERO } else { high_half(a, b, low) };
    if high >= d {
        return None; // Zero divisors end here too.
    }
    if high.is_zero() {
        return Some(host::div(low, d));
    }

    // Long division by the bit: rare enough that short code is worth more than speed.
    let (mut remainder, mut quotient) = (high, U256::ZERO);
    for bit in (0..256).rev() {
        let carried = remainder.bit(255);
        remainder = remainder.wrapping_shl(1);
        remainder.set_bit(0, low.bit(bit));
        if carried || remainder >= d {
            remainder = remainder.wrapping_sub(d);
            quotient.set_bit(bit, true);
        }
    }
    Some(quotient)
}

/// Returns whether a number has at most 128 bits, as most have: the product of two such needs no more than a word.
fn is_half(number: U256) -> bool {
    matches!(number.into_limbs(), [_, _, 0, 0])
}

/// Returns the upper half of `a * b`, whose lower one is known: modulo 2^256 - 1 the product is their sum, less one when
/// that wraps.
#[inline(always)] // As a function of its own it makes every program larger, the desk by 100 bytes.
fn high_half(a: U256, b: U256, low: U256) -> U256 {
    let (high, has_wrapped) = host::mul_mod(a, b, U256::MAX).overflowing_sub(low);
    if has_wrapped { high.wrapping_sub(U256::ONE) } else { high }
}

/// Returns `a * b / d` rounded up; `None` when `d` is zero or the result needs more than 256 bits.
pub fn mul_div_up(a: U256, b: U256, d: U256) -> Option<U256> {
    let down = mul_div_down(a, b, d)?;
    if host::mul_mod(a, b, d).is_zero() { Some(down) } else { down.checked_add(U256::ONE) }
}

/// Returns `a * b / 2^bits` rounded down; `None` where the result needs more than 256 bits. `bits` is below 256.
///
/// As [`mul_div_down`] by a power of two, without its long division.
pub(crate) fn mul_shift_down(a: U256, b: U256, bits: usize) -> Option<U256> {
    shifted(a, b, bits).map(|(quotient, _)| quotient)
}

/// Returns `a * b / 2^bits` rounded up. See [`mul_shift_down`].
pub(crate) fn mul_shift_up(a: U256, b: U256, bits: usize) -> Option<U256> {
    let (quotient, is_exact) = shifted(a, b, bits)?;
    if is_exact { Some(quotient) } else { quotient.checked_add(U256::ONE) }
}

/// The product shifted, and whether nothing was shifted out.
fn shifted(a: U256, b: U256, bits: usize) -> Option<(U256, bool)> {
    let low = a.wrapping_mul(b);
    let high = high_half(a, b, low);
    let quotient = high.wrapping_shl(256_usize.wrapping_sub(bits)) | low.wrapping_shr(bits);
    let is_exact = quotient.wrapping_shl(bits) == low;
    high.wrapping_shr(bits).is_zero().then_some((quotient, is_exact))
}

/// Returns `of * part / whole` rounded down, and at most [`u128::MAX`]; zero when `whole` is.
#[inline(never)]
pub fn part_down(of: u128, part: U256, whole: U256) -> u128 {
    if whole.is_zero() { 0 } else { mul_div_down(U256::from(of), part, whole).map_or(u128::MAX, saturated) }
}

/// Returns `of * part / whole` rounded up, and at most [`u128::MAX`]; zero when `whole` is.
#[inline(never)]
pub fn part_up(of: u128, part: U256, whole: U256) -> u128 {
    if whole.is_zero() { 0 } else { mul_div_up(U256::from(of), part, whole).map_or(u128::MAX, saturated) }
}

fn saturated(number: U256) -> u128 {
    u128::try_from(number).unwrap_or(u128::MAX)
}

/// Returns `a * b` as (high, low) halves, which compare as the product does: how fractions are compared without
/// rounding.
pub const fn mul_wide(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    // No term wraps: (2^64 - 1)^2 + 2 * (2^64 - 1) = 2^128 - 1.
    let bottom = a0.wrapping_mul(b0);
    let cross = a1.wrapping_mul(b0).wrapping_add(bottom >> 64);
    let middle = a0.wrapping_mul(b1).wrapping_add(cross & LOW);
    let high = a1.wrapping_mul(b1).wrapping_add(cross >> 64).wrapping_add(middle >> 64);
    (high, (middle << 64) | (bottom & LOW))
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn big(value: U256) -> BigUint {
        BigUint::from_bytes_be(&value.to_be_bytes::<32>())
    }

    fn small(value: BigUint) -> Option<U256> {
        U256::try_from_be_slice(&value.to_bytes_be())
    }

    /// The slow reference: arbitrary precision, both roundings.
    fn reference(a: U256, b: U256, d: U256) -> (Option<U256>, Option<U256>) {
        if d.is_zero() {
            return (None, None);
        }
        let (product, d) = (big(a) * big(b), big(d));
        (small(&product / &d), small((product + &d - 1_u8) / d))
    }

    /// Words of every magnitude, so that products around 2^256 are common.
    fn word() -> impl Strategy<Value = U256> {
        (any::<[u64; 4]>(), 0_usize..=256).prop_map(|(limbs, shift)| U256::from_limbs(limbs).wrapping_shr(shift))
    }

    proptest! {
        #[test]
        fn mul_div_equals_arbitrary_precision(a in word(), b in word(), d in word()) {
            prop_assert_eq!((mul_div_down(a, b, d), mul_div_up(a, b, d)), reference(a, b, d));
        }

        #[test]
        fn mul_shift_equals_arbitrary_precision(a in word(), b in word(), bits in 0_usize..256) {
            let (down, up) = (mul_shift_down(a, b, bits), mul_shift_up(a, b, bits));
            prop_assert_eq!((down, up), reference(a, b, U256::ONE << bits));
        }

        #[test]
        fn mul_div_equals_arbitrary_precision_where_the_result_fits(a in word(), b in word(), d in word()) {
            let (b, d) = if b > d { (d, b) } else { (b, d) };
            prop_assert_eq!((mul_div_down(a, b, d), mul_div_up(a, b, d)), reference(a, b, d));
        }

        #[test]
        fn parts_equal_arbitrary_precision(of: u128, part in word(), whole in word()) {
            let capped = |exact: Option<U256>| match exact {
                _ if whole.is_zero() => 0,
                None => u128::MAX,
                Some(exact) => u128::try_from(exact).unwrap_or(u128::MAX),
            };
            let (down, up) = reference(U256::from(of), part, whole);
            prop_assert_eq!((part_down(of, part, whole), part_up(of, part, whole)), (capped(down), capped(up)));
        }

        #[test]
        fn wide_products_are_exact(a: u128, b: u128) {
            let (high, low) = mul_wide(a, b);
            prop_assert_eq!((BigUint::from(high) << 128) + low, BigUint::from(a) * b);
        }
    }

    #[test]
    fn edges_equal_arbitrary_precision() {
        let edges = [
            U256::ZERO,
            U256::ONE,
            U256::from(2),
            U256::from(u128::MAX),
            U256::ONE << 128,
            U256::ONE << 255,
            U256::MAX - U256::ONE,
            U256::MAX,
        ];
        for a in edges {
            for b in edges {
                for d in edges {
                    assert_eq!((mul_div_down(a, b, d), mul_div_up(a, b, d)), reference(a, b, d), "{a} * {b} / {d}");
                }
            }
        }
    }

    #[test]
    fn wide_product_of_the_largest_does_not_wrap() {
        assert_eq!(mul_wide(u128::MAX, u128::MAX), (u128::MAX - 1, 1));
    }
}
