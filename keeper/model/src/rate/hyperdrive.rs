//! Hyperdrive's fixed-rate longs on its YieldSpace curve: what our own trade does to the price, and what a term earns.
//!
//! With `z` effective shares and `y` bonds in reserve, share prices `c` now and `m` at the start, `t = 1 - stretch`,
//!
//! ```text
//! k     = c/m * (m z)^t + y^t                                         kept by every trade
//! bonds = y - ( k - c/m * (m (z + d/c))^t )^(1/t) - fee * (1/p - 1) * d         for d of the asset paid
//! p     = (m z / y)^stretch                                           what a bond costs at the margin
//! ```
//!
//! A bond pays one of the asset, less the flat fee, when its term ends. Sources: `YieldSpaceMath`, `HyperdriveMath`.
//! Longs held already earn what they were opened for; they are taken to leave in proportion.

use serde::{Deserialize, Serialize};

use super::curve::{Income, Shape};
use super::jet::Jet;
use super::{Curve, Error, Piece, at_most, positive};
use crate::units::{Assets, Timestamp, Wad, YEAR_SECS};

/// A pool, as read from the chain at one block, and the longs that we hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HyperdriveLong {
    /// Share reserves less the adjustment, in shares.
    pub effective_share_reserves: Assets,
    /// Bond reserves.
    pub bond_reserves: Assets,
    /// What a share is worth now.
    pub share_price: Wad,
    /// What it was worth at the pool's start.
    pub initial_share_price: Wad,
    /// The time stretch of a whole term.
    pub time_stretch: Wad,
    /// How long a term is.
    pub term_secs: u64,
    /// The curve fee, as a part of the interest.
    pub curve_fee: Wad,
    /// The flat fee, as a part of what a bond pays.
    pub flat_fee: Wad,
    /// Bonds that we hold.
    pub held_bonds: Assets,
    /// When they pay.
    pub held_until: Timestamp,
}

/// Longs opened beyond what is held, as a piece of an income curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Long {
    shares: f64,
    bonds: f64,
    share_price: f64,
    initial_share_price: f64,
    exponent: f64,
    invariant: f64,
    /// What the curve fee takes of each unit paid.
    fee: f64,
    /// What the flat fee leaves of each bond.
    keep: f64,
    years: f64,
    own: f64,
    /// What the longs held already earn a year.
    held_income: f64,
}

impl HyperdriveLong {
    /// The income curve of a position that is worth `own` at the moment `at`.
    pub(super) fn curve(&self, own: Assets, at: Timestamp) -> Result<Curve, Error> {
        let own = own.to_f64();
        let keep = 1.0 - at_most("flat fee", self.flat_fee.to_fraction(), 1.0)?;
        let years_left = self.held_until.secs_since(at) as f64 / YEAR_SECS as f64;
        let held = self.held_bonds.to_f64() * keep - own;
        let held_income = if years_left > 0.0 && own > 0.0 { held / years_left } else { 0.0 };
        let long = self.long(own, held_income, keep)?;

        let rate = if own > 0.0 { held_income / own } else { 0.0 };
        let pieces = vec![
            Piece::new(0.0, own, Shape::Line { at: 0.0, value: 0.0, slope: rate }),
            Piece::new(own, f64::INFINITY, Shape::Long(long)),
        ];
        Ok(Curve::new(pieces, own + long.most_paid()))
    }

    /// The simple yearly rate of a first unit, before the curve fee: `(1/p - 1)` by the years of a term.
    ///
    /// # Errors
    /// Where the parameters contradict the pool's own rules.
    pub fn spot_rate(&self) -> Result<f64, Error> {
        let long = self.long(0.0, 0.0, 1.0)?;
        Ok((1.0 / long.spot_price() - 1.0) / long.years)
    }

    fn long(&self, own: f64, held_income: f64, keep: f64) -> Result<Long, Error> {
        let stretch = at_most("time stretch", self.time_stretch.to_fraction(), 0.99)?;
        let share_price = positive("share price", self.share_price.to_fraction())?;
        let initial_share_price = positive("initial share price", self.initial_share_price.to_fraction())?;
        let shares = positive("effective share reserves", self.effective_share_reserves.to_f64())?;
        let bonds = positive("bond reserves", self.bond_reserves.to_f64())?;
        let curve_fee = at_most("curve fee", self.curve_fee.to_fraction(), 1.0)?;
        let years = positive("term", self.term_secs as f64 / YEAR_SECS as f64)?;
        let exponent = 1.0 - stretch;
        let weight = share_price / initial_share_price;
        let invariant = weight * (initial_share_price * shares).powf(exponent) + bonds.powf(exponent);
        let long = Long {
            shares,
            bonds,
            share_price,
            initial_share_price,
            exponent,
            invariant,
            fee: 0.0,
            keep,
            years,
            own,
            held_income,
        };
        let price = at_most("spot price", long.spot_price(), 1.0)?;
        Ok(Long { fee: curve_fee * (1.0 / price - 1.0), ..long })
    }
}

