//! Sending transactions.

use alloy_primitives::Bytes;
use alloy_rpc_types_eth::BlockId;
use serde_json::{Value, json};

use super::request;
use crate::{
    chain::Chain,
    rpc::{error::Error, params::Params},
};

pub(super) fn raw(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let bytes: Bytes = params.next("transaction")?;
    Ok(json!(chain.send_raw(&bytes)?))
}

pub(super) fn from_account(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let mut call = request::call(chain, params.next("transaction")?)?;
    if call.gas.is_none() {
        call.gas = Some(chain.estimate_gas(&call, BlockId::pending())?);
    }
    Ok(json!(chain.send_from(&call)?))
}
