//! Values of one word, as the ABI encodes them.

use alloy_primitives::{Address, B256, U256};

/// A value of one word.
pub trait Word {
    /// The word as the ABI encodes it.
    fn word(self) -> B256;
}

// WASM cannot reverse bytes in one instruction: these conversions are long, so they are functions, not inlined.

impl Word for U256 {
    #[inline(never)]
    fn word(self) -> B256 {
        B256::from(self)
    }
}

/// Returns the number that a word encodes.
#[inline(never)]
pub fn number(word: B256) -> U256 {
    U256::from_be_bytes(word.0)
}

impl Word for u128 {
    fn word(self) -> B256 {
        U256::from(self).word()
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
