//! Roots of functions of one number.

use crate::error::Error;

/// More than any bracket of doubles takes: each second step at least halves it.
const STEPS: usize = 400;

/// Finds where `f` is zero between two places at which its signs differ, to the spacing of doubles (Chandrupatla, Advances in
/// Engineering Software 28, 1997: inverse quadratic steps where they are safe, halvings where not).
///
/// # Errors
/// Where the signs do not differ, or `f` is undefined at an end; `what` and `target` are for the message.
pub(crate) fn between(
    what: &'static str,
    target: f64,
    (low, high): (f64, f64),
    f: impl Fn(f64) -> f64,
) -> Result<f64, Error> {
    let (mut x1, mut x2) = (low, high);
    let (mut f1, mut f2) = (f(x1), f(x2));
    let is_bracket = (f1 <= 0.0 && f2 >= 0.0) || (f1 >= 0.0 && f2 <= 0.0);
    if !is_bracket {
        return Err(Error::NoRoot { what, low, high, target });
    }
    let mut part = 0.5;
    for _ in 0..STEPS {
        let x = x1 + part * (x2 - x1);
        let value = f(x);
        let (x3, f3) = if (value > 0.0) == (f1 > 0.0) {
            (x1, f1)
        } else {
            let last = (x2, f2);
            (x2, f2) = (x1, f1);
            last
        };
        (x1, f1) = (x, value);
        let best = if f1.abs() < f2.abs() { x1 } else { x2 };
        let least = 2.0 * f64::EPSILON * best.abs() + f64::MIN_POSITIVE;
        let least_part = least / (x2 - x1).abs();
        if least_part > 0.5 || f1 == 0.0 || f2 == 0.0 {
            return Ok(best);
        }
        let (along, up) = ((x1 - x2) / (x3 - x2), (f1 - f2) / (f3 - f2));
        let is_safe = up * up < along && (1.0 - up).powi(2) < 1.0 - along;
        let quadratic = f1 / (f2 - f1) * (f3 / (f2 - f3)) + (x3 - x1) / (x2 - x1) * (f1 / (f3 - f1)) * (f2 / (f3 - f2));
        part = if is_safe { quadratic } else { 0.5 }.clamp(least_part, 1.0 - least_part);
    }
    Ok(x1)
}

/// Finds where a falling `f` is zero: widens `[low, high]` upwards by doubling, downwards towards `floor`, until it brackets.
///
/// # Errors
/// Where no bracket is found.
pub(crate) fn falling(
    what: &'static str,
    target: f64,
    (floor, low, high): (f64, f64, f64),
    f: impl Fn(f64) -> f64,
) -> Result<f64, Error> {
    let (mut low, mut high) = (low, high);
    for _ in 0..60 {
        if f(low) < 0.0 {
            high = high.min(low);
            low = if floor.is_finite() { 0.5 * (floor + low) } else { 2.0 * low };
        } else if f(high) > 0.0 {
            low = low.max(high);
            high *= 2.0;
        } else {
            break;
        }
    }
    between(what, target, (low, high), f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_to_the_last_digits() {
        let cube = between("cube root", 2.0, (0.0, 4.0), |x| x.powi(3) - 2.0).expect("a root");
        assert!((cube - 2.0_f64.cbrt()).abs() < 1e-15, "{cube}");
        let flat = between("ninth power", 0.0, (-1.0, 4.0), |x| (x - 1.0).powi(9)).expect("a root");
        assert!((flat - 1.0).abs() < 1e-10, "{flat}");
        let far = falling("log", 0.0, (-1.0, 0.0, 0.1), |x| 7.0 - (1.0 + x).ln()).expect("a root");
        assert!((far / (7.0_f64.exp() - 1.0) - 1.0).abs() < 1e-14, "{far}");
    }

    #[test]
    fn without_a_change_of_sign_there_is_none() {
        assert!(between("square", 1.0, (-1.0, 1.0), |x| x * x + 1.0).is_err());
        assert!(between("nothing", 1.0, (-1.0, 1.0), |_| f64::NAN).is_err());
        assert!(falling("rising", 0.0, (-1.0, -0.5, 1.0), |x| x.abs() + 1.0).is_err());
    }
}
