//! What secures a levered position's debt: its price now, how that has moved, and what holding and owing cost.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::units::{Ray, Timestamp, Wad};

/// The collateral of a position that may owe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collateral {
    /// The token that is supplied.
    pub token: Address,
    /// Prices it in the vault's asset.
    pub oracle: Address,
    /// What the oracle says now.
    pub price: Price,
    /// The feed's answers of late, oldest first, in whatever unit it speaks.
    pub answers: Vec<Answer>,
    /// What the venue pays for it, a year.
    pub supply_rate: Ray,
    /// What the venue takes for the debt, a year.
    pub borrow_rate: Ray,
}

/// An oracle's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "price")]
pub enum Price {
    /// The lower of its sources and the higher, of a whole token in whole assets.
    Known {
        /// The lower.
        bid: Wad,
        /// The higher.
        ask: Wad,
    },
    /// It refuses: nothing that needs a price can be done.
    Refused {
        /// Why.
        reason: String,
    },
}

/// One answer of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When it was given.
    pub at: Timestamp,
    /// The price, in wad of the feed's unit.
    pub price: Wad,
}
