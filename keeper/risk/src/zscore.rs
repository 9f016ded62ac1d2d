//! How far a value is from its own history: in standard deviations, and robustly.
//!
//! ```text
//! z = (x - mean) / s        s^2 = sum of (x - mean)^2 / (n - 1)
//! robust z = (x - median) / (1.4826 MAD)        MAD = median of |x - median|
//! ```
//!
//! 1.4826 makes the second one like the first for a normal distribution (Rousseeuw and Croux, JASA 88, 1993). One outlier in twenty
//! hides others from the first, not from the second.

use crate::error::{Error, finite};

/// Observations below which a history says nothing.
pub const LEAST_OBSERVATIONS: usize = 20;
/// The normal distribution's standard deviation by its median absolute deviation.
const MAD_SCALE: f64 = 1.482_602_218_505_602;

/// Where a value stands in its history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// In standard deviations from the mean; nothing where the history does not move.
    pub z: Option<f64>,
    /// In scaled median absolute deviations from the median; nothing where most of the history does not move.
    pub robust_z: Option<f64>,
    /// The history's mean.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
    /// Its median.
    pub median: f64,
    /// Its scaled median absolute deviation.
    pub robust_deviation: f64,
    /// Observations that it rests on.
    pub observations: usize,
}

/// Returns where a value stands in its history, of which what is not a number is left out.
///
/// # Errors
/// Where fewer than `least` (and two) observations are left, or the value is not a number.
pub fn standing(history: &[f64], value: f64, least: usize) -> Result<Standing, Error> {
    let value = finite("the value", value)?;
    let mut sorted: Vec<_> = history.iter().copied().filter(|one| one.is_finite()).collect();
    let (found, needed) = (sorted.len(), least.max(2));
    if found < needed {
        return Err(Error::TooFew { what: "observations", found, needed });
    }
    let count = found as f64;
    let mean = sorted.iter().sum::<f64>() / count;
    let deviation = (sorted.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    let center = median(&mut sorted);
    let mut distances: Vec<_> = sorted.iter().map(|one| (one - center).abs()).collect();
    let robust_deviation = MAD_SCALE * median(&mut distances);
    // What rounding alone makes of a history that stands still is no deviation.
    let noise = 1e-14 * sorted.iter().fold(0.0, |most: f64, one| most.max(one.abs()));
    let by = |distance: f64, deviation: f64| (deviation > noise).then(|| distance / deviation);
    Ok(Standing {
        z: by(value - mean, deviation),
        robust_z: by(value - center, robust_deviation),
        mean,
        deviation,
        median: center,
        robust_deviation,
        observations: found,
    })
}

/// Returns where each value of a series stands in the `window` values before it, itself left out; nothing where fewer than `least` are.
#[must_use]
pub fn rolling(series: &[f64], window: usize, least: usize) -> Vec<Option<Standing>> {
    let before = |index: usize| &series[index.saturating_sub(window)..index];
    series.iter().enumerate().map(|(index, value)| standing(before(index), *value, least).ok()).collect()
}

/// The middle value; the mean of both where there are two. Sorts.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
