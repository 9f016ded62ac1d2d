//! Powers of e and natural logarithms in wad, as continuous rates and discounts need them.
//!
//! Both compute in binary with 120 bits behind the point, by Taylor's series of e^r for r below ln 2, and by
//! ln m = 2 artanh((m - 1) / (m + 1)) for m within a factor of the root of two around one. What that can be off is
//! bounded (`SLACK`) and taken off, or added, before the result is rounded: what is named down is never above the exact
//! result, what is named up never below.

use alloy_primitives::U256;

use crate::{WAD, host::div};

/// The highest power that [`exp_wad_down`] and [`exp_wad_up`] raise e to, in wad.
pub const MAX_EXPONENT_WAD: i128 = 40 * WAD as i128;
/// The power of e that is below 1e-18, in wad, and every lower one.
const NOTHING_WAD: i128 = -42 * WAD as i128;
/// Bits behind the point.
const BITS: usize = 120;
/// ln 2 times 2^120.
const LN_2: U256 = U256::from_limbs([0xabc9_e3b3_9803_f2f7, 0x00b1_7217_f7d1_cf79, 0, 0]);
/// One, times 2^120.
const ONE: U256 = U256::from_limbs([0, 1 << 56, 0, 0]);
/// The root of two times 2^120.
const ROOT_2: U256 = U256::from_limbs([0x08b2_fb13_66ea_957d, 0x016a_09e6_67f3_bcc9, 0, 0]);
/// More than either series can be off, in 2^-120: each of fewer than sixty terms is cut twice, and ln 2 is off by half a
/// unit for each of at most 200 doublings.
const SLACK: U256 = U256::from_limbs([512, 0, 0, 0]);

/// Returns e^(x / 1e18) in wad, rounded down: at most two units and one part in 2^110 less than exact. `None` above
/// [`MAX_EXPONENT_WAD`].
pub fn exp_wad_down(x_wad: i128) -> Option<U256> {
    match x_wad {
        0 => Some(U256::from(WAD)),
        ..=NOTHING_WAD => Some(U256::ZERO),
        _ => {
            let (power, doublings) = exp(x_wad)?;
            Some(scaled(power.wrapping_sub(SLACK), doublings).0)
        }
    }
}

/// Returns e^(x / 1e18) in wad, rounded up: at most two units and one part in 2^110 more than exact. `None` above
/// [`MAX_EXPONENT_WAD`].
pub fn exp_wad_up(x_wad: i128) -> Option<U256> {
    match x_wad {
        0 => Some(U256::from(WAD)),
        ..=NOTHING_WAD => Some(U256::ONE),
        _ => {
            let (power, doublings) = exp(x_wad)?;
            let (down, is_cut) = scaled(power.wrapping_add(SLACK), doublings);
            Some(down.wrapping_add(U256::from(u8::from(is_cut))))
        }
    }
}

/// Returns ln(x / 1e18) in wad, rounded down: at most two units less than exact. `None` for zero, and from 2^192 on.
pub fn ln_wad_down(x_wad: U256) -> Option<i128> {
    let (logarithm, is_negative) = ln(x_wad)?;
    if is_negative { Some(up(logarithm).wrapping_neg()) } else { Some(down(logarithm)) }
}

/// Returns ln(x / 1e18) in wad, rounded up: at most two units more than exact. `None` for zero, and from 2^192 on.
pub fn ln_wad_up(x_wad: U256) -> Option<i128> {
    let (logarithm, is_negative) = ln(x_wad)?;
    if is_negative { Some(down(logarithm).wrapping_neg()) } else { Some(up(logarithm)) }
}

/// Returns a number as one with a sign, as exponents are; `None` from 2^127 on.
pub fn signed(number: U256) -> Option<i128> {
    match number.into_limbs() {
        [low, high, 0, 0] => i128::try_from((u128::from(high) << 64) | u128::from(low)).ok(),
        _ => None,
    }
}

