//! Who governs, and how fast.

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use book::{Delay, Role};
use host::{Revert, Word, emit, revert};
use stylus_sdk::stylus_core::MessageAccess;

use gate::{
    By, Change, Effect,
    bounds::{MAX_DELAY_SECS, MIN_DELAY_SECS},
    bytes4, name, not_authorized,
};

use crate::{
    program::Board,
    setters::{delayed, governed},
};

impl Board {
    /// Ends the set-up.
    pub(crate) fn open(&self) -> Result<(), Revert> {
        let accounts = self.book.free()?;
        self.only(By::Owner)?;
        let mut clock = self.book.clock();
        if clock.is_open() {
            return Err(revert::<IBoard::AlreadyOpen>(&[]));
        }
        clock.blocked_until_secs = self.book.blocked_until_secs(&accounts, self.book.now());
        self.book.set_clock(&clock);
        emit::<IBoard::Opened>(&self.vm, &[], &[]);
        self.revise()
    }

    /// A curator can be removed at once; a new one waits.
    pub(crate) fn set_curator(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let account = change.address();
        change.finish()?;

        let adds = !account.is_zero() && account != self.book.role(Role::Curator);
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            self.book.set_role(Role::Curator, account);
            self.tell_role("curator", account, !account.is_zero());
        }
        Ok(())
    }

    /// A guardian can be added at once; the removal of one waits.
    pub(crate) fn set_guardian(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (account, granted) = (change.address(), change.truth());
        change.finish()?;
        if account.is_zero() {
            return Err(revert::<IDesk::InvalidAddress>(&[account.word()]));
        }

        let adds = !granted && self.book.is_guardian(account);
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            self.book.set_guardian(account, granted);
            self.tell_role("guardian", account, granted);
        }
        Ok(())
    }

    /// An offer can be withdrawn at once (by one to nobody); a new one waits.
    pub(crate) fn offer_ownership(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let candidate = change.address();
        change.finish()?;

        let adds = !candidate.is_zero() && candidate != self.book.role(Role::PendingOwner);
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            self.book.set_role(Role::PendingOwner, candidate);
            let owner = self.book.role(Role::Owner);
            emit::<IBoard::OwnershipOffered>(&self.vm, &[owner.word(), candidate.word()], &[]);
        }
        Ok(())
    }

    /// The offer has waited; the candidate takes it when he likes, unless it was withdrawn or offering was given up.
    pub(crate) fn take_ownership(&self) -> Result<(), Revert> {
        self.book.free()?;
        let owner = self.vm.msg_sender();
        if !self.is(Role::PendingOwner) {
            return Err(not_authorized(owner, "candidate"));
        }
        self.still_has(IBoard::offerOwnershipCall::SELECTOR)?;
        self.book.set_role(Role::Owner, owner);
        self.book.set_role(Role::PendingOwner, Address::ZERO);
        emit::<IBoard::OwnershipTaken>(&self.vm, &[owner.word()], &[]);
        self.revise()
    }

    /// A delay can be raised at once; a shorter one waits for the delay that it shortens.
    pub(crate) fn set_delay(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (selector, asked_secs) = (change.word(), change.uint());
        change.finish()?;
        let selector = delayed(selector)?;
        let secs = u32::try_from(asked_secs).ok().filter(|secs| (MIN_DELAY_SECS..=MAX_DELAY_SECS).contains(secs));
        let out_of_bounds =
            || revert::<IBoard::DelayOutOfBounds>(&[asked_secs.word(), MIN_DELAY_SECS.word(), MAX_DELAY_SECS.word()]);
        let secs = secs.ok_or_else(out_of_bounds)?;

        change.waits_as = selector;
        let adds = secs < self.delay_secs(selector);
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            self.book.set_delay(selector, Delay { secs: Some(secs), ..self.book.delay(selector) });
            emit::<IBoard::DelaySet>(&self.vm, &[bytes4(selector)], &[secs.word()]);
        }
        Ok(())
    }

    /// Gives the power to add risk by a function up.
    pub(crate) fn abdicate(&self, selector: B256) -> Result<(), Revert> {
        self.book.free()?;
        self.only(By::Owner)?;
        let selector = governed(selector)?;
        self.book.set_delay(selector, Delay { is_abdicated: true, ..self.book.delay(selector) });
        emit::<IBoard::Abdicated>(&self.vm, &[bytes4(selector)], &[]);
        self.revise()
    }

    fn tell_role(&self, role: &str, account: Address, granted: bool) {
        emit::<IBoard::RoleSet>(&self.vm, &[name(role), account.word()], &[granted.word()]);
    }
}
