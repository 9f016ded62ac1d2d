//! `ArbWasm`: activation of programs, their figures and the parameters that they run under.

use super::{
    super::programs::{self, Program},
    call::{Answer, Call, Failure},
    data_fee,
};
use crate::stylus::{code, compile::compiled, params, refusal::Refusal};
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::{
    Database,
    context::JournalTr,
    primitives::{Address, B256, Bytes, U256, keccak256},
};

sol! {
    interface ArbWasm {
        event ProgramActivated(
            bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

        error ProgramNotWasm();
        error ProgramUpToDate();
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        error ProgramInsufficientValue(uint256 have, uint256 want);

        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
        function programVersion(address program) external view returns (uint16 version);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16 footprint);
        function programTimeLeft(address program) external view returns (uint64 secs);
        function inkPrice() external view returns (uint32 price);
        function maxStackDepth() external view returns (uint32 depth);
        function freePages() external view returns (uint16 pages);
        function pageGas() external view returns (uint16 gas);
        function pageRamp() external view returns (uint64 ramp);
        function pageLimit() external view returns (uint16 limit);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16 count);
        function keepaliveDays() external view returns (uint16 count);
        function blockCacheSize() external view returns (uint16 count);
        function activationGas() external view returns (uint64 gas);
    }
}

/// Gas of a look at the parameters, which are taken to be warm.
const PARAMETERS_GAS: u64 = 100;

pub(super) fn run<DB: Database>(call: &mut Call<'_, DB>, input: &[u8]) -> Answer<DB> {
    use ArbWasm::*;
    let method = ArbWasmCalls::abi_decode(input).map_err(|_| Failure::TakeAll(Bytes::new()))?;
    match method {
        ArbWasmCalls::activateProgram(method) => return activate(call, method.program),
        ArbWasmCalls::codehashKeepalive(method) => return keep_alive(call, method.codehash),
        _ => call.not_payable()?,
    }
    call.burn(PARAMETERS_GAS)?;
    let output = match method {
        ArbWasmCalls::codehashVersion(method) => {
            codehashVersionCall::abi_encode_returns(&active(call, method.codehash)?.version)
        }
        ArbWasmCalls::codehashAsmSize(method) => {
            codehashAsmSizeCall::abi_encode_returns(&active(call, method.codehash)?.asm_bytes())
        }
        ArbWasmCalls::programVersion(method) => {
            programVersionCall::abi_encode_returns(&active_at(call, method.program)?.version)
        }
        ArbWasmCalls::programInitGas(method) => {
            let program = active_at(call, method.program)?;
            let gas_when_cached = program.cached_gas();
            programInitGasCall::abi_encode_returns(&programInitGasReturn {
                gas: program.init_gas() + gas_when_cached,
                gasWhenCached: gas_when_cached,
            })
        }
        ArbWasmCalls::programMemoryFootprint(method) => {
            programMemoryFootprintCall::abi_encode_returns(&active_at(call, method.program)?.footprint)
        }
        ArbWasmCalls::programTimeLeft(method) => {
            let secs = active_at(call, method.program)?.secs_left(call.ctx.chain.block.timestamp);
            programTimeLeftCall::abi_encode_returns(&secs)
        }
        constant => parameter(&constant),
    };
    Ok(output.into())
}

fn parameter(method: &ArbWasm::ArbWasmCalls) -> Vec<u8> {
    use ArbWasm::*;
    match method {
        ArbWasmCalls::stylusVersion(_) => stylusVersionCall::abi_encode_returns(&params::VERSION),
        ArbWasmCalls::inkPrice(_) => inkPriceCall::abi_encode_returns(&params::INK_PRICE),
        ArbWasmCalls::maxStackDepth(_) => maxStackDepthCall::abi_encode_returns(&params::MAX_STACK_DEPTH),
        ArbWasmCalls::freePages(_) => freePagesCall::abi_encode_returns(&params::FREE_PAGES),
        ArbWasmCalls::pageGas(_) => pageGasCall::abi_encode_returns(&params::PAGE_GAS),
        ArbWasmCalls::pageRamp(_) => pageRampCall::abi_encode_returns(&params::PAGE_RAMP),
        ArbWasmCalls::pageLimit(_) => pageLimitCall::abi_encode_returns(&params::PAGE_LIMIT),
        ArbWasmCalls::minInitGas(_) => minInitGasCall::abi_encode_returns(&minInitGasReturn {
            gas: u64::from(params::MIN_INIT_GAS) * params::MIN_INIT_GAS_UNITS,
            cached: u64::from(params::MIN_CACHED_GAS) * params::MIN_CACHED_GAS_UNITS,
        }),
        ArbWasmCalls::initCostScalar(_) => initCostScalarCall::abi_encode_returns(&params::COST_SCALAR_PERCENT),
        ArbWasmCalls::expiryDays(_) => expiryDaysCall::abi_encode_returns(&params::EXPIRY_DAYS),
        ArbWasmCalls::keepaliveDays(_) => keepaliveDaysCall::abi_encode_returns(&params::KEEPALIVE_DAYS),
        ArbWasmCalls::blockCacheSize(_) => blockCacheSizeCall::abi_encode_returns(&params::BLOCK_CACHE_SIZE),
        ArbWasmCalls::activationGas(_) => activationGasCall::abi_encode_returns(&params::ACTIVATION_GAS),
        // The methods that read or change state are dealt with before this.
        _ => Vec::new(),
    }
}

