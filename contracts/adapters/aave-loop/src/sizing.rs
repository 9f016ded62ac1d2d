//! How much to borrow or repay. Amounts are in base units of the asset, ratios in wad.
//!
//! With `g` the backing that one unit of the asset buys at the worst price that a swap may have, `c` the backing that
//! one unit bought back costs at that price, and `p` the part that the lender takes:
//!
//! ```text
//! buying      (B + (A + L) g) / (D + L (1 + p)) = H    L = (B + A g - H D) / (H (1 + p) - g)
//! short of H  (B + (A - R) g) / (D - R) = H            R = (H D - B - A g) / (H - g)
//! paying      (B - (R + A) c) / (D - R) = B/D          R = A c / (B/D - c)
//! lowering    (B - R c') / (D - R) = H                 R = (H D - B) / (H - c'), c' at the best price
//! ```
//!
//! These are `D = E * LT / (H - LT)` where swaps cost nothing: then `g = c = LT`, and `B = C LT` with `E = C - D`.
//! Every rounding is towards more health, but for lowering, where it is towards less lowering.

use alloy_primitives::U256;
use math::{WAD, mul_div_down, mul_div_up};

const ONE_WAD: U256 = U256::from_limbs([WAD, 0, 0, 0]);

/// What secures the debt, and the debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    /// What the collateral backs.
    pub(crate) backing: U256,
    /// What is owed.
    pub(crate) debt: U256,
}

/// What goes with new money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purchase {
    /// So much is borrowed beside it.
    Borrow(U256),
    /// So much of it is used to repay.
    Repay(U256),
}

impl Balance {
    /// Returns what to do with `assets` of new money so that health is at least the target, as near as the worst price
    /// allows.
    pub(crate) fn purchase(
        &self,
        assets: U256,
        gain_wad: U256,
        premium_wad: U256,
        target_wad: U256,
    ) -> Option<Purchase> {
        let has = product(self.backing, ONE_WAD)?.checked_add(product(assets, gain_wad)?)?;
        let needs = product(self.debt, target_wad)?;
        match has.checked_sub(needs) {
            Some(room) => {
                let owed = mul_div_up(target_wad, ONE_WAD.checked_add(premium_wad)?, ONE_WAD)?;
                mul_div_down(room, U256::ONE, owed.checked_sub(gain_wad)?).map(Purchase::Borrow)
            }
            None => {
                let lacking = needs.checked_sub(has)?;
                let repaid = mul_div_up(lacking, U256::ONE, target_wad.checked_sub(gain_wad)?)?;
                Some(Purchase::Repay(repaid.min(assets).min(self.debt)))
            }
        }
    }

    /// Returns what must be repaid so that paying `assets` lowers health no further, `rounding` being what may be lost
    /// of backing, in wad, on the way; `None` where no repayment could. Without debt it is nothing.
    pub(crate) fn repayment_up(&self, assets: U256, cost_wad: U256, rounding_wad: U256) -> Option<U256> {
        if self.debt.is_zero() {
            return Some(U256::ZERO);
        }
        let health_down_wad = mul_div_down(self.backing, ONE_WAD, self.debt)?;
        let health_up_wad = mul_div_up(self.backing, ONE_WAD, self.debt)?;
        let freed = health_down_wad.checked_sub(cost_wad).filter(|freed| !freed.is_zero())?;
        // The debt may fall short of the repayment by a unit or two, each of which counts at the present health.
        let slack = product(health_up_wad, U256::from(3))?.checked_add(rounding_wad)?;
        let lost = product(assets, cost_wad)?.checked_add(slack)?;
        Some(mul_div_up(lost, U256::ONE, freed)?.min(self.debt))
    }

    /// Returns how much must be repaid by selling collateral at the best price to reach the target; zero where health is
    /// there already.
    pub(crate) fn lowering_down(&self, cost_wad: U256, target_wad: U256) -> Option<U256> {
        let needs = product(self.debt, target_wad)?;
        let lacking = needs.saturating_sub(product(self.backing, ONE_WAD)?);
        Some(mul_div_down(lacking, U256::ONE, target_wad.checked_sub(cost_wad)?)?.min(self.debt))
    }

    /// Returns whether health is at least the target, or at least that of `before`.
    pub(crate) fn holds(&self, before: &Self, target_wad: U256) -> Option<bool> {
        let at_target = product(self.backing, ONE_WAD)? >= product(self.debt, target_wad)?;
        let kept = || Some(product(self.backing, before.debt)? >= product(before.backing, self.debt)?);
        Some(at_target || !before.debt.is_zero() && kept()?)
    }
}

