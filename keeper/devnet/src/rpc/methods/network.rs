//! Who answers.

use alloy_primitives::{Bytes, U64, keccak256};
use serde_json::{Value, json};

use crate::{
    chain::{COINBASE, Chain},
    rpc::{error::Error, params::Params},
};

pub(super) fn chain_id(chain: &Chain) -> Result<Value, Error> {
    Ok(json!(U64::from(chain.chain_id())))
}

pub(super) fn version(chain: &Chain) -> Result<Value, Error> {
    Ok(json!(chain.chain_id().to_string()))
}

pub(super) fn coinbase() -> Result<Value, Error> {
    Ok(json!(COINBASE))
}

pub(super) fn client_version() -> Result<Value, Error> {
    Ok(json!(concat!("keeper-devnet/v", env!("CARGO_PKG_VERSION"))))
}

pub(super) fn keccak(mut params: Params) -> Result<Value, Error> {
    let data: Bytes = params.next("data")?;
    Ok(json!(keccak256(data)))
}
