//! What was seen at one block beside the snapshot.

use model::alloy_primitives::{Address, B256};
use model::{Snapshot, Timestamp, Wad};

use crate::Posture;

/// One look at the world.
#[derive(Clone, Debug)]
pub struct Observed<'a> {
    /// The vault and its venues.
    pub snapshot: &'a Snapshot,
    /// Pegs, each with what its sources say.
    pub pegs: &'a [Peg],
    /// What administrators' contracts have told since the last look.
    pub events: &'a [AdminEvent],
}

/// A price that should stay in a band.
#[derive(Clone, Debug, PartialEq)]
pub struct Peg {
    /// For people.
    pub name: String,
    /// The positions that hang on it; none for the whole vault.
    pub positions: Vec<u32>,
    /// The lowest price in the band.
    pub least: Wad,
    /// The highest.
    pub most: Wad,
    /// How old an answer may be, in seconds.
    pub max_age_secs: u64,
    /// What a lost peg lets the keeper do.
    pub posture: Posture,
    /// What the sources say; nothing of one that does not answer. Three at least.
    pub quotes: Vec<Option<Quote>>,
}

/// What one source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The price.
    pub price: Wad,
    /// When it said so.
    pub at: Timestamp,
}

/// What an administrator's contract has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminEvent {
    /// The contract, as the operator calls it.
    pub name: String,
    /// Its address.
    pub contract: Address,
    /// What it told, by the hash of the event's signature.
    pub topic: B256,
    /// In which block.
    pub block: u64,
    /// The positions that depend on it; none for the whole vault.
    pub positions: Vec<u32>,
    /// What it lets the keeper do.
    pub posture: Posture,
}
