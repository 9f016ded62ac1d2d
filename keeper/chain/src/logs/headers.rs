//! What the log does not say: when its blocks were made, who sent its transactions, where a contract began.

use alloy_primitives::{Address, B256};
use serde::Deserialize;
use serde_json::{Value, json};

use super::number;
use crate::error::Error;
use crate::rpc::{self, Rpc};

/// Most questions in one exchange; hosted services refuse longer ones.
const BATCH: usize = 100;

/// A block's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The block's height.
    pub number: u64,
    /// The block's hash.
    pub hash: B256,
    /// When it was made, in unix seconds.
    pub time_secs: u64,
}

/// Returns the heads of these blocks, in the order asked. Where a hash is given the block must have it.
///
/// # Errors
/// When the node fails, lacks a block, or has another in its place.
pub async fn headers(rpc: &Rpc, blocks: &[(u64, Option<B256>)]) -> Result<Vec<Header>, Error> {
    const METHOD: &str = "eth_getBlockByNumber";
    let mut headers = Vec::with_capacity(blocks.len());
    for chunk in blocks.chunks(BATCH) {
        let params = chunk.iter().map(|(block, _)| json!([format!("0x{block:x}"), false])).collect();
        let answers = rpc.transport().ask_many(METHOD, params).await?;
        for ((number, expected), answer) in chunk.iter().zip(answers) {
            let header = header(METHOD, *number, &answer?)?;
            match expected {
                Some(before) if *before != header.hash => {
                    return Err(Error::BlockReplaced { number: *number, before: *before, after: header.hash });
                }
                _ => headers.push(header),
            }
        }
    }
    Ok(headers)
}

fn header(method: &str, asked: u64, value: &Value) -> Result<Header, rpc::Error> {
    #[derive(Deserialize)]
    struct Found {
        number: String,
        hash: B256,
        timestamp: String,
    }
    let malformed = |reason: &str| rpc::Error::malformed(method, value, reason);
    let found = Found::deserialize(value).map_err(|error| malformed(&error.to_string()))?;
    let time_secs = number(&found.timestamp).ok_or_else(|| malformed("timestamp is no quantity"))?;
    if number(&found.number) != Some(asked) {
        return Err(malformed(&format!("block {asked} was asked")));
    }
    Ok(Header { number: asked, hash: found.hash, time_secs })
}

/// Returns who sent these transactions, in the order asked.
///
/// # Errors
/// When the node fails or does not know one of them.
pub async fn senders(rpc: &Rpc, transactions: &[B256]) -> Result<Vec<Address>, Error> {
    const METHOD: &str = "eth_getTransactionByHash";
    #[derive(Deserialize)]
    struct Found {
        hash: B256,
        from: Address,
    }
    let mut senders = Vec::with_capacity(transactions.len());
    for chunk in transactions.chunks(BATCH) {
        let params = chunk.iter().map(|hash| json!([hash])).collect();
        for (hash, answer) in chunk.iter().zip(rpc.transport().ask_many(METHOD, params).await?) {
            let answer = answer?;
            match Found::deserialize(&answer) {
                Ok(found) if found.hash == *hash => senders.push(found.from),
                Ok(_) => return Err(rpc::Error::malformed(METHOD, answer, format!("{hash} was asked")).into()),
                Err(error) => return Err(rpc::Error::malformed(METHOD, answer, error).into()),
            }
        }
    }
    Ok(senders)
}

/// Returns the first block after which there is code at an address, by halving; nothing when there is none at `head`.
/// Needs a node that keeps old states.
///
/// # Errors
/// When the node fails or has not the states.
pub async fn first_block_with_code(rpc: &Rpc, address: Address, head: u64) -> Result<Option<u64>, Error> {
    if rpc.code(address, head).await?.is_empty() {
        return Ok(None);
    }
    let (mut without, mut with) = (0, head);
    while without < with {
        let middle = without.midpoint(with);
        if rpc.code(address, middle).await?.is_empty() {
            without = middle.saturating_add(1);
        } else {
            with = middle;
        }
    }
    Ok(Some(with))
}
