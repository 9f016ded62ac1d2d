//! A linear congruential generator: enough to spread cases, seeded, and the same everywhere.

/// Numbers by a seed.
pub struct Dice(u64);

impl Dice {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x9E37_79B9_7F4A_7C15);
        dice.part();
        dice
    }

    /// A number from zero to less than one.
    pub fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number between two.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.part()
    }

    #[allow(dead_code, reason = "not every program that rolls them needs whole numbers")]
    /// A whole number from one to another, both included.
    pub fn whole(&mut self, low: usize, high: usize) -> usize {
        low + (self.part() * (high - low + 1) as f64) as usize
    }

    /// Whether something of this chance happens.
    pub fn chance(&mut self, chance: f64) -> bool {
        self.part() < chance
    }
}
