//! The set of selectors, the way to the commons, and what every entry point asks first.

use alloc::vec::Vec;

use abi::desk::IDesk;
use book::{Book, Role};
use host::{Revert, VM, delegate};
use portfolio::{read_intent, read_leg};
use stylus_sdk::stylus_core::MessageAccess;

/// The desk during one call.
pub(crate) struct Desk {
    pub(crate) book: Book,
    pub(crate) vm: VM,
}

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IDesk`, `IBoard` or `IVault`; empty for ether sent along, malformed arguments or an unknown
/// selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    let mut desk = Desk { book: Book::open(&vm), vm };
    route(&mut desk, *selector, arguments).unwrap_or_else(|| desk.delegate(&input))
}

host::routes! { IDesk for Desk, this:
    rebalanceCall(a) => this.rebalance(&read_intent(a)?);
    relieveCall(a) => this.relieve(&a.array(read_leg)?);
}

impl Desk {
    /// Runs the commons' code on this storage.
    pub(crate) fn delegate(&self, input: &[u8]) -> Result<Vec<u8>, Revert> {
        let commons = self.book.role(Role::Commons);
        if commons.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, commons, input)
    }
}
