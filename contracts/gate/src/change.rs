//! A change as its calldata states it.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use host::{Arguments, Revert, number};

/// What is to be done with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Announce,
    Make,
}

/// A change as its calldata states it, while one of the setters reads, judges and makes it.
pub struct Change<'a> {
    /// Which function it is.
    pub selector: [u8; 4],
    /// The function whose delay it waits for: its own, but where a delay is shortened.
    pub waits_as: [u8; 4],
    /// What making it answers.
    pub answer: Vec<u8>,
    arguments: Arguments<'a>,
    is_malformed: bool,
    pub(crate) data: &'a [u8],
    pub(crate) step: Step,
}

impl<'a> Change<'a> {
    pub(crate) fn read(data: &'a [u8], step: Step) -> Result<Self, Revert> {
        let (selector, arguments) = data.split_first_chunk::<4>().ok_or_else(Vec::new)?;
        Ok(Self {
            selector: *selector,
            waits_as: *selector,
            answer: Vec::new(),
            arguments: Arguments::new(arguments),
            is_malformed: false,
            data,
            step,
        })
    }
}

/// The arguments, one after the other. What is malformed reads as zero and is told by [`Change::finish`], which every
/// setter asks before it believes any: one refusal in place of one an argument keeps the program small.
impl Change<'_> {
    fn read_or<T: Default>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Revert>) -> T {
        read(self).unwrap_or_else(|_| {
            self.is_malformed = true;
            T::default()
        })
    }

    /// A word.
    #[inline(never)]
    pub fn word(&mut self) -> B256 {
        self.read_or(|change| change.arguments.word())
    }

    /// A number.
    #[inline(never)]
    pub fn uint(&mut self) -> U256 {
        number(self.word())
    }

    /// A number of at most `bits` bits, up to 64.
    #[inline(never)]
    pub fn small(&mut self, bits: u32) -> u64 {
        self.read_or(|change| change.arguments.small(bits))
    }

    /// A truth.
    pub fn truth(&mut self) -> bool {
        self.small(1) == 1
    }

    /// An address.
    #[inline(never)]
    pub fn address(&mut self) -> Address {
        self.read_or(|change| change.arguments.address())
    }

    /// Words as many as stand before the end, up to `count`.
    pub fn words(&mut self, count: u64) -> Vec<B256> {
        let mut words = Vec::new();
        for _ in 0..count {
            let word = self.word();
            if self.is_malformed {
                break;
            }
            words.push(word);
        }
        words
    }

    /// Demands that everything was as the functions above expect, and that nothing is left: calldata is canonical.
    ///
    /// # Errors
    ///
    /// Empty where something was or is.
    pub fn finish(&self) -> Result<(), Revert> {
        if self.is_malformed { Err(Vec::new()) } else { self.arguments.finish() }
    }
}
