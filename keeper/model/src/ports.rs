//! The traits at which the keeper's parts meet: chain, store, executor and engine know one another only by these.
//!
//! A fault is an `Err` that says who can act; an expected outcome (a refusal by the vault, a revert) is a value.

use std::future::Future;

use alloy_primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

use crate::decision::{Decision, Plan};
use crate::memory::Memory;
use crate::snapshot::{Block, Snapshot};
use crate::units::{Gas, Timestamp, Wei};

/// Why a port could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{detail}")]
pub struct Fault {
    /// Who can act on it.
    pub kind: FaultKind,
    /// What happened, in one line.
    pub detail: String,
}

/// Who can act on a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The same call may succeed later.
    Retry,
    /// This request is wrong; another may be right.
    Refuse,
    /// Nothing will work until somebody repairs it.
    Fatal,
}

/// Reads the vault and its venues at one pinned block.
pub trait SnapshotSource {
    /// The state at the newest block.
    fn snapshot(&self) -> impl Future<Output = Result<Snapshot, Fault>> + Send;
    /// An earlier snapshot with what positions owe at the newest block, and nothing else of it: what can be looked at
    /// every block.
    fn glance(&self, last: &Snapshot) -> impl Future<Output = Result<Snapshot, Fault>> + Send;
}

/// Time, so that tests own it.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Returns after `millis`.
    fn sleep_millis(&self, millis: u64) -> impl Future<Output = ()> + Send;
}

/// Carries plans to the chain, at most one at a time.
pub trait Submitter {
    /// Settles what an earlier run began; nothing new may be submitted before it succeeded.
    fn resolve(&self) -> impl Future<Output = Result<Vec<Resolved>, Fault>> + Send;
    /// Simulates, journals, sends and follows one plan to its end.
    fn submit(&self, snapshot: &Snapshot, plan: &Plan) -> impl Future<Output = Result<Settlement, Fault>> + Send;
}

/// What the executor needs from a chain.
pub trait Node {
    /// Runs a call at a block without sending it.
    fn simulate(&self, call: &Call, block: &Block) -> impl Future<Output = Result<Simulation, Fault>> + Send;
    /// What one gas costs now.
    fn fees(&self) -> impl Future<Output = Result<Fees, Fault>> + Send;
    /// The nonce of the account's next transaction, by the newest block.
    fn next_nonce(&self, account: Address) -> impl Future<Output = Result<u64, Fault>> + Send;
    /// Signs, without sending.
    fn sign(&self, transaction: &Transaction) -> impl Future<Output = Result<Signed, Fault>> + Send;
    /// Sends signed bytes; sending them twice is no fault. A fault leaves open whether they arrived.
    fn broadcast(&self, signed: &Signed) -> impl Future<Output = Result<Broadcast, Fault>> + Send;
    /// The newest block.
    fn head(&self) -> impl Future<Output = Result<Block, Fault>> + Send;
    /// The receipt, once the transaction is in a block.
    fn receipt(&self, hash: B256) -> impl Future<Output = Result<Option<Receipt>, Fault>> + Send;
}

/// The durable record of what was begun. Every method returns only when the bytes are safe.
pub trait Journal {
    /// Adds a record and returns its number.
    fn open(&self, attempt: &Attempt) -> Result<u64, Fault>;
    /// Replaces the stage of a record.
    fn advance(&self, record: u64, stage: &Stage) -> Result<(), Fault>;
    /// The records that are not settled, oldest first.
    fn unsettled(&self) -> Result<Vec<(u64, Attempt)>, Fault>;
    /// The highest nonce of an account that a block is known to hold.
    fn last_mined_nonce(&self, chain_id: u64, account: Address) -> Result<Option<u64>, Fault>;
}

/// The durable record of what was decided and why.
pub trait Recorder {
    /// Adds a decision with what is remembered for the next one, and its line for people.
    fn record(&self, snapshot: &Snapshot, decision: &Decision, memory: &Memory, summary: &str) -> Result<(), Fault>;
}

impl<T: Journal> Journal for &T {
    fn open(&self, attempt: &Attempt) -> Result<u64, Fault> {
        T::open(self, attempt)
    }

    fn advance(&self, record: u64, stage: &Stage) -> Result<(), Fault> {
        T::advance(self, record, stage)
    }

