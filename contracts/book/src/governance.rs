//! What governance stores, and what both programs that trip breakers do.

use abi::desk::IDesk;
use alloy_primitives::{Address, B256};
use host::{Word, emit};

use crate::{
    Accounts, Book, Breaker, Overflow, Watch,
    pack::{Pack, Unpack},
    slack_up,
    storage::At,
    unix_secs,
};

/// How long a function's risk-adding changes wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    /// In seconds; `None` where it was never set.
    pub secs: Option<u32>,
    /// Whether the power to add risk by it was given up, for good.
    pub is_abdicated: bool,
}

/// A change that was announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// When it can be made, in unix seconds; zero where none was announced.
    pub at_unix_secs: u64,
    /// Whether it is about who governs: the owner alone may take it back.
    pub is_of_roles: bool,
}

impl Book {
    /// Returns whether an account may take risk away.
    pub fn is_guardian(&self, account: Address) -> bool {
        !self.entry(At::Guardians, account.word()).load(&self.vm).is_zero()
    }

    /// Makes an account a guardian, or none.
    pub fn set_guardian(&self, account: Address, granted: bool) {
        self.entry(At::Guardians, account.word()).store(&self.vm, granted.word());
    }

    /// Returns the breaker of a risk id.
    pub fn breaker(&self, risk_id: B256) -> Breaker {
        let [first, second] = self.two(At::Breakers, risk_id);
        Breaker::unpack(&first.load(&self.vm), &second.load(&self.vm))
    }

    /// Writes the breaker of a risk id.
    pub fn set_breaker(&self, risk_id: B256, breaker: &Breaker) {
        let [first, second] = self.two(At::Breakers, risk_id);
        let (one, two) = breaker.pack();
        first.store(&self.vm, one);
        second.store(&self.vm, two);
    }

    /// Returns the caps that the one at `place` was nested under directly.
    pub fn parent_caps(&self, place: u8) -> u64 {
        Unpack::new(&self.item(At::Caps, place, 2).load(&self.vm)).u64()
    }

    /// Writes them.
    pub fn set_parent_caps(&self, place: u8, caps: u64) {
        self.item(At::Caps, place, 2).store(&self.vm, Pack::default().number(caps.into(), 8).word());
    }

    /// Returns the delay of a function.
    pub fn delay(&self, selector: [u8; 4]) -> Delay {
        let word = self.entry(At::Delays, key(selector)).load(&self.vm);
        let mut fields = Unpack::new(&word);
        let is_set = fields.u8() != 0;
        let (is_abdicated, secs) = (fields.u8() != 0, fields.u32());
        Delay { secs: is_set.then_some(secs), is_abdicated }
    }

    /// Writes the delay of a function.
    pub fn set_delay(&self, selector: [u8; 4], delay: Delay) {
        let flags = [delay.secs.is_some().into(), delay.is_abdicated.into()];
        let word = Pack::default().bytes(&flags).number(delay.secs.unwrap_or_default().into(), 4).word();
        self.entry(At::Delays, key(selector)).store(&self.vm, word);
    }

    /// Returns an announced change by the hash of its calldata.
    pub fn change(&self, id: B256) -> Change {
        let word = self.entry(At::Changes, id).load(&self.vm);
        let mut fields = Unpack::new(&word);
        Change { at_unix_secs: fields.u64(), is_of_roles: fields.u8() != 0 }
    }

    /// Announces a change, or with the default forgets it.
    pub fn set_change(&self, id: B256, change: Change) {
        let word = Pack::default().number(change.at_unix_secs.into(), 8).bytes(&[change.is_of_roles.into()]).word();
        self.entry(At::Changes, id).store(&self.vm, word);
    }

    /// Returns whether adapters with this code may be registered.
    pub fn is_code_admitted(&self, codehash: B256) -> bool {
        !self.entry(At::Codes, codehash).load(&self.vm).is_zero()
    }

    /// Admits a code, or no more.
    pub fn set_code_admitted(&self, codehash: B256, admitted: bool) {
        self.entry(At::Codes, codehash).store(&self.vm, admitted.word());
    }

    /// Counts position `index` by another slack.
    pub fn reslack(&self, index: u8, before_bps: u16, after_bps: u16) {
        let (mut accounts, value_assets) = (self.accounts(), self.value_assets(index));
        let (slack_assets, premium_assets) = self.apart(&accounts);
        let others = slack_assets.saturating_sub(slack_up(value_assets, before_bps));
        self.note_apart(&mut accounts, others.saturating_add(slack_up(value_assets, after_bps)), premium_assets);
        self.set_accounts(&accounts);
    }

    /// Takes the charter for outdated: governance has set something that it does not say.
    pub fn outdate_charter(&self) {
        self.set_watch(&Watch { charter: 0, ..self.watch() });
    }

    /// Moves the revision, so that intents computed before are refused.
    ///
    /// # Errors
    ///
    /// After 2^32 - 1 of them.
    pub fn revise(&self) -> Result<(), Overflow> {
        let mut watch = self.watch();
        watch.revision = watch.revision.checked_add(1).ok_or(Overflow)?;
        self.set_watch(&watch);
        Ok(())
    }

    /// Returns what counts against the cap at `place`: the sum of the values of the positions that have its bit.
    pub fn exposure_assets(&self, accounts: &Accounts, place: u8) -> u128 {
        (0..accounts.positions)
            .filter(|index| self.counted(*index).caps.checked_shr(place.into()).unwrap_or_default() & 1 == 1)
            .fold(0, |sum, index| sum.saturating_add(self.value_assets(index)))
    }

    /// Keeps new money from a risk id until a book time, and new shares too where money counts against it. A trip that
    /// lasts longer already stays as it is. Tells why: the condition, what was found, the bound.
    #[inline(never)]
    pub fn trip(&self, accounts: &Accounts, place: u8, until_secs: u32, why: [B256; 3]) {
        let mut cap = self.cap(place);
        cap.tripped_until_secs = cap.tripped_until_secs.max(until_secs);
        self.set_cap(place, &cap);
        let mut watch = self.watch();
        watch.trips_until_secs = watch.trips_until_secs.max(until_secs);
        self.set_watch(&watch);
        let mut clock = self.clock();
        if self.exposure_assets(accounts, place) != 0 && clock.blocked_until_secs < until_secs {
            clock.blocked_until_secs = until_secs; // A vault that was never opened stays so: nothing is more.
            self.set_clock(&clock);
        }
        let ([condition, value, bound], until) = (why, unix_secs(cap.tripped_until_secs).word());
        emit::<IDesk::Tripped>(&self.vm, &[self.risk_id(place)], &[condition, value, bound, until]);
    }

    /// Returns until when deposits are to be blocked, in book time: while an id is tripped that money counts against.
    pub fn blocked_until_secs(&self, accounts: &Accounts, now_secs: u32) -> u32 {
        let tripped = (0..accounts.caps).filter_map(|place| {
            let cap = self.cap(place);
            (cap.is_tripped(now_secs) && self.exposure_assets(accounts, place) != 0).then_some(cap.tripped_until_secs)
        });
        tripped.max().unwrap_or_default()
    }
}

fn key(selector: [u8; 4]) -> B256 {
    u32::from_be_bytes(selector).word()
}
