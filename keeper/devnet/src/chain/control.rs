//! What only a test network lets its users do: set balances, go back, move time, mine.

use alloy_primitives::{Address, B256, Bytes, U256};

use super::{Chain, Error, Event, Mining};

/// Blocks that one command may make.
pub const MINED_AT_ONCE_LIMIT: u64 = 100_000;
/// The highest gas limit that a running chain's blocks may get: an endless call must end.
pub const BLOCK_GAS_LIMIT: u64 = 1_000_000_000;
/// Snapshots that may be held.
pub const SNAPSHOT_LIMIT: usize = 10_000;

impl Chain {
    /// Sets a balance in wei, in the state after the latest block.
    pub fn set_balance(&self, address: Address, balance_wei: U256) {
        self.world().ledger.state_mut().set_balance_wei(address, balance_wei);
    }

    /// Sets a nonce, in the state after the latest block.
    pub fn set_nonce(&self, address: Address, nonce: u64) {
        self.world().ledger.state_mut().set_nonce(address, nonce);
    }

    /// Sets code, in the state after the latest block.
    ///
    /// # Errors
    /// The code starts as an EIP-7702 delegation and is not one.
    pub fn set_code(&self, address: Address, code: Bytes) -> Result<(), Error> {
        Ok(self.world().ledger.state_mut().set_code(address, code)?)
    }

    /// Sets one storage slot, in the state after the latest block.
    pub fn set_storage(&self, address: Address, slot: U256, value: U256) {
        self.world().ledger.state_mut().set_storage(address, slot, value);
    }

    /// Remembers where the chain stands: blocks, state, time and waiting transactions.
    ///
    /// # Errors
    /// [`SNAPSHOT_LIMIT`] are held already.
    pub fn snapshot(&self) -> Result<u64, Error> {
        let mut world = self.world();
        if world.snapshots.len() >= SNAPSHOT_LIMIT {
            return Err(Error::TooManySnapshots(SNAPSHOT_LIMIT));
        }
        Ok(world.snapshot())
    }

    /// Goes back to a snapshot, which is used up with all later ones. Returns whether there was one.
    pub fn revert(&self, snapshot: u64) -> bool {
        self.world().revert(snapshot)
    }

    /// Makes blocks; the first hold the transactions that wait.
    ///
    /// # Errors
    /// More than [`MINED_AT_ONCE_LIMIT`] are asked for; none is made then.
    pub fn mine(&self, blocks: u64) -> Result<(), Error> {
        self.mine_apart(blocks, None)
    }

    /// As [`Self::mine`], with a distance in time from each block to the next.
    ///
    /// # Errors
    /// As for [`Self::mine`].
    pub fn mine_apart(&self, blocks: u64, apart_secs: Option<u64>) -> Result<(), Error> {
        if blocks > MINED_AT_ONCE_LIMIT {
            return Err(Error::TooManyBlocks { asked: blocks, limit: MINED_AT_ONCE_LIMIT });
        }
        let mut world = self.world();
        let rules = world.rules(self.config());
        for index in 0..blocks {
            if let Some(apart_secs) = apart_secs.filter(|_| index > 0) {
                let head_secs = world.ledger.head().timestamp_secs();
                world.time.next_secs = Some(head_secs.saturating_add(apart_secs));
            }
            let block = world.mine(&rules);
            self.notify(Event::Head(block));
        }
        Ok(())
    }

    /// Moves time forward from now on, and returns by how many seconds it was moved altogether.
    pub fn increase_time(&self, secs: u64) -> u64 {
        let mut world = self.world();
        world.time.increase(secs);
        world.time.moved_secs
    }

    /// Sets the time of the next block, in seconds since the Unix epoch. Later blocks go on from there.
    ///
    /// # Errors
    /// It is before the latest block's. A time after the year 36,800 becomes that.
    pub fn set_next_timestamp(&self, timestamp_secs: u64) -> Result<(), Error> {
        let mut world = self.world();
        let head_secs = world.ledger.head().timestamp_secs();
        if timestamp_secs < head_secs {
            return Err(Error::TimeInPast { asked_secs: timestamp_secs, head_secs });
        }
        world.time.next_secs = Some(timestamp_secs);
        Ok(())
    }

    /// Puts blocks a fixed time apart, or back under the clock.
    pub fn set_block_interval(&self, apart_secs: Option<u64>) {
        self.world().time.step_secs = apart_secs;
    }

    /// Lets the node send for an address without its key.
    pub fn impersonate(&self, address: Address) {
        self.world().impersonated.insert(address);
    }

    /// Ends that. Returns whether the address was impersonated.
    pub fn stop_impersonating(&self, address: Address) -> bool {
        self.world().impersonated.remove(&address)
    }

    /// Lets the node send for everybody.
    pub fn impersonate_everybody(&self) {
        self.world().impersonates_everybody = true;
    }

    /// Ends that; addresses impersonated one by one stay so.
    pub fn stop_impersonating_everybody(&self) {
        self.world().impersonates_everybody = false;
    }

    /// Changes when blocks are made. Going over to mining on demand mines what waits.
    pub fn set_mining(&self, mining: Mining) {
        let mut world = self.world();
        world.mining = mining;
        if mining == Mining::OnDemand {
            let rules = world.rules(self.config());
            for block in world.flush(&rules) {
                self.notify(Event::Head(block));
            }
        }
        self.shared.mining.send_replace(mining);
    }

    /// Returns when blocks are made.
    pub fn mining(&self) -> Mining {
        self.world().mining
    }

    /// Sets the base fee in wei a gas, from the next block on.
    pub fn set_base_fee(&self, base_fee_wei: u64) {
        self.world().base_fee_wei = base_fee_wei;
    }

    /// Sets the gas limit of blocks, from the next on.
    ///
    /// # Errors
    /// It is above [`BLOCK_GAS_LIMIT`].
    pub fn set_block_gas_limit(&self, gas: u64) -> Result<(), Error> {
        if gas > BLOCK_GAS_LIMIT {
            return Err(Error::BlockGasTooHigh { asked_gas: gas, limit_gas: BLOCK_GAS_LIMIT });
        }
        self.world().block_gas_limit = gas;
        Ok(())
    }

    /// Drops a waiting transaction. Returns whether there was one.
    pub fn drop_transaction(&self, hash: B256) -> bool {
        let mut world = self.world();
        let before = world.queue.len();
        world.queue.retain(|sent| *sent.envelope.hash() != hash);
        world.queue.len() < before
    }
}
