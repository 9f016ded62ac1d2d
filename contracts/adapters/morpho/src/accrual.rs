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

/// A market's accounts, each of at most 128 bits. Assets are in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// What lenders own.
    pub supply_assets: U256,
    /// What it is divided into.
    pub supply_shares: U256,
    /// What borrowers owe; never more than lenders own.
    pub borrow_assets: U256,
    /// The part of the interest that is not the lenders', in wad.
    pub fee_wad: U256,
}

impl Market {
    /// Returns the accounts after `secs` more at a borrow rate in wad a second; `None` where a number outgrows its
    /// bits, which Morpho refuses as well.
    pub fn accrued(self, rate_wad_a_sec: U256, secs: U256) -> Option<Self> {
        let interest = mul_div_down(self.borrow_assets, compounded(rate_wad_a_sec, secs)?, ONE_WAD)?;
        let borrow_assets = account(self.borrow_assets, interest)?;
        let supply_assets = account(self.supply_assets, interest)?;

        let fee_assets = mul_div_down(interest, self.fee_wad, ONE_WAD)?;
        // The fee is part of the interest, so it is taken off and the virtual unit added without a limit in sight.
        let others = supply_assets.checked_sub(fee_assets)?.wrapping_add(U256::ONE);
        let fee_shares = mul_div_down(fee_assets, self.supply_shares.wrapping_add(VIRTUAL_SHARES), others)?;
        Some(Self {
            supply_assets,
            supply_shares: account(self.supply_shares, fee_shares)?,
            borrow_assets,
            fee_wad: self.fee_wad,
        })
    }

    /// Returns what shares are worth, rounded down as Morpho does when it pays.
    pub fn assets_down(&self, shares: U256) -> Option<U256> {
        // Both sums are of 129 bits at most.
        let (assets, all) =
            (self.supply_assets.wrapping_add(U256::ONE), self.supply_shares.wrapping_add(VIRTUAL_SHARES));
        mul_div_down(shares, assets, all)
    }

    /// Returns what has not been lent out.
    pub fn idle_assets(&self) -> U256 {
        self.supply_assets.saturating_sub(self.borrow_assets)
    }

    /// Returns what lenders earn a year in wad, without compounding, while borrowers pay this rate in wad a second:
    /// rate * utilisation * (1 - fee), rounded down; `None` where it does not fit.
    pub fn supply_rate_wad(&self, rate_wad_a_sec: U256) -> Option<U256> {
        if self.supply_assets.is_zero() {
            return Some(U256::ZERO);
        }
        // 128 bits times 25.
        let paid = mul_div_down(rate_wad_a_sec, self.borrow_assets.wrapping_mul(YEAR), self.supply_assets)?;
        mul_div_down(paid, ONE_WAD.checked_sub(self.fee_wad)?, ONE_WAD)
    }
}

/// Returns the interest on one wad: the three terms of the series.
fn compounded(rate_wad_a_sec: U256, secs: U256) -> Option<U256> {
    let first = rate_wad_a_sec.checked_mul(secs)?;
    let second = mul_div_down(first, first, TWO_WAD)?;
    let third = mul_div_down(second, first, THREE_WAD)?;
    first.checked_add(second)?.checked_add(third)
}

/// Adds to an account of 128 bits.
fn account(held: U256, more: U256) -> Option<U256> {
    held.checked_add(more).filter(|sum| sum.bit_len() <= 128)
}