/// A checked product, in less code.
#[inline(never)]
fn product(a: U256, b: U256) -> Option<U256> {
    mul_div_down(a, b, U256::ONE)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn big(value: U256) -> BigUint {
        BigUint::from_bytes_be(&value.to_be_bytes::<32>())
    }

    fn wad(number: u64) -> U256 {
        U256::from(number) * U256::from(WAD) / U256::from(10_000)
    }

    /// Backing less the target times the debt, as numerator of 1e18 twice, after a purchase; `Err` below zero.
    fn room(balance: &Balance, spent: U256, gain: U256, owed: BigUint, target: U256) -> Result<BigUint, BigUint> {
        let one = BigUint::from(WAD);
        let has = (big(balance.backing) * &one + big(spent) * big(gain)) * &one;
        let needs = (big(balance.debt) * &one + owed) * big(target);
        if has >= needs { Ok(has - needs) } else { Err(needs - has) }
    }

    /// Amounts of every magnitude that money has.
    fn amount() -> impl Strategy<Value = U256> {
        (any::<u128>(), 24_u32..128).prop_map(|(number, shift)| U256::from(number >> shift))
    }

    fn balance() -> impl Strategy<Value = Balance> {
        (amount(), amount()).prop_map(|(backing, debt)| Balance { backing, debt })
    }

    proptest! {
        #[test]
        fn a_purchase_ends_at_the_target_and_one_more_would_not(
            balance in balance(),
            assets in amount(),
            gain_bps in 0_u64..10_000,
            premium_bps in 0_u64..100,
            target_bps in 10_001_u64..65_536,
        ) {
            let (gain, premium, target) = (wad(gain_bps), wad(premium_bps), wad(target_bps));

            match balance.purchase(assets, gain, premium, target).expect("fits") {
                Purchase::Borrow(loan) => {
                    let owed = |loan: U256| big(loan) * (BigUint::from(WAD) + big(premium));
                    prop_assert!(room(&balance, assets + loan, gain, owed(loan), target).is_ok());
                    let more = loan + U256::from(2);
                    prop_assert!(room(&balance, assets + more, gain, owed(more), target).is_err() || loan > U256::from(WAD));
                }
                Purchase::Repay(repaid) => {
                    prop_assert!(repaid <= assets && repaid <= balance.debt);
                    let left = Balance { debt: balance.debt - repaid, ..balance };
                    let after = room(&left, assets - repaid, gain, BigUint::ZERO, target);
                    prop_assert!(after.is_ok() || repaid == assets.min(balance.debt));
                    if let Some(less) = repaid.checked_sub(U256::from(1)) {
                        let left = Balance { debt: balance.debt - less, ..balance };
                        prop_assert!(room(&left, assets - less, gain, BigUint::ZERO, target).is_err());
                    }
                }
            }
        }

        #[test]
        fn a_payment_lowers_health_no_further(
            balance in balance(),
            assets in amount(),
            cost_bps in 0_u64..12_000,
        ) {
            prop_assume!(!balance.debt.is_zero());
            let cost = wad(cost_bps);
            let Some(repaid) = balance.repayment_up(assets, cost, U256::ZERO) else { return Ok(()) };

            prop_assert!(repaid <= balance.debt);
            let lost = (big(assets) + big(repaid)) * WAD * big(cost);
            let (one, debt) = (BigUint::from(WAD), balance.debt - repaid);
            let backing = big(balance.backing) * &one * &one;
            // (B - lost) / (D - R) >= B / D
            prop_assert!(debt.is_zero() || backing >= lost && (&backing - lost) * big(balance.debt) >= backing * big(debt));
        }

        #[test]
        fn lowering_ends_below_the_target_and_one_more_would_not(
            balance in balance(),
            cost_bps in 0_u64..10_000,
            target_bps in 10_001_u64..65_536,
        ) {
            let (cost, target) = (wad(cost_bps), wad(target_bps));

            let repaid = balance.lowering_down(cost, target).expect("fits");

            let excess = |repaid: U256| {
                let has = big(balance.backing) * WAD;
                let needs = big(balance.debt - repaid) * big(target) + big(repaid) * big(cost);
                has.cmp(&needs)
            };
            prop_assert!(repaid.is_zero() || excess(repaid).is_le());
            let more = repaid + U256::ONE;
            prop_assert!(more > balance.debt || excess(more).is_gt());
        }
    }

    #[test]
    fn without_costs_the_debt_is_the_value_times_the_threshold_over_what_the_target_is_above_it() {
        let nothing = Balance { backing: U256::ZERO, debt: U256::ZERO };

        // E = 700, LT = 0.8, H = 1.5: D = 700 * 0.8 / 0.7.
        let found = nothing.purchase(U256::from(700), wad(8_000), U256::ZERO, wad(15_000));

        assert_eq!(found, Some(Purchase::Borrow(U256::from(800))));
    }

    #[test]
    fn what_no_sale_can_repay_is_underwater() {
        let balance = Balance { backing: U256::from(700), debt: U256::from(1_000) };

        assert_eq!(balance.repayment_up(U256::ONE, wad(7_000), U256::ZERO), None);
        assert_eq!(balance.repayment_up(U256::ONE, wad(8_000), U256::ZERO), None);
    }

    #[test]
    fn health_holds_at_the_target_or_where_it_was() {
        let of = |backing: u64, debt: u64| Balance { backing: U256::from(backing), debt: U256::from(debt) };
        let target = wad(15_000);

        assert_eq!(of(150, 100).holds(&of(0, 0), target), Some(true), "at the target");
        assert_eq!(of(149, 100).holds(&of(0, 0), target), Some(false), "below it, from no debt");
        assert_eq!(of(149, 100).holds(&of(298, 200), target), Some(true), "where it was");
        assert_eq!(of(149, 100).holds(&of(299, 200), target), Some(false), "lower");
        assert_eq!(of(0, 0).holds(&of(100, 100), target), Some(true), "nothing is owed");
    }
}
