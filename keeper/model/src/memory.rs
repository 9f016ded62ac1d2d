//! What one decision leaves for the next: an input of it like the snapshot, so that recorded inputs give the same decision.

use serde::{Deserialize, Serialize};

use crate::decision::{Decision, Idleness, Purpose};
use crate::target::Target;

/// What a keeper does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// It leaves everything where it is.
    #[default]
    Still,
    /// It moves towards its target.
    Moving,
}

/// What is remembered from one decision to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Whether it was on its way to a target for income.
    pub stance: Stance,
    /// The last target that passed every check.
    pub last_good: Option<Target>,
}

impl Memory {
    /// Returns what is remembered after a decision, with the target that it rests on where one passed its checks.
    ///
    /// Only what is about income changes the stance: whoever waits for a budget, or puts out a fire, goes on after it.
    #[must_use]
    pub fn after(&self, decision: &Decision, target: Option<Target>) -> Self {
        let stance = match decision {
            Decision::Rebalance(plan) if plan.purpose == Purpose::Earn => Stance::Moving,
            Decision::NothingToDo { reason, .. } if reason.is_for_good() => Stance::Still,
            _ => self.stance,
        };
        Self { stance, last_good: target.or_else(|| self.last_good.clone()) }
    }
}

impl Idleness {
    /// Returns whether nothing is to be done because nothing is worth it, and not because something has to come first.
    fn is_for_good(&self) -> bool {
        matches!(self, Self::NoAssets | Self::WithinDust { .. } | Self::NotWorthIt { .. })
    }
}
