//! Aave v3's two-slope model: the supply rate that `DefaultReserveInterestRateStrategy` (v3.0) computes.
//!
//! ```text
//! U = D / (A + D)                 usage; A available, D variable debt, stable debt being none
//! R = base + slope1 * U/O                                 for U <= O
//! R = base + slope1 + slope2 * (U - O)/(1 - O)            above
//! r = R * D / (A + D + unbacked) * (1 - reserve factor)
//! ```

use serde::{Deserialize, Serialize};

use super::curve::{Pool, Shape};
use super::{Curve, Error, Piece, at_most};
use crate::units::{Assets, Ray};

/// A reserve and its strategy, as read from the chain at one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AaveTwoSlope {
    /// Variable debt at the block's time, interest included.
    pub total_variable_debt: Assets,
    /// What the aToken holds of the asset.
    pub available_liquidity: Assets,
    /// aTokens minted against nothing (bridges).
    pub unbacked: Assets,
    /// The most that all may supply together; nothing where there is no cap, zero where the reserve is
    /// frozen or paused.
    pub supply_cap: Option<Assets>,
    /// The treasury's part of the interest; 10,000 = 100 %.
    pub reserve_factor_bps: u16,
    /// The usage at which the second slope begins.
    pub optimal_usage: Ray,
    /// Borrow rate at usage zero, a year.
    pub base_rate: Ray,
    /// What the borrow rate gains up to the optimal usage.
    pub slope1: Ray,
    /// What it gains from there to full usage.
    pub slope2: Ray,
}

impl AaveTwoSlope {
    /// The income curve of a position that is worth `own` now.
    pub(super) fn curve(&self, own: Assets) -> Result<Curve, Error> {
        let keep = 1.0 - at_most("reserve factor", f64::from(self.reserve_factor_bps) / 1e4, 1.0)?;
        let optimal = at_most("optimal usage", self.optimal_usage.to_fraction(), 1.0)?;
        let base = at_most("base rate", self.base_rate.to_fraction(), 1e3)?;
        let slope1 = at_most("slope 1", self.slope1.to_fraction(), 1e3)?;
        let slope2 = at_most("slope 2", self.slope2.to_fraction(), 1e3)?;

        let (own, debt) = (own.to_f64(), self.total_variable_debt.to_f64());
        let others = self.available_liquidity.to_f64() + debt - own;
        let kink = if optimal > 0.0 { debt / optimal - others } else { f64::INFINITY };
        let piece = |from: f64, to: f64, intercept: f64, slope: f64| {
            let beta = self.unbacked.to_f64();
            let pool =
                Pool { keep, tau: 0.0, nu: 0.0, sigma: others, beta, rest: 0.0, debt, flat: 0.0, intercept, slope };
            Piece::new(from, to, Shape::Pool(pool))
        };
        let steep = |optimal: f64| {
            let slope = slope2 / (1.0 - optimal);
            piece(0.0, kink, base + slope1 - slope * optimal, slope)
        };
        let gentle = |optimal: f64| piece(kink.max(0.0), f64::INFINITY, base, slope1 / optimal);
        let pieces = match optimal {
            0.0 => vec![steep(0.0)],
            1.0 => vec![gentle(1.0)],
            optimal => vec![steep(optimal), gentle(optimal)],
        };
        let capacity = self.supply_cap.map_or(f64::INFINITY, |cap| (cap.to_f64() - others).max(own));
        Ok(Curve::new(pieces, capacity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

    /// Arbitrum's USDC: optimal 90 %, base 0, slopes 6.5 % and 40 %, reserve factor 10 %.
    fn usdc(available: u128, debt: u128) -> AaveTwoSlope {
        AaveTwoSlope {
            total_variable_debt: Assets::from(debt),
            available_liquidity: Assets::from(available),
            unbacked: Assets::ZERO,
            supply_cap: None,
            reserve_factor_bps: 1_000,
            optimal_usage: Ray::from(RAY / 10 * 9),
            base_rate: Ray::ZERO,
            slope1: Ray::from(RAY / 1000 * 65),
            slope2: Ray::from(RAY / 10 * 4),
        }
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn spot_rates_are_those_of_arbitrum() {
        let million = 1_000_000_000_000;
        for (usage_bps, supply_rate) in
            [(4_500, 0.013_162_5), (8_000, 0.0416), (9_000, 0.052_65), (9_500, 0.226_575), (10_000, 0.4185)]
        {
            let debt = million * usage_bps / 10_000;
            let curve = usdc(million - debt, debt).curve(Assets::ZERO).expect("the parameters are possible");

            close(curve.rate(0.0), supply_rate);
        }
    }

    #[test]
    fn our_own_money_is_taken_out_before_it_is_counted_again() {
        let ours = 300_000_000_000;
        let with_us = usdc(500_000_000_000, 1_000_000_000_000).curve(Assets::from(ours)).expect("possible");
        let without = usdc(200_000_000_000, 1_000_000_000_000).curve(Assets::ZERO).expect("possible");

        for x in [1.0, 1e11, 3e11, 9e11] {
            close(with_us.rate(x), without.rate(x));
        }
    }

    #[test]
    fn marginal_is_the_slope_of_the_income() {
        let curve = usdc(20_000_000_000, 980_000_000_000).curve(Assets::ZERO).expect("possible");
        for x in [5e9, 5e10, 8.8e10, 2e11, 1.5e12] {
            let step = 1e6;
            let (low, high) = (curve.income(x - step), curve.income(x + step));

            assert!((curve.income(x).marginal - (high.value - low.value) / (2.0 * step)).abs() < 1e-8);
            let curvature = (high.marginal - low.marginal) / (2.0 * step);
            assert!((curve.income(x).curvature / curvature - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn income_peaks_where_our_money_equals_all_other_supply() {
        let curve = usdc(200_000_000_000, 800_000_000_000).curve(Assets::ZERO).expect("possible");

        assert!(curve.income(1e12).marginal.abs() < 1e-15);
        assert!(curve.income(0.99e12).marginal > 0.0 && curve.income(1.01e12).marginal < 0.0);
    }

    #[test]
    fn breakpoints_are_kink_and_inflections() {
        let curve = usdc(50_000_000_000, 950_000_000_000).curve(Assets::ZERO).expect("possible");

        let points = curve.breakpoints(0.0, 1e13);

        let kink = 950e9 / 0.9 - 1e12;
        assert!(points.iter().any(|point| (point - kink).abs() < 1.0), "{points:?}");
        assert!(points.iter().any(|point| (point - 2e12).abs() < 10.0), "x = 2S is an inflection: {points:?}");
    }

    #[test]
    fn a_pool_without_debt_earns_nothing() {
        let curve = usdc(1_000_000, 0).curve(Assets::ZERO).expect("possible");

        close(curve.rate(0.0), 0.0);
        close(curve.income(1e6).value, 0.0);
    }

    #[test]
    fn supply_cap_bounds_us_but_never_below_what_we_hold() {
        let mut pool = usdc(500, 500);
        pool.supply_cap = Some(Assets::from(1_200));
        close(pool.curve(Assets::from(100)).expect("possible").capacity(), 300.0);

        pool.supply_cap = Some(Assets::ZERO);
        close(pool.curve(Assets::from(100)).expect("possible").capacity(), 100.0);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let mut pool = usdc(500, 500);
        pool.reserve_factor_bps = 10_001;

        let error = pool.curve(Assets::ZERO).expect_err("more than all interest");

        assert_eq!(error.to_string(), "reserve factor is 1.0001, at most 1 is possible");
    }
}
