//! What a market of Pendle v2 takes and pays, by its own formula (`MarketMathCore` in `@pendle/core-v2` 6.11.0).
//!
//! With `n` PT and wrapped tokens worth `a` in a market, a trade that leaves it `p = n' / (n + a)` of PT has the rate
//!
//! ```text
//! PT for one of the asset = ln(p / (1 - p)) / scalar + anchor
//! ```
//!
//! where the scalar grows as the expiry comes near and the anchor is such that before the trade the implied rate is that of the
//! last trade. The fee multiplies the price. What is computed here errs against us by [`slack`], more than the two sets of
//! logarithms can differ by.

use alloy_primitives::U256;
use math::{WAD, YEAR_SECS, div_down, exp_wad_down, ln_wad_down, mul_div_down, mul_div_up, signed};

/// PT may be no more than this part of a market.
const MOST_PART_WAD: u64 = WAD / 100 * 96;
/// Steps of a search that go where they hope to; of those after them every other one halves what is left.
const HOPEFUL_STEPS: u32 = 8;
/// Steps after which a search takes what it has: enough to halve 2^120.
const MOST_STEPS: u32 = HOPEFUL_STEPS + 240;

/// A market at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    pt: U256,
    asset: U256,
    index_wad: U256,
    scalar_wad: U256,
    anchor_wad: i128,
    fee_wad: U256,
}

/// What a market says of itself, in base units and wad: `MarketState` as far as trades depend on it.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// PT in it.
    pub pt: U256,
    /// Wrapped tokens in it.
    pub sy: U256,
    /// Its scalar a year.
    pub scalar_root_wad: U256,
    /// Its fee, a continuous rate a year.
    pub ln_fee_wad: U256,
    /// The continuous rate a year that the last trade left.
    pub ln_rate_wad: U256,
}

impl Curve {
    /// Returns the curve of a market with so long to the expiry at an exchange rate of the wrapped token; `None` where the
    /// market is expired, empty or beyond its own bounds.
    pub fn of(state: &State, index_wad: U256, left_secs: u64) -> Option<Self> {
        let (left, year) = (U256::from(left_secs), U256::from(YEAR_SECS));
        let grown = |ln_wad: U256| exp_wad_down(signed(mul_div_down(ln_wad, left, year)?)?);
        let asset = mul_div_down(state.sy, index_wad, WADS)?;
        let scalar_wad = mul_div_down(state.scalar_root_wad, year, left)?;
        let mut curve =
            Self { pt: state.pt, asset, index_wad, scalar_wad, anchor_wad: 0, fee_wad: grown(state.ln_fee_wad)? };
        curve.anchor_wad = signed(grown(state.ln_rate_wad)?)?.checked_sub(curve.tilt_wad(state.pt)?)?;
        Some(curve)
    }

    /// Returns the wrapped tokens that so much PT costs, rounded up; `None` where the market does not sell so much, or not below
    /// par.
    pub fn cost_up(&self, pt: U256) -> Option<U256> {
        let rate_wad = self.rate_wad(self.pt.checked_sub(pt)?)?;
        if mul_div_down(rate_wad, WADS, self.fee_wad)? < WADS {
            return None;
        }
        let assets = mul_div_up(mul_div_up(pt, WADS, rate_wad)?, self.fee_wad, WADS)?.checked_add(slack(pt))?;
        mul_div_up(assets, WADS, self.index_wad)
    }

    /// Returns the wrapped tokens that so much PT brings, rounded down; `None` where the market does not take so much.
    pub fn proceeds_down(&self, pt: U256) -> Option<U256> {
        let rate_wad = self.rate_wad(self.pt.checked_add(pt)?)?;
        let assets = mul_div_down(mul_div_down(pt, WADS, rate_wad)?, WADS, self.fee_wad)?.saturating_sub(slack(pt));
        mul_div_down(assets, WADS, self.index_wad)
    }

    /// Returns the most PT that so many wrapped tokens buy, to a unit; zero where they buy none.
    pub fn purchase_down(&self, sy: U256) -> U256 {
        // At par and beyond nothing is sold, and never more than there is.
        let (mut low, mut high) = (U256::ZERO, self.pt);
        let mut next = mul_div_down(sy, self.index_wad, WADS).unwrap_or(high);
        for step in 0..MOST_STEPS {
            let Some(tried) = between(low, high, next, step) else { break };
            let cost = self.cost_up(tried);
            if cost.is_some_and(|cost| cost <= sy) {
                low = tried
            } else {
                high = tried
            }
            // As if the mean price stayed.
            next = cost.and_then(|cost| mul_div_down(tried, sy, cost)).unwrap_or(low);
        }
        low
    }

