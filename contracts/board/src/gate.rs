//! The one gate that every governed change passes: what adds risk was announced and has waited, the rest needs a role.

use alloc::vec::Vec;

use abi::board::IBoard;
use alloy_primitives::{Address, B256, U256};
use book::{Change as Announced, Role};
use host::{Arguments, Encoded, Revert, Word, append_bytes, emit, number, revert};
use stylus_sdk::stylus_core::{BlockAccess, CryptographyAccess, MessageAccess};

use crate::{
    bounds::{DEFAULT_DELAY_SECS, EXPIRY_SECS},
    program::{Board, not_authorized, overflow},
    risk::Effect,
    setters::is_of_roles,
};

/// Who governs a function, besides the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// Nobody.
    Owner,
    /// The curator, and guardians where it takes risk away.
    Curator,
}

/// What is to be done with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Announce,
    Make,
}

/// A change as its calldata states it, while one of the setters reads, judges and makes it.
pub(crate) struct Change<'a> {
    pub(crate) selector: [u8; 4],
    /// The function whose delay it waits for: its own, but where a delay is shortened.
    pub(crate) waits_as: [u8; 4],
    /// What making it answers.
    pub(crate) answer: Vec<u8>,
    arguments: Arguments<'a>,
    is_malformed: bool,
    data: &'a [u8],
    step: Step,
}

impl<'a> Change<'a> {
    fn read(data: &'a [u8], step: Step) -> Result<Self, Revert> {
        let (selector, arguments) = data.split_first_chunk::<4>().ok_or_else(Vec::new)?;
        Ok(Self {
            selector: *selector,
            waits_as: *selector,
            answer: Vec::new(),
            arguments: Arguments::new(arguments),
            is_malformed: false,
            data,
            step,
        })
    }
}

/// The arguments, one after the other. What is malformed reads as zero and is told by [`Change::finish`], which every
/// setter asks before it believes any: one refusal in place of one an argument keeps the program small.
impl Change<'_> {
    fn read_or<T: Default>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Revert>) -> T {
        read(self).unwrap_or_else(|_| {
            self.is_malformed = true;
            T::default()
        })
    }

    #[inline(never)]
    pub(crate) fn word(&mut self) -> B256 {
        self.read_or(|change| change.arguments.word())
    }

    #[inline(never)]
    pub(crate) fn uint(&mut self) -> U256 {
        number(self.word())
    }

    /// A number of at most `bits` bits, up to 64.
    #[inline(never)]
    pub(crate) fn small(&mut self, bits: u32) -> u64 {
        self.read_or(|change| change.arguments.small(bits))
    }

    pub(crate) fn truth(&mut self) -> bool {
        self.small(1) == 1
    }

    #[inline(never)]
    pub(crate) fn address(&mut self) -> Address {
        self.read_or(|change| change.arguments.address())
    }

    /// Words as many as stand before the end, up to `count`.
    pub(crate) fn words(&mut self, count: u64) -> Vec<B256> {
        let mut words = Vec::new();
        for _ in 0..count {
            let word = self.word();
            if self.is_malformed {
                break;
            }
            words.push(word);
        }
        words
    }

    /// Demands that everything was as the functions above expect, and that nothing is left: calldata is canonical.
    pub(crate) fn finish(&self) -> Result<(), Revert> {
        if self.is_malformed { Err(Vec::new()) } else { self.arguments.finish() }
    }
}

impl Board {
    /// Announces a change: judges it as if it were made now, and lets it wait.
    pub(crate) fn submit(&self, data: &[u8]) -> Result<(), Revert> {
        self.book.free()?;
        if !self.is_open() {
            return Err(revert::<IBoard::NotOpen>(&[]));
        }
        self.set(&mut Change::read(data, Step::Announce)?)
    }

    /// Makes a change.
    pub(crate) fn make(&self) -> Result<Encoded, Revert> {
        self.book.free()?;
        let mut change = Change::read(&self.input, Step::Make)?;
        self.set(&mut change)?;
        self.book.outdate_charter();
        self.revise()?;
        Ok(Encoded(change.answer))
    }

    /// Takes an announced change back.
    pub(crate) fn revoke(&self, id: B256) -> Result<(), Revert> {
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
    pub(crate) fn admits(&self, change: &Change<'_>, by: By, effect: Effect) -> Result<bool, Revert> {
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
    pub(crate) fn still_has(&self, selector: [u8; 4]) -> Result<(), Revert> {
        if self.book.delay(selector).is_abdicated {
            return Err(revert::<IBoard::AbdicatedFunction>(&[bytes4(selector)]));
        }
        Ok(())
    }

    /// Returns when an announced change can be made, in unix seconds; zero where there is none any more.
    pub(crate) fn executable_at(&self, id: B256) -> u64 {
        let at = self.book.change(id).at_unix_secs;
        if self.vm.block_timestamp() > at.saturating_add(EXPIRY_SECS) { 0 } else { at }
    }

    /// Returns how long a function's changes that add risk wait.
    pub(crate) fn delay_secs(&self, selector: [u8; 4]) -> u32 {
        self.book.delay(selector).secs.unwrap_or(DEFAULT_DELAY_SECS)
    }

    /// Returns whether the vault was opened.
    pub(crate) fn is_open(&self) -> bool {
        self.book.clock().is_open()
    }

    /// Returns whether the caller has a role; a role that nobody has, nobody has.
    pub(crate) fn is(&self, role: Role) -> bool {
        let caller = self.vm.msg_sender();
        !caller.is_zero() && caller == self.book.role(role)
    }

    /// Admits who governs a function.
    pub(crate) fn only(&self, by: By) -> Result<(), Revert> {
        let is_admitted = self.is(Role::Owner) || by == By::Curator && self.is(Role::Curator);
        if is_admitted { Ok(()) } else { Err(self.refuse(by)) }
    }

    /// Admits guardians, curator and owner.
    pub(crate) fn only_guard(&self) -> Result<(), Revert> {
        let caller = self.vm.msg_sender();
        if self.book.is_guardian(caller) || self.only(By::Curator).is_ok() {
            return Ok(());
        }
        Err(not_authorized(caller, "guardian"))
    }

    /// Moves the revision, so that intents computed before are refused.
    pub(crate) fn revise(&self) -> Result<(), Revert> {
        self.book.revise().map_err(overflow)
    }

    fn refuse(&self, by: By) -> Revert {
        not_authorized(self.vm.msg_sender(), if by == By::Owner { "owner" } else { "curator" })
    }

    fn not_ready(&self, id: B256, at: u64) -> Revert {
        revert::<IBoard::NotReady>(&[id, at.word(), self.vm.block_timestamp().word()])
    }
}

/// Returns a selector as the ABI encodes it.
pub(crate) fn bytes4(selector: [u8; 4]) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.iter_mut().zip(selector) {
        *to = from;
    }
    word
}
