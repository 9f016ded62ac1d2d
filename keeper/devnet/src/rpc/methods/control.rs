//! The controls of a test network, under anvil's, hardhat's and ganache's names.

use alloy_primitives::{Address, B256, U64, U256};
use serde_json::{Value, json};

use super::time;
use crate::{
    chain::{Chain, Mining},
    rpc::{
        error::Error,
        params::{Params, Quantity},
    },
};

/// Carries out a control, whoever's prefix it has.
pub(super) fn call(chain: &Chain, method: &str, params: Params) -> Result<Value, Error> {
    let (prefix, name) = method.split_once('_').unwrap_or_default();
    match (prefix, name) {
        ("evm" | "anvil", "snapshot") => Ok(json!(U64::from(chain.snapshot()?))),
        ("evm" | "anvil", "revert") => revert(chain, params),
        ("anvil" | "hardhat", "mine") => time::mine(chain, params),
        ("evm" | "anvil", "setNextBlockTimestamp") => time::set_next(chain, params),
        ("anvil", "setBlockTimestampInterval") => time::set_interval(chain, params),
        ("anvil", "removeBlockTimestampInterval") => time::remove_interval(chain),
        ("evm" | "anvil", "setAutomine") => set_automine(chain, params),
        ("anvil" | "hardhat", "getAutomine") => Ok(json!(chain.mining() == Mining::OnDemand)),
        ("evm" | "anvil", "setIntervalMining") => set_interval_mining(chain, params),
        ("evm", "setAccountBalance") | ("anvil" | "hardhat", "setBalance") => set_balance(chain, params),
        ("evm", "setAccountNonce") | ("anvil" | "hardhat", "setNonce") => set_nonce(chain, params),
        ("evm", "setAccountCode") | ("anvil" | "hardhat", "setCode") => set_code(chain, params),
        ("evm", "setAccountStorageAt") | ("anvil" | "hardhat", "setStorageAt") => set_storage(chain, params),
        ("anvil" | "hardhat", "impersonateAccount") => impersonate(chain, params),
        ("anvil" | "hardhat", "stopImpersonatingAccount") => stop_impersonating(chain, params),
        ("anvil", "autoImpersonateAccount") => auto_impersonate(chain, params),
        ("anvil" | "hardhat", "setNextBlockBaseFeePerGas") => set_base_fee(chain, params),
        ("evm" | "anvil", "setBlockGasLimit") => set_block_gas_limit(chain, params),
        ("anvil" | "hardhat", "dropTransaction") => drop_transaction(chain, params),
        ("anvil", "nodeInfo") => Ok(node_info(chain)),
        ("anvil" | "hardhat", "metadata") => Ok(metadata(chain)),
        _ => Err(Error::method_not_found(method)),
    }
}

fn revert(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let id: Quantity = params.next("snapshot")?;
    Ok(json!(chain.revert(id.to_u64("snapshot")?)))
}

fn set_automine(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let mining = if params.next("enabled")? { Mining::OnDemand } else { Mining::Manual };
    chain.set_mining(mining);
    Ok(Value::Null)
}

/// Takes seconds, as anvil does; none stops it, and blocks are then made only when asked for.
fn set_interval_mining(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let secs: Quantity = params.next("seconds")?;
    let millis = secs.to_u64("seconds")?.saturating_mul(1000);
    chain.set_mining(if millis == 0 { Mining::Manual } else { Mining::Interval { millis } });
    Ok(Value::Null)
}

fn set_balance(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let (address, balance): (Address, Quantity) = (params.next("address")?, params.next("balance")?);
    chain.set_balance(address, balance.0);
    Ok(Value::Null)
}

fn set_nonce(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let (address, nonce): (Address, Quantity) = (params.next("address")?, params.next("nonce")?);
    chain.set_nonce(address, nonce.to_u64("nonce")?);
    Ok(Value::Null)
}

fn set_code(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let address = params.next("address")?;
    chain.set_code(address, params.next("code")?)?;
    Ok(Value::Null)
}

fn set_storage(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let (address, slot): (Address, Quantity) = (params.next("address")?, params.next("slot")?);
    let value: B256 = params.next("value")?;
    chain.set_storage(address, slot.0, U256::from_be_bytes(value.0));
    Ok(Value::Bool(true))
}

fn impersonate(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    chain.impersonate(params.next("address")?);
    Ok(Value::Null)
}

fn stop_impersonating(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    chain.stop_impersonating(params.next("address")?);
    Ok(Value::Null)
}

fn auto_impersonate(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    if params.next("enabled")? {
        chain.impersonate_everybody();
    } else {
        chain.stop_impersonating_everybody();
    }
    Ok(Value::Null)
}

/// Sets it for all later blocks: the base fee of this chain is constant.
fn set_base_fee(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let base_fee: Quantity = params.next("base fee")?;
    chain.set_base_fee(base_fee.to_u64("base fee")?);
    Ok(Value::Null)
}

fn set_block_gas_limit(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let gas: Quantity = params.next("gas limit")?;
    chain.set_block_gas_limit(gas.to_u64("gas limit")?)?;
    Ok(Value::Bool(true))
}

fn drop_transaction(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let hash: B256 = params.next("hash")?;
    Ok(if chain.drop_transaction(hash) { json!(hash) } else { Value::Null })
}

fn node_info(chain: &Chain) -> Value {
    let head = chain.head();
    json!({
        "currentBlockNumber": U64::from(head.number()),
        "currentBlockTimestamp": head.timestamp_secs(),
        "currentBlockHash": head.hash(),
        "hardFork": "prague",
        "transactionOrder": "fifo",
        "environment": {
            "baseFee": U256::from(chain.base_fee_wei()),
            "chainId": chain.chain_id(),
            "gasLimit": U64::from(head.header.gas_limit),
            "gasPrice": U256::from(chain.base_fee_wei()),
        },
        "forkConfig": {},
    })
}

fn metadata(chain: &Chain) -> Value {
    let head = chain.head();
    json!({
        "clientVersion": concat!("keeper-devnet/v", env!("CARGO_PKG_VERSION")),
        "chainId": chain.chain_id(),
        "latestBlockNumber": head.number(),
        "latestBlockHash": head.hash(),
    })
}
