//! An alarm, and what it lets the keeper do.

use std::fmt;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// What the keeper may still do; each forbids what the one before it does, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// Everything: the condition is told, and the plan takes care of it.
    Plan,
    /// No new money.
    ReduceOnly,
    /// No new money, and what is there leaves.
    ExitOnly,
    /// Nothing at all.
    Halt,
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A venue is nearly all lent out, frozen or paused.
    Usage,
    /// A debt may reach its soft threshold soon.
    Health,
    /// A venue's spread is beyond its norm.
    Spread,
    /// The parameters of a venue's rate model have changed.
    RateTerms,
    /// A venue's administrators have done something.
    VenueGovernance,
    /// A peg is lost, by all its sources.
    Depeg,
    /// A peg is lost by some of its sources.
    Doubt,
    /// No answer of the optimizer's passed its checks, and no earlier one was left to follow.
    Solver,
}

/// A condition that was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// What it is released by; zero for one that ends by itself.
    pub id: u64,
    /// What it is about.
    pub trigger: Trigger,
    /// The positions that it is about; none for the whole vault.
    pub positions: Vec<u32>,
    /// What it lets the keeper do.
    pub posture: Posture,
    /// When it was first seen.
    pub since: Timestamp,
    /// What was found, with value and bound.
    pub reason: String,
}

impl fmt::Display for Posture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plan => "plan",
            Self::ReduceOnly => "reduce only",
            Self::ExitOnly => "exit only",
            Self::Halt => "halt",
        })
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Usage => "usage",
            Self::Health => "health",
            Self::Spread => "spread",
            Self::RateTerms => "rate terms",
            Self::VenueGovernance => "venue governance",
            Self::Depeg => "depeg",
            Self::Doubt => "doubt",
            Self::Solver => "solver",
        })
    }
}
