//! What governance allows of bonds and of credit, and what is known of a position with a date.

use serde::{Deserialize, Serialize};

use crate::governed::RiskId;
use crate::units::{Assets, Timestamp, Wad};

/// What governance allows of bonds and of credit (`ICovenants.Covenant`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covenants {
    /// The least modified duration of the least net asset value, in seconds.
    pub least_duration_secs: u32,
    /// The most.
    pub most_duration_secs: u32,
    /// The ladder, by rising dates.
    pub ladder: Vec<Rung>,
    /// The most that is expected to be lost a year, as a part of the least net asset value.
    pub credit: Wad,
    /// What is expected of each risk id; one that is not named is expected to lose nothing.
    pub hazards: Vec<Hazard>,
    /// The least yield a year at which a bond is bought now: governance's own, or the reference's less the spread. Nothing
    /// where the reference does not answer, and no bond is bought at all.
    pub least_yield: Option<Wad>,
}

/// A rung of the ladder: what pays after the rung before it and until this one; 10,000 = 100 % of the least net asset value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Its end, in days from now.
    pub until_days: u16,
    /// The least that it holds.
    pub least_bps: u16,
    /// The most.
    pub most_bps: u16,
}

/// What is expected of what counts against a risk id; 10,000 = 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// The id.
    pub risk_id: RiskId,
    /// Hazard a year.
    pub hazard_bps: u16,
    /// Loss given default.
    pub loss_bps: u16,
}

/// When a position pays, and what its last mark heard of its yield.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bond {
    /// When its instrument pays; nothing where governance said how far off it always is.
    pub maturity: Option<Timestamp>,
    /// That, in seconds; zero where the instrument has a date.
    pub term_secs: u32,
    /// Its yield a year when it was last marked.
    pub rate: Wad,
    /// How far the higher of its two values was above the lower then.
    pub premium: Assets,
}

impl Bond {
    /// How long until it pays, in seconds; zero where it should have.
    #[must_use]
    pub fn term_secs(&self, now: Timestamp) -> u32 {
        let left = |maturity: Timestamp| u32::try_from(maturity.secs_since(now)).unwrap_or(u32::MAX);
        self.maturity.map_or(self.term_secs, left)
    }
}

impl Hazard {
    /// Returns whether it says anything.
    #[must_use]
    pub fn is_said(&self) -> bool {
        (self.hazard_bps, self.loss_bps) != (0, 0)
    }

    /// The part of an exposure that is expected to be lost a year.
    #[must_use]
    pub fn expected_loss(&self) -> f64 {
        f64::from(self.hazard_bps) * f64::from(self.loss_bps) / 1e8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_runs_out_and_a_fund_has_always_the_same() {
        let bond = Bond { maturity: Some(Timestamp(100)), ..Bond::default() };
        let fund = Bond { term_secs: 7, ..Bond::default() };

        assert_eq!([90, 100, 200].map(|now| bond.term_secs(Timestamp(now))), [10, 0, 0]);
        assert_eq!([90, 200].map(|now| fund.term_secs(Timestamp(now))), [7, 7]);
    }
}
