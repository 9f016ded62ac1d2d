//! What a bond is worth by what was paid for it, and by the clock once it is due.
//!
//! Until it is due a bond accretes from what was paid to its face at a constant yield (effective interest, as IFRS 9 has
//! it): from `paid` at `since` to `face` at `due` it is worth `face * e^(-ln(face / paid) * (due - now) / (due - since))`.
//! More bought is added to it; of what is sold its part is taken. Nobody's trades move it.
//!
//! Once it is due its face is a claim, not money: worth less with every second that it is not paid, on a straight line to
//! zero, from the first second on.

use alloy_primitives::U256;
use host::{Slot, VM, Word, number};
use math::{WAD, YEAR_SECS, exp_wad_down, exp_wad_up, ln_wad_down, ln_wad_up, mul_div_down, mul_div_up, signed};

/// The slot of what was paid and when, in one word: 128 bits of base units, 64 of unix seconds.
const PAID_SLOT: u8 = 1;

/// What a bond had accreted to at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// In base units of the asset, at most the face.
    pub assets: U256,
    /// In unix seconds.
    pub since_secs: u64,
}

impl Paid {
    /// Reads the running adapter's.
    pub fn load(vm: &VM) -> Self {
        let [low, high, since_secs, _] = number(Slot::at(PAID_SLOT).load(vm)).into_limbs();
        Self { assets: U256::from_limbs([low, high, 0, 0]), since_secs }
    }

    /// Writes the running adapter's. More than 128 bits count as the most that these hold.
    pub fn store(&self, vm: &VM) {
        let [low, high, ..] = self.assets.min(U256::from(u128::MAX)).into_limbs();
        Slot::at(PAID_SLOT).store(vm, U256::from_limbs([low, high, self.since_secs, 0]).word());
    }

    /// Returns what a face due at a time has accreted to, in base units of the asset, rounded down.
    pub fn accreted_down(&self, face: U256, due_secs: u64, now_secs: u64) -> U256 {
        let accreted = self.discount(face, due_secs, now_secs, [mul_div_up, mul_div_down], ln_wad_up, exp_wad_down);
        accreted.unwrap_or(self.assets).clamp(self.assets.min(face), face)
    }

    /// As [`Self::accreted_down`], rounded up.
    pub fn accreted_up(&self, face: U256, due_secs: u64, now_secs: u64) -> U256 {
        let accreted = self.discount(face, due_secs, now_secs, [mul_div_down, mul_div_up], ln_wad_down, exp_wad_up);
        accreted.unwrap_or(face).clamp(self.assets.min(face), face)
    }

    /// Returns the same after so much was paid for more, of which the whole face is at most worth its face.
    pub fn with(&self, held: U256, face: U256, due_secs: u64, now_secs: u64, assets: U256) -> Self {
        let accreted = self.accreted_down(held, due_secs, now_secs);
        Self { assets: accreted.saturating_add(assets).min(face), since_secs: now_secs }
    }

    /// Returns the same after all but so much of the face was sold.
    pub fn without(&self, held: U256, face: U256, due_secs: u64, now_secs: u64) -> Self {
        let accreted = self.accreted_down(held, due_secs, now_secs);
        Self { assets: mul_div_down(accreted, face, held).unwrap_or_default(), since_secs: now_secs }
    }

    /// Returns `face * e^(-ln(face / paid) * left / whole)`: rounding the exponent by the first of two divisions and the result
    /// by the second. `None` where nothing was paid.
    fn discount(
        &self,
        face: U256,
        due_secs: u64,
        now_secs: u64,
        [before, after]: [MulDiv; 2],
        ln: fn(U256) -> Option<i128>,
        exp: fn(i128) -> Option<U256>,
    ) -> Option<U256> {
        let left_secs = due_secs.saturating_sub(now_secs);
        if left_secs == 0 {
            return Some(face);
        }
        let whole_secs = U256::from(due_secs.checked_sub(self.since_secs)?);
        let wad = U256::from(WAD);
        let growth_wad = before(face, wad, self.assets)?;
        // The face is at least what was paid, so that the logarithm is none or more.
        let yield_wad = U256::from(u128::try_from(ln(growth_wad)?).unwrap_or_default());
        let exponent_wad = signed(before(yield_wad, U256::from(left_secs), whole_secs)?)?;
        after(face, exp(exponent_wad.checked_neg()?)?, wad)
    }
}

type MulDiv = fn(U256, U256, U256) -> Option<U256>;

/// Returns what a claim that should have been paid `late_secs` ago is worth, rounded down: its face less what a straight line
/// over `decay_secs` takes off, of which the first second has begun. Never its face.
pub fn overdue_down(face: U256, late_secs: u64, decay_secs: u64) -> U256 {
    let left_secs = decay_secs.saturating_sub(late_secs.saturating_add(1));
    mul_div_down(face, U256::from(left_secs), U256::from(decay_secs)).unwrap_or_default()
}

