//! The set of selectors.

use alloc::vec::Vec;

use abi::desk::IDesk;
use book::{Book, Role};
use host::{Revert, VM, delegate};
use stylus_sdk::stylus_core::MessageAccess;

/// The lens during one call.
pub(crate) struct Lens {
    pub(crate) book: Book,
    pub(crate) vm: VM,
}

/// Answers one call.
///
/// # Errors
///
/// What the rehearsal refuses with; empty for ether sent along, malformed arguments or an unknown selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    let mut lens = Lens { book: Book::open(&vm), vm };
    route(&mut lens, *selector, arguments).unwrap_or_else(|| lens.hand_on(&input))
}

impl Lens {
    /// Runs the rehearsal's code on this storage.
    fn hand_on(&self, input: &[u8]) -> Result<Vec<u8>, Revert> {
        let rehearsal = self.book.role(Role::Rehearsal);
        if rehearsal.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, rehearsal, input)
    }
}

host::routes! { IDesk for Lens, this:
    budgetsCall(_) => view(this.view_budgets());
    grantCall(a) => view(this.view_grant(a.address()?));
    bookCall(_) => view(this.view_book());
    mandateCall(_) => view(this.view_mandate());
    positionsCall(_) => view(this.view_positions());
    capsCall(_) => view(this.view_caps());
    revisionCall(_) => view(this.book.watch().revision);
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}

/// Returns a book time in unix seconds, zero for one that was never set.
pub(crate) fn told(book_secs: u32) -> u64 {
    if book_secs == 0 { 0 } else { book::unix_secs(book_secs) }
}
