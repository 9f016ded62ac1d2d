//! The set of selectors.

use alloc::vec::Vec;

use abi::desk::IDesk;
use book::Book;
use host::{Revert, VM};
use portfolio::read_intent;
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
/// A typed error of `IDesk`; empty for ether sent along, malformed arguments or an unknown selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    let mut lens = Lens { book: Book::open(&vm), vm };
    route(&mut lens, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IDesk for Lens, this:
    previewRebalanceCall(a) => this.preview_rebalance(a.address()?, &read_intent(a)?);
    limitsCall(_) => this.limits();
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
