//! What a position that owes needs beside the others: an oracle, what its adapter is told, and thresholds.

use abi::board::IBoard;
use abi::leverage::ILoop;
use abi::oracle::IOracle;
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolValue;
use model::{Thresholds, Wad};

/// An oracle that is deployed before the adapters (`IOracle.Terms`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OracleTerms {
    /// What positions call it.
    pub name: String,
    /// The token that is priced.
    pub base: Address,
    /// The token that it is priced in.
    pub quote: Address,
    /// The feed of the base's price.
    pub feed: Address,
    /// How old it may be; zero for a feed that does not say when.
    pub max_age_secs: u32,
    /// The feed of the quote's price in the same unit; zero where `feed` speaks in the quote.
    pub quote_feed: Address,
    /// How old that may be.
    pub quote_max_age_secs: u32,
    /// What the price is refused below.
    pub min_price: Wad,
    /// What it is refused above.
    pub max_price: Wad,
    /// The Uniswap v3 pool of both tokens: the second source, and where the position swaps. Zero for none.
    pub pool: Address,
    /// The time over which the pool's price is weighted.
    pub window_secs: u32,
    /// How far the sources may be apart.
    pub deviation_bps: u16,
    /// The feed of whether the chain's sequencer runs; zero for none.
    pub sequencer: Address,
    /// How long it must have run.
    pub grace_secs: u32,
}

impl OracleTerms {
    /// Returns the terms as the oracle takes them.
    #[must_use]
    pub fn to_abi(&self) -> IOracle::Terms {
        IOracle::Terms {
            base: self.base,
            quote: self.quote,
            feed: self.feed,
            maxAgeSecs: self.max_age_secs,
            quoteFeed: self.quote_feed,
            quoteMaxAgeSecs: self.quote_max_age_secs,
            minPriceWad: self.min_price.0,
            maxPriceWad: self.max_price.0,
            pool: self.pool,
            windowSecs: self.window_secs,
            deviationBps: self.deviation_bps,
            sequencer: self.sequencer,
            graceSecs: self.grace_secs,
        }
    }
}

/// How a position owes (`ILoop.Terms`), and what governance says of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeverTerms {
    /// The place of its oracle among the mandate's.
    pub oracle: usize,
    /// Who lends the asset for a moment: Aave's pool, or Morpho.
    pub lender: Address,
    /// Aave's category; zero for none.
    pub e_mode: u8,
    /// The health that investments bring the position to, 10,000 = 1.
    pub target_bps: u16,
    /// How much worse than the oracle's price a swap may be.
    pub slip_bps: u16,
    /// When it is deleveraged, and by how much.
    pub thresholds: Thresholds,
}

impl LeverTerms {
    /// Returns what the adapter is told; nothing where there is no such oracle.
    pub(super) fn encoded(&self, oracles: &[Address]) -> Option<Bytes> {
        let terms = ILoop::Terms {
            oracle: *oracles.get(self.oracle)?,
            lender: self.lender,
            eMode: self.e_mode,
            targetBps: self.target_bps,
            slipBps: self.slip_bps,
        };
        Some(terms.abi_encode().into())
    }
}

/// Returns thresholds as the board takes them.
pub(crate) fn thresholds_to_abi(thresholds: &Thresholds) -> IBoard::Thresholds {
    IBoard::Thresholds {
        targetBps: thresholds.target_bps,
        softBps: thresholds.soft_bps,
        hardBps: thresholds.hard_bps,
        chunk: thresholds.chunk.0,
        cooldownSecs: thresholds.cooldown_secs,
        slipBps: thresholds.slip_bps,
        rewardBps: thresholds.reward_bps,
    }
}
