//! Reads a transaction request into a call.

use alloy_primitives::{Address, TxKind};
use alloy_rpc_types_eth::TransactionRequest;

use crate::{
    chain::{Call, Chain, Error as ChainError, Fee},
    rpc::error::Error,
};

/// Reads a request; what it leaves open the chain fills in. No sender is the zero address.
pub(super) fn call(chain: &Chain, request: TransactionRequest) -> Result<Call, Error> {
    if request.blob_versioned_hashes.is_some() || request.max_fee_per_blob_gas.is_some() || request.sidecar.is_some() {
        return Err(ChainError::UnsupportedType(3).into());
    }
    if let Some(have) = request.chain_id.filter(|have| *have != chain.chain_id()) {
        return Err(ChainError::ChainId { have, want: chain.chain_id() }.into());
    }
    let fee = fee(chain, &request)?;
    let input = request.input.try_into_unique_input();
    let input = input.map_err(|_| Error::invalid_params("both 'data' and 'input' are set, and differ"))?;
    Ok(Call {
        from: request.from.unwrap_or(Address::ZERO),
        to: request.to.and_then(|to| match to {
            TxKind::Call(to) => Some(to),
            TxKind::Create => None,
        }),
        input: input.unwrap_or_default(),
        value_wei: request.value.unwrap_or_default(),
        gas: request.gas,
        fee,
        nonce: request.nonce,
        access_list: request.access_list.unwrap_or_default(),
        authorizations: request.authorization_list.unwrap_or_default(),
    })
}

fn fee(chain: &Chain, request: &TransactionRequest) -> Result<Fee, Error> {
    let base_fee_wei = u128::from(chain.base_fee_wei());
    let is_legacy = matches!(request.transaction_type, Some(0 | 1));
    match (request.gas_price, request.max_fee_per_gas, request.max_priority_fee_per_gas) {
        (Some(price_wei), None, None) => Ok(Fee::Legacy { price_wei }),
        (Some(_), _, _) => {
            Err(Error::invalid_params("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified"))
        }
        (None, None, None) if is_legacy => Ok(Fee::Legacy { price_wei: base_fee_wei }),
        (None, None, None) => Ok(Fee::Base),
        (None, max_fee_wei, tip) => {
            let tip = tip.unwrap_or_default();
            let max_fee_wei = max_fee_wei.unwrap_or(base_fee_wei.saturating_add(tip));
            Ok(Fee::Dynamic { max_fee_wei, max_priority_fee_wei: tip })
        }
    }
}
