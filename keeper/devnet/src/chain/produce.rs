//! A block in the making: transactions are executed one by one on a copy of the state, then it is sealed.

use std::convert::Infallible;

use alloy_consensus::Transaction as _;
use alloy_consensus::{
    Header, Sealable, TxEnvelope,
    constants::EMPTY_OMMER_ROOT_HASH,
    proofs::{calculate_receipt_root, calculate_transaction_root},
    transaction::Recovered,
};
use alloy_primitives::{B64, B256, Bloom, U256};

use super::{
    block::{Block, L1_BLOCK_SECS, Receipt, Status},
    config::COINBASE,
    error::Error,
    transaction::{Rules, Sent},
};
use crate::{
    evm::{self, BlockContext, EVMError, HaltReason, InvalidTransaction, RecentPrograms},
    state::State,
};

/// A block in the making.
pub(super) struct Draft {
    rules: Rules,
    context: BlockContext,
    parent_hash: B256,
    state: State,
    transactions: Vec<Recovered<TxEnvelope>>,
    receipts: Vec<Receipt>,
    gas_used: u64,
    log_count: u64,
}

/// Returns the block that a transaction would run in.
pub(super) fn context(rules: &Rules, number: u64, timestamp_secs: u64) -> BlockContext {
    BlockContext {
        number,
        l1_number: timestamp_secs / L1_BLOCK_SECS,
        timestamp: timestamp_secs,
        base_fee: rules.base_fee_wei,
        gas_limit: rules.block_gas_limit,
        coinbase: COINBASE,
        // Arbitrum's PREVRANDAO is 1 in every block.
        prev_randao: B256::with_last_byte(1),
        chain_id: rules.chain_id,
        recent: RecentPrograms::default(),
    }
}

impl Draft {
    pub fn new(rules: Rules, parent: &Block, state: State, timestamp_secs: u64) -> Self {
        Self {
            rules,
            context: context(&rules, parent.number().saturating_add(1), timestamp_secs),
            parent_hash: parent.hash(),
            state,
            transactions: Vec::new(),
            receipts: Vec::new(),
            gas_used: 0,
            log_count: 0,
        }
    }

    /// Returns block 0, which holds what a chain starts with.
    pub fn genesis(rules: Rules, state: State, timestamp_secs: u64) -> (Block, State) {
        let draft = Self {
            rules,
            context: context(&rules, 0, timestamp_secs),
            parent_hash: B256::ZERO,
            state,
            transactions: Vec::new(),
            receipts: Vec::new(),
            gas_used: 0,
            log_count: 0,
        };
        draft.seal()
    }

    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }

    /// Whether a transaction's gas limit still fits.
    pub fn has_room_for(&self, sent: &Sent) -> bool {
        self.gas_used.saturating_add(sent.envelope.gas_limit()) <= self.rules.block_gas_limit
    }

    /// Executes a transaction and takes it in, whether it succeeds or reverts.
    ///
    /// # Errors
    /// The transaction is not valid here; nothing has changed.
    pub fn push(&mut self, sent: Sent) -> Result<(), Error> {
        sent.check(&self.state, self.state.nonce(sent.sender()), &self.rules)?;
        let outcome =
            evm::transact(&mut self.state, &mut self.context, sent.execution(&self.rules)).map_err(refusal)?;
        self.state.commit(outcome.state);
        self.gas_used = self.gas_used.saturating_add(outcome.gas_used);
        let first_log_index = self.log_count;
        self.log_count = first_log_index.saturating_add(outcome.logs.len() as u64);
        self.receipts.push(Receipt {
            transaction_hash: *sent.envelope.hash(),
            transaction_index: self.receipts.len() as u64,
            transaction_type: sent.envelope.tx_type(),
            block_hash: B256::ZERO,
            block_number: self.context.number,
            from: sent.sender(),
            to: sent.envelope.to(),
            contract_address: outcome.created,
            status: status(outcome.status),
            output: outcome.output,
            gas_used: outcome.gas_used,
            cumulative_gas_used: self.gas_used,
            effective_gas_price_wei: u128::from(self.rules.base_fee_wei),
            logs: outcome.logs,
            first_log_index,
        });
        self.transactions.push(sent.envelope);
        Ok(())
    }

    /// Ends the block.
    pub fn seal(mut self) -> (Block, State) {
        let envelopes: Vec<_> = self.receipts.iter().map(Receipt::envelope).collect();
        let logs_bloom = envelopes.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | *receipt.logs_bloom());
        let header = Header {
            parent_hash: self.parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: self.context.coinbase,
            state_root: B256::ZERO,
            transactions_root: calculate_transaction_root(&self.transactions),
            receipts_root: calculate_receipt_root(&envelopes),
            logs_bloom,
            difficulty: U256::ONE,
            number: self.context.number,
            gas_limit: self.rules.block_gas_limit,
            gas_used: self.gas_used,
            timestamp: self.context.timestamp,
            mix_hash: self.context.prev_randao,
            nonce: B64::ZERO,
            base_fee_per_gas: Some(self.rules.base_fee_wei),
            ..Header::default()
        }
        .seal_slow();
        for receipt in &mut self.receipts {
            receipt.block_hash = header.hash();
        }
        let l1_number = self.context.l1_number;
        (Block { header, l1_number, transactions: self.transactions, receipts: self.receipts }, self.state)
    }
}

fn status(status: evm::Status) -> Status {
    match status {
        evm::Status::Success => Status::Success,
        evm::Status::Revert => Status::Revert,
        evm::Status::Halt(reason) => Status::Halt(halt(&reason)),
    }
}

/// Names an exceptional end as geth does where clients look for it.
pub(super) fn halt(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".into(),
        other => other.to_string(),
    }
}

/// Says why the execution refused a transaction.
pub(super) fn refusal(error: evm::Error<Infallible>) -> Error {
    match error {
        EVMError::Transaction(InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit }) => {
            Error::IntrinsicGas { have_gas: gas_limit, want_gas: initial_gas }
        }
        EVMError::Transaction(invalid) => Error::Invalid(invalid.to_string()),
        EVMError::Header(invalid) => Error::Invalid(invalid.to_string()),
        EVMError::Database(never) => match never {},
        EVMError::Custom(reason) => Error::Invalid(reason),
        EVMError::CustomAny(reason) => Error::Invalid(reason.to_string()),
    }
}
