//! A market's accounts, and their interest as Morpho accrues it.
//!
//! Borrowers owe continuously compounded interest, approximated by the first three terms of its series,
//!
//! ```text
//! e^(rate * secs) - 1  ~  x + x²/2 + x³/6,   x = rate * secs
//! ```
//!
//! every product divided rounding down. Lenders receive it through the price of a share; the fee is taken as new shares
//! of the fee's worth at the price after the interest. Shares are worth (assets + 1) / (shares + 1e6) each.

use alloy_primitives::U256;
use math::{WAD, YEAR_SECS, mul_div_down};

/// Shares that nobody owns, counted in every price.
const VIRTUAL_SHARES: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
/// 1e18.
const ONE_WAD: U256 = U256::from_limbs([WAD, 0, 0, 0]);
const TWO_WAD: U256 = U256::from_limbs([WAD.wrapping_mul(2), 0, 0, 0]);
const THREE_WAD: U256 = U256::from_limbs([WAD.wrapping_mul(3), 0, 0, 0]);
const YEAR: U256 = U256::from_limbs([YEAR_SECS, 0, 0, 0]);

/// A market's accounts. Assets are in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// What lenders own.
    pub supply_assets: u128,
    /// What it is divided into.
    pub supply_shares: u128,
    /// What borrowers owe; never more than lenders own.
    pub borrow_assets: u128,
    /// The part of the interest that is not the lenders', in wad.
    pub fee_wad: u128,
}

impl Market {
    /// Returns the accounts after `secs` more at a borrow rate in wad a second; `None` where a number outgrows its
    /// bits, which Morpho refuses as well.
    pub fn accrued(self, rate_wad_a_sec: U256, secs: u64) -> Option<Self> {
        let interest = part(self.borrow_assets, compounded(rate_wad_a_sec, secs)?, ONE_WAD)?;
        let supply_assets = self.supply_assets.checked_add(interest)?;
        let fee_assets = part(interest, U256::from(self.fee_wad), ONE_WAD)?;
        let others = one_more(supply_assets.checked_sub(fee_assets)?);
        Some(Self {
            supply_assets,
            supply_shares: self.supply_shares.checked_add(part(fee_assets, self.all_shares(), others)?)?,
            borrow_assets: self.borrow_assets.checked_add(interest)?,
            fee_wad: self.fee_wad,
        })
    }

    /// Returns what shares are worth, rounded down as Morpho does when it pays.
    pub fn assets_down(&self, shares: U256) -> Option<U256> {
        mul_div_down(shares, one_more(self.supply_assets), self.all_shares())
    }

    /// Returns what lenders earn a year in wad, without compounding, while borrowers pay this rate in wad a second:
    /// rate * utilisation * (1 - fee), rounded down; `None` where it does not fit.
    pub fn supply_rate_wad(&self, rate_wad_a_sec: U256) -> Option<U256> {
        if self.supply_assets == 0 {
            return Some(U256::ZERO);
        }
        // 128 bits times 25.
        let year_debt = U256::from(self.borrow_assets).wrapping_mul(YEAR);
        let paid = mul_div_down(rate_wad_a_sec, year_debt, U256::from(self.supply_assets))?;
        mul_div_down(paid, U256::from(u128::from(WAD).checked_sub(self.fee_wad)?), ONE_WAD)
    }

    /// Of 129 bits at most.
    fn all_shares(&self) -> U256 {
        U256::from(self.supply_shares).wrapping_add(VIRTUAL_SHARES)
    }
}

/// Counts the asset that nobody owns; of 129 bits at most.
fn one_more(assets: u128) -> U256 {
    U256::from(assets).wrapping_add(U256::ONE)
}

/// Returns the interest on one wad: the three terms of the series.
fn compounded(rate_wad_a_sec: U256, secs: u64) -> Option<U256> {
    let first = mul_div_down(rate_wad_a_sec, U256::from(secs), U256::ONE)?; // A checked product, in less code.
    let second = mul_div_down(first, first, TWO_WAD)?;
    let third = mul_div_down(second, first, THREE_WAD)?;
    first.checked_add(second)?.checked_add(third)
}

