//! The set of selectors.

use alloc::vec::Vec;

use abi::desk::IDesk;
use book::{Book, Role};
use host::{Revert, VM, delegate};
use portfolio::read_intent;
use stylus_sdk::stylus_core::MessageAccess;

/// The rehearsal during one call.
pub(crate) struct Rehearsal {
    pub(crate) book: Book,
    pub(crate) vm: VM,
}

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IDesk`, or of what the covenants refuse with; empty for ether sent along, malformed arguments or an
/// unknown selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    let mut rehearsal = Rehearsal { book: Book::open(&vm), vm };
    route(&mut rehearsal, *selector, arguments).unwrap_or_else(|| rehearsal.hand_on(&input))
}

impl Rehearsal {
    /// Runs the covenants' code on this storage.
    fn hand_on(&self, input: &[u8]) -> Result<Vec<u8>, Revert> {
        let covenants = self.book.role(Role::Covenants);
        if covenants.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, covenants, input)
    }
}

host::routes! { IDesk for Rehearsal, this:
    previewRebalanceCall(a) => this.preview_rebalance(a.address()?, &read_intent(a)?);
    limitsCall(_) => this.limits();
}
