//! One price of two, and what is refused of it.

use alloy_primitives::U256;
use host::Revert;
use math::mul_div_up;

use crate::{
    refusal::{OUT_OF_BOUNDS, SOURCES_APART, refused},
    terms::Terms,
};

/// Whole quote for a whole base, in wad: what one gets at least and pays at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) bid_wad: U256,
    pub(crate) ask_wad: U256,
}

impl Price {
    /// Returns the price that holds both.
    ///
    /// # Errors
    ///
    /// They are further apart than the terms allow.
    pub(crate) fn join(self, other: Self, terms: &Terms) -> Result<Self, Revert> {
        let joined = Self { bid_wad: self.bid_wad.min(other.bid_wad), ask_wad: self.ask_wad.max(other.ask_wad) };
        // The ask is never below the bid.
        let gap = joined.ask_wad.saturating_sub(joined.bid_wad);
        let apart_bps = mul_div_up(gap, U256::from(10_000), joined.bid_wad).unwrap_or(U256::MAX);
        let most = U256::from(terms.deviation_bps);
        if apart_bps > most { Err(refused(SOURCES_APART, apart_bps, most)) } else { Ok(joined) }
    }

    /// Returns the price where it is within the terms' bounds.
    ///
    /// # Errors
    ///
    /// It is not.
    pub(crate) fn bounded(self, terms: &Terms) -> Result<Self, Revert> {
        if self.bid_wad < terms.min_price_wad {
            return Err(refused(OUT_OF_BOUNDS, self.bid_wad, terms.min_price_wad));
        }
        if self.ask_wad > terms.max_price_wad {
            return Err(refused(OUT_OF_BOUNDS, self.ask_wad, terms.max_price_wad));
        }
        Ok(self)
    }
}