    /// Returns the least PT, of at most so much, that brings so many wrapped tokens, to a unit; `None` where all of it does not.
    pub fn sale_up(&self, sy: U256, most: U256) -> Option<U256> {
        let most = most.min(self.most_sale());
        let brings = |pt| self.proceeds_down(pt).filter(|proceeds| *proceeds >= sy);
        brings(most)?;
        let (mut low, mut high) = (U256::ZERO, most);
        let mut next = mul_div_up(sy, self.index_wad, WADS).unwrap_or(high);
        for step in 0..MOST_STEPS {
            let Some(tried) = between(low, high, next, step) else { break };
            let proceeds = self.proceeds_down(tried);
            if proceeds.is_some_and(|proceeds| proceeds >= sy) {
                high = tried
            } else {
                low = tried
            }
            next = proceeds.and_then(|proceeds| mul_div_up(tried, sy, proceeds)).unwrap_or(high);
        }
        Some(high)
    }

    /// Returns the most PT that the market takes, rounded down.
    pub fn most_sale(&self) -> U256 {
        let most = self.pt.checked_add(self.asset).and_then(|all| mul_div_down(all, U256::from(MOST_PART_WAD), WADS));
        most.unwrap_or_default().saturating_sub(self.pt)
    }

    /// Returns how much PT one of the asset is worth where a trade leaves so much PT, before the fee; `None` out of bounds.
    fn rate_wad(&self, pt_left: U256) -> Option<U256> {
        let rate_wad = self.tilt_wad(pt_left)?.checked_add(self.anchor_wad)?;
        (rate_wad >= i128::from(WAD)).then_some(U256::from(rate_wad.unsigned_abs()))
    }

    /// Returns by how much the share of PT moves the rate: ln(p / (1 - p)) / scalar.
    fn tilt_wad(&self, pt_left: U256) -> Option<i128> {
        let part_wad = mul_div_down(pt_left, WADS, self.pt.checked_add(self.asset)?)?;
        if part_wad > U256::from(MOST_PART_WAD) {
            return None;
        }
        let odds_wad = mul_div_down(part_wad, WADS, WADS.checked_sub(part_wad)?)?;
        let logit_wad = ln_wad_down(odds_wad)?;
        let tilt_wad = signed(mul_div_down(U256::from(logit_wad.unsigned_abs()), WADS, self.scalar_wad)?)?;
        Some(if logit_wad < 0 { tilt_wad.wrapping_neg() } else { tilt_wad })
    }
}

const WADS: U256 = U256::from_limbs([WAD, 0, 0, 0]);

/// Returns what a computed amount may be off: two units, and eight parts in a billion billions.
fn slack(pt: U256) -> U256 {
    pt.wrapping_shr(57).saturating_add(U256::from(2))
}