fn activate<DB: Database>(call: &mut Call<'_, DB>, program: Address) -> Answer<DB> {
    call.writes()?;
    call.burn(params::ACTIVATION_GAS + PARAMETERS_GAS)?;
    let now = call.ctx.chain.block.timestamp;
    let (codehash, bytecode) = {
        let account = call.ctx.journaled_state.load_account_with_code(program).map_err(Failure::Database)?;
        (account.info.code_hash, account.info.code.clone().unwrap_or_default())
    };
    let bytes = bytecode.original_byte_slice();
    if !code::is_program(bytes) {
        return Err(Failure::error(ArbWasm::ProgramNotWasm {}));
    }
    let before = entry(call, codehash)?;
    if before.check(now).is_ok() {
        return Err(Failure::error(ArbWasm::ProgramUpToDate {}));
    }

    let figures = compiled(codehash, bytes).map_err(|refusal| Failure::reason(&refusal.to_string()))?.figures;
    let pages = params::PAGE_LIMIT.saturating_sub(call.ctx.chain.pages.open);
    Refusal::limit("pages of memory", figures.footprint.into(), pages.into())
        .map_err(|refusal| Failure::reason(&refusal.to_string()))?;
    call.burn(figures.activation_gas)?;
    let data_fee = data_fee::charge(call, figures.asm_bytes)?;
    let after = Program::activated(&figures, now, before.is_cached);
    set_entry(call, codehash, &after)?;
    pay_data_fee(call, data_fee)?;

    let version = after.version;
    // The chain keeps no proving machine, so that the module is named by the hash of what it was made from.
    let module_hash = keccak256(bytes);
    call.emit(ArbWasm::ProgramActivated { codehash, moduleHash: module_hash, program, dataFee: data_fee, version })?;
    let output = ArbWasm::activateProgramReturn { version, dataFee: data_fee };
    Ok(ArbWasm::activateProgramCall::abi_encode_returns(&output).into())
}

fn keep_alive<DB: Database>(call: &mut Call<'_, DB>, codehash: B256) -> Answer<DB> {
    call.writes()?;
    call.burn(PARAMETERS_GAS)?;
    let now = call.ctx.chain.block.timestamp;
    let mut program = active(call, codehash)?;
    if !program.may_extend(now) {
        return Err(Failure::error(ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: program.age_secs(now) }));
    }
    let data_fee = data_fee::charge(call, program.asm_bytes())?;
    program.extend(now);
    set_entry(call, codehash, &program)?;
    pay_data_fee(call, data_fee)?;
    call.emit(ArbWasm::ProgramLifetimeExtended { codehash, dataFee: data_fee })?;
    Ok(Bytes::new())
}

/// Passes the fee on and gives back what came above it.
fn pay_data_fee<DB: Database>(call: &mut Call<'_, DB>, data_fee: U256) -> Result<(), Failure<DB::Error>> {
    let (have, want) = (call.value, data_fee);
    let Some(change) = have.checked_sub(want) else {
        return Err(Failure::error(ArbWasm::ProgramInsufficientValue { have, want }));
    };
    let receiver = data_fee::receiver(call)?;
    call.pay(receiver, want)?;
    call.pay(call.caller, change)
}

fn active<DB: Database>(call: &mut Call<'_, DB>, codehash: B256) -> Result<Program, Failure<DB::Error>> {
    let program = entry(call, codehash)?;
    let checked = program.check(call.ctx.chain.block.timestamp);
    checked.map(|()| program).map_err(|inactive| Failure::Revert(inactive.abi_encode()))
}

fn active_at<DB: Database>(call: &mut Call<'_, DB>, program: Address) -> Result<Program, Failure<DB::Error>> {
    let codehash = call.ctx.journaled_state.code_hash(program).map_err(Failure::Database)?.data;
    active(call, codehash)
}

fn entry<DB: Database>(call: &mut Call<'_, DB>, codehash: B256) -> Result<Program, Failure<DB::Error>> {
    call.burn_read()?;
    programs::get(&mut call.ctx.journaled_state, codehash).map_err(Failure::Database)
}

fn set_entry<DB: Database>(
    call: &mut Call<'_, DB>,
    codehash: B256,
    program: &Program,
) -> Result<(), Failure<DB::Error>> {
    call.burn_write(false)?;
    programs::set(&mut call.ctx.journaled_state, codehash, program).map_err(Failure::Database)
}
