//! Compound III's supply rate: one kink over the usage of the base asset, apart from what borrowers pay.
//!
//! ```text
//! U = D / S                                          all debt by all supply, interest included
//! r = base + low * U                                 for U <= kink
//! r = base + low * kink + high * (U - kink)          above
//! ```
//!
//! Source: `Comet.getSupplyRate`, which works in rates a second of 1e18.

use serde::{Deserialize, Serialize};

use super::curve::{Pool, Shape};
use super::{Curve, Error, Piece, at_most};
use crate::units::{Assets, Wad, YEAR_SECS};

/// A market's base asset and its supply rate, as read from the chain at one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompoundKinked {
    /// All supply of the base asset, interest included.
    pub total_supply: Assets,
    /// All debt, interest included.
    pub total_borrow: Assets,
    /// Whether supply is paused: nothing more goes in.
    pub is_paused: bool,
    /// The usage at which the second slope begins.
    pub supply_kink: Wad,
    /// Supply rate at usage zero, a second.
    pub base_a_second: Wad,
    /// What the supply rate gains with usage below the kink, a second.
    pub slope_low_a_second: Wad,
    /// What it gains above, a second.
    pub slope_high_a_second: Wad,
}

impl CompoundKinked {
    /// The income curve of a position that is worth `own` now.
    pub(super) fn curve(&self, own: Assets) -> Result<Curve, Error> {
        let kink = at_most("supply kink", self.supply_kink.to_fraction(), 1.0)?;
        let yearly = |name, rate: Wad| at_most(name, rate.to_fraction() * YEAR_SECS as f64, 1e3);
        let base = yearly("supply base rate", self.base_a_second)?;
        let low = yearly("supply slope low", self.slope_low_a_second)?;
        let high = yearly("supply slope high", self.slope_high_a_second)?;

        let (own, debt) = (own.to_f64(), self.total_borrow.to_f64());
        let others = (self.total_supply.to_f64() - own).max(0.0);
        let at_kink = if kink > 0.0 { debt / kink - others } else { f64::INFINITY };
        let piece = |from: f64, to: f64, flat: f64, slope: f64| {
            let (tau, nu, beta, rest) = (0.0, 0.0, 0.0, 0.0);
            // The rate itself, and not what borrowers pay, is a line in usage: it stands where a pool's intercept does.
            let pool = Pool { keep: 1.0, tau, nu, sigma: others, beta, rest, debt, flat, intercept: slope, slope: 0.0 };
            Piece::new(from, to, Shape::Pool(pool))
        };
        let steep = piece(0.0, at_kink, base + (low - high) * kink, high);
        let gentle = piece(at_kink.max(0.0), f64::INFINITY, base, low);
        Ok(Curve::new(vec![steep, gentle], if self.is_paused { own } else { f64::INFINITY }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLION: u128 = 1_000_000_000_000;

    fn a_second(yearly: f64) -> Wad {
        Wad::from((yearly * 1e18 / YEAR_SECS as f64).round() as u128)
    }

    /// Arbitrum's USDC: kink 80 %, base 0, slopes 3.25 % and 40 %.
    fn usdc(supply: u128, borrow: u128) -> CompoundKinked {
        CompoundKinked {
            total_supply: Assets::from(supply),
            total_borrow: Assets::from(borrow),
            is_paused: false,
            supply_kink: Wad::from(800_000_000_000_000_000),
            base_a_second: Wad::ZERO,
            slope_low_a_second: a_second(0.0325),
            slope_high_a_second: a_second(0.4),
        }
    }

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn spot_rates_are_those_of_arbitrum() {
        for (usage_pct, rate) in [(0, 0.0), (40, 0.013), (80, 0.026), (90, 0.066), (100, 0.106)] {
            let curve = usdc(MILLION, MILLION * usage_pct / 100).curve(Assets::ZERO).expect("possible");

            close(curve.rate(0.0), rate, 1e-9);
        }
        let mut usdt = usdc(MILLION, MILLION / 100 * 95);
        usdt.supply_kink = Wad::from(900_000_000_000_000_000);
        (usdt.slope_low_a_second, usdt.slope_high_a_second) = (a_second(0.059), a_second(2.9));
        close(usdt.curve(Assets::ZERO).expect("possible").rate(0.0), 0.0531 + 2.9 * 0.05, 1e-9);
    }

    #[test]
    fn our_own_money_moves_the_usage_past_the_kink() {
        let curve = usdc(MILLION, MILLION / 10 * 9).curve(Assets::ZERO).expect("possible");
        let reference = |x: f64| {
            let usage: f64 = 0.9e12 / (1e12 + x);
            x * (0.0325 * usage.min(0.8) + 0.4 * (usage - 0.8).max(0.0))
        };
        for x in [1e9, 5e10, 1.25e11, 3e11, 2e12] {
            close(curve.income(x).value / 1e12, reference(x) / 1e12, 1e-9);
            let step = 1e6;
            let slope = (reference(x + step) - reference(x - step)) / (2.0 * step);
            if (x - 1.25e11).abs() > step {
                close(curve.income(x).marginal, slope, 1e-7);
            }
        }
        let kink = curve.breakpoints(0.0, 1e13);
        assert!(kink.iter().any(|point| (point - 1.25e11).abs() < 1.0), "{kink:?}");
    }

    #[test]
    fn a_kink_beyond_full_usage_is_refused() {
        let mut comet = usdc(MILLION, 0);
        comet.supply_kink = Wad::from(1_100_000_000_000_000_000);

        assert_eq!(
            comet.curve(Assets::ZERO).expect_err("beyond one").to_string(),
            "supply kink is 1.1, at most 1 is possible"
        );
    }
}
