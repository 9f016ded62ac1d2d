//! The gamma distribution: its chances and quantiles.

use crate::{
    error::{Error, bounded, positive},
    root,
};

const TERMS: usize = 10_000;

/// The chance that a gamma variable of this shape and of rate 1 is at most `x` (Abramowitz and Stegun, 6.5.29 and 6.5.31). Absolute
/// error below 1e-13 for shapes up to 1e4.
pub(crate) fn gamma_chance(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let scale = (shape * x.ln() - x - libm::lgamma(shape)).exp();
    if x < shape + 1.0 {
        let (mut term, mut sum) = (1.0 / shape, 1.0 / shape);
        for index in 1..TERMS {
            term *= x / (shape + index as f64);
            sum += term;
            if term < f64::EPSILON * 0.1 * sum {
                break;
            }
        }
        return (scale * sum).min(1.0);
    }
    // The continued fraction of the upper tail, forwards (Lentz's method).
    let least = f64::MIN_POSITIVE / f64::EPSILON;
    let mut denominator = x + 1.0 - shape;
    let (mut numerator, mut inverse) = (1.0 / least, 1.0 / denominator);
    let mut fraction = inverse;
    for index in 1..TERMS {
        let count = index as f64;
        let part = -count * (count - shape);
        denominator += 2.0;
        let nonzero = |value: f64| if value.abs() < least { least } else { value };
        inverse = 1.0 / nonzero(part * inverse + denominator);
        numerator = nonzero(denominator + part / numerator);
        let factor = inverse * numerator;
        fraction *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    (1.0 - scale * fraction).max(0.0)
}

/// The value that a gamma variable of this shape and of rate 1 does not pass with this chance.
///
/// # Errors
/// Where the shape is not above zero or the chance not between 0 and 1.
pub(crate) fn gamma_quantile(shape: f64, chance: f64) -> Result<f64, Error> {
    positive("the shape of a gamma distribution", shape)?;
    bounded("a chance", chance, chance > 0.0 && chance < 1.0, "between 0 and 1")?;
    // In logs, so that tiny shapes have digits too.
    let high = (shape + 40.0 * shape.sqrt() + 750.0).ln();
    let low = -745.0;
    root::between("gamma quantile", chance, (low, high), |log| gamma_chance(shape, log.exp()) - chance).map(f64::exp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Half of tabulated chi-squared quantiles, of twice the shape's degrees.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (shape, chance, chi_squared) in [
            (0.5, 0.95, 3.841_458_820_694_124),
            (0.5, 0.025, 0.000_982_069_117_175_258),
            (1.0, 0.95, 5.991_464_547_107_979),
            (5.0, 0.99, 23.209_251_158_954_356),
            (10.5, 0.025, 10.282_897_782_522_85),
            (10.5, 0.975, 35.478_875_905_727_26),
            (50.0, 0.95, 124.342_113_404_003_94),
        ] {
            let found = 2.0 * gamma_quantile(shape, chance).expect("a quantile");
            assert!((found / chi_squared - 1.0).abs() < 1e-10, "{shape} {chance}: {found} {chi_squared}");
        }
        assert!(gamma_quantile(0.0, 0.5).is_err() && gamma_quantile(1.0, 1.0).is_err());
    }

    proptest! {
        #[test]
        fn whole_shapes_count_poisson_events(shape in 1..40_u32, x in 0.01..80.0_f64) {
            // The chance of at least `shape` events where `x` are expected.
            let mut term = (-x).exp();
            let mut fewer = 0.0;
            for count in 0..shape {
                fewer += term;
                term *= x / f64::from(count + 1);
            }
            prop_assert!((gamma_chance(f64::from(shape), x) - (1.0 - fewer)).abs() < 1e-12);
        }

        #[test]
        fn quantiles_have_their_chance(shape in 0.05..3000.0_f64, chance in 0.001..0.999_f64) {
            let found = gamma_quantile(shape, chance).expect("a quantile");
            prop_assert!((gamma_chance(shape, found) - chance).abs() < 1e-11);
        }
    }
}
