//! From calldata to an answer: routing by selector, decoding, and the bytes of a revert.

use alloc::vec::Vec;

use alloy_sol_types::{SolCall, SolError, abi::AbiDecoderConfig};
#[cfg(target_arch = "wasm32")]
use stylus_sdk::host::VM;

/// The bytes that a call reverts with: an error of the interface files, encoded where it arises.
pub type Revert = Vec<u8>;

/// Encodes a typed error.
#[inline(never)]
pub fn revert<E: SolError>(error: E) -> Revert {
    error.abi_encode()
}

/// Decodes the arguments of a call, the selector left off.
///
/// # Errors
///
/// An empty revert for malformed calldata, as Solidity gives.
pub fn decode<C: SolCall>(arguments: &[u8]) -> Result<C, Revert> {
    C::abi_decode_raw_with_config(arguments, AbiDecoderConfig::new().validate(true)).map_err(|_| Vec::new())
}

/// Defines `fn route(&mut program, selector, arguments) -> Option<Result<answer, revert>>` and the list of selectors
/// that it knows, `ROUTES`, from lines `functionCall(decoded) => result`.
///
/// Functions are named as in the interface files, so that signatures have one source; the list is what a test
/// compares with the interface.
#[macro_export]
macro_rules! routes {
    ($interface:ident for $program:ty, $this:ident: $($call:ident($decoded:pat) => $result:expr;)+) => {
        /// Every selector that this program answers itself.
        pub const ROUTES: &[[u8; 4]] = &[$(<$interface::$call as ::alloy_sol_types::SolCall>::SELECTOR),+];

        /// Answers a call of the interface; `None` when the selector is not one of it.
        fn route(
            $this: &mut $program,
            selector: [u8; 4],
            arguments: &[u8],
        ) -> ::core::option::Option<::core::result::Result<::alloc::vec::Vec<u8>, $crate::Revert>> {
            $(if selector == <$interface::$call as ::alloy_sol_types::SolCall>::SELECTOR {
                let mut run = || {
                    let $decoded = $crate::decode::<$interface::$call>(arguments)?;
                    let result = $result?;
                    Ok(<$interface::$call as ::alloy_sol_types::SolCall>::abi_encode_returns(&result.into()))
                };
                return Some(run());
            })+
            None
        }
    };
}

/// Defines the program's entry point: runs `main(calldata, vm) -> Result<answer, revert>` once a call.
///
/// The SDK's own entry point refuses every call that re-enters, views too, and its switch for that cannot be
/// compiled to WASM (it pulls the test host in); ours leaves the lock to the program, which knows a view from a
/// change of state.
#[macro_export]
macro_rules! entrypoint {
    ($main:path) => {
        /// What the host calls: the length of the calldata in, 0 for an answer or 1 for a revert out.
        #[cfg(target_arch = "wasm32")]
        #[unsafe(no_mangle)]
        pub extern "C" fn user_entrypoint(calldata_bytes: usize) -> usize {
            $crate::run(calldata_bytes, $main)
        }
    };
}

/// Runs a program once: reads the calldata, writes the answer, and brings storage to the chain when it succeeded.
#[cfg(target_arch = "wasm32")]
pub fn run(calldata_bytes: usize, main: fn(Vec<u8>, VM) -> Result<Vec<u8>, Revert>) -> usize {
    use stylus_sdk::{
        host::WasmVM,
        stylus_core::{CalldataAccess, MemoryAccess, StorageAccess},
    };

    let vm = VM { host: WasmVM {} };
    // Activation adds calls of this import wherever memory grows, and fails where nothing imports it.
    vm.pay_for_memory_grow(0);
    let (bytes, status) = match main(vm.read_args(calldata_bytes), vm.clone()) {
        Ok(answer) => (answer, 0),
        Err(revert) => (revert, 1),
    };
    vm.flush_cache(false);
    vm.write_result(&bytes);
    status
}
