//! All that one decision rests on, read at one pinned block.

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::covenants::Covenants;
use crate::governed::{Budgets, Cap, Operator, Parameters};
use crate::position::Position;
use crate::units::{Assets, Timestamp, Wad, Wei};

/// The vault, its book, positions and limits, and the rate model of each venue, at one block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The chain's id.
    pub chain_id: u64,
    /// The block at which everything below was read.
    pub block: Block,
    /// The vault's address; desk and board functions answer there too.
    pub vault: Address,
    /// What the vault accounts in.
    pub asset: Asset,
    /// The vault's accounts.
    pub book: Book,
    /// What governance allows as a whole.
    pub parameters: Parameters,
    /// What it allows of bonds and of credit; nothing where it never said anything of these.
    #[serde(default)]
    pub covenants: Option<Covenants>,
    /// The vault's budgets and clocks.
    pub budgets: Budgets,
    /// The revision that the next intent must carry.
    pub revision: U256,
    /// The vault's positions; an element's place is its index on chain.
    pub positions: Vec<Position>,
    /// The caps of every risk id that the vault knows.
    pub caps: Vec<Cap>,
    /// The account that would send the intent.
    pub operator: Operator,
}

impl Snapshot {
    /// The block's time: now, as far as this snapshot knows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.block.timestamp
    }

    /// The positions' real values together.
    #[must_use]
    pub fn real_assets(&self) -> Assets {
        self.positions.iter().fold(Assets::ZERO, |sum, position| sum.saturating_add(position.value))
    }

    /// What each position would be worth in the book if it were marked at the snapshot's block.
    #[must_use]
    pub fn believed(&self) -> Vec<Assets> {
        self.positions.iter().map(|position| position.believed(self.book.max_rate, self.now())).collect()
    }

    /// Idle money and the positions' real values: what there is to allocate.
    #[must_use]
    pub fn total_assets(&self) -> Assets {
        self.book.idle.saturating_add(self.real_assets())
    }

    /// The same vault, were every position that pays by request to pay at once: what should be requested is what would leave it.
    /// Nothing where there is no such position that holds anything.
    #[must_use]
    pub fn paid_at_once(&self) -> Option<Self> {
        let asks = |position: &Position| position.requested.is_some() && !position.value.is_zero();
        if !self.positions.iter().any(asks) {
            return None;
        }
        let mut paid = self.clone();
        for position in paid.positions.iter_mut().filter(|position| position.requested.is_some()) {
            (position.liquidity, position.requested) = (position.value, None);
        }
        Some(paid)
    }

    /// Whether a position counts against an id whose breaker is tripped.
    #[must_use]
    pub fn is_tripped(&self, position: &Position) -> bool {
        let mut tripped = self.caps.iter().filter(|cap| cap.is_tripped(self.now()));
        tripped.any(|cap| position.risk_ids.contains(&cap.risk_id))
    }
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The chain's own count (not the parent chain's).
    pub number: u64,
    /// The block's hash.
    pub hash: B256,
    /// The block's time.
    pub timestamp: Timestamp,
    /// The block's base fee for one gas.
    pub base_fee: Wei,
}

/// The token that the vault accounts in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// The token's address.
    pub address: Address,
    /// The token's symbol, for people.
    pub symbol: String,
    /// Digits after the point of one whole token.
    pub decimals: u8,
}

/// The vault's accounts as the chain reports them (`IDesk.Book`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Money that no position holds.
    pub idle: Assets,
    /// The sum of the positions' marked values.
    pub marked: Assets,
    /// Net asset value: idle and marked together.
    pub nav: Assets,
    /// The value at which deposits enter, at least `nav`.
    pub nav_entry: Assets,
    /// The least net asset value of the current and the last epoch: what relative caps and budgets are parts of.
    pub nav_least: Assets,
    /// The most that a position may gain in the book, a year.
    pub max_rate: Wad,
}
