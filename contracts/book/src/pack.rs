//! Unsigned numbers in a storage word, from the left, big-endian: several accounts in one slot.

use alloy_primitives::{Address, B256};

/// Takes numbers off a word, from the left.
pub struct Unpack<'a>(core::slice::Iter<'a, u8>);

impl<'a> Unpack<'a> {
    pub fn new(word: &'a B256) -> Self {
        Self::of(word.as_slice())
    }

    /// Takes them off more than a word. What is missing reads as zero.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    /// Returns the next `bytes` bytes, at most 16, as a number.
    #[inline(never)]
    pub fn number(&mut self, bytes: usize) -> u128 {
        self.0.by_ref().take(bytes).fold(0, |number, byte| (number << 8) | u128::from(*byte))
    }

    /// Returns the next 8 bytes.
    pub fn u64(&mut self) -> u64 {
        self.number(8) as u64 // Eight bytes fit.
    }

    /// Returns the next 4 bytes.
    pub fn u32(&mut self) -> u32 {
        self.number(4) as u32 // Four bytes fit.
    }

    /// Returns the next 2 bytes.
    pub fn u16(&mut self) -> u16 {
        self.number(2) as u16 // Two bytes fit.
    }

    /// Passes so many bytes over.
    pub fn skip(&mut self, bytes: usize) {
        self.0.by_ref().take(bytes).for_each(drop);
    }

    /// Returns the next byte.
    pub fn u8(&mut self) -> u8 {
        self.0.next().copied().unwrap_or_default()
    }

    /// Returns the next 20 bytes.
    pub fn address(&mut self) -> Address {
        let mut address = Address::ZERO;
        for (to, from) in address.iter_mut().zip(self.0.by_ref()) {
            *to = *from;
        }
        address
    }
}

/// Puts numbers into a word, from the left.
#[derive(Default)]
pub struct Pack {
    word: B256,
    at: usize,
}

impl Pack {
    /// Appends the low `bytes` bytes of a number; the caller has bounded it.
    #[inline(never)]
    pub fn number(self, number: u128, bytes: usize) -> Self {
        let all = number.to_be_bytes();
        let skipped = all.len().saturating_sub(bytes);
        self.bytes(all.get(skipped..).unwrap_or_default())
    }

    /// Appends bytes.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        for (to, from) in self.word.iter_mut().skip(self.at).zip(bytes) {
            *to = *from;
        }
        self.at = self.at.saturating_add(bytes.len());
        self
    }

    /// Returns the word, zeros to the right.
    pub fn word(self) -> B256 {
        self.word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_in_order() {
        let word = Pack::default().number((1 << 40) - 1, 5).number(7, 1).number(9, 4).bytes(&[3; 20]).word();

        let mut unpack = Unpack::new(&word);
        assert_eq!((unpack.number(5), unpack.u8(), unpack.u32()), ((1 << 40) - 1, 7, 9));
        assert_eq!((unpack.address(), unpack.u16()), (Address::repeat_byte(3), 0));
    }
}
