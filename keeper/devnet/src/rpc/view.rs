//! Blocks, transactions and receipts in the form that JSON-RPC gives them.

use alloy_consensus::{
    BlockBody, Receipt as ConsensusReceipt, ReceiptWithBloom, TxEnvelope, TxReceipt,
    transaction::{Recovered, TransactionInfo},
};
use alloy_primitives::{B256, U64};
use alloy_rpc_types_eth::{Block as RpcBlock, BlockTransactions, Header, Log, Transaction, TransactionReceipt};
use serde::Serialize;

use super::error::Error;
use crate::chain::{Block, Receipt, envelope};

/// A block with Arbitrum's addition.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockView {
    #[serde(flatten)]
    block: RpcBlock,
    l1_block_number: U64,
}

/// A receipt with Arbitrum's additions.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptView {
    #[serde(flatten)]
    receipt: TransactionReceipt,
    l1_block_number: U64,
    /// Nothing is posted to a parent chain, so nothing is paid for it.
    gas_used_for_l1: U64,
}

/// Gives a value as JSON.
pub(super) fn json(value: impl Serialize) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// Gives a block's header, as subscribers to `newHeads` get it.
pub(super) fn header(block: &Block) -> Header {
    let body = BlockBody { transactions: envelopes(block), ..BlockBody::default() };
    let sized = RpcBlock::from_consensus(alloy_consensus::Block::new(block.header.inner().clone(), body), None);
    sized.header
}

/// Gives a block with its transactions' hashes.
pub(super) fn block_with_hashes(block: &Block) -> Result<serde_json::Value, Error> {
    let hashes = block.transactions.iter().map(|transaction| *transaction.hash()).collect();
    block_view(block, BlockTransactions::Hashes(hashes))
}

/// Gives a block with its transactions.
pub(super) fn block_with_transactions(block: &Block) -> Result<serde_json::Value, Error> {
    let transactions = (0..block.transactions.len()).filter_map(|index| mined(block, index)).collect();
    block_view(block, BlockTransactions::Full(transactions))
}

fn block_view(block: &Block, transactions: BlockTransactions<Transaction>) -> Result<serde_json::Value, Error> {
    let l1_block_number = U64::from(block.l1_number);
    json(BlockView { block: RpcBlock::new(header(block), transactions), l1_block_number })
}

/// Gives a transaction of a block.
pub(super) fn mined(block: &Block, index: usize) -> Option<Transaction> {
    let (transaction, receipt) = block.transactions.get(index).zip(block.receipts.get(index))?;
    let info = TransactionInfo {
        hash: Some(receipt.transaction_hash),
        index: Some(receipt.transaction_index),
        block_hash: Some(block.hash()),
        block_number: Some(block.number()),
        base_fee: None,
        block_timestamp: Some(block.timestamp_secs()),
    };
    let view = Transaction::from_transaction(transaction.clone(), info);
    Some(Transaction { effective_gas_price: Some(receipt.effective_gas_price_wei), ..view })
}

/// Gives a transaction that waits.
pub(super) fn waiting(transaction: Recovered<TxEnvelope>) -> Transaction {
    Transaction::from_transaction(transaction, TransactionInfo::default())
}

/// Gives a receipt.
pub(super) fn receipt(block: &Block, receipt: &Receipt) -> Result<serde_json::Value, Error> {
    let bloom = ConsensusReceipt { logs: receipt.logs.clone(), ..ConsensusReceipt::default() }.bloom();
    let logs = (receipt.first_log_index..).zip(&receipt.logs).map(|(index, log)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash()),
        block_number: Some(block.number()),
        block_timestamp: Some(block.timestamp_secs()),
        transaction_hash: Some(receipt.transaction_hash),
        transaction_index: Some(receipt.transaction_index),
        log_index: Some(index),
        removed: false,
    });
    let inner = ConsensusReceipt {
        status: receipt.is_success().into(),
        cumulative_gas_used: receipt.cumulative_gas_used,
        logs: logs.collect(),
    };
    json(ReceiptView {
        receipt: TransactionReceipt {
            inner: envelope(receipt.transaction_type, ReceiptWithBloom::new(inner, bloom)),
            transaction_hash: receipt.transaction_hash,
            transaction_index: Some(receipt.transaction_index),
            block_hash: Some(block.hash()),
            block_number: Some(block.number()),
            gas_used: receipt.gas_used,
            effective_gas_price: receipt.effective_gas_price_wei,
            blob_gas_used: None,
            blob_gas_price: None,
            from: receipt.from,
            to: receipt.to,
            contract_address: receipt.contract_address,
        },
        l1_block_number: U64::from(block.l1_number),
        gas_used_for_l1: U64::ZERO,
    })
}

/// Gives the hashes of a block's transactions.
pub(super) fn hashes(block: &Block) -> impl Iterator<Item = B256> {
    block.transactions.iter().map(|transaction| *transaction.hash())
}

fn envelopes(block: &Block) -> Vec<TxEnvelope> {
    block.transactions.iter().map(|transaction| transaction.inner().clone()).collect()
}
