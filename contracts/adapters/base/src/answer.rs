//! Answers of venues: words by their place.

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};
use host::{Failure, number};

/// Returns the word at this index of an answer.
///
/// # Errors
///
/// Empty, where the answer is too short.
pub fn word_at(answer: &[u8], index: usize) -> Result<B256, Failure> {
    let start = index.saturating_mul(32);
    let word = answer.get(start..start.saturating_add(32)).and_then(|word| B256::try_from(word).ok());
    word.ok_or_else(Vec::new)
}

/// Returns the number at this index of an answer.
///
/// # Errors
///
/// Empty, where the answer is too short.
pub fn number_at(answer: &[u8], index: usize) -> Result<U256, Failure> {
    word_at(answer, index).map(number)
}
