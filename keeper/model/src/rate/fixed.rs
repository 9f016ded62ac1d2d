//! An instrument that pays one rate at any size up to its capacity: a tokenised treasury, a bond at its issuer's price.

use serde::{Deserialize, Serialize};

use super::curve::Shape;
use super::{Curve, Error, Piece, at_most};
use crate::units::{Assets, Wad};

/// One rate up to a capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedRate {
    /// Simple rate a year.
    pub rate: Wad,
    /// The most that it takes of us in all; nothing where it takes any amount.
    pub capacity: Option<Assets>,
}

impl FixedRate {
    /// The income curve of a position that is worth `own` now; what is held stays within its capacity.
    pub(super) fn curve(&self, own: Assets) -> Result<Curve, Error> {
        let rate = at_most("fixed rate", self.rate.to_fraction(), 1e3)?;
        let line = Shape::Line { at: 0.0, value: 0.0, slope: rate };
        let capacity = self.capacity.map_or(f64::INFINITY, |capacity| capacity.max(own).to_f64());
        Ok(Curve::new(vec![Piece::new(0.0, f64::INFINITY, line)], capacity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_earns_the_same_up_to_the_capacity() {
        let bill = FixedRate { rate: Wad::from(43_000_000_000_000_000), capacity: Some(Assets::from(5_000)) };
        let curve = bill.curve(Assets::from(7_000)).expect("possible");

        assert_eq!(curve.capacity(), 7_000.0);
        for x in [0.0, 10.0, 7_000.0] {
            let income = curve.income(x);
            assert!((income.value - 0.043 * x).abs() < 1e-12 && (income.marginal - 0.043).abs() < 1e-15);
            assert_eq!(income.curvature, 0.0);
        }
        assert!(curve.breakpoints(0.0, 7_000.0).is_empty());
    }
}
