//! Numbers from a seed: splitmix64.

/// A stream of numbers.
pub struct Dice(pub u64);

impl Dice {
    /// Returns a number below a bound.
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    /// Returns whether something that happens once in `times` happens.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }

    /// Returns one of several.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len() as u64) as usize]
    }

    /// Returns an amount of any magnitude up to `most`.
    pub fn amount(&mut self, most: u128) -> u128 {
        let magnitude = self.roll(64 - u64::from((most as u64).leading_zeros()) + 1);
        u128::from(1 + self.roll(1 << magnitude.min(62))).min(most.max(1))
    }
}
