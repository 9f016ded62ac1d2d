//! The one gate that every governed change passes: what adds risk was announced and has waited, the rest needs a role.

use alloc::vec::Vec;

use abi::board::IBoard;
use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use book::{Book, Change as Announced, Role};
use host::{Encoded, Revert, VM, Word, append_bytes, emit, revert};
use stylus_sdk::stylus_core::{BlockAccess, CryptographyAccess, MessageAccess};

use crate::{
    Change, Effect,
    bounds::{DEFAULT_DELAY_SECS, EXPIRY_SECS},
    change::Step,
    refusal::{bytes4, not_authorized, overflow},
};

/// Who governs a function, besides the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Nobody.
    Owner,
    /// The curator, and guardians where it takes risk away.
    Curator,
}

/// A program that governs, during one call.
pub struct Gate {
    /// The accounts.
    pub book: Book,
    /// The host.
    pub vm: VM,
    /// The calldata.
    pub input: Vec<u8>,
}

impl Gate {
    /// Announces a change: judges it as if it were made now, and lets it wait.
    /// `set` reads, judges and, where the gate admits it, makes the change.
    ///
    /// # Errors
    ///
    /// `Entered`, `NotOpen`, what `set` refuses with.
    pub fn submit(&self, data: &[u8], set: impl FnOnce(&mut Change<'_>) -> Result<(), Revert>) -> Result<(), Revert> {
        self.book.free()?;
        if !self.is_open() {
            return Err(revert::<IBoard::NotOpen>(&[]));
        }
        set(&mut Change::read(data, Step::Announce)?)
    }

    /// Makes a change, by the function above.
    ///
    /// # Errors
    ///
    /// `Entered`, what `set` refuses with.
    pub fn make(&self, set: impl FnOnce(&mut Change<'_>) -> Result<(), Revert>) -> Result<Encoded, Revert> {
        self.book.free()?;
        let mut change = Change::read(&self.input, Step::Make)?;
        set(&mut change)?;
        self.book.outdate_charter();
        self.revise()?;
        Ok(Encoded(change.answer))
    }

    /// Takes an announced change back.
    ///
    /// # Errors
    ///
    /// `Entered`, `NotReady`, `NotAuthorized`.
    pub fn revoke(&self, id: B256) -> Result<(), Revert> {
        self.book.free()?;
        let announced = self.book.change(id);
        if announced.at_unix_secs == 0 {
            return Err(self.not_ready(id, 0));
        }
        if announced.is_of_roles {
            self.only(By::Owner)?;
        } else {
            self.only_guard()?;
        }
        self.book.set_change(id, Announced::default());
        emit::<IBoard::Revoked>(&self.vm, &[id, self.vm.msg_sender().word()], &[]);
        Ok(())
    }

    /// Decides on a change from its effect: announces it, or lets it be made. Returns whether it is to be made now.
    ///
    /// The setter calls it once, after everything that could refuse the change by itself and before it writes anything.
    ///
    /// # Errors
    ///
    /// `AbdicatedFunction`, `AlreadySubmitted`, `NotReady`, `NotAuthorized`.
    pub fn admits(&self, change: &Change<'_>, by: By, effect: Effect) -> Result<bool, Revert> {
        let adds_risk = effect == Effect::Adds;
        if adds_risk {
            self.still_has(change.selector)?;
        }
        let id = self.vm.native_keccak256(change.data);
        let announced_at = self.executable_at(id);
        let now = self.vm.block_timestamp();
        if change.step == Step::Announce {
            self.only(by)?;
            if announced_at != 0 {
                return Err(revert::<IBoard::AlreadySubmitted>(&[id, announced_at.word()]));
            }
            let at_unix_secs = now.saturating_add(self.delay_secs(change.waits_as).into());
            self.book.set_change(id, Announced { at_unix_secs, is_of_roles: is_of_roles(change.selector) });
            let mut data = Vec::new();
            host::append(&mut data, &[64_u8.word(), at_unix_secs.word()]);
            append_bytes(&mut data, change.data);
            let (words, _) = data.as_chunks::<32>();
            let words: Vec<B256> = words.iter().map(|word| B256::new(*word)).collect();
            emit::<IBoard::Submitted>(&self.vm, &[id, bytes4(change.selector)], &words);
            return Ok(false);
        }

        if adds_risk && self.is_open() {
            if announced_at == 0 || now < announced_at {
                return Err(self.not_ready(id, announced_at));
            }
        } else if effect == Effect::Relieves && by == By::Curator {
            self.only_guard().map_err(|_| self.refuse(by))?;
        } else {
            self.only(by)?;
        }
        if announced_at != 0 {
            self.book.set_change(id, Announced::default());
            emit::<IBoard::Executed>(&self.vm, &[id, self.vm.msg_sender().word()], &[]);
        }
        Ok(true)
    }

    /// Refuses where the power to add risk by a function was given up.
    ///
    /// # Errors
    ///
    /// `AbdicatedFunction`.
    pub fn still_has(&self, selector: [u8; 4]) -> Result<(), Revert> {
        if self.book.delay(selector).is_abdicated {
            return Err(revert::<IBoard::AbdicatedFunction>(&[bytes4(selector)]));
        }
        Ok(())
    }

    /// Returns when an announced change can be made, in unix seconds; zero where there is none any more.
    pub fn executable_at(&self, id: B256) -> u64 {
        let at = self.book.change(id).at_unix_secs;
        if self.vm.block_timestamp() > at.saturating_add(EXPIRY_SECS) { 0 } else { at }
    }

    /// Returns how long a function's changes that add risk wait.
    pub fn delay_secs(&self, selector: [u8; 4]) -> u32 {
        self.book.delay(selector).secs.unwrap_or(DEFAULT_DELAY_SECS)
    }

    /// Returns whether the vault was opened.
    pub fn is_open(&self) -> bool {
        self.book.clock().is_open()
    }

    /// Returns whether the caller has a role; a role that nobody has, nobody has.
    pub fn is(&self, role: Role) -> bool {
        let caller = self.vm.msg_sender();
        !caller.is_zero() && caller == self.book.role(role)
    }

    /// Admits who governs a function.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub fn only(&self, by: By) -> Result<(), Revert> {
        let is_admitted = self.is(Role::Owner) || by == By::Curator && self.is(Role::Curator);
        if is_admitted { Ok(()) } else { Err(self.refuse(by)) }
    }

    /// Admits guardians, curator and owner.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub fn only_guard(&self) -> Result<(), Revert> {
        let caller = self.vm.msg_sender();
        if self.book.is_guardian(caller) || self.only(By::Curator).is_ok() {
            return Ok(());
        }
        Err(not_authorized(caller, "guardian"))
    }

    /// Moves the revision, so that intents computed before are refused.
    ///
    /// # Errors
    ///
    /// `Overflow`.
    pub fn revise(&self) -> Result<(), Revert> {
        self.book.revise().map_err(overflow)
    }

    fn refuse(&self, by: By) -> Revert {
        not_authorized(self.vm.msg_sender(), if by == By::Owner { "owner" } else { "curator" })
    }

    fn not_ready(&self, id: B256, at: u64) -> Revert {
        revert::<IBoard::NotReady>(&[id, at.word(), self.vm.block_timestamp().word()])
    }
}

/// Returns whether a change is about who governs: nobody but the owner takes such a one back.
fn is_of_roles(selector: [u8; 4]) -> bool {
    matches!(
        selector,
        IBoard::setCuratorCall::SELECTOR | IBoard::setGuardianCall::SELECTOR | IBoard::offerOwnershipCall::SELECTOR
    )
}