/// Returns e^x as a number of one to two, times 2^120, and how often that is to be doubled.
fn exp(x_wad: i128) -> Option<(U256, i32)> {
    if x_wad > MAX_EXPONENT_WAD {
        return None;
    }
    // At most 2^66 units, so less than 2^187.
    let x = div(U256::from(x_wad.unsigned_abs()).wrapping_shl(BITS), U256::from(WAD));
    let whole = div(x, LN_2);
    let mut rest = x.wrapping_sub(whole.wrapping_mul(LN_2));
    let [doublings, ..] = whole.into_limbs();
    let mut doublings = doublings as i32; // At most 61.
    if x_wad < 0 {
        rest = LN_2.wrapping_sub(rest);
        doublings = doublings.wrapping_neg().wrapping_sub(1);
    }

    let (mut power, mut term, mut count) = (ONE, ONE, 0_u64);
    while !term.is_zero() {
        count = count.wrapping_add(1);
        term = div(term.wrapping_mul(rest).wrapping_shr(BITS), U256::from(count));
        power = power.wrapping_add(term);
    }
    Some((power, doublings))
}

/// Returns a number times 2^120, doubled so often, in wad, rounded down, and whether something was cut off.
fn scaled(number: U256, doublings: i32) -> (U256, bool) {
    // Less than 2^182. At most 58 doublings, so that there is a shift, and it is to the right.
    let wads = number.wrapping_mul(U256::from(WAD));
    let shift = (BITS as i32).wrapping_sub(doublings).unsigned_abs() as usize;
    let down = wads.wrapping_shr(shift);
    (down, down.wrapping_shl(shift) != wads)
}

/// Returns the absolute value of ln(x / 1e18) times 2^120, and whether it is negative; exactly zero at one.
fn ln(x_wad: U256) -> Option<(U256, bool)> {
    let bits = 256_usize.wrapping_sub(x_wad.leading_zeros());
    if bits == 0 || bits > 192 {
        return None;
    }
    // x in wad is that by 2^60 and 2^60 by 1e18; the quotient has 180 bits less the 60 of 1e18: 120 or 121.
    let shifted = if bits <= 180 {
        x_wad.wrapping_shl(180_usize.wrapping_sub(bits))
    } else {
        x_wad.wrapping_shr(bits.wrapping_sub(180))
    };
    let mut mantissa = div(shifted, U256::from(WAD));
    let mut doublings = (bits as i32).wrapping_sub(60);
    // From half the root of two to the root.
    while mantissa < ROOT_2.wrapping_shr(1) {
        mantissa = mantissa.wrapping_shl(1);
        doublings = doublings.wrapping_sub(1);
    }
    while mantissa > ROOT_2 {
        mantissa = mantissa.wrapping_shr(1);
        doublings = doublings.wrapping_add(1);
    }
    let is_below = mantissa < ONE;
    let apart = if is_below { ONE.wrapping_sub(mantissa) } else { mantissa.wrapping_sub(ONE) };
    let ratio = div(apart.wrapping_shl(BITS), mantissa.wrapping_add(ONE));
    let square = ratio.wrapping_mul(ratio).wrapping_shr(BITS);

    let (mut sum, mut power, mut odd) = (U256::ZERO, ratio, 1_u64);
    while !power.is_zero() {
        sum = sum.wrapping_add(div(power, U256::from(odd)));
        power = power.wrapping_mul(square).wrapping_shr(BITS);
        odd = odd.wrapping_add(2);
    }
    let part = sum.wrapping_shl(1);
    let whole = LN_2.wrapping_mul(U256::from(doublings.unsigned_abs()));
    // Where both have one sign they add up, else the whole is the larger: it is ln 2, or zero.
    let sum = match (doublings, is_below) {
        (0, is_below) => (part, is_below),
        (1.., false) => (whole.wrapping_add(part), false),
        (1.., true) => (whole.wrapping_sub(part), false),
        (_, true) => (whole.wrapping_add(part), true),
        (_, false) => (whole.wrapping_sub(part), true),
    };
    Some(sum)
}

/// Returns a logarithm's absolute value in wad, of which what it may be off is taken off, rounded down.
fn down(logarithm: U256) -> i128 {
    let wads = logarithm.saturating_sub(SLACK).wrapping_mul(U256::from(WAD)).wrapping_shr(BITS);
    low(wads)
}

