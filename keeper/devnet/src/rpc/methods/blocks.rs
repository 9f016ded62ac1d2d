//! Blocks, transactions and receipts.

use std::sync::Arc;

use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, Bytes, U64};
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag};
use serde_json::{Value, json};

use crate::{
    chain::{Block, Chain, Lookup},
    rpc::{
        error::Error,
        params::{Params, Quantity},
        view,
    },
};

pub(super) fn number(chain: &Chain) -> Result<Value, Error> {
    Ok(json!(U64::from(chain.block_number())))
}

pub(super) fn by_hash(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    shown(hash(chain, &mut params)?, params)
}

pub(super) fn by_number(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    shown(height(chain, &mut params)?, params)
}

fn shown(block: Option<Arc<Block>>, mut params: Params) -> Result<Value, Error> {
    let is_full: Option<bool> = params.optional("full")?;
    match block {
        None => Ok(Value::Null),
        Some(block) if is_full == Some(true) => view::block_with_transactions(&block),
        Some(block) => view::block_with_hashes(&block),
    }
}

pub(super) fn count_by_hash(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    Ok(count(hash(chain, &mut params)?))
}

pub(super) fn count_by_number(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    Ok(count(height(chain, &mut params)?))
}

fn count(block: Option<Arc<Block>>) -> Value {
    block.map_or(Value::Null, |block| json!(U64::from(block.transactions.len())))
}

pub(super) fn uncles_by_hash(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    Ok(uncles(hash(chain, &mut params)?))
}

pub(super) fn uncles_by_number(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    Ok(uncles(height(chain, &mut params)?))
}

fn uncles(block: Option<Arc<Block>>) -> Value {
    block.map_or(Value::Null, |_| json!(U64::ZERO))
}

pub(super) fn transaction(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    match chain.transaction(params.next("hash")?) {
        Some(Lookup::Mined(block, index)) => view::json(view::mined(&block, index)),
        Some(Lookup::Waiting(transaction)) => view::json(view::waiting(*transaction)),
        None => Ok(Value::Null),
    }
}

pub(super) fn raw_transaction(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let encoded = match chain.transaction(params.next("hash")?) {
        Some(Lookup::Mined(block, index)) => block.transactions.get(index).map(Encodable2718::encoded_2718),
        Some(Lookup::Waiting(transaction)) => Some(transaction.encoded_2718()),
        None => None,
    };
    Ok(json!(encoded.map(Bytes::from)))
}

pub(super) fn transaction_by_hash_and_index(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    at_index(hash(chain, &mut params)?, params)
}

pub(super) fn transaction_by_number_and_index(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    at_index(height(chain, &mut params)?, params)
}

fn at_index(block: Option<Arc<Block>>, mut params: Params) -> Result<Value, Error> {
    let index: Quantity = params.next("index")?;
    let index = usize::try_from(index.0).unwrap_or(usize::MAX);
    view::json(block.and_then(|block| view::mined(&block, index)))
}

pub(super) fn receipt(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let Some(Lookup::Mined(block, index)) = chain.transaction(params.next("hash")?) else { return Ok(Value::Null) };
    block.receipts.get(index).map_or(Ok(Value::Null), |receipt| view::receipt(&block, receipt))
}

pub(super) fn receipts(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let id: BlockId = params.next("block")?;
    let Some(block) = chain.block(id) else { return Ok(Value::Null) };
    let receipts: Result<Vec<Value>, Error> =
        block.receipts.iter().map(|receipt| view::receipt(&block, receipt)).collect();
    Ok(Value::Array(receipts?))
}

fn hash(chain: &Chain, params: &mut Params) -> Result<Option<Arc<Block>>, Error> {
    let hash: B256 = params.next("hash")?;
    Ok(chain.block(BlockId::hash(hash)))
}

fn height(chain: &Chain, params: &mut Params) -> Result<Option<Arc<Block>>, Error> {
    let number: BlockNumberOrTag = params.next("block")?;
    Ok(chain.block(number.into()))
}
