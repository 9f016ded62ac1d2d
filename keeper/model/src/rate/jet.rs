//! A value with its first two derivatives: products and quotients carry them along exactly.

use std::ops::{Add, Div, Mul, Sub};

/// `value`, `d/dx value` and `d2/dx2 value` at one point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jet {
    pub(super) value: f64,
    pub(super) slope: f64,
    pub(super) curvature: f64,
}

impl Jet {
    /// The variable itself.
    pub(super) fn variable(value: f64) -> Self {
        Self { value, slope: 1.0, curvature: 0.0 }
    }

    /// A number that does not depend on the variable.
    pub(super) fn constant(value: f64) -> Self {
        Self { value, slope: 0.0, curvature: 0.0 }
    }
}

impl Jet {
    /// Its natural logarithm.
    pub(super) fn ln(self) -> Self {
        let slope = self.slope / self.value;
        Self { value: self.value.ln(), slope, curvature: self.curvature / self.value - slope * slope }
    }

    /// A power of it.
    pub(super) fn powf(self, exponent: f64) -> Self {
        let value = self.value.powf(exponent);
        let first = exponent * value / self.value;
        let second = (exponent - 1.0) * first / self.value;
        Self { value, slope: first * self.slope, curvature: second * self.slope * self.slope + first * self.curvature }
    }
}

impl Add for Jet {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            slope: self.slope + other.slope,
            curvature: self.curvature + other.curvature,
        }
    }
}

impl Sub for Jet {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + other * -1.0
    }
}

impl Add<f64> for Jet {
    type Output = Self;

    fn add(self, other: f64) -> Self {
        Self { value: self.value + other, ..self }
    }
}

impl Mul for Jet {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            slope: self.slope * other.value + self.value * other.slope,
            curvature: self.curvature * other.value + 2.0 * self.slope * other.slope + self.value * other.curvature,
        }
    }
}

impl Mul<f64> for Jet {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        Self { value: self.value * other, slope: self.slope * other, curvature: self.curvature * other }
    }
}

impl Div for Jet {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        let slope = (self.slope - value * other.slope) / other.value;
        let curvature = (self.curvature - 2.0 * slope * other.slope - value * other.curvature) / other.value;
        Self { value, slope, curvature }
    }
}