/// Returns what to try next strictly between two bounds: what is hoped for, or the middle; `None` where nothing is between.
fn between(low: U256, high: U256, hoped: U256, step: u32) -> Option<U256> {
    let (first, last) = (low.checked_add(U256::ONE)?, high.checked_sub(U256::ONE)?);
    if first > last {
        return None;
    }
    let is_middle = step >= HOPEFUL_STEPS && step % 2 == 1;
    let middle = low.wrapping_add(div_down(high.wrapping_sub(low), U256::from(2)));
    Some(if is_middle { middle } else { hoped.clamp(first, last) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn u(value: u128) -> U256 {
        U256::from(value)
    }

    /// A market of 6 decimals: so much of both, at a rate of percents, its scalar, and so long to go.
    fn curve(pt: u128, sy: u128, percent: u64, scalar: u64, left_secs: u64) -> Option<Curve> {
        let state = State {
            pt: u(pt),
            sy: u(sy),
            scalar_root_wad: u(u128::from(scalar) * u128::from(WAD)),
            ln_fee_wad: u(500_000_000_000_000),
            ln_rate_wad: u(u128::from(percent) * u128::from(WAD) / 100),
        };
        Curve::of(&state, u(1_050_000_000_000_000_000), left_secs)
    }

    fn ordinary() -> Curve {
        curve(10_000_000_000_000, 10_000_000_000_000, 6, 50, 31_536_000 / 2).expect("within bounds")
    }

    #[test]
    fn a_small_purchase_costs_the_implied_price_and_the_fee() {
        let curve = ordinary();
        let cost = curve.cost_up(u(1_000_000_000)).expect("within bounds").to::<u128>() as f64 * 1.05;

        // e^(-0.06 / 2) for one, times e^(0.0005 / 2), and what a ten-thousandth of the market moves.
        let fair = 1e9 * (-0.03_f64 + 0.00025).exp();
        assert!((cost / fair - 1.0).abs() < 1e-5, "{cost} for {fair}");
        let proceeds = curve.proceeds_down(u(1_000_000_000)).expect("within bounds").to::<u128>() as f64 * 1.05;
        let fair = 1e9 * (-0.03_f64 - 0.00025).exp();
        assert!((proceeds / fair - 1.0).abs() < 1e-5, "{proceeds} for {fair}");
    }

    #[test]
    fn nothing_is_sold_that_is_not_there_nor_above_par() {
        let curve = ordinary();

        assert_eq!(curve.cost_up(curve.pt), None);
        assert_eq!(curve.cost_up(curve.pt + U256::ONE), None);
        // Nearly all of it would cost more than it pays.
        assert_eq!(curve.cost_up(curve.pt - U256::ONE), None);
        assert!(curve.purchase_down(U256::from(u128::MAX)) < curve.pt);
        assert_eq!(curve.purchase_down(U256::ZERO), U256::ZERO);
    }

    #[test]
    fn no_more_is_taken_than_the_market_may_hold() {
        let curve = ordinary();
        let most = curve.most_sale();

        assert!(curve.proceeds_down(most).is_some());
        assert_eq!(curve.proceeds_down(most + u(2) + (most >> 50)), None);
        assert_eq!(curve.sale_up(U256::from(u128::MAX), U256::MAX), None);
    }

    #[test]
    fn an_expired_or_empty_market_has_no_curve() {
        assert!(curve(1_000_000, 1_000_000, 6, 50, 0).is_none());
        assert!(curve(0, 0, 6, 50, 1000).is_none());
        assert!(curve(1_000_000, 0, 6, 50, 1000).is_none());
        assert!(curve(1_000_000, 1_000_000, 6, 0, 1000).is_none());
    }

    /// Markets of every depth, share, rate and term.
    fn any_curve() -> impl Strategy<Value = Curve> {
        (6_u32..27, 1_u128..90, 1_u64..60, 5_u64..200, 60_u64..63_072_000).prop_filter_map(
            "within bounds",
            |(digits, percent_pt, percent, scalar, left_secs)| {
                let all = 10_u128.pow(digits);
                curve(all / 100 * percent_pt, all / 100 * (100 - percent_pt), percent, scalar, left_secs)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_purchase_is_the_most_that_can_be_paid(curve in any_curve(), part in 1_u128..1_000_000) {
            let sy = curve.pt * u(part) / u(1_000_000);
            let pt = curve.purchase_down(sy);
            if !pt.is_zero() {
                prop_assert!(curve.cost_up(pt).expect("it was found") <= sy);
            }
            prop_assert!(curve.cost_up(pt + U256::ONE).is_none_or(|cost| cost > sy), "{pt} is not the most for {sy}");
        }

        #[test]
        fn a_sale_is_the_least_that_pays(curve in any_curve(), part in 1_u128..1_000_000) {
            let most = curve.most_sale();
            prop_assume!(!most.is_zero());
            let sy = curve.proceeds_down(most).expect("the most is in bounds") * u(part) / u(1_000_000);
            prop_assume!(!sy.is_zero());
            let pt = curve.sale_up(sy, most).expect("less than the most is enough");
            prop_assert!(curve.proceeds_down(pt).expect("it was found") >= sy);
            prop_assert!(curve.proceeds_down(pt - U256::ONE).is_none_or(|proceeds| proceeds < sy));
        }

        #[test]
        fn a_round_trip_loses(curve in any_curve(), part in 1_u128..1_000_000) {
            let sy = curve.asset * u(part) / u(2_000_000);
            let pt = curve.purchase_down(sy);
            // At once, in the market as it was: no better than where it has been moved to.
            prop_assert!(curve.proceeds_down(pt).is_none_or(|proceeds| proceeds <= sy));
        }
    }
}
