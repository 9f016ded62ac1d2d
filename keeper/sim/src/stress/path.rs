//! What happens in an event, step by step.

use std::collections::BTreeMap;

use crate::{Target, WAD};

/// A quantity over time, by unix seconds: straight between its points, level before the first and after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    points: BTreeMap<u64, f64>,
}

impl Line {
    /// Returns the line through points in any order; of several at one time the last counts.
    ///
    /// # Panics
    /// There is no point.
    pub fn through(points: impl IntoIterator<Item = (u64, f64)>) -> Self {
        let points: BTreeMap<u64, f64> = points.into_iter().collect();
        assert!(!points.is_empty(), "a line goes through a point");
        Self { points }
    }

    /// Returns the line that never changes.
    pub fn level(value: f64) -> Self {
        Self::through([(0, value)])
    }

    /// Returns the product of two lines, exactly at the points of both.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let times = self.points.keys().chain(other.points.keys());
        Self::through(times.map(|secs| (*secs, self.at(*secs) * other.at(*secs))))
    }

    /// Returns the quantity at a time.
    pub fn at(&self, secs: u64) -> f64 {
        let before = self.points.range(..=secs).next_back();
        let after = self.points.range(secs..).next();
        match (before, after) {
            (Some((from, low)), Some((to, high))) if from < to => {
                low + (high - low) * (secs - from) as f64 / (to - from) as f64
            }
            (Some((_, value)), _) | (None, Some((_, value))) => *value,
            (None, None) => unreachable!("a line goes through a point"),
        }
    }
}

/// How the world is from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, in seconds since the event's begin.
    pub at_secs: u64,
    /// What the collateral is worth in the market, in US dollars with 8 decimals.
    pub collateral_usd_e8: u64,
    /// What USDC is worth in the market, in US dollars with 8 decimals.
    pub usdc_usd_e8: u64,
    /// The borrowed part of Aave's USDC (1e18 = 100 %).
    pub utilisation_wad: u64,
    /// How much of its first liquidity the pool still has (1e18 = all); what has left does not come back.
    pub depth_wad: u64,
    /// Whether the chain's sequencer runs: while it does not, no transaction lands.
    pub is_running: bool,
}

impl Step {
    /// Returns what the collateral is worth in USDC, with 8 decimals, rounded down.
    pub fn price_e8(&self) -> u64 {
        let price = u128::from(self.collateral_usd_e8) * 100_000_000 / u128::from(self.usdc_usd_e8);
        u64::try_from(price).unwrap_or(u64::MAX)
    }
}

/// Steps in their order; the first is at second zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The steps.
    pub steps: Vec<Step>,
}

/// What a path is drawn from.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    pub(super) collateral_usd: Line,
    pub(super) usdc_usd: Line,
    pub(super) utilisation: Line,
    /// What is left of the pool's liquidity, 1 = all.
    pub(super) depth: Line,
    /// When the sequencer stops, and when it runs again.
    pub(super) halt_secs: (u64, u64),
}

/// Steps are no longer apart, in seconds.
const COARSE_SECS: u64 = 3_600;
/// And never nearer.
const FINE_SECS: u64 = 60;
/// By what part of itself a quantity must have changed for a step before its hour, in hundredths of a percent.
const CHANGE_BPS: u64 = 50;

impl Path {
    /// Draws a path from one unix second to another: a step each hour, and every minute in which a price, the utilisation
    /// or the depth has changed by half a percent since the last step, or the sequencer stops or starts.
    pub(super) fn draw(lines: &Lines, (from_secs, until_secs): (u64, u64)) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        for secs in (from_secs..=until_secs).step_by(FINE_SECS as usize) {
            let step = lines.step(secs, secs - from_secs);
            let is_due = |last: &Step| (secs - from_secs).is_multiple_of(COARSE_SECS) || step.differs(last);
            if steps.last().is_none_or(is_due) {
                steps.push(step);
            }
        }
        Self { steps }
    }

    /// Returns the same hours without the event: everything stays as it is at the first step.
    #[must_use]
    pub fn calm(&self) -> Self {
        let calm = |step: &Step| Step { at_secs: step.at_secs, ..self.steps[0] };
        Self { steps: self.steps.iter().map(calm).collect() }
    }
}

impl Lines {
    /// Returns the lines on which nothing happens but to the collateral's price.
    pub(super) fn of(collateral_usd: Line) -> Self {
        let usual = Target::built_in().utilisation_wad as f64 / WAD as f64;
        Self {
            collateral_usd,
            usdc_usd: Line::level(1.0),
            utilisation: Line::level(usual),
            depth: Line::level(1.0),
            halt_secs: (u64::MAX, u64::MAX),
        }
    }

    fn step(&self, secs: u64, at_secs: u64) -> Step {
        Step {
            at_secs,
            collateral_usd_e8: e8(self.collateral_usd.at(secs)),
            usdc_usd_e8: e8(self.usdc_usd.at(secs)),
            utilisation_wad: part_wad(self.utilisation.at(secs)),
            depth_wad: part_wad(self.depth.at(secs)),
            is_running: !(self.halt_secs.0..self.halt_secs.1).contains(&secs),
        }
    }
}

impl Step {
    fn differs(&self, last: &Self) -> bool {
        let moved = |is: u64, was: u64| {
            u128::from(is.abs_diff(was)) * 10_000 >= u128::from(was) * u128::from(CHANGE_BPS) && is != was
        };
        moved(self.collateral_usd_e8, last.collateral_usd_e8)
            || moved(self.usdc_usd_e8, last.usdc_usd_e8)
            || moved(self.utilisation_wad, last.utilisation_wad)
            || moved(self.depth_wad, last.depth_wad)
            || self.is_running != last.is_running
    }
}

/// A part of a whole, with the six decimals that rates have, from which such parts come.
fn part_wad(part: f64) -> u64 {
    (part.clamp(0.0, 1.0) * 1e6).round() as u64 * (WAD / 1_000_000)
}

/// A price above zero, with 8 decimals.
fn e8(price: f64) -> u64 {
    ((price * 1e8).round() as u64).max(1)
}
