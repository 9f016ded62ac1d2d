//! Calls that change nothing.

use alloy_primitives::U64;
use alloy_rpc_types_eth::{BlockId, state::StateOverride};
use serde_json::{Value, json};

use super::{accounts::block, request};
use crate::{
    chain::Chain,
    rpc::{error::Error, params::Params, view},
};

pub(super) fn call(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let call = request::call(chain, params.next("transaction")?)?;
    let block = block(&mut params)?;
    let overrides = overrides(&mut params)?;
    let block_overrides: Option<serde_json::Map<String, Value>> = params.optional("block overrides")?;
    if block_overrides.is_some_and(|overrides| !overrides.is_empty()) {
        return Err(Error::not_supported("block overrides are not supported"));
    }
    Ok(json!(chain.call_with(&call, block, &overrides)?))
}

pub(super) fn estimate_gas(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let call = request::call(chain, params.next("transaction")?)?;
    let block = next_block(&mut params)?;
    Ok(json!(U64::from(chain.estimate_gas_with(&call, block, &overrides(&mut params)?)?)))
}

pub(super) fn access_list(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let call = request::call(chain, params.next("transaction")?)?;
    view::json(chain.create_access_list(&call, next_block(&mut params)?)?)
}

/// Takes a block; where none is named it is the next, in which the transaction would run.
fn next_block(params: &mut Params) -> Result<BlockId, Error> {
    Ok(params.optional("block")?.unwrap_or(BlockId::pending()))
}

fn overrides(params: &mut Params) -> Result<StateOverride, Error> {
    Ok(params.optional("state overrides")?.unwrap_or_default())
}
