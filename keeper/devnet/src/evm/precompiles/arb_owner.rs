//! `ArbOwner`: owners, cache managers and the receiver of data fees. Every method is for chain owners alone.

use super::{
    super::storage::Space,
    call::{Answer, Call, Failure},
    data_fee,
};
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::{Database, primitives::Bytes};

sol! {
    interface ArbOwner {
        function addChainOwner(address newOwner) external;
        function removeChainOwner(address ownerToRemove) external;
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function getNetworkFeeAccount() external view returns (address);
        function setNetworkFeeAccount(address newNetworkFeeAccount) external;
        function addWasmCacheManager(address manager) external;
        function removeWasmCacheManager(address manager) external;
    }
}

pub(super) fn run<DB: Database>(call: &mut Call<'_, DB>, input: &[u8]) -> Answer<DB> {
    use ArbOwner::*;
    call.not_payable()?;
    let method = ArbOwnerCalls::abi_decode(input).map_err(|_| Failure::TakeAll(Bytes::new()))?;
    call.only_owner()?;
    let output = match method {
        ArbOwnerCalls::isChainOwner(method) => {
            isChainOwnerCall::abi_encode_returns(&call.contains(Space::Owners, method.addr)?)
        }
        ArbOwnerCalls::getAllChainOwners(_) => getAllChainOwnersCall::abi_encode_returns(&call.members(Space::Owners)?),
        ArbOwnerCalls::getNetworkFeeAccount(_) => {
            getNetworkFeeAccountCall::abi_encode_returns(&data_fee::receiver(call)?)
        }
        writing => return write(call, writing),
    };
    Ok(output.into())
}

fn write<DB: Database>(call: &mut Call<'_, DB>, method: ArbOwner::ArbOwnerCalls) -> Answer<DB> {
    use ArbOwner::ArbOwnerCalls::*;
    call.writes()?;
    match method {
        addChainOwner(method) => call.add(Space::Owners, method.newOwner)?,
        removeChainOwner(method) => call.remove(Space::Owners, method.ownerToRemove)?,
        addWasmCacheManager(method) => call.add(Space::CacheManagers, method.manager)?,
        removeWasmCacheManager(method) => call.remove(Space::CacheManagers, method.manager)?,
        setNetworkFeeAccount(method) => data_fee::set_receiver(call, method.newNetworkFeeAccount)?,
        isChainOwner(_) | getAllChainOwners(_) | getNetworkFeeAccount(_) => {}
    }
    Ok(Bytes::new())
}
