//! `ArbGasInfo`: prices. Posting to a parent chain costs nothing here, because there is none.

use super::call::{Answer, Call, Failure};
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::{
    Database,
    primitives::{Bytes, U256},
};

sol! {
    interface ArbGasInfo {
        function getPricesInWei() external view returns (
            uint256 l2Transaction, uint256 l1CalldataByte, uint256 storageSlot,
            uint256 gasBase, uint256 gasCongestion, uint256 gasTotal);
        function getPricesInArbGas() external view returns (
            uint256 l2Transaction, uint256 l1CalldataByte, uint256 storageSlot);
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
        function getGasBacklog() external view returns (uint64);
    }
}

/// Gas of a new storage slot.
const SLOT_GAS: u64 = 20_000;

pub(super) fn run<DB: Database>(call: &mut Call<'_, DB>, input: &[u8]) -> Answer<DB> {
    use ArbGasInfo::*;
    call.not_payable()?;
    let method = ArbGasInfoCalls::abi_decode(input).map_err(|_| Failure::TakeAll(Bytes::new()))?;
    let base_fee = U256::from(call.ctx.block.basefee);
    let zero = U256::ZERO;
    let output = match method {
        ArbGasInfoCalls::getPricesInWei(_) => getPricesInWeiCall::abi_encode_returns(&getPricesInWeiReturn {
            l2Transaction: zero,
            l1CalldataByte: zero,
            storageSlot: base_fee * U256::from(SLOT_GAS),
            gasBase: base_fee,
            gasCongestion: zero,
            gasTotal: base_fee,
        }),
        ArbGasInfoCalls::getPricesInArbGas(_) => getPricesInArbGasCall::abi_encode_returns(&getPricesInArbGasReturn {
            l2Transaction: zero,
            l1CalldataByte: zero,
            storageSlot: U256::from(SLOT_GAS),
        }),
        ArbGasInfoCalls::getMinimumGasPrice(_) => getMinimumGasPriceCall::abi_encode_returns(&base_fee),
        ArbGasInfoCalls::getL1BaseFeeEstimate(_) => getL1BaseFeeEstimateCall::abi_encode_returns(&zero),
        ArbGasInfoCalls::getL1GasPriceEstimate(_) => getL1GasPriceEstimateCall::abi_encode_returns(&zero),
        ArbGasInfoCalls::getCurrentTxL1GasFees(_) => getCurrentTxL1GasFeesCall::abi_encode_returns(&zero),
        ArbGasInfoCalls::getGasBacklog(_) => getGasBacklogCall::abi_encode_returns(&0),
    };
    Ok(output.into())
}
