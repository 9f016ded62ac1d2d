//! The smallest things that can differ: one number, address or truth, and what it is.

use std::collections::BTreeSet;
use std::fmt;

use alloy_primitives::{Address, B256, Selector, U256};
use serde::{Serialize, Serializer};

/// What a value is: a group, perhaps a member of it, and a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// Such as "book" or "positions".
    pub group: &'static str,
    /// The member of the group.
    pub on: On,
    /// Such as "idle" or "value".
    pub field: &'static str,
}

/// The member of a group that a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum On {
    /// The group has no members.
    Whole,
    /// A position, by its index.
    Position(usize),
    /// A risk id.
    Risk(B256),
    /// A keeper, a guardian, a holder.
    Account(Address),
    /// A function.
    Selector(Selector),
    /// A change or a code hash.
    Hash(B256),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A number in its own unit.
    Number(U256),
    /// A unix time in seconds; 0 for never.
    Time(u64),
    /// An address.
    Account(Address),
    /// A hash.
    Word(B256),
    /// Risk ids, whatever their order.
    Ids(BTreeSet<B256>),
    /// A truth.
    Truth(bool),
}

impl Fact {
    /// A fact of a group without members.
    pub fn plain(group: &'static str, field: &'static str) -> Self {
        Self { group, on: On::Whole, field }
    }

    /// A fact of a position.
    pub fn of_position(index: usize, field: &'static str) -> Self {
        Self { group: "positions", on: On::Position(index), field }
    }

    /// A fact of a risk id.
    pub fn of_id(group: &'static str, id: B256, field: &'static str) -> Self {
        Self { group, on: On::Risk(id), field }
    }

    /// A fact of an account.
    pub fn of_account(group: &'static str, account: Address, field: &'static str) -> Self {
        Self { group, on: On::Account(account), field }
    }
}

/// A risk id or a role as people write it: its text, or hex digits where it has none.
pub fn short_name(id: B256) -> String {
    let end = id.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    match std::str::from_utf8(&id[..end]) {
        Ok(text) if end > 0 && text.chars().all(|letter| letter.is_ascii_graphic()) => text.to_owned(),
        _ => id.to_string(),
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.on {
            On::Whole => write!(f, "{}.{}", self.group, self.field),
            On::Position(index) => write!(f, "{}[{index}].{}", self.group, self.field),
            On::Risk(id) => write!(f, "{}[{}].{}", self.group, short_name(id), self.field),
            On::Account(account) => write!(f, "{}[{account}].{}", self.group, self.field),
            On::Selector(selector) => write!(f, "{}[{selector}].{}", self.group, self.field),
            On::Hash(hash) => write!(f, "{}[{hash}].{}", self.group, self.field),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Time(secs) => write!(f, "{secs}"),
            Self::Account(account) => write!(f, "{account}"),
            Self::Word(word) => write!(f, "{word}"),
            Self::Ids(ids) => write!(f, "{}", ids.iter().map(|id| short_name(*id)).collect::<Vec<_>>().join(" ")),
            Self::Truth(truth) => write!(f, "{truth}"),
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<U256> for Value {
    fn from(number: U256) -> Self {
        Self::Number(number)
    }
}

impl From<u128> for Value {
    fn from(number: u128) -> Self {
        Self::Number(U256::from(number))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(U256::from(number))
    }
}

impl From<Address> for Value {
    fn from(account: Address) -> Self {
        Self::Account(account)
    }
}

impl From<B256> for Value {
    fn from(word: B256) -> Self {
        Self::Word(word)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}