/// Returns a logarithm's absolute value in wad, to which what it may be off is added, rounded up; zero stays zero.
fn up(logarithm: U256) -> i128 {
    if logarithm.is_zero() {
        return 0;
    }
    let wads = logarithm.wrapping_add(SLACK).wrapping_mul(U256::from(WAD)).wrapping_shr(BITS);
    low(wads).wrapping_add(1)
}

/// A logarithm of less than 2^192 is at most 92, which in wad has 67 bits.
fn low(wads: U256) -> i128 {
    let [low, high, ..] = wads.into_limbs();
    (i128::from(high) << 64) | i128::from(low)
}

#[cfg(test)]
mod tests {
    use num_bigint::{BigInt, BigUint, Sign};
    use proptest::prelude::*;

    use super::*;

    /// Fractional bits of the reference.
    const PRECISION: usize = 400;

    fn one() -> BigInt {
        BigInt::from(1_u8) << PRECISION
    }

    fn wide(value_wad: &BigInt) -> BigInt {
        (value_wad << PRECISION) / WAD
    }

    /// e^x, both times 2^400, by its series alone: the slow reference.
    fn power(x: &BigInt) -> BigInt {
        // The series of large powers cancels: e^x is (e^(x / 256))^256.
        let (small, mut sum, mut term, mut count) = (x >> 8_u8, BigInt::ZERO, one(), 0);
        while term != BigInt::ZERO && term != BigInt::from(-1) {
            sum += &term;
            count += 1;
            term = ((term * &small) >> PRECISION) / count;
        }
        for _ in 0..8 {
            sum = (&sum * &sum) >> PRECISION;
        }
        sum
    }

    /// ln x, both times 2^400: where e^y is x, by Halley's steps.
    fn logarithm(x: &BigInt) -> BigInt {
        let doublings = x.bits() as i64 - PRECISION as i64;
        let mut y = BigInt::from(doublings) * &one() * 693 / 1000;
        for _ in 0..12 {
            let power = power(&y);
            y += (((x - &power) << (PRECISION + 1)) / (x + power)) as BigInt;
        }
        y
    }

    fn big(value: U256) -> BigInt {
        BigInt::from_biguint(Sign::Plus, BigUint::from_bytes_be(&value.to_be_bytes::<32>()))
    }

    /// Asserts that a rounded pair of wads encloses the exact value and is no wider than so much.
    fn assert_encloses(pair: [BigInt; 2], exact: &BigInt, width: &BigInt) {
        let [down, up] = [&pair[0], &pair[1]].map(|wad| wad << PRECISION);
        let exact = exact * WAD;
        // More than the reference itself may be off: parts of what it says, and 2^-300 of a unit.
        let off = BigInt::from((exact.magnitude() >> 250_u16) + (BigUint::from(1_u8) << 100_u8));
        assert!(down <= &exact + &off, "{} is above", pair[0]);
        assert!(up >= &exact - &off, "{} is below", pair[1]);
        assert!(&pair[1] - &pair[0] <= *width, "{:?} are too far apart", pair);
    }

    fn assert_exp(x_wad: i128) {
        let exact = power(&wide(&BigInt::from(x_wad)));
        let pair = [exp_wad_down, exp_wad_up].map(|exp| big(exp(x_wad).expect("in range")));
        let width = BigInt::from(2_u8) + (&pair[1] >> 109_u8);
        assert_encloses(pair, &exact, &width);
    }

