//! The rate models in doubles against the venues' formulas in integers, as their contracts round.

mod aave;
mod leverage;
mod limits;
mod morpho;
mod preview;

/// Numbers spread over a range by a fixed sequence.
pub struct Spread(u64);

impl Spread {
    /// The next number of `[low, high)`.
    pub fn within(&mut self, low: u128, high: u128) -> u128 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + u128::from(self.0 >> 11) * (high - low) / (1 << 53)
    }
}

/// Fails unless `found` is within a relative distance of `expected`.
pub fn assert_close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
}
