//! Random numbers that are the same everywhere: a counter, mixed.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of one case of a seed.
    pub(crate) fn of(seed: u64, number: u64) -> Self {
        Self(mixed(seed) ^ mixed(number.wrapping_add(0x9e37_79b9_7f4a_7c15)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// Returns a number below `bound`, zero for no bound; a little uneven, which no test minds.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let high = u64::from(bound).wrapping_mul(self.next() >> 32) >> 32;
        high as u32 // Below `bound`.
    }

    /// Whether a die of `sides`, a power of two, shows its first side.
    pub(crate) fn one_in(&mut self, sides: u64) -> bool {
        self.next() & sides.wrapping_sub(1) == 0
    }

    /// Returns an amount that meets others and its bounds often: mostly small, in units of several sizes, at times
    /// anything at all.
    pub(crate) fn amount(&mut self) -> u128 {
        let word = self.next();
        let small = u128::from(word >> 4 & 15);
        match word & 15 {
            0..6 => small,
            6..9 => small << 64,
            9..11 => small.wrapping_mul(u128::from(WAD)),
            11..13 => u128::from(word >> 24),
            13 => u128::from(word) << 32,
            14 => u128::from(word) << 64 | u128::from(self.next()),
            _ => u128::MAX,
        }
    }

    /// Returns a fraction: a simple one mostly, at times anything.
    pub(crate) fn fraction(&mut self) -> u64 {
        let word = self.next();
        match word & 7 {
            0 => 0,
            1 | 2 => WAD,
            3..7 => (word >> 8 & 7).wrapping_mul(WAD / 8),
            _ => word,
        }
    }

    /// Half of the time no bound at all, so that later limits are reached too.
    pub(crate) fn bound(&mut self) -> u128 {
        if self.one_in(2) { u128::MAX } else { self.amount() }
    }
}

/// 1e18, one in wad.
pub(crate) const WAD: u64 = 1_000_000_000_000_000_000;

/// Steele, Lea and Flood's finaliser of 64 bits (SplitMix).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
