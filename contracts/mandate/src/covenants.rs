//! What has a date, or a chance of not paying: bonds, and what governance allows of them.

use math::{WAD, YEAR_SECS, mul_div_up, part_down, part_up};

use alloy_primitives::U256;

const DAY_SECS: u32 = 86_400;
/// A 1/10,000 of a 1/10,000.
const BPS_OF_BPS: u64 = 100_000_000;

/// A position of which the instrument, or governance, says when it pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bond {
    /// The position's index.
    pub position: u8,
    /// Its value, in base units of the asset.
    pub value_assets: u128,
    /// How long until it pays, in seconds; zero where it should have paid.
    pub term_secs: u32,
    /// Its yield a year, compounded yearly, in wad.
    pub rate_wad: u64,
    /// What the change bought of it; the same before and after.
    pub bought: Option<Purchase>,
}

/// What a change bought of a bond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purchase {
    /// What was paid, in base units of the asset.
    pub paid_assets: u128,
    /// What it pays at its date, in base units of the asset.
    pub face_assets: u128,
    /// The least that it must pay at its date for each unit paid now, in wad: see [`growth_up`].
    pub growth_wad: u128,
}

/// What governance allows of bonds and of credit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Covenants<'a> {
    /// The least modified duration of the least net asset value, in seconds.
    pub least_duration_secs: u32,
    /// The most.
    pub most_duration_secs: u32,
    /// The ladder: rungs by rising dates; the last holds all that is later too.
    pub ladder: &'a [Rung],
    /// The most that is expected to be lost a year, as a fraction of the least net asset value.
    pub credit_wad: u64,
    /// What is expected of what counts against each cap, in the order of [`crate::Parameters::caps`].
    pub hazards: &'a [Hazard],
}

/// A rung of the ladder: what pays after the rung before it and until this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rung {
    /// Its end, in days from now.
    pub until_days: u16,
    /// The least of the least net asset value that it holds, in 1/10,000.
    pub least_bps: u16,
    /// The most, in 1/10,000.
    pub most_bps: u16,
}

/// The chance that what counts against a risk id does not pay, and what is lost then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hazard {
    /// Hazard a year, in 1/10,000.
    pub hazard_bps: u16,
    /// Loss given default, in 1/10,000.
    pub loss_bps: u16,
}

impl Bond {
    /// Returns the modified duration: the term by one and the yield, in seconds, rounded down.
    pub fn duration_secs(&self) -> u32 {
        let one_and_yield = U256::from(self.rate_wad).saturating_add(U256::from(WAD));
        part_down(self.term_secs.into(), U256::from(WAD), one_and_yield).try_into().unwrap_or(self.term_secs)
    }

    /// Returns the rung that it stands on; the last where it pays later than any.
    pub(crate) fn rung(&self, ladder: &[Rung]) -> usize {
        let reaches = |rung: &Rung| self.term_secs <= u32::from(rung.until_days).saturating_mul(DAY_SECS);
        ladder.iter().position(reaches).unwrap_or_else(|| ladder.len().saturating_sub(1))
    }
}

impl Hazard {
    /// Returns what of an amount is expected to be lost a year, rounded up.
    pub(crate) fn loss_up(&self, assets: u128) -> u128 {
        let part = u32::from(self.hazard_bps).saturating_mul(self.loss_bps.into());
        if part == 0 { 0 } else { part_up(assets, U256::from(part), U256::from(BPS_OF_BPS)) }
    }
}

/// Returns what one unit grows to in `secs` at a yearly rate, in wad, rounded up: compounded over whole years, simple
/// over the rest, which is never less than compounding.
pub fn growth_up(rate_wad: u64, secs: u32) -> u128 {
    let (years, rest_secs) = (u64::from(secs).checked_div(YEAR_SECS), u64::from(secs).checked_rem(YEAR_SECS));
    let wad = U256::from(WAD);
    let rest = part_up(rate_wad.into(), U256::from(rest_secs.unwrap_or_default()), U256::from(YEAR_SECS));
    let mut growth = wad.saturating_add(U256::from(rest));
    for _ in 0..years.unwrap_or_default() {
        growth = mul_div_up(growth, wad.saturating_add(U256::from(rate_wad)), wad).unwrap_or(U256::MAX);
    }
    growth.saturating_to()
}
