//! From calldata to an answer: routing by selector, and the entry point.

#[cfg(target_arch = "wasm32")]
use alloc::vec::Vec;

#[cfg(target_arch = "wasm32")]
use stylus_sdk::host::VM;

#[cfg(target_arch = "wasm32")]
use crate::Revert;

/// Defines `fn route(&mut program, selector, arguments) -> Option<Result<answer, revert>>` and the list of selectors
/// that it knows, `ROUTES`, from lines `functionCall(arguments) => result`, of one interface or of several.
///
/// Functions are named as in the interface files, so that signatures have one source; the list is what a test
/// compares with the interface.
#[macro_export]
macro_rules! routes {
    ($interface:ident for $program:ty, $this:ident: $($($call:ident)|+($arguments:pat) => $result:expr;)+) => {
        $crate::routes! { for $program, $this: $interface { $($($call)|+($arguments) => $result;)+ } }
    };
    (for $program:ty, $this:ident: $($interface:ident { $($($call:ident)|+($arguments:pat) => $result:expr;)+ })+) => {
        /// Every selector that this program answers itself.
        pub const ROUTES: &[[u8; 4]] = &[$($($(<$interface::$call as ::alloy_sol_types::SolCall>::SELECTOR),+),+),+];

        /// Answers a call of the interface; `None` when the selector is not one of it.
        fn route(
            $this: &mut $program,
            selector: [u8; 4],
            arguments: &[u8],
        ) -> ::core::option::Option<::core::result::Result<::alloc::vec::Vec<u8>, $crate::Revert>> {
            let mut arguments = $crate::Arguments::new(arguments);
            let mut answer = ::alloc::vec::Vec::new();
            let mut run = || {
                match selector {
                    $($($(<$interface::$call as ::alloy_sol_types::SolCall>::SELECTOR)|+ => {
                        let $arguments = &mut arguments;
                        $crate::Answer::write($result?, &mut answer);
                    })+)+
                    _ => return Ok(false),
                }
                Ok(true)
            };
            match run() {
                Ok(true) => Some(Ok(answer)),
                Ok(false) => None,
                Err(revert) => Some(Err(revert)),
            }
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