/// Returns what a price yields a year until the face is paid, compounded yearly, in wad, rounded down; nothing at par.
pub fn yield_down(price_wad: U256, left_secs: u64) -> U256 {
    let wad = U256::from(WAD);
    let growth = mul_div_down(wad, wad, price_wad).and_then(ln_wad_down).and_then(|ln| u128::try_from(ln).ok());
    let Some(growth) = growth else { return U256::ZERO };
    let exponent = mul_div_down(U256::from(growth), U256::from(YEAR_SECS), U256::from(left_secs));
    let grown = exponent.and_then(signed).and_then(exp_wad_down);
    // More than can be told, of a price that is about to be paid.
    grown.unwrap_or(U256::from(u128::MAX)).saturating_sub(wad)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn u(value: u128) -> U256 {
        U256::from(value)
    }

    fn paid(assets: u128) -> Paid {
        Paid { assets: u(assets), since_secs: 1000 }
    }

    #[test]
    fn half_way_a_bond_is_worth_the_geometric_mean() {
        let due = 1000 + YEAR_SECS;
        let (face, paid) = (u(1_210_000_000_000), paid(1_000_000_000_000));

        let mean = [Paid::accreted_down, Paid::accreted_up].map(|at| at(&paid, face, due, 1000 + YEAR_SECS / 2));

        assert!(mean[0] <= u(1_100_000_000_000) && u(1_100_000_000_000) <= mean[1] && mean[1] - mean[0] <= u(2));
    }

    #[test]
    fn the_ends_are_what_was_paid_and_the_face() {
        let due = 1000 + YEAR_SECS;

        for at in [Paid::accreted_down, Paid::accreted_up] {
            assert!(at(&paid(950_000), u(1_000_000), due, 1000).abs_diff(u(950_000)) <= U256::ONE);
            assert_eq!(at(&paid(950_000), u(1_000_000), due, due), u(1_000_000));
            assert_eq!(at(&paid(950_000), u(1_000_000), due, u64::MAX), u(1_000_000));
        }
        assert_eq!(paid(0).accreted_down(u(1_000_000), due, 2000), U256::ZERO);
        assert_eq!(paid(0).accreted_down(U256::ZERO, due, 2000), U256::ZERO);
    }

    #[test]
    fn what_is_overdue_never_counts_as_paid() {
        let face = u(1_000_000);

        assert_eq!(overdue_down(face, 0, 100), u(990_000));
        assert_eq!(overdue_down(face, 98, 100), u(10_000));
        for (late, decay) in [(99, 100), (u64::MAX, 100), (0, 1), (0, 0), (5, 0)] {
            assert_eq!(overdue_down(face, late, decay), U256::ZERO);
        }
        assert!(overdue_down(face, 0, u64::MAX) < face);
    }

    #[test]
    fn prices_yield_what_they_compound_to() {
        let half = u(500_000_000_000_000_000);

        // In half a year one for a half is four in a year, of which one is what was paid.
        let doubled = yield_down(half, YEAR_SECS / 2);
        assert!(
            doubled <= u(3_000_000_000_000_000_000) && doubled + u(100) >= u(3_000_000_000_000_000_000),
            "{doubled}"
        );
        assert_eq!(yield_down(u(WAD.into()), YEAR_SECS), U256::ZERO);
        assert_eq!(yield_down(u(WAD.into()) + u(1), YEAR_SECS), U256::ZERO);
        assert_eq!(yield_down(U256::ZERO, YEAR_SECS), U256::ZERO);
        // More than can be told.
        assert_eq!(yield_down(half, 1), u(u128::MAX - u128::from(WAD)));
    }

    proptest! {
        #[test]
        fn accretion_rises_and_encloses(
            face in 1_u128..1 << 100, part in 0.5_f64..1.0, term in 1_u64..10 * YEAR_SECS, at in 0.0_f64..1.0,
        ) {
            let paid = paid((face as f64 * part) as u128);
            let (face, due) = (u(face), 1000 + term);
            let now = 1000 + (term as f64 * at) as u64;
            let [down, up] = [Paid::accreted_down, Paid::accreted_up].map(|accreted| accreted(&paid, face, due, now));
            prop_assert!(paid.assets.min(face) <= down && down <= up && up <= face);
            // A few units, and a few parts in 1e18 of the exponent and the price.
            prop_assert!(up - down <= u(2) + face / u(100_000_000_000_000_000));
            prop_assert!(down <= paid.accreted_down(face, due, now + 1));
        }

        #[test]
        fn buying_in_parts_is_no_more_than_both(face in 1_u128..1 << 90, assets in 0_u128..1 << 90, later in 0_u64..1000) {
            let (due, now) = (5000, 1000 + later);
            let first = paid(face / 2);
            let both = first.with(u(face), u(face * 3), due, now, u(assets));
            prop_assert_eq!(both.since_secs, now);
            prop_assert!(both.assets <= u(face * 3));
            prop_assert!(both.assets <= first.accreted_down(u(face), due, now) + u(assets));
            let half = both.without(u(face * 3), u(face), due, now);
            prop_assert!(half.assets * u(3) <= both.assets);
        }
    }
}
