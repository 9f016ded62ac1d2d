//! Every block with the state after it, and where to find blocks and transactions by hash.

use std::{collections::HashMap, sync::Arc};

use alloy_primitives::B256;
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag};

use super::{block::Block, error::Error};
use crate::state::State;

/// The chain's history; never empty.
#[derive(Debug)]
pub(super) struct Ledger {
    blocks: Vec<(Arc<Block>, State)>,
    by_hash: HashMap<B256, u64>,
    transactions: HashMap<B256, (u64, usize)>,
}

impl Ledger {
    pub fn new(genesis: Block, state: State) -> Self {
        let by_hash = HashMap::from([(genesis.hash(), 0)]);
        Self { blocks: vec![(Arc::new(genesis), state)], by_hash, transactions: HashMap::new() }
    }

    pub fn head(&self) -> &Arc<Block> {
        &self.blocks.last().expect("the genesis block stays").0
    }

    /// The state after the latest block, changed by hand or not.
    pub fn state(&self) -> &State {
        &self.blocks.last().expect("the genesis block stays").1
    }

    /// Access for changes by hand: they belong to the latest block.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.blocks.last_mut().expect("the genesis block stays").1
    }

    pub fn append(&mut self, block: Block, state: State) -> Arc<Block> {
        let (number, block) = (block.number(), Arc::new(block));
        self.by_hash.insert(block.hash(), number);
        let hashes = block.transactions.iter().map(|transaction| *transaction.hash());
        self.transactions.extend(hashes.zip((0..).map(|index| (number, index))));
        self.blocks.push((block.clone(), state));
        block
    }

    /// Forgets every block above a height, and puts the state there back to what it was.
    pub fn revert_to(&mut self, height: u64, state: State) {
        while self.head().number() > height {
            let (block, _) = self.blocks.pop().expect("the genesis block has height 0");
            self.by_hash.remove(&block.hash());
            for transaction in &block.transactions {
                self.transactions.remove(transaction.hash());
            }
        }
        *self.state_mut() = state;
    }

    pub fn resolve(&self, id: BlockId) -> Result<u64, Error> {
        let height = match id {
            BlockId::Hash(hash) => self.by_hash.get(&hash.block_hash).copied(),
            BlockId::Number(BlockNumberOrTag::Number(number)) => Some(number),
            BlockId::Number(BlockNumberOrTag::Earliest) => Some(0),
            BlockId::Number(_) => Some(self.head().number()),
        };
        height.filter(|height| *height <= self.head().number()).ok_or(Error::UnknownBlock(id))
    }

    pub fn at(&self, id: BlockId) -> Result<(&Arc<Block>, &State), Error> {
        let height = self.resolve(id)?;
        let entry = usize::try_from(height).ok().and_then(|height| self.blocks.get(height));
        entry.map(|(block, state)| (block, state)).ok_or(Error::UnknownBlock(id))
    }

    /// Blocks from one height to another, both included; those that exist.
    pub fn range(&self, from: u64, to: u64) -> impl Iterator<Item = &Arc<Block>> {
        let count = (to.saturating_add(1)).saturating_sub(from);
        let as_size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        self.blocks.iter().skip(as_size(from)).take(as_size(count)).map(|(block, _)| block)
    }

    pub fn transaction(&self, hash: B256) -> Option<(&Arc<Block>, usize)> {
        let (number, index) = self.transactions.get(&hash)?;
        let (block, _) = self.at(BlockId::number(*number)).ok()?;
        Some((block, *index))
    }
}
