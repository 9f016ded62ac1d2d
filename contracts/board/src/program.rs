//! The set of selectors, and the refusals that several functions share.

use alloc::vec::Vec;

use core::ops::Deref;

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::B256;
use book::{Book, Role};
use gate::Gate;
use host::{Revert, VM, delegate, revert};
use stylus_sdk::stylus_core::{CryptographyAccess, MessageAccess};

use crate::setters::{delayed, governed, is_theirs};

/// The board during one call: a gate with setters behind it.
pub(crate) struct Board(Gate);

impl Deref for Board {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.0
    }
}

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IBoard`, `IDesk` or `IVault`; empty for ether sent along, malformed arguments or an unknown selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let mut board = Board(Gate { book: Book::open(&vm), vm, input: input.clone() });
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    route(&mut board, *selector, arguments).unwrap_or_else(|| board.hand_on(Role::Lens))
}

host::routes! { for Board, this:
    IBoard {
        setCuratorCall | setGuardianCall | offerOwnershipCall | setDelayCall | setMaxRateCall | setEpochCall | setSilenceCall
            | setBudgetsCall | setLiquidityCall | admitCodeCall | addPositionCall | setTermsCall | setCapCall | nestCall | setBreakerCall | setKeeperCall(_) => this.make(|change| this.set(change));
        submitCall(a) => this.announce(a.bytes()?);
        revokeCall(a) => this.revoke(a.word()?);
        abdicateCall(a) => this.abdicate(a.word()?);
        openCall(_) => this.open();
        publishCall(_) => this.book.publish_charter();
        takeOwnershipCall(_) => this.take_ownership();
        pauseCall(a) => this.pause(a.uint()?);
        tripByWordCall(a) => this.trip_by_word(a.word()?);
        ownerCall(_) => view(this.book.role(Role::Owner));
        pendingOwnerCall(_) => view(this.book.role(Role::PendingOwner));
        curatorCall(_) => view(this.book.role(Role::Curator));
        isGuardianCall(a) => view(this.book.is_guardian(a.address()?));
        isOpenCall(_) => view(this.is_open());
        isCodeAdmittedCall(a) => view(this.book.is_code_admitted(a.word()?));
        delayCall(a) => view(this.delay_secs(delayed(a.word()?)?));
        isAbdicatedCall(a) => view(this.book.delay(governed(a.word()?)?).is_abdicated);
        executableAtCall(a) => view(this.executable_at(a.word()?));
        changeIdCall(a) => view(this.vm.native_keccak256(a.bytes()?));
    }
}

impl Board {
    /// Announces a change, or has the covenants announce one of theirs.
    fn announce(&self, data: &[u8]) -> Result<(), Revert> {
        if is_theirs(data) {
            self.hand_on(Role::Covenants).map(drop)
        } else {
            self.submit(data, |change| self.set(change))
        }
    }

    /// Runs another program's code on this storage.
    fn hand_on(&self, role: Role) -> Result<Vec<u8>, Revert> {
        let program = self.book.role(role);
        if program.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, program, &self.input)
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}

/// Encodes a risk id that is not known or makes no sense where it stands.
pub(crate) fn invalid_risk_id(risk_id: B256) -> Revert {
    revert::<IDesk::InvalidRiskId>(&[risk_id])
}

/// Returns a book time in unix seconds, zero for one that was never set.
pub(crate) fn told(book_secs: u32) -> u64 {
    if book_secs == 0 { 0 } else { book::unix_secs(book_secs) }
}