    fn assert_ln(x_wad: U256) {
        let exact = logarithm(&wide(&big(x_wad)));
        let pair = [ln_wad_down, ln_wad_up].map(|ln| BigInt::from(ln(x_wad).expect("in range")));
        assert_encloses(pair, &exact, &BigInt::from(2_u8));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn powers_enclose_the_exact_ones(x_wad in NOTHING_WAD..=MAX_EXPONENT_WAD) {
            assert_exp(x_wad);
        }

        #[test]
        fn small_powers_enclose_the_exact_ones(x_wad in any::<i64>(), shift in 0_u8..64) {
            assert_exp(i128::from(x_wad >> shift));
        }

        #[test]
        fn logarithms_enclose_the_exact_ones(limbs in any::<[u64; 3]>(), shift in 0_usize..192) {
            let x = U256::from_limbs([limbs[0], limbs[1], limbs[2], 0]) >> shift;
            assert_ln(x.max(U256::ONE));
        }

        #[test]
        fn logarithms_about_one_enclose_the_exact_ones(apart in any::<i64>(), shift in 5_u8..64) {
            let x = i128::from(WAD) + i128::from(apart >> shift);
            assert_ln(U256::from(x.unsigned_abs()));
        }

        #[test]
        fn a_power_of_a_logarithm_returns(x_wad in 1_u64..) {
            let x = U256::from(x_wad);
            let down = exp_wad_down(ln_wad_down(x).expect("in range")).expect("in range");
            let up = exp_wad_up(ln_wad_up(x).expect("in range")).expect("in range");
            prop_assert!(down <= x && x <= up);
        }

        #[test]
        fn higher_powers_are_not_lower(x_wad in NOTHING_WAD..MAX_EXPONENT_WAD, more in 0..WAD) {
            let higher = (x_wad + i128::from(more)).min(MAX_EXPONENT_WAD);
            prop_assert!(exp_wad_down(x_wad) <= exp_wad_down(higher) && exp_wad_up(x_wad) <= exp_wad_up(higher));
        }
    }

    #[test]
    fn edges_enclose_the_exact_ones() {
        let wad = i128::from(WAD);
        let ln_2_wad = 693_147_180_559_945_309_i128;
        for x_wad in [
            NOTHING_WAD,
            1 - wad * 42,
            -ln_2_wad - 1,
            -ln_2_wad,
            -1,
            0,
            1,
            ln_2_wad,
            ln_2_wad + 1,
            wad,
            MAX_EXPONENT_WAD,
        ] {
            assert_exp(x_wad);
        }
        let highest = (U256::ONE << 192) - U256::ONE;
        for x_wad in [U256::ONE, U256::from(2), U256::from(WAD - 1), U256::from(WAD), U256::from(WAD + 1), highest] {
            assert_ln(x_wad);
        }
        for bit in 0..192 {
            assert_ln(U256::ONE << bit);
        }
    }

    #[test]
    fn one_and_nothing_are_exact() {
        assert_eq!((exp_wad_down(0), exp_wad_up(0)), (Some(U256::from(WAD)), Some(U256::from(WAD))));
        assert_eq!((ln_wad_down(U256::from(WAD)), ln_wad_up(U256::from(WAD))), (Some(0), Some(0)));
        assert_eq!((exp_wad_down(i128::MIN), exp_wad_up(i128::MIN)), (Some(U256::ZERO), Some(U256::ONE)));
    }

    #[test]
    fn what_is_out_of_range_is_none() {
        for x_wad in [MAX_EXPONENT_WAD + 1, i128::MAX] {
            assert_eq!((exp_wad_down(x_wad), exp_wad_up(x_wad)), (None, None));
        }
        for x_wad in [U256::ZERO, U256::ONE << 192, U256::MAX] {
            assert_eq!((ln_wad_down(x_wad), ln_wad_up(x_wad)), (None, None));
        }
    }

    #[test]
    fn signed_numbers_have_a_bit_less() {
        let most = U256::from(i128::MAX);

        assert_eq!((signed(U256::ZERO), signed(most)), (Some(0), Some(i128::MAX)));
        for beyond in [most + U256::ONE, U256::from(u128::MAX), U256::ONE << 128, U256::ONE << 192, U256::MAX] {
            assert_eq!(signed(beyond), None);
        }
    }

    #[test]
    fn constants_are_what_their_names_say() {
        let ours = |constant: U256| big(constant) << (PRECISION - BITS);
        let close = |ours: BigInt, exact: BigInt| (ours - exact).magnitude() >> (PRECISION - BITS) == BigUint::ZERO;

        assert!(close(ours(LN_2), logarithm(&(one() * 2))));
        let square: BigInt = one() * one() * 2;
        assert!(close(ours(ROOT_2), square.sqrt()));
        assert_eq!(ONE, U256::ONE << BITS);
        assert!(power(&wide(&BigInt::from(NOTHING_WAD))) < wide(&BigInt::from(1)));
    }
}
