//! The set of selectors, and what every entry point asks first.

use alloc::vec::Vec;

use abi::{desk::IDesk, vault::IVault};
use alloy_primitives::{Address, B256, U256};
use book::{Book, Overflow};
use host::{Failure, Revert, VM, revert};
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
    rebalanceCall(c) => this.rebalance(&c.intent);
    forceIdleCall(c) => this.force_idle(c.assets);
    markCall(c) => this.mark(&c.positions);
    previewRebalanceCall(c) => this.preview_rebalance(&c.intent);
    limitsCall(_) => this.limits();
    bookCall(_) => view(this.view_book());
    positionsCall(_) => view(this.view_positions());
    capsCall(_) => view(this.view_caps());
    intentNonceCall(_) => view(U256::from(this.book.clock().nonce));
    revisionCall(_) => view(U256::from(this.book.clock().revision));
    ownerCall(_) => view(this.book.owner.get());
    pendingOwnerCall(_) => view(this.book.pending_owner.get());
    curatorCall(_) => view(this.book.curator.get());
    isGuardianCall(c) => view(this.book.guardians.get(c.account));
    isKeeperCall(c) => view(this.book.keepers.get(c.account));
    setCuratorCall(c) => this.set_curator(c.account);
    setGuardianCall(c) => this.set_guardian(c.account, c.granted);
    setMaxRateCall(c) => this.set_max_rate(c.rateWad);
    offerOwnershipCall(c) => this.offer_ownership(c.candidate);
    takeOwnershipCall(_) => this.take_ownership();
    addPositionCall(c) => this.add_position(c.adapter, &c.riskIds);
    setCapCall(c) => this.set_cap(c.riskId, c.absolute, c.relativeWad);
    setLiquidityFloorCall(c) => this.set_liquidity_floor(c.floorWad);
    setKeeperCall(c) => this.set_keeper(c.account, c.granted);
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}

/// Encodes a refusal to whoever lacks a role, named by a short string.
pub(crate) fn not_authorized(caller: Address, role: &str) -> Revert {
    revert(IDesk::NotAuthorized { caller, role: B256::right_padding_from(role.as_bytes()) })
}

/// Encodes a failed call to an adapter.
pub(crate) fn adapter_failed(adapter: Address, reason: Failure) -> Revert {
    revert(IDesk::AdapterCallFailed { adapter, reason: reason.into() })
}

/// Encodes an amount that does not fit the accounts.
pub(crate) fn overflow(_: Overflow) -> Revert {
    revert(IVault::Overflow {})
}

/// Encodes a number beyond what is allowed for it.
pub(crate) fn bound_exceeded(value: U256, bound: U256) -> Revert {
    revert(IDesk::BoundExceeded { value, bound })
}
