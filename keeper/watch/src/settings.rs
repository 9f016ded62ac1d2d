//! When the keeper becomes careful.

/// The operator's bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Robust standard deviations of its own history beyond which a spread is no norm.
    pub spread_deviations: f64,
    /// Looks that a history keeps; a look a quarter of an hour makes two days of them.
    pub spread_looks: usize,
    /// The least distance from the median that counts, a plain rate a year: what hardly moves has no norm.
    pub spread_least: f64,
    /// Hours within which a debt may reach its soft threshold, with a chance of one in twenty.
    pub health_hours: f64,
}

impl Default for Settings {
    /// Six deviations of 192 looks, and half a percent a year at least; half a day for debts.
    fn default() -> Self {
        Self { spread_deviations: 6.0, spread_looks: 192, spread_least: 0.005, health_hours: 12.0 }
    }
}
