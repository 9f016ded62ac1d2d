//! What was found of one case, as bytes.

use alloy_primitives::{B256, U256};
use mandate::{Breach, Limit, State, Subject, Verdict};

/// Room for the start, the outcome and a line for every limit of the largest case, with a third to spare.
const BYTES: usize = 3584;
/// The commitment to the cases before.
const START_BYTES: usize = 32;

/// One case's record: what the covenants say first (255 where it passes, else the limit), then what the others do, then every line
/// that was written.
#[derive(Clone, Debug)]
pub struct Record {
    bytes: [u8; BYTES],
    len: usize,
}

impl Default for Record {
    fn default() -> Self {
        Self { bytes: [0; BYTES], len: START_BYTES }
    }
}

impl Record {
    /// Begins a new case.
    pub(crate) fn restart(&mut self, digest: &B256) {
        self.len = 0;
        self.write(digest.as_slice());
    }

    /// Returns the commitment before this case, and then its record.
    pub(crate) fn with_start(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Returns this case's record.
    pub fn bytes(&self) -> &[u8] {
        self.with_start().get(START_BYTES..).unwrap_or_default()
    }

    /// Returns the limit that refused the case.
    pub fn refused(&self) -> Option<u8> {
        let outcome = |at: usize| self.bytes().get(at).copied().filter(|outcome| *outcome != PASSES);
        outcome(0).or_else(|| outcome(PASSED_BYTES))
    }

    pub(crate) fn number(&mut self, number: u128) {
        self.write(&number.to_be_bytes());
    }

    pub(crate) fn outcome(&mut self, outcome: &Result<Verdict, Breach<u8>>) {
        match outcome {
            Ok(verdict) => {
                self.write(&[PASSES, verdict.mends.into()]);
                self.words(verdict.broken_before, verdict.broken_after);
            }
            Err(breach) => self.line(breach.limit, breach.on, breach.value, breach.bound),
        }
    }

    pub(crate) fn state(&mut self, state: &State<u8>) {
        self.line(state.limit, state.on, state.value, state.bound);
        self.write(&[state.holds.into()]);
    }

    fn line(&mut self, limit: Limit, on: Subject<u8>, value: U256, bound: U256) {
        let subject = match on {
            Subject::Portfolio => [0, 0],
            Subject::Risk(id) => [1, id],
            Subject::Position(index) => [2, index],
            Subject::Rung(index) => [3, index],
        };
        self.write(&[limit as u8]);
        self.write(&subject);
        self.words(value, bound);
    }

    fn words(&mut self, first: U256, second: U256) {
        for limb in first.as_limbs().iter().chain(second.as_limbs()) {
            self.write(&limb.to_be_bytes());
        }
    }

    /// Writes nothing where there is no room, which the lengths of records then show.
    fn write(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
    }
}

/// What is written of a case that passes: that it does, whether it mends, and two masks.
const PASSED_BYTES: usize = 2 + 64;
/// The outcome of a case that passes.
const PASSES: u8 = 255;