    fn unsettled(&self) -> Result<Vec<(u64, Attempt)>, Fault> {
        T::unsettled(self)
    }

    fn last_mined_nonce(&self, chain_id: u64, account: Address) -> Result<Option<u64>, Fault> {
        T::last_mined_nonce(self, chain_id, account)
    }
}

impl<T: Recorder> Recorder for &T {
    fn record(&self, snapshot: &Snapshot, decision: &Decision, memory: &Memory, summary: &str) -> Result<(), Fault> {
        T::record(self, snapshot, decision, memory, summary)
    }
}

/// What a node says to signed bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "broadcast")]
pub enum Broadcast {
    /// It takes them, or holds them already.
    Accepted,
    /// Their nonce is used already: by them, or by another transaction.
    NonceUsed,
    /// They offer less than a block asks; it does not hold them.
    FeeTooLow,
    /// It will never take them, and does not hold them.
    Rejected {
        /// Why.
        reason: String,
    },
}

/// One call from one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Who calls.
    pub from: Address,
    /// Who is called.
    pub to: Address,
    /// The calldata.
    pub data: Bytes,
}

/// What a simulation found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "simulation")]
pub enum Simulation {
    /// It would succeed.
    Succeeds {
        /// What it returns.
        output: Bytes,
        /// The gas limit that it needs.
        gas: Gas,
    },
    /// It would revert.
    Reverts {
        /// The revert data.
        data: Bytes,
        /// The decoded error with its facts, for people.
        reason: String,
    },
}

/// The two prices of EIP-1559.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fees {
    /// The most that one gas may cost in all.
    pub max_fee: Wei,
    /// The part of it that goes to the block's maker.
    pub max_priority_fee: Wei,
}

/// A transaction before it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The chain that alone it is valid on.
    pub chain_id: u64,
    /// The call.
    pub call: Call,
    /// The sender's nonce.
    pub nonce: u64,
    /// The gas limit.
    pub gas: Gas,
    /// The fees.
    pub fees: Fees,
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Its hash.
    pub hash: B256,
    /// The bytes to broadcast.
    pub raw: Bytes,
}

/// A transaction in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The transaction's hash.
    pub hash: B256,
    /// The block's number.
    pub block_number: u64,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// The gas it took.
    pub gas_used: Gas,
    /// What one gas cost.
    pub gas_price: Wei,
}

/// One plan on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The chain.
    pub chain_id: u64,
    /// The vault.
    pub vault: Address,
    /// What is being done and why.
    pub plan: Plan,
    /// How far it got.
    pub stage: Stage,
}

/// How far an attempt got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// Decided; nothing is signed.
    Planned,
    /// Signed, and possibly sent.
    Signed {
        /// What was signed.
        transaction: Transaction,
        /// The signed bytes.
        signed: Signed,
        /// Hashes signed before for the same nonce at lower fees.
        earlier: Vec<B256>,
    },
    /// A node took the bytes.
    Sent {
        /// What was signed.
        transaction: Transaction,
        /// The signed bytes.
        signed: Signed,
        /// Hashes signed before for the same nonce at lower fees.
        earlier: Vec<B256>,
    },
    /// At its end.
    Settled(Settlement),
}

/// An attempt of an earlier run, brought to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// Its number in the journal.
    pub record: u64,
    /// How it ended.
    pub settlement: Settlement,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "settlement")]
pub enum Settlement {
    /// The vault did it.
    Done(Receipt),
    /// It is in a block and reverted.
    Reverted {
        /// The receipt.
        receipt: Receipt,
        /// The decoded error, for people.
        reason: String,
    },
    /// The simulation reverted, so it was not sent.
    Refused {
        /// The decoded error with its facts, for people.
        reason: String,
    },
    /// The simulation succeeded, and sending was not asked for.
    Rehearsed {
        /// The gas limit that it would take.
        gas: Gas,
    },
    /// It was never sent, or no node takes it.
    Dropped {
        /// Why.
        reason: String,
    },
    /// Its nonce went to a transaction that is none of its own.
    Replaced {
        /// The nonce.
        nonce: u64,
    },
    /// Its deadline passed and no block holds it; the vault refuses it from now on.
    Expired {
        /// The deadline.
        deadline: Timestamp,
    },
}
