//! Accounts: balances, nonces, code, storage, and signatures by the development accounts.

use alloy_primitives::{Address, B256, Bytes, U64, eip191_hash_message};
use alloy_rpc_types_eth::BlockId;
use serde_json::{Value, json};

use crate::{
    chain::{Chain, Error as ChainError, dev_accounts},
    rpc::{
        error::Error,
        params::{Params, Quantity},
    },
};

pub(super) fn balance(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let (address, block) = (params.next("address")?, block(&mut params)?);
    Ok(json!(chain.balance(address, block)?))
}

pub(super) fn code(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let (address, block) = (params.next("address")?, block(&mut params)?);
    Ok(json!(chain.code(address, block)?))
}

pub(super) fn storage(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let address = params.next("address")?;
    let slot: Quantity = params.next("slot")?;
    let block = block(&mut params)?;
    Ok(json!(B256::from(chain.storage(address, slot.0, block)?)))
}

pub(super) fn nonce(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let (address, block) = (params.next("address")?, block(&mut params)?);
    Ok(json!(U64::from(chain.nonce(address, block)?)))
}

pub(super) fn list(chain: &Chain) -> Result<Value, Error> {
    Ok(json!(chain.accounts()))
}

pub(super) fn sign(mut params: Params) -> Result<Value, Error> {
    let address = params.next("address")?;
    sign_message(address, &params.next("message")?)
}

pub(super) fn personal_sign(mut params: Params) -> Result<Value, Error> {
    let message = params.next("message")?;
    sign_message(params.next("address")?, &message)
}

/// Signs as EIP-191 has it.
fn sign_message(address: Address, message: &Bytes) -> Result<Value, Error> {
    let account = dev_accounts().iter().find(|account| account.address == address);
    let account = account.ok_or(ChainError::UnknownAccount(address))?;
    let signature = account.sign(eip191_hash_message(message));
    Ok(json!(Bytes::from(signature.as_bytes())))
}

/// Takes a block, the latest where none is named.
pub(super) fn block(params: &mut Params) -> Result<BlockId, Error> {
    Ok(params.optional("block")?.unwrap_or_default())
}
