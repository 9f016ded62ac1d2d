//! A venue's pool on one day, without us: how its rate answers to what we bring.

use model::rate::{AaveTwoSlope, CompoundKinked, FixedRate};
use model::units::YEAR_SECS;
use model::{Assets, RateModel, Ray, Wad};

/// Base units of a dollar.
pub const DOLLAR: f64 = 1e6;

/// The least part of a pool that stays unlent where a rate asks for more than all of it.
const FULL: f64 = 0.9999;

/// Halvings that bring a bracket of usages to a double's spacing.
const HALVINGS: usize = 64;

/// A pool's parameters; amounts in dollars, rates simple and yearly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// Two slopes of the borrow rate, by Aave's formula.
    Slopes {
        /// What others supply.
        supply_usd: f64,
        /// What is lent out.
        debt_usd: f64,
        /// The treasury's part of the interest.
        reserve_factor: f64,
        /// The usage at which the second slope begins.
        optimal: f64,
        /// Borrow rate at no usage.
        base: f64,
        /// What it gains up to the optimal usage.
        slope1: f64,
        /// What it gains from there to full usage.
        slope2: f64,
    },
    /// Two slopes of the supply rate, by Compound III's formula.
    Kinked {
        /// What others supply.
        supply_usd: f64,
        /// What is lent out.
        debt_usd: f64,
        /// The usage at which the second slope begins.
        kink: f64,
        /// Supply rate at no usage.
        base: f64,
        /// What it gains by usage up to the kink.
        low: f64,
        /// What it gains by usage above.
        high: f64,
    },
    /// A rate that somebody sets.
    Set {
        /// What every unit earns.
        rate: f64,
    },
}

impl State {
    /// The keeper's rate model of the pool with `own_usd` of ours in it.
    #[must_use]
    pub fn rate_model(&self, own_usd: f64) -> RateModel {
        match *self {
            Self::Slopes { supply_usd, debt_usd, reserve_factor, optimal, base, slope1, slope2 } => {
                let debt = assets(debt_usd);
                RateModel::AaveTwoSlope(AaveTwoSlope {
                    total_variable_debt: debt,
                    available_liquidity: assets(supply_usd).saturating_add(assets(own_usd)).saturating_sub(debt),
                    unbacked: Assets::ZERO,
                    supply_cap: None,
                    reserve_factor_bps: (reserve_factor * 1e4).round() as u16,
                    optimal_usage: ray(optimal),
                    base_rate: ray(base),
                    slope1: ray(slope1),
                    slope2: ray(slope2),
                })
            }
            Self::Kinked { supply_usd, debt_usd, kink, base, low, high } => {
                let a_second = |yearly: f64| wad(yearly / YEAR_SECS as f64);
                RateModel::CompoundKinked(CompoundKinked {
                    total_supply: assets(supply_usd).saturating_add(assets(own_usd)),
                    total_borrow: assets(debt_usd),
                    is_paused: false,
                    supply_kink: wad(kink),
                    base_a_second: a_second(base),
                    slope_low_a_second: a_second(low),
                    slope_high_a_second: a_second(high),
                })
            }
            Self::Set { rate } => RateModel::FixedRate(FixedRate { rate: wad(rate), capacity: None }),
        }
    }

    /// What suppliers earn a year when we hold `own_usd`, by the same formulas.
    #[must_use]
    pub fn supply_rate(&self, own_usd: f64) -> f64 {
        match *self {
            Self::Slopes { supply_usd, debt_usd, .. } | Self::Kinked { supply_usd, debt_usd, .. } => {
                let all = supply_usd + own_usd;
                if all > 0.0 { self.rate_at((debt_usd / all).min(1.0)) } else { 0.0 }
            }
            Self::Set { rate } => rate,
        }
    }

    /// What the pool can pay out when we hold `own_usd`, in dollars.
    #[must_use]
    pub fn liquidity_usd(&self, own_usd: f64) -> f64 {
        match *self {
            Self::Slopes { supply_usd, debt_usd, .. } | Self::Kinked { supply_usd, debt_usd, .. } => {
                (supply_usd + own_usd - debt_usd).max(0.0)
            }
            Self::Set { .. } => f64::INFINITY,
        }
    }

