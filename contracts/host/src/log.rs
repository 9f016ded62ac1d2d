//! Events of the interface files.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::SolEvent;
use stylus_sdk::{host::VM, stylus_core::RawLogAccess};

use crate::append;

/// Emits an event of word-sized fields: the indexed ones, then the others, each in their order.
pub fn emit<E: SolEvent>(vm: &VM, indexed: &[B256], data: &[B256]) {
    log(vm, E::SIGNATURE_HASH, indexed, data);
}

fn log(vm: &VM, signature: B256, indexed: &[B256], data: &[B256]) {
    let mut bytes = Vec::with_capacity(256);
    append(&mut bytes, &[signature]);
    append(&mut bytes, indexed);
    append(&mut bytes, data);
    vm.emit_log(&bytes, indexed.len().saturating_add(1));
}
