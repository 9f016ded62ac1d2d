//! Where the history and the vault disagree: each disagreement once, from its first block to its last.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::entry::Place;
use crate::fact::{Fact, Value};

/// What disagrees with the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A view of the vault.
    Stored,
    /// An event's own claim.
    Told,
    /// A log that no interface declares.
    Unreadable,
    /// A view that should have answered, and did not.
    Silent,
}

/// One disagreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What disagrees with the history.
    pub source: Source,
    /// What it is about.
    pub fact: Fact,
    /// Where it was first seen.
    pub first: Place,
    /// The last block in which it was seen to be equal before; nothing where it never was.
    pub equal_at: Option<u64>,
    /// The last block in which it was seen.
    pub last_block: u64,
    /// In how many comparisons it was seen.
    pub seen: u64,
    /// What follows from the history, when it was first seen.
    pub rebuilt: Option<Value>,
    /// What was found instead.
    pub found: Option<Value>,
}

/// All disagreements so far.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    all: Vec<Difference>,
    /// Those that were there when last compared, by their place among all.
    open: BTreeMap<(Source, Fact), usize>,
}

impl Differences {
    /// Takes in what was found to be different. One that is open goes on; otherwise it is a new one. Returns whether it
    /// is.
    pub fn found(&mut self, difference: Difference) -> bool {
        let key = (difference.source, difference.fact);
        if let Some(open) = self.open.get(&key).and_then(|at| self.all.get_mut(*at)) {
            open.last_block = difference.first.block;
            open.seen += 1;
            return false;
        }
        self.open.insert(key, self.all.len());
        self.all.push(difference);
        true
    }

    /// What was different is equal again.
    pub fn closed(&mut self, source: Source, fact: Fact) {
        if !self.open.is_empty() {
            self.open.remove(&(source, fact));
        }
    }

    /// Returns all of them in the order of their first appearance.
    pub fn all(&self) -> &[Difference] {
        &self.all
    }
}