/// Returns a part of an account, rounded down; `None` where it is none.
#[inline(never)]
fn part(of: u128, part: U256, whole: U256) -> Option<u128> {
    mul_div_down(U256::from(of), part, whole).and_then(|part| u128::try_from(part).ok())
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn big(value: U256) -> BigUint {
        BigUint::from_bytes_be(&value.to_be_bytes::<32>())
    }

    /// The slow reference: Morpho's accrual in numbers without bounds. Returns supplied assets and shares and borrowed
    /// assets.
    fn reference(market: &Market, rate: u64, secs: u32) -> [BigUint; 3] {
        let wad = BigUint::from(WAD);
        let first = BigUint::from(rate) * secs;
        let second = &first * &first / (2_u8 * &wad);
        let third = &second * &first / (3_u8 * &wad);
        let interest = BigUint::from(market.borrow_assets) * (first + second + third) / &wad;
        let supply_assets = BigUint::from(market.supply_assets) + &interest;
        let fee_assets = &interest * BigUint::from(market.fee_wad) / &wad;
        let all_shares = BigUint::from(market.supply_shares) + 1_000_000_u32;
        let fee_shares = &fee_assets * all_shares / (&supply_assets - &fee_assets + 1_u8);
        [
            supply_assets,
            BigUint::from(market.supply_shares) + fee_shares,
            BigUint::from(market.borrow_assets) + interest,
        ]
    }

    /// Accounts of every magnitude; borrowed at most what is supplied, a fee of at most a quarter, as at Morpho.
    fn market() -> impl Strategy<Value = Market> {
        (any::<[u128; 3]>(), [0_u32..128, 0..128, 0..128], 0..=WAD / 4).prop_map(|(numbers, shifts, fee_wad)| {
            let [supply, supply_shares, borrow] = [0, 1, 2].map(|index| numbers[index] >> shifts[index]);
            let (supply_assets, borrow_assets) = (supply.max(borrow), supply.min(borrow));
            Market { supply_assets, supply_shares, borrow_assets, fee_wad: fee_wad.into() }
        })
    }

    /// From nothing to 1,000 % a year and more, in wad a second.
    fn rate() -> impl Strategy<Value = u64> {
        (0..400_000_000_000_u64, 0_u32..39).prop_map(|(rate, shift)| rate >> shift)
    }

    proptest! {
        #[test]
        fn accrual_equals_arbitrary_precision(market in market(), rate in rate(), secs in 0..400_000_000_u32) {
            let [supply_assets, supply_shares, borrow_assets] = reference(&market, rate, secs);
            let fits = [&supply_assets, &supply_shares, &borrow_assets].iter().all(|number| number.bits() <= 128);

            let found = market.accrued(U256::from(rate), secs.into());

            let found = found.map(|found| [found.supply_assets, found.supply_shares, found.borrow_assets].map(BigUint::from));
            prop_assert_eq!(found, fits.then_some([supply_assets, supply_shares, borrow_assets]));
        }

        #[test]
        fn value_equals_arbitrary_precision(market in market(), shares: u128) {
            let shares = U256::from(shares);
            let expected = big(shares) * (BigUint::from(market.supply_assets) + 1_u8) / (BigUint::from(market.supply_shares) + 1_000_000_u32);

            prop_assert_eq!(market.assets_down(shares).map(big), Some(expected).filter(|number| number.bits() <= 256));
        }

        #[test]
        fn supply_rate_is_below_its_exact_value_by_less_than_two(market in market(), rate in rate()) {
            let found = big(market.supply_rate_wad(U256::from(rate)).expect("below 2^128"));

            // rate * YEAR * borrowed * (WAD - fee) / (supplied * WAD)
            let paid = BigUint::from(rate) * YEAR_SECS * BigUint::from(market.borrow_assets) * (WAD - BigUint::from(market.fee_wad));
            let all = BigUint::from(market.supply_assets).max(BigUint::from(1_u8)) * WAD;
            prop_assert!(&found * &all <= paid);
            prop_assert!((found + 2_u8) * all > paid);
        }

        #[test]
        fn interest_never_lowers_a_share_and_idle_money_stays(market in market(), rate in rate(), secs in 0..40_000_000_u32) {
            prop_assume!(market.supply_shares <= market.supply_assets.saturating_mul(1_000_000));
            let Some(after) = market.accrued(U256::from(rate), secs.into()) else { return Ok(()) };

            let shares = U256::from(market.supply_shares);
            prop_assert!(after.assets_down(shares) >= market.assets_down(shares));
            let idle_assets = |market: &Market| market.supply_assets - market.borrow_assets;
            prop_assert_eq!(idle_assets(&after), idle_assets(&market));
        }
    }

    #[test]
    fn no_time_and_no_debt_accrue_nothing() {
        let market = Market {
            supply_assets: 1_000_000,
            supply_shares: 1_000_000_000_000,
            borrow_assets: 900_000,
            fee_wad: u128::from(WAD / 10),
        };

        assert_eq!(market.accrued(U256::from(1_000_000_000), 0), Some(market));
        assert_eq!(market.accrued(U256::ZERO, YEAR_SECS), Some(market));
        let idle = Market { borrow_assets: 0, ..market };
        assert_eq!(idle.accrued(U256::from(1_000_000_000), YEAR_SECS), Some(idle));
    }

    #[test]
    fn rates_and_times_without_bounds_have_no_accrual() {
        let market =
            Market { supply_assets: u128::MAX, supply_shares: u128::MAX, borrow_assets: u128::MAX, fee_wad: 0 };

        assert_eq!(market.accrued(U256::MAX, 2), None);
        assert_eq!(market.accrued(U256::from(WAD), 1), None, "an account outgrows 128 bits");
    }
}
