//! What governance said of bonds and of credit, and what was seen of positions with a date.

use abi::covenants::ICovenants::ICovenantsEvents;
use abi::desk::IDesk;
use alloy_primitives::Address;
use mandate::{Bond, Hazard, Rung};
use serde::{Deserialize, Serialize};

use super::{Position, State, amount};
use crate::claims::Claims;
use crate::fact::Fact;

/// What is allowed of all bonds together, and of credit, as `ICovenants.Covenant` names it; each id's hazard and each
/// position's date is with these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covenants {
    /// Whether anything was ever said: before, nothing is judged by it.
    pub is_said: bool,
    pub least_duration_secs: u32,
    pub most_duration_secs: u32,
    pub credit_wad: u64,
    pub yield_bps: u16,
    pub spread_bps: u16,
    pub reference: Address,
    pub max_age_secs: u32,
    pub ladder: Vec<Step>,
}

/// A rung of the ladder, as `ICovenants.Rung` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub until_days: u16,
    pub least_bps: u16,
    pub most_bps: u16,
}

/// What is expected of an id, as `ICovenants.Hazard` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub hazard_bps: u16,
    pub loss_bps: u16,
}

/// When a position pays, and what was last seen of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// When its instrument pays, in unix seconds; zero where it has no date.
    pub matures_at_secs: u64,
    /// How far off governance says that it always is; zero where it says nothing.
    pub term_secs: u32,
    /// How far the higher of its values was above the lower.
    pub premium_assets: u128,
    /// Its yield a year.
    pub rate_wad: u64,
}

impl Dated {
    /// Returns whether it has a date, of whichever kind.
    pub(crate) fn is_dated(&self) -> bool {
        self.matures_at_secs != 0 || self.term_secs != 0
    }

    /// Returns how long until it pays.
    pub(crate) fn term_secs(&self, now_secs: u64) -> u32 {
        match self.matures_at_secs {
            0 => self.term_secs,
            at_secs => u32::try_from(at_secs.saturating_sub(now_secs)).unwrap_or(u32::MAX),
        }
    }
}

impl Position {
    /// Returns it as the mandate looks at it, where it has a date.
    pub(crate) fn bond(&self, index: usize, now_secs: u64) -> Option<Bond> {
        self.dated.is_dated().then(|| Bond {
            position: u8::try_from(index).unwrap_or(u8::MAX),
            value_assets: self.value_assets,
            term_secs: self.dated.term_secs(now_secs),
            rate_wad: self.dated.rate_wad,
            bought: None,
        })
    }
}

impl Covenants {
    /// Returns the ladder as the mandate takes it.
    pub(crate) fn rungs(&self) -> Vec<Rung> {
        let rung =
            |step: &Step| Rung { until_days: step.until_days, least_bps: step.least_bps, most_bps: step.most_bps };
        self.ladder.iter().map(rung).collect()
    }
}

impl State {
    pub(super) fn apply_covenants(&mut self, event: &ICovenantsEvents, claims: &mut Claims) {
        use ICovenantsEvents as E;
        let covenants = &mut self.covenants;
        covenants.is_said = true;
        let mut is_governed = true;
        match event {
            E::DurationSet(told) => {
                covenants.least_duration_secs = told.leastSecs.saturating_to();
                covenants.most_duration_secs = told.mostSecs.saturating_to();
            }
            E::LadderSet(told) => {
                let step = |rung: &abi::covenants::ICovenants::Rung| Step {
                    until_days: rung.untilDays,
                    least_bps: rung.leastBps,
                    most_bps: rung.mostBps,
                };
                covenants.ladder = told.rungs.iter().map(step).collect();
            }
            E::CreditSet(told) => covenants.credit_wad = told.creditWad.saturating_to(),
            E::HazardSet(told) => match self.place(told.riskId) {
                Some(place) => {
                    let (hazard_bps, loss_bps) = (told.hazardBps, told.lossBps);
                    self.ids[place].expected = Expected { hazard_bps, loss_bps };
                }
                None => claims.known_id(self, told.riskId),
            },
            E::PurchasesSet(told) => {
                (covenants.yield_bps, covenants.spread_bps) = (told.yieldBps, told.spreadBps);
                (covenants.reference, covenants.max_age_secs) = (told.reference, told.maxAgeSecs.saturating_to());
            }
            E::DateSet(told) => {
                // An instrument's own date comes with the position, whose registration is what is governed.
                is_governed = told.maturity.is_zero();
                let index = told.position as usize;
                match self.positions.get_mut(index) {
                    Some(position) => {
                        position.dated.matures_at_secs = told.maturity.saturating_to();
                        position.dated.term_secs = told.termSecs.saturating_to();
                    }
                    None => claims.impossible(Fact::of_position(index, "registered"), true),
                }
            }
        }
        self.revision = self.revision.saturating_add(is_governed.into());
    }

    pub(super) fn bond_seen(&mut self, told: &IDesk::BondSeen, claims: &mut Claims) {
        let index = told.position as usize;
        match self.positions.get_mut(index) {
            Some(position) => {
                position.dated.premium_assets = amount(told.premium);
                position.dated.rate_wad = told.rateWad.saturating_to();
            }
            None => claims.impossible(Fact::of_position(index, "registered"), true),
        }
    }

    /// Returns what is expected of what counts against each id, in their order.
    pub(crate) fn hazards(&self) -> Vec<Hazard> {
        let hazard = |id: &super::Id| Hazard { hazard_bps: id.expected.hazard_bps, loss_bps: id.expected.loss_bps };
        self.ids.iter().map(hazard).collect()
    }

    /// Returns how far the higher of two values is above the lower, of all positions.
    pub(super) fn premium_assets(&self) -> u128 {
        self.positions.iter().fold(0, |sum, position| sum.saturating_add(position.dated.premium_assets))
    }
}
