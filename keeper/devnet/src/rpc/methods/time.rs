//! Time and blocks, under anvil's and hardhat's names.

use alloy_primitives::U256;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    chain::Chain,
    rpc::{
        error::Error,
        params::{Params, Quantity},
    },
};

/// What `evm_mine` takes: a time, or a time and a number of blocks.
#[derive(Deserialize)]
#[serde(untagged)]
enum MineOptions {
    Timestamp(Quantity),
    Options { timestamp: Option<Quantity>, blocks: Option<Quantity> },
}

pub(super) fn evm_mine(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let (timestamp, blocks) = match params.optional("options")? {
        None => (None, None),
        Some(MineOptions::Timestamp(timestamp)) => (Some(timestamp), None),
        Some(MineOptions::Options { timestamp, blocks }) => (timestamp, blocks),
    };
    if let Some(timestamp) = timestamp {
        chain.set_next_timestamp(timestamp.to_u64("timestamp")?)?;
    }
    chain.mine(blocks.map_or(Ok(1), |blocks| blocks.to_u64("blocks"))?)?;
    Ok("0x0".into())
}

/// Mines some blocks, some seconds apart.
pub(super) fn mine(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let blocks: Option<Quantity> = params.optional("blocks")?;
    let apart: Option<Quantity> = params.optional("interval")?;
    let blocks = blocks.map_or(Ok(1), |blocks| blocks.to_u64("blocks"))?;
    chain.mine_apart(blocks, apart.map(|apart| apart.to_u64("interval")).transpose()?)?;
    Ok(Value::Null)
}

pub(super) fn increase(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let secs: Quantity = params.next("seconds")?;
    Ok(json!(U256::from(chain.increase_time(secs.to_u64("seconds")?))))
}

pub(super) fn set_next(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let timestamp: Quantity = params.next("timestamp")?;
    chain.set_next_timestamp(timestamp.to_u64("timestamp")?)?;
    Ok(Value::Null)
}

/// Sets the clock; returns by how many seconds it moved.
pub(super) fn set(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let timestamp: Quantity = params.next("timestamp")?;
    let timestamp = timestamp.to_u64("timestamp")?;
    let before = chain.next_timestamp_secs();
    chain.set_next_timestamp(timestamp)?;
    Ok(json!(U256::from(timestamp.saturating_sub(before))))
}

pub(super) fn set_interval(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let apart: Quantity = params.next("seconds")?;
    chain.set_block_interval(Some(apart.to_u64("seconds")?));
    Ok(Value::Null)
}

pub(super) fn remove_interval(chain: &Chain) -> Result<Value, Error> {
    chain.set_block_interval(None);
    Ok(Value::Bool(true))
}
