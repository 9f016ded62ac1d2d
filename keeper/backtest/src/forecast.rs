//! What a venue is expected to pay over a horizon: a rate that returns to its mean.
//!
//! With `x` today's rate, `m` its mean weighted by `2^(-age / half-life)`, and `f` the first autocorrelation of what it was
//! away from `m` (least squares, the same weights):
//!
//! ```text
//! mean over the next H days = m + (x - m) * f * (1 - f^H) / (H * (1 - f))
//! ```
//!
//! A first-order autoregression, the discrete form of Vasicek's process (1977). It sees quotes up to today alone.

/// Observations below which today's rate stands for itself.
const LEAST: usize = 10;

/// The most that today's distance from the mean may last: a half-life of 138 days.
const MOST_LASTING: f64 = 0.995;

/// The expected mean rate of the next `horizon_days`, from quotes up to today, oldest first.
///
/// Today's rate where fewer than ten quotes are known; zero without any.
#[must_use]
pub fn mean_reverting(quotes: &[f64], half_life_days: f64, horizon_days: f64) -> f64 {
    let Some(&today) = quotes.last() else { return 0.0 };
    if quotes.len() < LEAST {
        return today;
    }
    let decay = (-std::f64::consts::LN_2 / half_life_days).exp();
    let (mut weight, mut weights, mut sum) = (1.0, 0.0, 0.0);
    for quote in quotes.iter().rev() {
        weights += weight;
        sum += weight * quote;
        weight *= decay;
    }
    let mean = sum / weights;
    let (mut weight, mut square, mut product) = (1.0, 0.0, 0.0);
    for pair in quotes.windows(2).rev() {
        let (before, after) = (pair[0] - mean, pair[1] - mean);
        square += weight * before * before;
        product += weight * before * after;
        weight *= decay;
    }
    if square <= 0.0 {
        return today;
    }
    let lasting = (product / square).clamp(0.0, MOST_LASTING);
    let kept = lasting * (1.0 - lasting.powf(horizon_days)) / (horizon_days * (1.0 - lasting));
    (mean + (today - mean) * kept).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_rate_is_expected_to_stay() {
        assert_eq!(mean_reverting(&[0.04; 50], 30.0, 7.0), 0.04);
        assert_eq!(mean_reverting(&[0.04, 0.05], 30.0, 7.0), 0.05);
        assert_eq!(mean_reverting(&[], 30.0, 7.0), 0.0);
    }

    #[test]
    fn a_spike_is_expected_to_pass() {
        let mut quotes = [0.04, 0.041].repeat(60);
        quotes.push(0.30);

        let expected = mean_reverting(&quotes, 30.0, 7.0);

        assert!(expected > 0.04 && expected < 0.06, "{expected}");
    }

    #[test]
    fn an_autoregression_is_found_and_carried_forward() {
        // x[t+1] - 0.05 = 0.9 * (x[t] - 0.05), pushed away from time to time; far longer memory than half-life of pushes.
        let mut quotes = vec![0.05];
        for day in 1..2_000 {
            let push = if day % 97 == 0 {
                0.03
            } else if day % 89 == 0 {
                -0.03
            } else {
                0.0
            };
            quotes.push(0.05 + 0.9 * (quotes[day - 1] - 0.05) + push);
        }
        quotes.push(0.08);

        let found = mean_reverting(&quotes, 500.0, 10.0);

        let kept = 0.9 * (1.0 - 0.9_f64.powi(10)) / (10.0 * 0.1);
        assert!((found - (0.05 + 0.03 * kept)).abs() < 2e-3, "{found} is not {}", 0.05 + 0.03 * kept);
    }
}
