//! A curve by points.

use crate::error::{Error, finite, positive};

/// What lies between two points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// The logarithm of discounts is linear: forwards are flat between points, and stay so after the last.
    LogLinear,
    /// Zero rates are linear, and flat before the first point and after the last.
    LinearZero,
}

/// Points of a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodes {
    interpolation: Interpolation,
    /// Years and zero rate.
    points: Vec<(f64, f64)>,
}

impl Nodes {
    /// Returns the curve through points (years above zero and rising, continuous zero rate).
    ///
    /// # Errors
    /// Where there is none, or they are out of order or not finite.
    pub fn new(interpolation: Interpolation, points: Vec<(f64, f64)>) -> Result<Self, Error> {
        if points.is_empty() {
            return Err(Error::TooFew { what: "points of the curve", found: 0, needed: 1 });
        }
        let mut last = 0.0;
        for (years, zero) in &points {
            positive("the time between two points of the curve", years - last)?;
            finite("a zero rate", *zero)?;
            last = *years;
        }
        Ok(Self { interpolation, points })
    }

    /// Returns the points.
    #[must_use]
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// Returns the zero rate.
    #[must_use]
    pub fn zero(&self, years: f64) -> f64 {
        let ((t1, r1), (t2, r2)) = self.around(years);
        match self.interpolation {
            Interpolation::LinearZero if t1 == t2 => r2,
            Interpolation::LinearZero => r1 + (r2 - r1) * (years - t1) / (t2 - t1),
            // Before the first point, and at zero itself, its own rate holds.
            Interpolation::LogLinear if t1 == 0.0 => r2,
            Interpolation::LogLinear => (r1 * t1 + (r2 * t2 - r1 * t1) * (years - t1) / (t2 - t1)) / years,
        }
    }

    /// Returns the instantaneous forward rate; at a point the later one.
    #[must_use]
    pub fn forward(&self, years: f64) -> f64 {
        let ((t1, r1), (t2, r2)) = self.around(years);
        match self.interpolation {
            Interpolation::LinearZero if t1 == t2 => r2,
            Interpolation::LinearZero => self.zero(years) + years * (r2 - r1) / (t2 - t1),
            Interpolation::LogLinear => (r2 * t2 - r1 * t1) / (t2 - t1),
        }
    }

    /// The points on both sides; twice the same where linear zero rates go on flat.
    fn around(&self, years: f64) -> ((f64, f64), (f64, f64)) {
        let after = self.points.partition_point(|point| point.0 <= years);
        let is_flat = self.interpolation == Interpolation::LinearZero;
        let last = self.points.len() - 1;
        match after {
            0 if is_flat => (self.points[0], self.points[0]),
            0 => ((0.0, 0.0), self.points[0]),
            after if after > last && is_flat => (self.points[last], self.points[last]),
            after if after > last && last == 0 => ((0.0, 0.0), self.points[0]),
            after if after > last => (self.points[last - 1], self.points[last]),
            after => (self.points[after - 1], self.points[after]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
    }

    #[test]
    fn forwards_are_flat_between_points_where_discounts_are_log_linear() {
        let nodes = Nodes::new(Interpolation::LogLinear, vec![(1.0, 0.02), (3.0, 0.04)]).expect("points");

        for (years, zero, forward) in [(0.0, 0.02, 0.02), (0.5, 0.02, 0.02), (1.0, 0.02, 0.05), (2.0, 0.035, 0.05)] {
            close(nodes.zero(years), zero);
            close(nodes.forward(years), forward);
        }
        close(nodes.zero(4.0), 0.0425);
        close(nodes.forward(4.0), 0.05);
    }

    #[test]
    fn linear_zero_rates_go_on_flat() {
        let nodes = Nodes::new(Interpolation::LinearZero, vec![(1.0, 0.02), (3.0, 0.04)]).expect("points");

        for (years, zero, forward) in [(0.5, 0.02, 0.02), (2.0, 0.03, 0.05), (3.0, 0.04, 0.04), (9.0, 0.04, 0.04)] {
            close(nodes.zero(years), zero);
            close(nodes.forward(years), forward);
        }
    }

    #[test]
    fn one_point_is_a_flat_curve() {
        for interpolation in [Interpolation::LogLinear, Interpolation::LinearZero] {
            let nodes = Nodes::new(interpolation, vec![(2.0, 0.03)]).expect("a point");
            for years in [0.0, 1.0, 2.0, 7.0] {
                close(nodes.zero(years), 0.03);
                close(nodes.forward(years), 0.03);
            }
        }
    }

    #[test]
    fn points_out_of_order_are_refused() {
        for points in [vec![], vec![(0.0, 0.1)], vec![(1.0, 0.1), (1.0, 0.2)], vec![(1.0, f64::NAN)]] {
            assert!(Nodes::new(Interpolation::LogLinear, points).is_err());
        }
    }
}
