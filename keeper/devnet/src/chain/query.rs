//! Questions about the chain: accounts, blocks, transactions, receipts and logs.

use std::sync::Arc;

use alloy_consensus::{TxEnvelope, transaction::Recovered};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, Filter, FilterBlockOption, Log};

use super::{Block, Chain, Error, Receipt};

/// Logs that one query may return.
pub const LOG_LIMIT: usize = 10_000;

/// Where a transaction was found.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// In a block, at this place.
    Mined(Arc<Block>, usize),
    /// Among those that wait.
    Waiting(Box<Recovered<TxEnvelope>>),
}

impl Chain {
    /// Returns the chain id.
    pub fn chain_id(&self) -> u64 {
        self.config().chain_id
    }

    /// Returns the height of the latest block.
    pub fn block_number(&self) -> u64 {
        self.world().ledger.head().number()
    }

    /// Returns the latest block.
    pub fn head(&self) -> Arc<Block> {
        self.world().ledger.head().clone()
    }

    /// Returns the base fee of the next block, in wei a gas.
    pub fn base_fee_wei(&self) -> u64 {
        self.world().base_fee_wei
    }

    /// Returns the time that the next block would have, were it made now.
    pub fn next_timestamp_secs(&self) -> u64 {
        let world = self.world();
        world.time.after(world.ledger.head().timestamp_secs())
    }

    /// Returns a block.
    pub fn block(&self, id: BlockId) -> Option<Arc<Block>> {
        self.world().ledger.at(id).ok().map(|(block, _)| block.clone())
    }

    /// Returns the balance in wei after a block.
    ///
    /// # Errors
    /// There is no such block.
    pub fn balance(&self, address: Address, block: BlockId) -> Result<U256, Error> {
        Ok(self.world().ledger.at(block)?.1.balance_wei(address))
    }

    /// Returns the nonce after a block; [`BlockId::pending`] counts the transactions that wait.
    ///
    /// # Errors
    /// There is no such block.
    pub fn nonce(&self, address: Address, block: BlockId) -> Result<u64, Error> {
        let world = self.world();
        if block.is_pending() {
            return Ok(world.next_nonce(address));
        }
        Ok(world.ledger.at(block)?.1.nonce(address))
    }

    /// Returns the code after a block.
    ///
    /// # Errors
    /// There is no such block.
    pub fn code(&self, address: Address, block: BlockId) -> Result<Bytes, Error> {
        Ok(self.world().ledger.at(block)?.1.code(address))
    }

    /// Returns a storage slot after a block.
    ///
    /// # Errors
    /// There is no such block.
    pub fn storage(&self, address: Address, slot: U256, block: BlockId) -> Result<U256, Error> {
        Ok(self.world().ledger.at(block)?.1.storage(address, slot))
    }

    /// Finds a transaction, mined or waiting.
    pub fn transaction(&self, hash: B256) -> Option<Lookup> {
        let world = self.world();
        if let Some((block, index)) = world.ledger.transaction(hash) {
            return Some(Lookup::Mined(block.clone(), index));
        }
        world.waiting(hash).map(|sent| Lookup::Waiting(Box::new(sent.envelope.clone())))
    }

    /// Returns a transaction's receipt once it is mined.
    pub fn receipt(&self, hash: B256) -> Option<Receipt> {
        let world = self.world();
        let (block, index) = world.ledger.transaction(hash)?;
        block.receipts.get(index).cloned()
    }

    /// Returns the blocks from one height to another, both included; those that exist.
    pub fn blocks(&self, from: u64, to: u64) -> Vec<Arc<Block>> {
        self.world().ledger.range(from, to).cloned().collect()
    }

    /// Returns the logs that match a filter, in order.
    ///
    /// # Errors
    /// There is no such block, the range ends before it starts, or more than [`LOG_LIMIT`] logs match.
    pub fn logs(&self, filter: &Filter) -> Result<Vec<Log>, Error> {
        let mut found = Vec::new();
        for block in self.candidates(filter)? {
            for log in matching_logs(&block, filter) {
                if found.len() >= LOG_LIMIT {
                    return Err(Error::TooManyLogs(LOG_LIMIT));
                }
                found.push(log);
            }
        }
        Ok(found)
    }

    /// The blocks in a filter's range that may hold a match.
    fn candidates(&self, filter: &Filter) -> Result<Vec<Arc<Block>>, Error> {
        let world = self.world();
        let head = world.ledger.head().number();
        let (from, to) = match filter.block_option {
            FilterBlockOption::AtBlockHash(hash) => {
                let height = world.ledger.resolve(BlockId::hash(hash))?;
                (height, height)
            }
            FilterBlockOption::Range { from_block, to_block } => {
                let height = |tag: Option<BlockNumberOrTag>| match tag {
                    Some(tag) => tag.as_number().unwrap_or(if tag.is_earliest() { 0 } else { head }),
                    None => head,
                };
                let (from, to) = (height(from_block), height(to_block));
                // From the next block on to the latest is what a poller asks for when nothing is new.
                let is_open = !to_block.is_some_and(|to| to.is_number());
                if from > to && !is_open {
                    return Err(Error::BlockRange { from, to });
                }
                (from, to)
            }
        };
        let may_match = |block: &&Arc<Block>| filter.matches_bloom(block.header.logs_bloom);
        Ok(world.ledger.range(from, to).filter(may_match).cloned().collect())
    }
}

/// Returns a block's logs that match a filter's addresses and topics.
pub(crate) fn matching_logs(block: &Block, filter: &Filter) -> Vec<Log> {
    let logs = block.logs().filter(|(_, _, log)| filter.matches(log));
    logs.map(|(receipt, index, log)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash()),
        block_number: Some(block.number()),
        block_timestamp: Some(block.timestamp_secs()),
        transaction_hash: Some(receipt.transaction_hash),
        transaction_index: Some(receipt.transaction_index),
        log_index: Some(index),
        removed: false,
    })
    .collect()
}
