//! How soon a price may pass a level: the first passage of a Brownian motion with drift.
//!
//! A log price that stands `distance` above a level, falls by `drift` and moves by `volatility` a year has passed it by the
//! time `t` with the chance (Borodin and Salminen, Handbook of Brownian Motion, 2.0.2 of part II)
//!
//! ```text
//! P(t) = N((drift t - distance) / (volatility sqrt t)) + exp(2 drift distance / volatility^2) N((-drift t - distance) / (volatility sqrt t))
//! ```
//!
//! with N the normal distribution. Absolute error below 1e-12 for chances from 1e-6 on; times to a part in 1e9. Jumps and
//! changing volatility are not in it: it is a yardstick, not a promise.

use crate::volatility::YEAR_SECS;

/// What moves the price towards the level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// A year, 1 = 100 %; zero for none.
    pub volatility: f64,
    /// By how much the log falls a year for sure; negative where it rises.
    pub drift: f64,
}

/// The longest time that is told; later is never.
const MAX_YEARS: f64 = 10.0;
/// Halvings of an interval: to a part in 2^60 of it.
const HALVINGS: usize = 60;

impl Motion {
    /// Returns the chance that a level `distance` below (in logs) is passed within `secs`.
    #[must_use]
    pub fn chance(&self, distance: f64, secs: f64) -> f64 {
        let (years, sigma) = (secs / YEAR_SECS, self.volatility);
        if distance <= 0.0 {
            return 1.0;
        }
        if years <= 0.0 {
            return 0.0;
        }
        let fallen = self.drift * years;
        if sigma <= 0.0 {
            return if fallen >= distance { 1.0 } else { 0.0 };
        }
        let scale = sigma * years.sqrt();
        let straight = normal((fallen - distance) / scale);
        let tail = normal((-fallen - distance) / scale);
        // A huge factor meets a tail that is smaller still.
        let reflected = if tail == 0.0 { 0.0 } else { (2.0 * self.drift * distance / sigma.powi(2) + tail.ln()).exp() };
        (straight + reflected).clamp(0.0, 1.0)
    }

    /// Returns within how many seconds the level is passed with a chance of `chance`, between 0 and 1; nothing where it
    /// takes longer than ten years.
    #[must_use]
    pub fn secs_until(&self, distance: f64, chance: f64) -> Option<f64> {
        if distance <= 0.0 {
            return Some(0.0);
        }
        let (mut early, mut late) = (0.0, MAX_YEARS * YEAR_SECS);
        if self.chance(distance, late) < chance {
            return None;
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (early + late);
            if self.chance(distance, middle) < chance { early = middle } else { late = middle }
        }
        Some(late)
    }
}

/// The normal distribution.
fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: f64 = 86_400.0;

    #[test]
    fn without_drift_it_is_twice_the_tail() {
        let motion = Motion { volatility: 0.8, drift: 0.0 };
        let (distance, years) = (0.1_f64, 1.0_f64 / 365.0);

        let found = motion.chance(distance, DAY);

        // 2 N(-2.3881), by tables of the normal distribution: 0.016936.
        assert!((found - 0.016_936).abs() < 1e-5, "{found}");
        assert!((found - 2.0 * normal(-distance / (0.8 * years.sqrt()))).abs() < 1e-12);
    }

    #[test]
    fn times_scale_with_the_square_of_the_distance() {
        let motion = Motion { volatility: 0.6, drift: 0.0 };
        let [near, far] = [0.05, 0.1].map(|distance| motion.secs_until(distance, 0.05).expect("soon"));

        assert!((far / near - 4.0).abs() < 1e-7, "{near} {far}");
        // (d / (1.959964 sigma))^2, the two-sided 5 % point of the normal distribution.
        let expected = (0.1 / (1.959_963_985 * 0.6_f64)).powi(2) * YEAR_SECS;
        assert!((far / expected - 1.0).abs() < 1e-8, "{far} {expected}");
    }

    #[test]
    fn what_only_drifts_arrives_on_time() {
        let motion = Motion { volatility: 0.0, drift: 0.1 };

        let secs = motion.secs_until(0.05, 0.5).expect("half a year");
        assert!((secs / (0.5 * YEAR_SECS) - 1.0).abs() < 1e-9);
        assert_eq!(Motion { volatility: 0.0, drift: -0.1 }.secs_until(0.05, 0.5), None);
        assert_eq!(motion.secs_until(0.0, 0.5), Some(0.0));
    }

    #[test]
    fn a_walk_in_small_steps_passes_as_often() {
        // 20,000 walks of 400 steps, by a small generator with a seed; the grid misses some passages, which the shift of
        // Broadie, Glasserman and Kou (0.5826 sigma sqrt dt) accounts for.
        let (motion, distance, steps) = (Motion { volatility: 1.0, drift: 0.5 }, 0.08, 400);
        let (secs, mut seed) = (2.0 * DAY, 42_u64);
        let mut uniform = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        let dt = secs / YEAR_SECS / f64::from(steps);
        let level = distance - 0.5826 * dt.sqrt();
        let passed = (0..20_000).filter(|_| {
            let mut fallen = 0.0;
            (0..steps).any(|_| {
                let gauss = (-2.0 * (1.0 - uniform()).ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
                fallen += motion.drift * dt + dt.sqrt() * gauss;
                fallen >= level
            })
        });
        let found = passed.count() as f64 / 20_000.0;

        assert!((found - motion.chance(distance, secs)).abs() < 0.01, "{found} {}", motion.chance(distance, secs));
    }

    proptest! {
        #[test]
        fn chances_rise_with_time_and_fall_with_distance(
            volatility in 0.0..5.0_f64,
            drift in -3.0..3.0_f64,
            distance in 0.0..2.0_f64,
            secs in 0.0..3e7_f64,
        ) {
            let motion = Motion { volatility, drift };
            let chance = motion.chance(distance, secs);
            prop_assert!((0.0..=1.0).contains(&chance));
            prop_assert!(motion.chance(distance, secs * 1.5) >= chance - 1e-12);
            prop_assert!(motion.chance(distance * 1.5, secs) <= chance + 1e-12);
        }

        #[test]
        fn the_time_has_the_chance(volatility in 0.01..3.0_f64, drift in -0.5..0.5_f64, distance in 0.001..0.5_f64) {
            let motion = Motion { volatility, drift };
            if let Some(secs) = motion.secs_until(distance, 0.05) {
                prop_assert!((motion.chance(distance, secs) - 0.05).abs() < 1e-6);
            }
        }
    }
}
