//! What a transaction did: status, gas, output, logs and state changes.

use super::storage::ARBOS;
use revm::{
    context::result::{ExecutionResult, HaltReason},
    primitives::{Address, Bytes, Log, U256},
    state::EvmState,
};

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It succeeded; state changes hold.
    Success,
    /// It reverted with [`Outcome::output`] as the reason; only fee and nonce changed.
    Revert,
    /// It ended exceptionally and used all its gas.
    Halt(HaltReason),
}

/// The result of a transaction, not yet committed.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// Gas of the receipt, refunds taken off.
    pub gas_used: u64,
    /// Gas refunded, already taken off [`Self::gas_used`].
    pub refunded: u64,
    /// Return data, revert data, or the code deployed.
    pub output: Bytes,
    /// Address of the contract that a creating transaction made.
    pub created: Option<Address>,
    /// Logs in order; empty unless it succeeded.
    pub logs: Vec<Log>,
    /// Every account touched, with the slots read and written.
    pub state: EvmState,
}

impl Outcome {
    /// Whether it succeeded.
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }

    /// Returns the accounts and slots that were accessed, in order of address, without those in `known`: accounts
    /// that are warm in any case are listed only when a slot of theirs was accessed.
    pub fn access_list(&self, known: &[Address]) -> Vec<(Address, Vec<U256>)> {
        let mut list: Vec<_> = self
            .state
            .iter()
            .map(|(address, account)| {
                let mut slots: Vec<U256> = account.storage.keys().copied().collect();
                slots.sort_unstable();
                (*address, slots)
            })
            .filter(|(address, _)| *address != ARBOS)
            .filter(|(address, slots)| !slots.is_empty() || !known.contains(address))
            .collect();
        list.sort_unstable_by_key(|(address, _)| *address);
        list
    }

    pub(super) fn new(result: ExecutionResult, state: EvmState) -> Self {
        let gas = *result.gas();
        let created = result.created_address();
        let output = result.output().cloned().unwrap_or_default();
        let (status, logs) = match result {
            ExecutionResult::Success { logs, .. } => (Status::Success, logs),
            ExecutionResult::Revert { .. } => (Status::Revert, Vec::new()),
            ExecutionResult::Halt { reason, .. } => (Status::Halt(reason), Vec::new()),
        };
        let refunded = gas.final_refunded();
        Self { status, gas_used: gas.tx_gas_used(), refunded, output, created, logs, state }
    }
}
