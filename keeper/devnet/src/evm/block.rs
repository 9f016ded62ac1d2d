//! What a transaction sees of its block, and what the block remembers between transactions.

use revm::{
    context::BlockEnv,
    primitives::{Address, B256, U256},
};

/// Programs that stay warm for the rest of a block without being in the cache (Nitro's block cache size).
const RECENT_LIMIT: usize = 32;

/// The block that a transaction runs in.
#[derive(Clone, Debug, Default)]
pub struct BlockContext {
    /// The chain's own height, which `ArbSys.arbBlockNumber` returns.
    pub number: u64,
    /// The parent chain's height, which `NUMBER` and a program's `block_number` return.
    pub l1_number: u64,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// Base fee in wei a gas.
    pub base_fee: u64,
    /// Gas limit of the block.
    pub gas_limit: u64,
    /// Receiver of priority fees.
    pub coinbase: Address,
    /// What `PREVRANDAO` returns.
    pub prev_randao: B256,
    /// Chain id.
    pub chain_id: u64,
    /// Programs run so far in this block; start each block with an empty list.
    pub recent: RecentPrograms,
}

impl BlockContext {
    pub(super) fn env(&self) -> BlockEnv {
        BlockEnv {
            number: U256::from(self.l1_number),
            beneficiary: self.coinbase,
            timestamp: U256::from(self.timestamp),
            gas_limit: self.gas_limit,
            basefee: self.base_fee,
            prevrandao: Some(self.prev_randao),
            ..BlockEnv::default()
        }
    }
}

/// The programs most recently run in a block, newest last, by code hash.
///
/// A program found here starts at its cached price. Reverting a call does not take it off the list.
#[derive(Clone, Debug, Default)]
pub struct RecentPrograms(Vec<B256>);

impl RecentPrograms {
    /// Notes a run; returns whether the program was already listed.
    pub fn insert(&mut self, code_hash: B256) -> bool {
        let found = self.0.iter().position(|hash| *hash == code_hash);
        match found {
            Some(index) => {
                self.0.remove(index);
            }
            None if self.0.len() >= RECENT_LIMIT => {
                self.0.remove(0);
            }
            None => {}
        }
        self.0.push(code_hash);
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_recently_run_program_is_forgotten_first() {
        let hash = |n: u8| B256::repeat_byte(n);
        let mut recent = RecentPrograms::default();
        for n in 0..32 {
            assert!(!recent.insert(hash(n)));
        }

        assert!(recent.insert(hash(0)), "still listed");
        assert!(!recent.insert(hash(99)), "pushes out 1");

        assert!(recent.insert(hash(0)));
        assert!(!recent.insert(hash(1)));
    }
}
