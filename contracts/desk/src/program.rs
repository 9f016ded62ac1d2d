//! The set of selectors, and what every entry point asks first.

use alloc::vec::Vec;

use abi::{
    desk::IDesk::{self, Intent, Leg},
    vault::IVault,
};
use alloy_primitives::{Address, B256, I256, U256};
use book::{Book, Group, Overflow, Role};
use host::{Arguments, Failure, Revert, VM, Word, revert, revert_with_bytes};
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
/// A typed error of `IDesk` or `IVault`; empty for ether sent along, malformed arguments or an unknown selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    let mut desk = Desk { book: Book::open(&vm), vm };
    route(&mut desk, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IDesk for Desk, this:
    rebalanceCall(a) => this.rebalance(&read_intent(a)?);
    forceIdleCall(a) => this.force_idle(a.uint()?);
    markCall(a) => this.mark(&a.array(position)?);
    previewRebalanceCall(a) => this.preview_rebalance(&read_intent(a)?);
    limitsCall(_) => this.limits();
    bookCall(_) => view(this.view_book());
    positionsCall(_) => view(this.view_positions());
    capsCall(_) => view(this.view_caps());
    intentNonceCall(_) => view(this.book.clock().nonce);
    revisionCall(_) => view(this.book.clock().revision);
    ownerCall(_) => view(this.book.role(Role::Owner));
    pendingOwnerCall(_) => view(this.book.role(Role::PendingOwner));
    curatorCall(_) => view(this.book.role(Role::Curator));
    isGuardianCall(a) => view(this.book.is_in(Group::Guardians, a.address()?));
    isKeeperCall(a) => view(this.book.is_in(Group::Keepers, a.address()?));
    setCuratorCall(a) => this.set_curator(a.address()?);
    setGuardianCall(a) => this.set_guardian(a.address()?, a.truth()?);
    setMaxRateCall(a) => this.set_max_rate(a.uint()?);
    offerOwnershipCall(a) => this.offer_ownership(a.address()?);
    takeOwnershipCall(_) => this.take_ownership();
    addPositionCall(a) => this.add_position(a.address()?, &a.array(Arguments::word)?);
    setCapCall(a) => this.set_cap(a.word()?, a.uint()?, a.uint()?);
    setLiquidityFloorCall(a) => this.set_liquidity_floor(a.uint()?);
    setKeeperCall(a) => this.set_keeper(a.address()?, a.truth()?);
}

fn position(a: &mut Arguments<'_>) -> Result<u32, Revert> {
    a.small(32).map(|position| position as u32) // 32 bits.
}

/// Reads an intent: a tuple of three words and an array of legs of three words each.
fn read_intent(a: &mut Arguments<'_>) -> Result<Intent, Revert> {
    let mut intent = a.tail()?;
    Ok(Intent {
        nonce: intent.uint()?,
        deadline: intent.uint()?,
        revision: intent.uint()?,
        legs: intent.array(|leg| {
            Ok(Leg { position: position(leg)?, assets: I256::from_raw(leg.uint()?), minResult: leg.uint()? })
        })?,
    })
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
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
pub(crate) fn name(role: &str) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.iter_mut().zip(role.bytes()) {
        *to = from;
    }
    word
}
