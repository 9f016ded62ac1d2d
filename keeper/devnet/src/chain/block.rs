//! Blocks and receipts as the chain keeps them.

use alloy_consensus::{
    Header, Receipt as ConsensusReceipt, ReceiptEnvelope, ReceiptWithBloom, Sealed, TxEnvelope, TxReceipt, TxType,
    transaction::Recovered,
};
use alloy_primitives::{Address, B256, Bytes, Log};

/// A block with its transactions and receipts.
#[derive(Clone, Debug)]
pub struct Block {
    /// Header and its hash. The state root is zero: it is not computed.
    pub header: Sealed<Header>,
    /// The parent chain's height at this block's time: one block every [`L1_BLOCK_SECS`] seconds.
    pub l1_number: u64,
    /// Transactions with their senders, in order.
    pub transactions: Vec<Recovered<TxEnvelope>>,
    /// A receipt for each.
    pub receipts: Vec<Receipt>,
}

/// Seconds from one block of the parent chain to the next.
pub const L1_BLOCK_SECS: u64 = 12;

impl Block {
    /// Returns the height.
    pub fn number(&self) -> u64 {
        self.header.number
    }

    /// Returns the hash.
    pub fn hash(&self) -> B256 {
        self.header.hash()
    }

    /// Returns the time in seconds since the Unix epoch.
    pub fn timestamp_secs(&self) -> u64 {
        self.header.timestamp
    }

    /// Returns each log with its transaction's receipt and its index in the block, in order.
    pub fn logs(&self) -> impl Iterator<Item = (&Receipt, u64, &Log)> {
        self.receipts.iter().flat_map(|receipt| {
            (receipt.first_log_index..).zip(&receipt.logs).map(move |(index, log)| (receipt, index, log))
        })
    }
}

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the transaction.
    pub transaction_hash: B256,
    /// Its place in the block.
    pub transaction_index: u64,
    /// Its type (EIP-2718).
    pub transaction_type: TxType,
    /// Hash of the block.
    pub block_hash: B256,
    /// Height of the block.
    pub block_number: u64,
    /// Sender.
    pub from: Address,
    /// Receiver; `None` for a creation.
    pub to: Option<Address>,
    /// The contract that a creating transaction made.
    pub contract_address: Option<Address>,
    /// How it ended.
    pub status: Status,
    /// Return data, revert data or deployed code. No node keeps it; in process it saves a second call.
    pub output: Bytes,
    /// Gas used, refunds taken off.
    pub gas_used: u64,
    /// Gas used in the block up to and with this transaction.
    pub cumulative_gas_used: u64,
    /// Wei paid a gas.
    pub effective_gas_price_wei: u128,
    /// Logs in order.
    pub logs: Vec<Log>,
    /// Index in the block of the first of them.
    pub first_log_index: u64,
}

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It succeeded.
    Success,
    /// It reverted; the output is the reason.
    Revert,
    /// It ended exceptionally and used all its gas.
    Halt(String),
}

impl Receipt {
    /// Whether the transaction succeeded.
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }

    /// Returns the receipt in the form that the receipts' root and JSON-RPC are made of.
    pub fn envelope(&self) -> ReceiptEnvelope {
        let receipt = ConsensusReceipt {
            status: self.is_success().into(),
            cumulative_gas_used: self.cumulative_gas_used,
            logs: self.logs.clone(),
        };
        let bloom = receipt.bloom();
        envelope(self.transaction_type, ReceiptWithBloom::new(receipt, bloom))
    }
}

/// Puts a receipt behind its transaction's type.
pub(crate) fn envelope<L>(
    transaction_type: TxType,
    receipt: ReceiptWithBloom<ConsensusReceipt<L>>,
) -> ReceiptEnvelope<L> {
    match transaction_type {
        TxType::Legacy => ReceiptEnvelope::Legacy(receipt),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(receipt),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(receipt),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(receipt),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(receipt),
    }
}