impl Long {
    pub(super) fn income(&self, x: f64) -> Income {
        let paid = Jet::variable(x - self.own);
        let shares = (paid * (1.0 / self.share_price) + self.shares) * self.initial_share_price;
        let weight = self.share_price / self.initial_share_price;
        let left = Jet::constant(self.invariant) - shares.powf(self.exponent) * weight;
        let bought = Jet::constant(self.bonds) - left.powf(1.0 / self.exponent) - paid * self.fee;
        ((bought * self.keep - paid) * (1.0 / self.years) + self.held_income).into()
    }

    fn spot_price(&self) -> f64 {
        (self.initial_share_price * self.shares / self.bonds).powf(1.0 - self.exponent)
    }

    /// What brings the price of a bond to one: the reserves are equal then.
    fn most_paid(&self) -> f64 {
        let weight = self.share_price / self.initial_share_price;
        let equal = (self.invariant / (weight + 1.0)).powf(1.0 / self.exponent);
        ((equal / self.initial_share_price - self.shares) * self.share_price).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLION: u128 = 1_000_000_000_000;
    const DAY: u64 = 86_400;

    fn wad(value: f64) -> Wad {
        Wad::from((value * 1e18).round() as u128)
    }

    /// Shares and bonds of a pool whose spot rate is 5 % for half a year.
    fn pool() -> HyperdriveLong {
        let (stretch, price, initial) = (0.045_f64, 1.02, 1.0);
        let shares = 50e12;
        let spot: f64 = 1.0 / (1.0 + 0.05 * 0.5);
        let bonds = initial * shares / spot.powf(1.0 / stretch);
        HyperdriveLong {
            effective_share_reserves: Assets::from_f64_down(shares),
            bond_reserves: Assets::from_f64_down(bonds),
            share_price: wad(price),
            initial_share_price: wad(initial),
            time_stretch: wad(stretch),
            term_secs: 365 * DAY / 2,
            curve_fee: wad(0.01),
            flat_fee: wad(0.000_25),
            held_bonds: Assets::ZERO,
            held_until: Timestamp(0),
        }
    }

    #[test]
    fn spot_rate_is_the_one_that_the_reserves_were_set_for() {
        assert!((pool().spot_rate().expect("possible") - 0.05).abs() < 1e-9);
        let curve = pool().curve(Assets::ZERO, Timestamp(0)).expect("possible");
        // A first unit buys 1/p bonds less the curve fee, and each pays less the flat one.
        let expected = ((1.025 - 0.01 * 0.025) * (1.0 - 0.000_25) - 1.0) / 0.5;
        assert!((curve.rate(0.0) - expected).abs() < 1e-9, "{}", curve.rate(0.0));
    }

    #[test]
    fn the_invariant_is_kept_by_a_long() {
        let (pool, paid) = (pool(), 2e12);
        let plain = HyperdriveLong { curve_fee: Wad::ZERO, flat_fee: Wad::ZERO, ..pool };
        let curve = plain.curve(Assets::ZERO, Timestamp(0)).expect("possible");
        let bought = curve.income(paid).value * 0.5 + paid;
        let (z, y, t) = (plain.effective_share_reserves.to_f64(), plain.bond_reserves.to_f64(), 1.0 - 0.045);
        let kept = |z: f64, y: f64| 1.02 * z.powf(t) + y.powf(t);

        let (before, after) = (kept(z, y), kept(z + paid / 1.02, y - bought));

        assert!((after / before - 1.0).abs() < 1e-12, "{after} is not {before}");
    }

    #[test]
    fn derivatives_are_those_of_the_income() {
        let curve = pool().curve(Assets::ZERO, Timestamp(0)).expect("possible");
        for x in [1e10, 1e12, 5e12, 2e13] {
            let step = 1e8;
            let (low, here, high) = (curve.income(x - step), curve.income(x), curve.income(x + step));

            assert!((here.marginal - (high.value - low.value) / (2.0 * step)).abs() < 1e-8);
            let curvature = (high.marginal - low.marginal) / (2.0 * step);
            assert!((here.curvature / curvature - 1.0).abs() < 1e-4, "{x}: {} is not {curvature}", here.curvature);
            assert!(here.curvature < 0.0);
        }
    }

    #[test]
    fn bonds_cost_one_at_the_capacity() {
        let plain = HyperdriveLong { curve_fee: Wad::ZERO, flat_fee: Wad::ZERO, ..pool() };
        let curve = plain.curve(Assets::ZERO, Timestamp(0)).expect("possible");

        assert!(curve.income(curve.capacity()).marginal.abs() < 1e-9);
    }

    #[test]
    fn longs_held_earn_what_they_were_opened_for() {
        let held = HyperdriveLong {
            held_bonds: Assets::from(1_020 * MILLION / 1_000),
            held_until: Timestamp(73 * DAY),
            flat_fee: Wad::ZERO,
            ..pool()
        };
        let curve = held.curve(Assets::from(MILLION), Timestamp(0)).expect("possible");

        for x in [0.0, 0.4e12, 1e12] {
            assert!((curve.income(x).value - 0.1 * x).abs() < 1e-6 * 1e12);
        }
        assert!(curve.income(1.1e12).value > curve.income(1e12).value);
    }

    #[test]
    fn a_pool_below_par_is_refused() {
        let thin = HyperdriveLong { bond_reserves: Assets::from(MILLION), ..pool() };

        assert!(thin.curve(Assets::ZERO, Timestamp(0)).is_err());
    }
}
