//! The chain in one process: blocks, transactions, simulated calls, and the controls of a test network.
//!
//! [`Chain`] is a cheap handle to one chain; clones share it. Nothing here needs an async runtime. Simulated calls run
//! on a copy of the state, outside the lock. Arbitrum's rules hold: the base fee is what everybody pays, there is no
//! pool in which a transaction could wait for a gap before its nonce to close, and `pending` is `latest`.

mod accounts;
mod block;
mod call;
mod clock;
mod config;
mod control;
mod error;
mod ledger;
mod produce;
mod query;
mod simulate;
#[cfg(test)]
mod tests;
mod transaction;
mod world;

pub use accounts::{DevAccount, dev_accounts};
pub use block::{Block, L1_BLOCK_SECS, Receipt, Status};
pub use call::{Call, Fee};
pub use config::{Clock, Config, Mining};
pub use control::{BLOCK_GAS_LIMIT, MINED_AT_ONCE_LIMIT, SNAPSHOT_LIMIT};
pub use error::{CallError, Error};
pub use query::{LOG_LIMIT, Lookup};
pub use world::QUEUE_LIMIT;

pub(crate) use block::envelope;
pub(crate) use config::COINBASE;
pub(crate) use query::matching_logs;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::{Address, B256};
use tokio::sync::{broadcast, watch};

use transaction::{Rules, Sent};
use world::World;

/// Events that a slow listener may be behind before it loses some.
const EVENT_LIMIT: usize = 1024;

/// A local chain. Clones are handles to the same one.
#[derive(Clone)]
pub struct Chain {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    world: Mutex<World>,
    events: broadcast::Sender<Event>,
    mining: watch::Sender<Mining>,
}

/// What listeners hear.
#[derive(Clone, Debug)]
pub enum Event {
    /// A transaction was accepted.
    Accepted(B256),
    /// A block was made.
    Head(Arc<Block>),
}

impl Chain {
    /// Starts a chain at block 0.
    pub fn new(config: Config) -> Self {
        let (events, _) = broadcast::channel(EVENT_LIMIT);
        let (mining, _) = watch::channel(config.mining);
        let world = Mutex::new(World::new(&config));
        Self { shared: Arc::new(Shared { config, world, events, mining }) }
    }

    /// Returns what the chain was started with.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Returns the addresses of the ten funded development accounts.
    pub fn accounts(&self) -> Vec<Address> {
        dev_accounts().iter().map(|account| account.address).collect()
    }

    /// Sends a transaction from any sender, without a key, and mines it at once, alone in its block; transactions that
    /// wait are mined before. A revert is a [`Receipt`], not an error.
    ///
    /// Without a gas limit it takes the block's, without a nonce the sender's next.
    ///
    /// # Errors
    /// The transaction is refused; no block is made for it.
    pub fn send(&self, call: &Call) -> Result<Receipt, Error> {
        let mut world = self.world();
        let rules = world.rules(self.config());
        for block in world.flush(&rules) {
            self.notify(Event::Head(block));
        }
        let nonce = call.nonce.unwrap_or_else(|| world.next_nonce(call.from));
        let sent = Sent::build(call, nonce, call.gas.unwrap_or(rules.block_gas_limit), &rules)?;
        let hash = *sent.envelope.hash();
        let block = world.include(sent, &rules)?;
        self.notify(Event::Accepted(hash));
        let receipt = block.receipts.iter().find(|receipt| receipt.transaction_hash == hash).cloned();
        self.notify(Event::Head(block));
        Ok(receipt.expect("include mines the transaction or fails"))
    }

    /// Sends a signed transaction and returns its hash. It is mined at once where the chain mines on demand, and waits
    /// for the next block otherwise.
    ///
    /// # Errors
    /// The bytes are no transaction, or it is refused.
    pub fn send_raw(&self, bytes: &[u8]) -> Result<B256, Error> {
        let sent = Sent::decode(bytes)?;
        self.submit(self.world(), sent)
    }

    /// Sends a transaction from a development account or an impersonated one, as `eth_sendTransaction` does.
    ///
    /// # Errors
    /// The sender is neither, or the transaction is refused.
    pub fn send_from(&self, call: &Call) -> Result<B256, Error> {
        let world = self.world();
        if !world.may_send(call.from) {
            return Err(Error::UnknownAccount(call.from));
        }
        let rules = world.rules(self.config());
        let nonce = call.nonce.unwrap_or_else(|| world.next_nonce(call.from));
        let sent = Sent::build(call, nonce, call.gas.unwrap_or(rules.block_gas_limit), &rules)?;
        self.submit(world, sent)
    }

    fn submit(&self, mut world: MutexGuard<'_, World>, sent: Sent) -> Result<B256, Error> {
        let rules = world.rules(self.config());
        let hash = *sent.envelope.hash();
        if world.mining == Mining::OnDemand {
            let block = world.include(sent, &rules)?;
            self.notify(Event::Accepted(hash));
            self.notify(Event::Head(block));
        } else {
            world.enqueue(sent, &rules)?;
            self.notify(Event::Accepted(hash));
        }
        Ok(hash)
    }

    /// Listens to blocks and accepted transactions. A listener more than 1,024 events behind loses the oldest, and is
    /// told so; [`Self::subscribe_since`] brings it up to date.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// Returns the blocks from a height on, and listens to all that follow, without a gap and without a repetition.
    pub fn subscribe_since(&self, height: u64) -> (Vec<Arc<Block>>, broadcast::Receiver<Event>) {
        let world = self.world();
        (world.ledger.range(height, u64::MAX).cloned().collect(), self.shared.events.subscribe())
    }

    /// Follows when blocks are made, for whoever makes them.
    pub(crate) fn watch_mining(&self) -> watch::Receiver<Mining> {
        self.shared.mining.subscribe()
    }

    /// Sends while the lock is held, so that events keep the order of blocks.
    fn notify(&self, event: Event) {
        // Nobody listening is fine.
        let _ = self.shared.events.send(event);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere cannot leave the world half changed: blocks are appended whole.
        self.shared.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn rules(&self, config: &Config) -> Rules {
        Rules { chain_id: config.chain_id, base_fee_wei: self.base_fee_wei, block_gas_limit: self.block_gas_limit }
    }
}
