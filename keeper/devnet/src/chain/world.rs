//! Everything about a chain that changes, behind one lock.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use alloy_primitives::{Address, B256, U256};

use super::{
    accounts::{dev_account, dev_accounts},
    block::Block,
    clock::Time,
    config::{Config, Mining},
    error::Error,
    ledger::Ledger,
    produce::Draft,
    transaction::{Rules, Sent},
};
use crate::{evm, state::State};

/// Transactions that may wait for a block.
pub const QUEUE_LIMIT: usize = 1024;

/// What a snapshot goes back to.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub id: u64,
    height: u64,
    state: State,
    time: Time,
    queue: VecDeque<Sent>,
}

pub(super) struct World {
    pub ledger: Ledger,
    pub time: Time,
    pub mining: Mining,
    pub base_fee_wei: u64,
    pub block_gas_limit: u64,
    pub queue: VecDeque<Sent>,
    pub snapshots: Vec<Snapshot>,
    pub next_snapshot: u64,
    pub impersonated: HashSet<Address>,
    pub impersonates_everybody: bool,
}

impl World {
    pub fn new(config: &Config) -> Self {
        let time = Time::new(config.clock);
        let mut state = State::default();
        for account in dev_accounts() {
            state.set_balance_wei(account.address, U256::from(config.account_balance_wei));
        }
        // The first development account owns the chain: it may cache programs and set Arbitrum's parameters.
        for account in evm::genesis(dev_accounts()[0].address) {
            state.set_nonce(account.address, account.nonce);
            state.set_code(account.address, account.code).expect("the placeholder is no delegation");
            for (slot, value) in account.storage {
                state.set_storage(account.address, slot, value);
            }
        }
        let rules = Rules {
            chain_id: config.chain_id,
            base_fee_wei: config.base_fee_wei,
            block_gas_limit: config.block_gas_limit,
        };
        let (genesis, state) = Draft::genesis(rules, state, time.genesis_secs());
        Self {
            ledger: Ledger::new(genesis, state),
            time,
            mining: config.mining,
            base_fee_wei: config.base_fee_wei,
            block_gas_limit: config.block_gas_limit,
            queue: VecDeque::new(),
            snapshots: Vec::new(),
            next_snapshot: 1,
            impersonated: HashSet::new(),
            impersonates_everybody: false,
        }
    }

    /// Whether the node may send for this address.
    pub fn may_send(&self, address: Address) -> bool {
        dev_account(address).is_some() || self.impersonates_everybody || self.impersonated.contains(&address)
    }

    /// The nonce after those used and those waiting.
    pub fn next_nonce(&self, address: Address) -> u64 {
        let waiting = self.queue.iter().filter(|sent| sent.sender() == address).count() as u64;
        self.ledger.state().nonce(address).saturating_add(waiting)
    }

    pub fn waiting(&self, hash: B256) -> Option<&Sent> {
        self.queue.iter().find(|sent| *sent.envelope.hash() == hash)
    }

    pub fn draft(&self, rules: &Rules) -> Draft {
        let head = self.ledger.head();
        Draft::new(*rules, head, self.ledger.state().clone(), self.time.after(head.timestamp_secs()))
    }

    /// Mines a transaction alone in its block.
    pub fn include(&mut self, sent: Sent, rules: &Rules) -> Result<Arc<Block>, Error> {
        let mut draft = self.draft(rules);
        draft.push(sent)?;
        Ok(self.append(draft))
    }

    /// Mines until nothing waits.
    pub fn flush(&mut self, rules: &Rules) -> Vec<Arc<Block>> {
        let mut blocks = Vec::new();
        while !self.queue.is_empty() {
            blocks.push(self.mine(rules));
        }
        blocks
    }

    /// Lets a transaction wait for the next block.
    pub fn enqueue(&mut self, sent: Sent, rules: &Rules) -> Result<(), Error> {
        let hash = *sent.envelope.hash();
        if self.waiting(hash).is_some() {
            return Err(Error::AlreadyKnown(hash));
        }
        if self.queue.len() >= QUEUE_LIMIT {
            return Err(Error::QueueFull(QUEUE_LIMIT));
        }
        sent.check(self.ledger.state(), self.next_nonce(sent.sender()), rules)?;
        self.queue.push_back(sent);
        Ok(())
    }

    /// Makes a block of the transactions that wait, as many as fit.
    pub fn mine(&mut self, rules: &Rules) -> Arc<Block> {
        let mut draft = self.draft(rules);
        take_in(&mut draft, &mut self.queue);
        self.append(draft)
    }

    fn append(&mut self, draft: Draft) -> Arc<Block> {
        let (block, state) = draft.seal();
        self.time.advance(block.timestamp_secs());
        self.ledger.append(block, state)
    }

    pub fn snapshot(&mut self) -> u64 {
        let id = self.next_snapshot;
        self.next_snapshot = id.saturating_add(1);
        self.snapshots.push(Snapshot {
            id,
            height: self.ledger.head().number(),
            state: self.ledger.state().clone(),
            time: self.time,
            queue: self.queue.clone(),
        });
        id
    }

    /// Goes back to a snapshot, which is used up with all later ones. Returns whether there was one.
    pub fn revert(&mut self, id: u64) -> bool {
        let Some(index) = self.snapshots.iter().position(|snapshot| snapshot.id == id) else { return false };
        let Some(snapshot) = self.snapshots.drain(index..).next() else { return false };
        self.ledger.revert_to(snapshot.height, snapshot.state);
        self.time = snapshot.time;
        self.queue = snapshot.queue;
        true
    }
}

/// Moves waiting transactions into a block until it is full. One that has become invalid is dropped.
fn take_in(draft: &mut Draft, waiting: &mut VecDeque<Sent>) {
    while waiting.front().is_some_and(|sent| draft.is_empty() || draft.has_room_for(sent)) {
        let Some(sent) = waiting.pop_front() else { return };
        let hash = *sent.envelope.hash();
        if let Err(error) = draft.push(sent) {
            tracing::warn!(%hash, %error, "a waiting transaction is no longer valid and is dropped");
        }
    }
}