    /// The part that is lent out when we hold nothing; nothing where nobody borrows by a formula.
    #[must_use]
    pub fn usage(&self) -> Option<f64> {
        match *self {
            Self::Slopes { supply_usd, debt_usd, .. } | Self::Kinked { supply_usd, debt_usd, .. } => {
                (supply_usd > 0.0).then(|| debt_usd / supply_usd)
            }
            Self::Set { .. } => None,
        }
    }

    /// The same pool at the usage at which suppliers earn `target` while we hold nothing, or as near as it can be.
    #[must_use]
    pub fn at_rate(&self, target: f64) -> Self {
        let (mut low, mut high) = (0.0, FULL);
        if !matches!(self, Self::Set { .. }) {
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(low, high);
                if self.rate_at(middle) < target { low = middle } else { high = middle }
            }
        }
        let mut moved = *self;
        match &mut moved {
            Self::Slopes { supply_usd, debt_usd, .. } | Self::Kinked { supply_usd, debt_usd, .. } => {
                *debt_usd = *supply_usd * high;
            }
            Self::Set { rate } => *rate = target,
        }
        moved
    }

    /// What suppliers earn at a usage.
    fn rate_at(&self, usage: f64) -> f64 {
        match *self {
            Self::Slopes { reserve_factor, optimal, base, slope1, slope2, .. } => {
                let borrow_rate = if usage <= optimal {
                    base + slope1 * usage / optimal
                } else {
                    base + slope1 + slope2 * (usage - optimal) / (1.0 - optimal)
                };
                borrow_rate * usage * (1.0 - reserve_factor)
            }
            Self::Kinked { kink, base, low, high, .. } => base + low * usage.min(kink) + high * (usage - kink).max(0.0),
            Self::Set { rate } => rate,
        }
    }
}

/// Base units of so many dollars, rounded down.
pub(crate) fn assets(usd: f64) -> Assets {
    Assets::from_f64_down(usd * DOLLAR)
}

/// A fraction of at least zero, rounded to a part in 1e18.
fn wad(fraction: f64) -> Wad {
    Wad::from((fraction.max(0.0) * 1e18).round() as u128)
}

/// A yearly fraction of at least zero, to a part in 1e18.
pub(crate) fn ray(fraction: f64) -> Ray {
    Ray::from((fraction.max(0.0) * 1e18) as u128 * 1_000_000_000)
}

/// Days of the year on which the model's rates rest, as [`crate::day::YEAR_DAYS`].
const _: () = assert!(YEAR_SECS == 365 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn aave() -> State {
        let (optimal, base, slope1, slope2) = (0.9, 0.01, 0.05, 0.4);
        State::Slopes { supply_usd: 1e8, debt_usd: 9.3e7, reserve_factor: 0.1, optimal, base, slope1, slope2 }
    }

    fn compound() -> State {
        State::Kinked { supply_usd: 3e7, debt_usd: 2.6e7, kink: 0.8, base: 0.001, low: 0.0325, high: 0.4 }
    }

    #[test]
    fn rates_are_those_of_the_keeper_s_own_model() {
        for state in [aave(), compound(), State::Set { rate: 0.0425 }] {
            for own in [0.0, 1e5, 1e6, 5e6, 1e8, 1e9] {
                let curve = state.rate_model(own).curve(assets(own), Timestamp(0)).expect("possible");
                let (modelled, own_rate) = (curve.rate(own * DOLLAR), state.supply_rate(own));

                // Compound's rates are whole parts of 1e18 a second: 3e-11 a year each.
                assert!((modelled - own_rate).abs() < 1e-10, "{modelled} is not {own_rate} at {own}");
            }
        }
    }

    #[test]
    fn a_pool_is_brought_to_the_usage_that_pays_a_rate() {
        for state in [aave(), compound(), State::Set { rate: 0.01 }] {
            for target in [0.002, 0.02, 0.04, 0.09] {
                assert!((state.at_rate(target).supply_rate(0.0) - target).abs() < 1e-12, "{state:?} at {target}");
            }
        }
        let most = aave().at_rate(9.0).usage().expect("a pool");
        assert!((most - FULL).abs() < 1e-12, "{most}");
    }
}
