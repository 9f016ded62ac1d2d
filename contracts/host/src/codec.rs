//! The ABI in words: arguments read one after the other, answers, errors and events written one after the other.
//!
//! Generic codecs cost about 900 bytes of code a function, error or event; these few functions serve all of them.
//! Selectors and topics come from the interface files; the order of words is what the tests decode by the same files.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;

/// The bytes that a call reverts with: an error of the interface files, encoded where it arises.
pub type Revert = Vec<u8>;

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
    #[inline(never)]
    fn word(self) -> B256 {
        let mut word = B256::ZERO;
        for (to, from) in word.iter_mut().skip(16).zip(self.to_be_bytes()) {
            *to = from;
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
        self.into_word()
    }
}

impl Word for B256 {
    fn word(self) -> B256 {
        self
    }
}

/// Returns words behind a selector: a call or an error.
pub fn encode(selector: [u8; 4], words: &[B256]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(words.len().saturating_mul(32).saturating_add(4));
    bytes.extend_from_slice(&selector);
    append(&mut bytes, words);
    bytes
}

/// Appends words.
pub fn append(bytes: &mut Vec<u8>, words: &[B256]) {
    for word in words {
        bytes.extend_from_slice(word.as_slice());
    }
}

/// Encodes an error whose fields are words, in their order.
pub fn revert<E: SolError>(words: &[B256]) -> Revert {
    encode(E::SELECTOR, words)
}

/// Encodes an error whose fields are words and, last, bytes.
pub fn revert_with_bytes<E: SolError>(words: &[B256], last: &[u8]) -> Revert {
    let mut bytes = encode(E::SELECTOR, words);
    let offset = words.len().saturating_add(1).saturating_mul(32);
    append(&mut bytes, &[(offset as u64).word()]);
    append_bytes(&mut bytes, last);
    bytes
}

/// Appends a length, bytes, and zeros up to a whole word.
pub fn append_bytes(bytes: &mut Vec<u8>, last: &[u8]) {
    append(bytes, &[(last.len() as u64).word()]);
    bytes.extend_from_slice(last);
    let padding = last.len().wrapping_neg() % 32;
    bytes.resize(bytes.len().saturating_add(padding), 0);
}

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
        if address.into_word() == word { Ok(address) } else { Err(Vec::new()) }
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

/// What a function returns, written as the ABI encodes it.
pub trait Answer {
    /// Appends the encoding.
    fn write(self, bytes: &mut Vec<u8>);
}

impl<T: Word> Answer for T {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &[self.word()]);
    }
}

impl Answer for () {
    fn write(self, _bytes: &mut Vec<u8>) {}
}

impl Answer for &str {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &[32_u8.word()]);
        append_bytes(bytes, self.as_bytes());
    }
}

/// An answer that is encoded already.
#[derive(Clone, Debug, Default)]
pub struct Encoded(pub Vec<u8>);

impl Answer for Encoded {
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.0);
    }
}

/// A static tuple of words.
impl<const N: usize> Answer for [B256; N] {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &self);
    }
}

/// An array of static tuples of words.
impl<const N: usize> Answer for Vec<[B256; N]> {
    fn write(self, bytes: &mut Vec<u8>) {
        append(bytes, &[32_u8.word(), (self.len() as u64).word()]);
        append(bytes, self.as_flattened());
    }
}
