//! The set of selectors, and the refusals that several functions share.

use alloc::vec::Vec;

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, B256};
use book::{Book, Overflow, Role};
use host::{Revert, VM, Word, delegate, revert};
use stylus_sdk::stylus_core::{CryptographyAccess, MessageAccess};

use crate::setters::{delayed, governed};

/// The board during one call.
pub(crate) struct Board {
    pub(crate) book: Book,
    pub(crate) vm: VM,
    /// The calldata.
    pub(crate) input: Vec<u8>,
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
    let mut board = Board { book: Book::open(&vm), vm, input: input.clone() };
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    route(&mut board, *selector, arguments).unwrap_or_else(|| board.delegate())
}

host::routes! { for Board, this:
    IBoard {
        setCuratorCall | setGuardianCall | offerOwnershipCall | setDelayCall | setMaxRateCall | setEpochCall | setSilenceCall
            | setBudgetsCall | setLiquidityCall | admitCodeCall | addPositionCall | setTermsCall | setThresholdsCall
            | setHealthFloorCall | setCapCall | nestCall | setBreakerCall | setKeeperCall(_) => this.make();
        submitCall(a) => this.submit(a.bytes()?);
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
    /// Runs the lens's code on this storage.
    fn delegate(&self) -> Result<Vec<u8>, Revert> {
        let lens = self.book.role(Role::Lens);
        if lens.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, lens, &self.input)
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}

/// Encodes a refusal to whoever lacks a role, named by a short string.
pub(crate) fn not_authorized(caller: Address, role: &str) -> Revert {
    revert::<IDesk::NotAuthorized>(&[caller.word(), name(role)])
}

/// Encodes a number that does not fit the accounts.
pub(crate) fn overflow(_: Overflow) -> Revert {
    revert::<IVault::Overflow>(&[])
}

/// Encodes a risk id that is not known or makes no sense where it stands.
pub(crate) fn invalid_risk_id(risk_id: B256) -> Revert {
    revert::<IDesk::InvalidRiskId>(&[risk_id])
}

/// Returns a short string padded with zeros, as roles and parameters are named.
pub(crate) fn name(name: &str) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    word
}

/// Returns a book time in unix seconds, zero for one that was never set.
pub(crate) fn told(book_secs: u32) -> u64 {
    if book_secs == 0 { 0 } else { book::unix_secs(book_secs) }
}
