//! What somebody wants governance to set; what is not mentioned stays as it is.

use alloy_primitives::{Address, B256};
use model::{Assets, Hazard, RiskId, Rung, Terms, Thresholds, Wad};

use super::function::Function;
use super::governed::{Breaker, Grant, Nest};
use crate::covenants::{DurationBand, Purchases};

/// A mandate as it should be. `None` and ids that are missing change nothing; lists of accounts and codes are whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The most that a position may gain in the book, a year.
    pub max_rate: Option<Wad>,
    /// The most that may be lost an epoch, of the least net asset value.
    pub loss: Option<Wad>,
    /// The most that may be moved an epoch, of the least net asset value.
    pub turnover: Option<Wad>,
    /// How long an epoch is.
    pub epoch_secs: Option<u64>,
    /// How long a keeper may be silent.
    pub silence_secs: Option<u64>,
    /// The least that secures all debts, by all debts, 10,000 = 1.
    pub health_floor_bps: Option<u16>,
    /// The least idle money, of the net asset value.
    pub liquidity_floor: Option<Wad>,
    /// The least money payable at once, of the net asset value.
    pub liquidity_cover: Option<Wad>,
    /// To whom ownership is to be offered.
    pub owner: Option<Address>,
    /// The curator; zero for none.
    pub curator: Option<Address>,
    /// Every guardian.
    pub guardians: Option<Vec<Address>>,
    /// Every code hash of which adapters may be made.
    pub codes: Option<Vec<B256>>,
    /// Caps.
    pub caps: Vec<WantedCap>,
    /// Nests that should be (true) or not (false).
    pub nests: Vec<(Nest, bool)>,
    /// Breakers.
    pub breakers: Vec<Breaker>,
    /// The band of the modified duration.
    pub duration: Option<DurationBand>,
    /// The whole ladder.
    pub ladder: Option<Vec<Rung>>,
    /// The most that is expected to be lost a year, of the least net asset value.
    pub credit: Option<Wad>,
    /// What is expected of ids.
    pub hazards: Vec<Hazard>,
    /// At what yield bonds may be bought.
    pub purchases: Option<Purchases>,
    /// Positions, present or to be added.
    pub positions: Vec<WantedPosition>,
    /// Grants; one without positions takes the key's power away.
    pub keepers: Vec<Grant>,
    /// Delays, in seconds.
    pub delays: Vec<(Function, u64)>,
    /// Functions whose power to add risk is to be given up.
    pub abdicated: Vec<Function>,
}

/// The caps of one risk id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedCap {
    /// What they hang on.
    pub risk_id: RiskId,
    /// The most, in assets.
    pub absolute: Assets,
    /// The most, of the least net asset value.
    pub relative: Wad,
}

/// One position, known by its adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedPosition {
    /// The contract that holds it.
    pub adapter: Address,
    /// What it counts against, ancestors not included.
    pub risk_ids: Vec<RiskId>,
    /// Its terms.
    pub terms: Terms,
    /// Its thresholds; nothing where they stay as they are.
    pub thresholds: Option<Thresholds>,
    /// How far from now it always pays, in seconds; nothing where that stays as it is.
    pub term_secs: Option<u32>,
    /// The hash of the adapter's code, where it was looked up.
    pub codehash: Option<B256>,
}
