//! How sure a mean of days is that hang together: the stationary bootstrap (Politis and Romano, 1994).
//!
//! Each resample strings blocks of days together that begin anywhere and last a geometric number of days; the standard
//! error is how far the resamples' means are apart. Days are a circle.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Resamples: the standard error of a standard error is then a twentieth of it or less.
const RESAMPLES: usize = 500;

/// The standard error of the mean of `days`, with blocks of `block_days` on average; zero of fewer than two days.
///
/// The same seed gives the same figure.
#[must_use]
pub fn standard_error(days: &[f64], block_days: f64, seed: u64) -> f64 {
    if days.len() < 2 {
        return 0.0;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = days.len();
    let starts_anew = (u64::MAX as f64 / block_days.max(1.0)) as u64;
    let means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let mut at = pick(&mut random, count);
            let mut sum = 0.0;
            for _ in 0..count {
                sum += days[at];
                at = if random.next_u64() <= starts_anew { pick(&mut random, count) } else { (at + 1) % count };
            }
            sum / count as f64
        })
        .collect();
    let mean = means.iter().sum::<f64>() / RESAMPLES as f64;
    (means.iter().map(|other| (other - mean).powi(2)).sum::<f64>() / (RESAMPLES - 1) as f64).sqrt()
}

/// One of `count` places; the bias of the remainder is below `count` in 2^64.
fn pick(random: &mut ChaCha8Rng, count: usize) -> usize {
    (random.next_u64() % count as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        (0..count).map(|_| random.next_u64() as f64 / u64::MAX as f64 - 0.5).collect()
    }

    #[test]
    fn days_apart_have_the_textbook_s_error() {
        let days = noise(2_000);
        let textbook = (1.0_f64 / 12.0 / 2_000.0).sqrt();

        let found = standard_error(&days, 1.0, 7);

        assert!((found / textbook - 1.0).abs() < 0.1, "{found} is not {textbook}");
        assert_eq!(found, standard_error(&days, 1.0, 7));
    }

    #[test]
    fn days_that_hang_together_are_less_sure() {
        // A first-order autoregression of 0.8: the mean's error is three times that of days apart.
        let mut days = vec![0.0];
        for push in noise(4_000) {
            days.push(0.8 * days[days.len() - 1] + push);
        }

        let (apart, together) = (standard_error(&days, 1.0, 7), standard_error(&days, 50.0, 7));

        assert!((together / apart - 3.0).abs() < 0.5, "{}", together / apart);
    }

    #[test]
    fn nothing_varies_in_one_day_or_in_equal_ones() {
        assert_eq!(standard_error(&[0.1], 5.0, 1), 0.0);
        assert!(standard_error(&[0.25; 40], 5.0, 1) < 1e-15);
    }
}
