//! `ArbWasmCache`: which programs always start at the lower price. For chain owners and cache managers.

use super::{
    super::{programs, storage::Space},
    call::{Answer, Call, Failure},
};
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::{
    Database,
    context::JournalTr,
    primitives::{B256, Bytes},
};

sol! {
    interface ArbWasmCache {
        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);

        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[] memory managers);
        function cacheProgram(address addr) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);
    }
}

pub(super) fn run<DB: Database>(call: &mut Call<'_, DB>, input: &[u8]) -> Answer<DB> {
    use ArbWasmCache::*;
    call.not_payable()?;
    let method = ArbWasmCacheCalls::abi_decode(input).map_err(|_| Failure::TakeAll(Bytes::new()))?;
    let output = match method {
        ArbWasmCacheCalls::isCacheManager(method) => {
            isCacheManagerCall::abi_encode_returns(&call.contains(Space::CacheManagers, method.manager)?)
        }
        ArbWasmCacheCalls::allCacheManagers(_) => {
            allCacheManagersCall::abi_encode_returns(&call.members(Space::CacheManagers)?)
        }
        ArbWasmCacheCalls::codehashIsCached(method) => {
            call.burn_read()?;
            let program = programs::get(&mut call.ctx.journaled_state, method.codehash).map_err(Failure::Database)?;
            codehashIsCachedCall::abi_encode_returns(&program.is_cached)
        }
        ArbWasmCacheCalls::cacheProgram(method) => {
            let hash = call.ctx.journaled_state.code_hash(method.addr).map_err(Failure::Database)?.data;
            return set(call, hash, true);
        }
        ArbWasmCacheCalls::evictCodehash(method) => return set(call, method.codehash, false),
    };
    Ok(output.into())
}

fn set<DB: Database>(call: &mut Call<'_, DB>, codehash: B256, cached: bool) -> Answer<DB> {
    call.writes()?;
    if !call.contains(Space::CacheManagers, call.caller)? {
        call.only_owner()?;
    }
    call.burn_read()?;
    let mut program = programs::get(&mut call.ctx.journaled_state, codehash).map_err(Failure::Database)?;
    if cached {
        // Any entry may be evicted, but only one that runs may be cached.
        program.check(call.ctx.chain.block.timestamp).map_err(|inactive| Failure::Revert(inactive.abi_encode()))?;
    }
    if program.is_cached != cached {
        call.emit(ArbWasmCache::UpdateProgramCache { manager: call.caller, codehash, cached })?;
        call.burn(u64::from(program.init_cost))?;
        program.is_cached = cached;
        call.burn_write(false)?;
        programs::set(&mut call.ctx.journaled_state, codehash, &program).map_err(Failure::Database)?;
    }
    Ok(Bytes::new())
}
