//! Arbitrum's precompiled contracts beside Ethereum's, and what they need in a new chain.

mod arb_gas_info;
mod arb_owner;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;
mod call;
mod data_fee;

use super::{
    machine::Ctx,
    storage::{self, ARBOS, Space},
};
use call::{Call, Failure};
use revm::{
    Database,
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
    primitives::{Address, AddressSet, Bytes, U256, address, hardfork::SpecId},
};

/// `ArbSys`: the chain as a layer of another.
pub const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
/// `ArbGasInfo`: prices.
pub const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
/// `ArbOwner`: what the chain's owners may change.
pub const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
/// `ArbWasm`: programs.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// `ArbWasmCache`: programs that start at the lower price.
pub const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");

const ALL: [Address; 5] = [ARB_SYS, ARB_GAS_INFO, ARB_OWNER, ARB_WASM, ARB_WASM_CACHE];

/// An account that a new chain must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisAccount {
    /// Its address.
    pub address: Address,
    /// Its nonce.
    pub nonce: u64,
    /// Its code.
    pub code: Bytes,
    /// Its storage.
    pub storage: Vec<(U256, U256)>,
}

/// Returns the accounts that a new chain must have: code at the precompiles, because contracts check that there is
/// some before they call, and the chain's own account, which makes `owner` the first chain owner.
pub fn genesis(owner: Address) -> Vec<GenesisAccount> {
    /// An invalid instruction: the code is never run.
    const PLACEHOLDER: Bytes = Bytes::from_static(&[0xFE]);
    let mut accounts: Vec<_> = ALL
        .iter()
        .map(|address| GenesisAccount { address: *address, nonce: 1, code: PLACEHOLDER, storage: Vec::new() })
        .collect();
    let storage = storage::list_of_one(Space::Owners, owner);
    accounts.push(GenesisAccount { address: ARBOS, nonce: 1, code: Bytes::new(), storage });
    accounts
}

/// Ethereum's precompiles and Arbitrum's.
#[derive(Clone, Debug)]
pub(super) struct ArbPrecompiles {
    ethereum: EthPrecompiles,
    warm: AddressSet,
}

impl ArbPrecompiles {
    pub(super) fn new(spec: SpecId) -> Self {
        let ethereum = EthPrecompiles::new(spec);
        let warm = ethereum.warm_addresses().iter().copied().chain(ALL).collect();
        Self { ethereum, warm }
    }
}

impl<DB: Database> PrecompileProvider<Ctx<DB>> for ArbPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        PrecompileProvider::<Ctx<DB>>::set_spec(&mut self.ethereum, spec)
    }

    fn run(&mut self, ctx: &mut Ctx<DB>, inputs: &CallInputs) -> Result<Option<InterpreterResult>, String> {
        let method = match inputs.bytecode_address {
            ARB_SYS => arb_sys::run,
            ARB_GAS_INFO => arb_gas_info::run,
            ARB_OWNER => arb_owner::run,
            ARB_WASM => arb_wasm::run,
            ARB_WASM_CACHE => arb_wasm_cache::run,
            _ => return self.ethereum.run(ctx, inputs),
        };
        let input = inputs.input.bytes(ctx);
        let mut call = Call::new(ctx, inputs);
        let result = call.enter(&input).and_then(|()| method(&mut call, &input)).and_then(|out| call.leave(out));
        let mut gas = Gas::new(inputs.gas_limit);
        gas.set_remaining(call.gas_left());
        let (result, output) = match result {
            Ok(output) => (InstructionResult::Return, output),
            Err(Failure::OutOfGas) => (InstructionResult::PrecompileOOG, Bytes::new()),
            Err(Failure::Revert(output)) => (InstructionResult::Revert, output),
            Err(Failure::TakeAll(output)) => {
                gas.set_remaining(0);
                (InstructionResult::Revert, output)
            }
            Err(Failure::Database(error)) => return Err(error.to_string()),
        };
        Ok(Some(InterpreterResult::new(result, output, gas)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        &self.warm
    }
}
