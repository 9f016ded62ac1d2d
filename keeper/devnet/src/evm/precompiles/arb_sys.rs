//! `ArbSys`: block numbers, chain id and version. There is no parent chain to send messages to.

use super::call::{Answer, Call, Failure};
use crate::stylus::params::ARBOS_VERSION;
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::{
    Database,
    context::{ContextTr, JournalTr},
    primitives::{Address, Bytes, U256, address},
};

sol! {
    interface ArbSys {
        error InvalidBlockNumber(uint256 requested, uint256 current);

        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function getStorageGasAvailable() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
    }
}

/// What `arbOSVersion` adds to the version, for the sake of an older chain.
const VERSION_OFFSET: u64 = 55;
/// What distinguishes a contract of the parent chain from one of this chain at the same address.
const ALIAS_OFFSET: Address = address!("1111000000000000000000000000000000001111");

pub(super) fn run<DB: Database>(call: &mut Call<'_, DB>, input: &[u8]) -> Answer<DB> {
    use ArbSys::*;
    call.not_payable()?;
    let method = ArbSysCalls::abi_decode(input).map_err(|_| Failure::TakeAll(Bytes::new()))?;
    let output = match method {
        ArbSysCalls::arbBlockNumber(_) => {
            arbBlockNumberCall::abi_encode_returns(&U256::from(call.ctx.chain.block.number))
        }
        ArbSysCalls::arbBlockHash(method) => return block_hash(call, method.arbBlockNum),
        ArbSysCalls::arbChainID(_) => arbChainIDCall::abi_encode_returns(&U256::from(call.ctx.cfg.chain_id)),
        ArbSysCalls::arbOSVersion(_) => {
            arbOSVersionCall::abi_encode_returns(&U256::from(VERSION_OFFSET + ARBOS_VERSION))
        }
        // Storage gas is not metered apart.
        ArbSysCalls::getStorageGasAvailable(_) => getStorageGasAvailableCall::abi_encode_returns(&U256::ZERO),
        ArbSysCalls::isTopLevelCall(_) => {
            // This call, and the contract that makes it.
            isTopLevelCallCall::abi_encode_returns(&(call.ctx.journal().depth() <= 2))
        }
        ArbSysCalls::mapL1SenderContractAddressToL2Alias(method) => {
            let number = |address: Address| U256::from_be_slice(address.as_slice());
            let alias = number(method.sender).wrapping_add(number(ALIAS_OFFSET));
            let alias = Address::from_word(alias.into());
            mapL1SenderContractAddressToL2AliasCall::abi_encode_returns(&alias)
        }
    };
    Ok(output.into())
}

/// Known for the last 256 blocks.
fn block_hash<DB: Database>(call: &mut Call<'_, DB>, requested: U256) -> Answer<DB> {
    let current = call.ctx.chain.block.number;
    let number = requested.try_into().ok().filter(|number| *number < current && current - number <= 256);
    let Some(number) = number else {
        return Err(Failure::error(ArbSys::InvalidBlockNumber { requested, current: U256::from(current) }));
    };
    let hash = call.ctx.db_mut().block_hash(number).map_err(Failure::Database)?;
    Ok(ArbSys::arbBlockHashCall::abi_encode_returns(&hash).into())
}
