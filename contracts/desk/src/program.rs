//! The set of selectors, the way to the board, and what every entry point asks first.

use alloc::vec::Vec;

use abi::{
    desk::IDesk::{self, Intent, Leg},
    vault::IVault,
};
use alloy_primitives::{Address, B256, I256, U256};
use book::{Accounts, Book, Overflow, Role};
use host::{Arguments, Failure, Revert, VM, Word, delegate, revert, revert_with_bytes};
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
    forceIdleCall(a) => this.force_idle(a.uint()?);
    markCall(a) => this.mark(&a.array(position)?);
    relieveCall(a) => this.relieve(&a.array(leg)?);
    previewRebalanceCall(a) => this.preview_rebalance(a.address()?, &read_intent(a)?);
    limitsCall(_) => this.limits();
    budgetsCall(_) => this.view_budgets();
    grantCall(a) => a.address().map(|keeper| this.view_grant(keeper));
}

fn position(a: &mut Arguments<'_>) -> Result<u32, Revert> {
    a.small(32).map(|position| position as u32) // 32 bits.
}

fn leg(a: &mut Arguments<'_>) -> Result<Leg, Revert> {
    Ok(Leg { position: position(a)?, assets: I256::from_raw(a.uint()?), minResult: a.uint()? })
}

/// Reads an intent: a tuple of three words and an array of legs of three words each.
fn read_intent(a: &mut Arguments<'_>) -> Result<Intent, Revert> {
    let mut intent = a.tail()?;
    Ok(Intent { nonce: intent.uint()?, deadline: intent.uint()?, revision: intent.uint()?, legs: intent.array(leg)? })
}

impl Desk {
    /// Runs the board's code on this storage.
    fn delegate(&self, input: &[u8]) -> Result<Vec<u8>, Revert> {
        let board = self.book.role(Role::Board);
        if board.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, board, input)
    }

    /// Returns the index of a registered position.
    pub(crate) fn registered(&self, accounts: &Accounts, position: u32) -> Result<u8, Revert> {
        let index = u8::try_from(position).ok().filter(|index| *index < accounts.positions);
        index.ok_or_else(|| revert::<IDesk::UnknownPosition>(&[position.word()]))
    }
}

/// Encodes a refusal to whoever lacks a role, named by a short string.
pub(crate) fn not_authorized(caller: Address, role: &str) -> Revert {
    revert::<IDesk::NotAuthorized>(&[caller.word(), name(role)])
}

/// Encodes a failed call to an adapter.
pub(crate) fn adapter_failed(adapter: Address, reason: Failure) -> Revert {
    revert_with_bytes::<IDesk::AdapterCallFailed>(&[adapter.word()], &reason)
}

/// Encodes an amount that does not fit the accounts.
pub(crate) fn overflow(_: Overflow) -> Revert {
    revert::<IVault::Overflow>(&[])
}

/// Encodes a number beyond what is allowed for it.
pub(crate) fn bound_exceeded(value: U256, bound: U256) -> Revert {
    revert::<IDesk::BoundExceeded>(&[value.word(), bound.word()])
}

/// Returns a short string padded with zeros, as roles are named.
fn name(role: &str) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.iter_mut().zip(role.bytes()) {
        *to = from;
    }
    word
}
