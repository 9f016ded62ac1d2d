//! Values of one word, as the ABI encodes them.

use alloy_primitives::{Address, B256, U256};

/// A value of one word.
pub trait Word {
    /// The word as the ABI encodes it.
    fn word(self) -> B256;
}

// Each limb is named, because a loop, as ruint's conversions become, costs six times as much.

/// Reverses eight bytes: WASM has no instruction for it, so that it is one function, and long.
#[inline(never)]
fn reversed(limb: u64) -> u64 {
    limb.swap_bytes()
}

impl Word for U256 {
    #[inline(never)]
    fn word(self) -> B256 {
        let [d, c, b, a] = self.into_limbs();
        let mut word = B256::ZERO;
        if let ([first, second, third, last], _) = word.0.as_chunks_mut() {
            (*first, *second) = (reversed(a).to_le_bytes(), reversed(b).to_le_bytes());
            (*third, *last) = (reversed(c).to_le_bytes(), reversed(d).to_le_bytes());
        }
        word
    }
}

/// Returns the number that a word encodes.
#[inline(never)]
pub fn number(word: B256) -> U256 {
    let (&[a, b, c, d], _) = word.0.as_chunks() else { return U256::ZERO };
    let limb = |bytes: [u8; 8]| reversed(u64::from_le_bytes(bytes));
    U256::from_limbs([limb(d), limb(c), limb(b), limb(a)])
}

impl Word for u128 {
    #[inline(never)]
    fn word(self) -> B256 {
        let mut word = B256::ZERO;
        if let ([_, _, high, low], _) = word.0.as_chunks_mut() {
            *high = reversed((self >> 64) as u64).to_le_bytes(); // The upper half.
            *low = reversed(self as u64).to_le_bytes(); // The lower one.
        }
        word
    }
}

impl Word for u64 {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

impl Word for u32 {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

impl Word for u8 {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

impl Word for bool {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

impl Word for Address {
    fn word(self) -> B256 {
        let mut word = B256::ZERO;
        if let Some(low) = word.last_chunk_mut() {
            *low = *self.0;
        }
        word
    }
}

impl Word for B256 {
    fn word(self) -> B256 {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_numbers_most_significant_byte_first() {
        let bytes: [u8; 32] = core::array::from_fn(|place| 0xf0 ^ place as u8);

        assert_eq!(number(B256::new(bytes)), U256::from_be_bytes(bytes));
        assert_eq!(U256::from_be_bytes(bytes).word(), B256::new(bytes));
        for number in [0, 1, 0x0102_0304, u128::from(u64::MAX) << 17, u128::MAX] {
            assert_eq!(number.word(), B256::from(U256::from(number)));
        }
    }
}
