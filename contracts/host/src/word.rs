//! Values of one word, as the ABI encodes them.

use alloy_primitives::{Address, B256, U256};

/// A value of one word.
pub trait Word {
    /// The word as the ABI encodes it.
    fn word(self) -> B256;
}

// WASM cannot reverse bytes in one instruction: these conversions are long, so they are functions, not inlined. Each
// limb is named, because a loop, as ruint's conversions become, costs six times as much.

impl Word for U256 {
    #[inline(never)]
    fn word(self) -> B256 {
        let [d, c, b, a] = self.into_limbs();
        let mut word = B256::ZERO;
        if let ([first, second, third, last], _) = word.0.as_chunks_mut() {
            (*first, *second) = (a.to_be_bytes(), b.to_be_bytes());
            (*third, *last) = (c.to_be_bytes(), d.to_be_bytes());
        }
        word
    }
}

/// Returns the number that a word encodes.
#[inline(never)]
pub fn number(word: B256) -> U256 {
    let (&[a, b, c, d], _) = word.0.as_chunks() else { return U256::ZERO };
    let [a, b] = [u64::from_be_bytes(a), u64::from_be_bytes(b)];
    let [c, d] = [u64::from_be_bytes(c), u64::from_be_bytes(d)];
    U256::from_limbs([d, c, b, a])
}

impl Word for u128 {
    #[inline(never)]
    fn word(self) -> B256 {
        let mut word = B256::ZERO;
        if let Some(low) = word.last_chunk_mut() {
            *low = self.to_be_bytes();
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
