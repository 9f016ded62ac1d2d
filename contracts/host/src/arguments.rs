//! The ABI in words: what is read one word after the other.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};

use crate::{Revert, Word, number};

/// The arguments of a call, read from the first on. Every read fails, with an empty revert as Solidity's, where
/// the calldata is too short or the word is none of the type.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Arguments<'a> {
    /// Reads arguments, the selector left off.
    pub fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    /// Returns the next word.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn word(&mut self) -> Result<B256, Revert> {
        let end = self.at.checked_add(32).ok_or_else(Vec::new)?;
        let bytes = self.all.get(self.at..end).ok_or_else(Vec::new)?;
        self.at = end;
        B256::try_from(bytes).map_err(|_| Vec::new())
    }

    /// Returns the next number.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn uint(&mut self) -> Result<U256, Revert> {
        self.word().map(number)
    }

    /// Returns the next number of at most `bits` bits, up to 64.
    ///
    /// # Errors
    ///
    /// Where there is none, or it has more bits.
    pub fn small(&mut self, bits: u32) -> Result<u64, Revert> {
        let word = self.word()?;
        let (high, low) = word.0.split_at(24);
        let number = low.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let fits = high.iter().all(|byte| *byte == 0) && number.checked_shr(bits).unwrap_or(0) == 0;
        if fits { Ok(number) } else { Err(Vec::new()) }
    }

    /// Returns the next truth.
    ///
    /// # Errors
    ///
    /// Where there is none, or it is neither zero nor one.
    pub fn truth(&mut self) -> Result<bool, Revert> {
        self.small(1).map(|number| number == 1)
    }

    /// Returns the next address.
    ///
    /// # Errors
    ///
    /// Where there is none, or the word has more than 20 bytes.
    pub fn address(&mut self) -> Result<Address, Revert> {
        let word = self.word()?;
        let address = Address::from_word(word);
        if address.word() == word { Ok(address) } else { Err(Vec::new()) }
    }

    /// Returns a reader of what the next word points to, counted from where this reader began.
    ///
    /// # Errors
    ///
    /// Where the offset leads out of the calldata.
    pub fn tail(&mut self) -> Result<Self, Revert> {
        let offset = usize::try_from(self.small(32)?).map_err(|_| Vec::new())?;
        self.all.get(offset..).map(Self::new).ok_or_else(Vec::new)
    }

    /// Returns the bytes that the next word points to.
    ///
    /// # Errors
    ///
    /// Where the calldata ends before them.
    pub fn bytes(&mut self) -> Result<&'a [u8], Revert> {
        let mut tail = self.tail()?;
        let length = usize::try_from(tail.small(32)?).map_err(|_| Vec::new())?;
        let rest = tail.all.get(tail.at..).unwrap_or_default();
        rest.get(..length).ok_or_else(Vec::new)
    }

    /// Demands that nothing is left to read: what may be written in one way only is the same where its bytes are.
    ///
    /// # Errors
    ///
    /// Where something is left.
    pub fn finish(&self) -> Result<(), Revert> {
        if self.at == self.all.len() { Ok(()) } else { Err(Vec::new()) }
    }

    /// Reads the array that the next word points to, item by item.
    ///
    /// # Errors
    ///
    /// Where an item fails.
    pub fn array<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, Revert>) -> Result<Vec<T>, Revert> {
        let mut tail = self.tail()?;
        let count = tail.small(32)?;
        // No more room is taken than the calldata could fill: a claimed length costs nothing.
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(&mut tail)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u64]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in words {
            bytes.extend_from_slice(word.word().as_slice());
        }
        bytes
    }

    #[test]
    fn numbers_beyond_their_bits_are_malformed() {
        for (bits, most) in [(1, 1), (8, 255), (32, u64::from(u32::MAX)), (64, u64::MAX)] {
            assert_eq!(Arguments::new(&words(&[most])).small(bits), Ok(most));
            if let Some(over) = most.checked_add(1) {
                assert!(Arguments::new(&words(&[over])).small(bits).is_err());
            }
        }
        assert!(Arguments::new(&[1; 32]).small(64).is_err());
    }

    #[test]
    fn addresses_and_truths_have_no_other_bytes() {
        assert_eq!(Arguments::new(&words(&[7])).address(), Ok(Address::with_last_byte(7)));
        assert!(Arguments::new(&[1; 32]).address().is_err());
        assert_eq!(Arguments::new(&words(&[1])).truth(), Ok(true));
        assert!(Arguments::new(&words(&[2])).truth().is_err());
    }

    #[test]
    fn arrays_are_where_they_are_said_to_be() {
        let data = words(&[9, 64, 2, 5, 6]);
        let mut arguments = Arguments::new(&data);

        assert_eq!(arguments.uint(), Ok(U256::from(9)));
        assert_eq!(arguments.array(|item| item.small(8)), Ok(alloc::vec![5, 6]));
    }

    #[test]
    fn bytes_are_as_long_as_they_are_said_to_be() {
        let data = words(&[32, 33, 1, u64::MAX]);

        assert_eq!(Arguments::new(&data).bytes(), Ok(data.get(64..97).expect("33 bytes")));
        for length in [65, u64::from(u32::MAX), u64::MAX] {
            assert!(Arguments::new(&words(&[32, length, 1, 2])).bytes().is_err());
        }
        assert_eq!(Arguments::new(&words(&[32, 0])).bytes(), Ok([].as_slice()));
    }

    #[test]
    fn what_is_left_over_is_malformed() {
        let data = words(&[7]);
        let mut arguments = Arguments::new(&data);

        assert!(arguments.finish().is_err());
        assert_eq!(arguments.uint(), Ok(U256::from(7)));
        assert_eq!(arguments.finish(), Ok(()));
    }

    #[test]
    fn arrays_longer_than_the_calldata_are_malformed() {
        for data in [words(&[32, 3, 5, 6]), words(&[96, 0]), words(&[u64::MAX]), words(&[32, u64::from(u32::MAX)])] {
            assert!(Arguments::new(&data).array(|item| item.small(8)).is_err());
        }
        assert_eq!(Arguments::new(&words(&[32, 0])).array(|item| item.small(8)), Ok(Vec::new()));
        assert!(Arguments::new(&[0; 31]).word().is_err());
    }
}
