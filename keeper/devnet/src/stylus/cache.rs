//! A program's storage cache: reads are kept, writes wait for a flush, one cache a call.

use revm::primitives::U256;
use std::collections::BTreeMap;

/// Gas that one more read or write may cost at most, which must be there before it.
pub const REQUIRED_ACCESS_GAS: u64 = 10;

#[derive(Clone, Copy, Debug)]
struct Word {
    value: U256,
    /// The value in the EVM's storage, if known.
    stored: Option<U256>,
}

/// The storage that one call of a program has seen.
#[derive(Debug, Default)]
pub struct StorageCache {
    words: BTreeMap<U256, Word>,
    reads: u64,
    writes: u64,
}

impl StorageCache {
    /// Counts a read and returns its gas, what a miss costs beside it not counted.
    pub fn read_gas(&mut self) -> u64 {
        self.reads += 1;
        match self.reads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Counts a write and returns its gas, what the flush costs not counted.
    pub fn write_gas(&mut self) -> u64 {
        self.writes += 1;
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// Returns the value of a slot as the program sees it, if cached.
    pub fn get(&self, key: U256) -> Option<U256> {
        self.words.get(&key).map(|word| word.value)
    }

    /// Remembers what the EVM's storage holds.
    pub fn remember(&mut self, key: U256, value: U256) {
        self.words.insert(key, Word { value, stored: Some(value) });
    }

    /// Writes a slot, for the next flush.
    pub fn write(&mut self, key: U256, value: U256) {
        self.words.entry(key).and_modify(|word| word.value = value).or_insert(Word { value, stored: None });
    }

    /// Returns what must be written to the EVM's storage, in order of the slots, and takes it as written.
    pub fn flush(&mut self, clear: bool) -> Vec<(U256, U256)> {
        let mut dirty = Vec::new();
        for (key, word) in &mut self.words {
            if word.stored != Some(word.value) {
                dirty.push((*key, word.value));
                word.stored = Some(word.value);
            }
        }
        if clear {
            self.words.clear();
        }
        dirty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: U256 = U256::ZERO;

    #[test]
    fn only_changed_words_are_flushed_and_only_once() {
        let mut cache = StorageCache::default();
        cache.remember(KEY, U256::from(7));
        cache.write(KEY, U256::from(8));
        cache.write(U256::from(1), U256::ZERO);

        assert_eq!(cache.flush(false), [(KEY, U256::from(8)), (U256::from(1), U256::ZERO)]);
        assert_eq!(cache.flush(false), []);
        assert_eq!(cache.get(KEY), Some(U256::from(8)));
    }

    #[test]
    fn word_written_back_to_what_is_stored_is_not_flushed() {
        let mut cache = StorageCache::default();
        cache.remember(KEY, U256::from(7));
        cache.write(KEY, U256::from(8));
        cache.write(KEY, U256::from(7));

        assert_eq!(cache.flush(true), []);
        assert_eq!(cache.get(KEY), None, "cleared");
    }

    #[test]
    fn accesses_cost_more_as_they_add_up() {
        let mut cache = StorageCache::default();
        let reads: Vec<u64> = (0..129).map(|_| cache.read_gas()).collect();
        let writes: Vec<u64> = (0..65).map(|_| cache.write_gas()).collect();

        assert_eq!((reads[31], reads[32], reads[127], reads[128]), (0, 2, 2, 10));
        assert_eq!((writes[7], writes[8], writes[63], writes[64]), (0, 7, 7, 10));
    }
}
