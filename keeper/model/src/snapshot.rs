//! All that one decision rests on, read at one pinned block.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::rate::RateModel;
use crate::units::{Assets, Timestamp, Wad, Wei};

/// The vault, its book, positions and limits, and the rate model of each venue, at one block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The chain's id.
    pub chain_id: u64,
    /// The block at which everything below was read.
    pub block: Block,
    /// The vault's address; desk functions answer there too.
    pub vault: Address,
    /// What the vault accounts in.
    pub asset: Asset,
    /// The vault's accounts.
    pub book: Book,
    /// The nonce that the next intent must carry.
    pub intent_nonce: U256,
    /// The revision that the next intent must carry.
    pub revision: U256,
    /// The vault's positions; an element's place is its index on chain.
    pub positions: Vec<Position>,
    /// The caps of every risk id that a position counts against.
    pub caps: Vec<Cap>,
    /// The account that would send the intent.
    pub operator: Operator,
}

impl Snapshot {
    /// The positions' real values together.
    #[must_use]
    pub fn real_assets(&self) -> Assets {
        self.positions.iter().fold(Assets::ZERO, |sum, position| sum.saturating_add(position.value))
    }

    /// What each position would be worth in the book if it were marked at the snapshot's block.
    #[must_use]
    pub fn believed(&self) -> Vec<Assets> {
        let believed = |position: &Position| position.believed(self.book.max_rate, self.block.timestamp);
        self.positions.iter().map(believed).collect()
    }

    /// Idle money and the positions' real values: what there is to allocate.
    #[must_use]
    pub fn total_assets(&self) -> Assets {
        self.book.idle.saturating_add(self.real_assets())
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Money that no position holds.
    pub idle: Assets,
    /// The sum of the positions' marked values.
    pub marked: Assets,
    /// Net asset value: idle and marked together.
    pub nav: Assets,
    /// The value at which deposits enter, at least `nav`.
    pub nav_entry: Assets,
    /// The most that a position may gain in the book, a year.
    pub max_rate: Wad,
    /// The least part of `nav` that stays idle.
    pub liquidity_floor: Wad,
}

/// One holding at one venue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Its index on chain.
    pub index: u32,
    /// The contract that holds it.
    pub adapter: Address,
    /// Pool or vault where the money is.
    pub venue: Address,
    /// The venue's language.
    pub kind: VenueKind,
    /// What it counts against.
    pub risk_ids: Vec<RiskId>,
    /// Its value in the vault's book.
    pub marked: Assets,
    /// When the book's value was last made real.
    pub marked_at: Timestamp,
    /// Its value now, by the adapter.
    pub value: Assets,
    /// What the venue would pay out at once, at most `value`.
    pub liquidity: Assets,
    /// How the venue's rate answers to what we hold there.
    pub rate: RateModel,
}

impl Position {
    /// What the book would say of it if it were marked at `now`: a loss at once, a gain no faster than `max_rate`.
    #[must_use]
    pub fn believed(&self, max_rate: Wad, now: Timestamp) -> Assets {
        let held_secs = self.marked.0.saturating_mul(U256::from(now.secs_since(self.marked_at)));
        let gain = math::interest_down(held_secs, max_rate.0.saturating_to()).unwrap_or(U256::MAX);
        self.value.min(self.marked.saturating_add(Assets(gain)))
    }
}

/// The language that an adapter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VenueKind {
    /// Aave v3.
    AaveV3,
    /// Any ERC-4626 vault.
    Erc4626,
    /// One that this keeper does not know.
    Other(B256),
}

impl VenueKind {
    /// Reads `IAdapter.kind()`: a short string padded with zeros.
    #[must_use]
    pub fn from_bytes(kind: B256) -> Self {
        match kind.as_slice().split(|byte| *byte == 0).next() {
            Some(b"aave-v3") => Self::AaveV3,
            Some(b"erc4626") => Self::Erc4626,
            _ => Self::Other(kind),
        }
    }
}

impl fmt::Display for VenueKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AaveV3 => formatter.write_str("aave-v3"),
            Self::Erc4626 => formatter.write_str("erc4626"),
            Self::Other(kind) => write!(formatter, "{}", RiskId(*kind)),
        }
    }
}

/// What a limit hangs on: a short readable string in 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RiskId(pub B256);

impl RiskId {
    /// The id of a name, or nothing where it is longer than 32 bytes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        (name.len() <= 32).then(|| Self(B256::right_padding_from(name.as_bytes())))
    }
}

impl fmt::Display for RiskId {
    /// The name where the bytes are one in printable ASCII, else hexadecimal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.as_slice();
        let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        match std::str::from_utf8(&bytes[..length]) {
            Ok(name) if length > 0 && name.chars().all(|letter| letter.is_ascii_graphic() || letter == ' ') => {
                formatter.pad(name)
            }
            _ => write!(formatter, "{}", self.0),
        }
    }
}

/// The caps of one risk id and what counts against them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// What the caps hang on.
    pub risk_id: RiskId,
    /// The marked values that count against it.
    pub exposure: Assets,
    /// The most, in assets.
    pub absolute: Assets,
    /// The most, as a part of net asset value.
    pub relative: Wad,
}

/// The account that would send the intent, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The account.
    pub account: Address,
    /// Whether the vault takes intents from it.
    pub is_keeper: bool,
    /// What it holds to pay for gas.
    pub balance: Wei,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risk_ids_read_as_their_names() {
        let id = RiskId::from_name("protocol:aave-v3").expect("it is short");

        assert_eq!(id.to_string(), "protocol:aave-v3");
        assert_eq!(RiskId(B256::ZERO).to_string(), B256::ZERO.to_string());
        assert_eq!(RiskId::from_name(&"x".repeat(33)), None);
    }

    #[test]
    fn gains_are_believed_at_the_governed_rate_and_losses_at_once() {
        let position = |value: u128| Position {
            index: 0,
            adapter: Address::ZERO,
            venue: Address::ZERO,
            kind: VenueKind::AaveV3,
            risk_ids: Vec::new(),
            marked: Assets::from(1_000_000),
            marked_at: Timestamp(0),
            value: Assets::from(value),
            liquidity: Assets::from(value),
            rate: RateModel::Unknown { reason: String::new() },
        };
        let (half, year) = (Wad::from(500_000_000_000_000_000), Timestamp(math::YEAR_SECS));

        assert_eq!(position(1_200_000).believed(half, year), Assets::from(1_200_000));
        assert_eq!(position(1_800_000).believed(half, year), Assets::from(1_500_000));
        assert_eq!(position(1_800_000).believed(half, Timestamp(0)), Assets::from(1_000_000));
        assert_eq!(position(900_000).believed(half, Timestamp(0)), Assets::from(900_000));
    }

    #[test]
    fn kinds_are_read_up_to_the_padding() {
        assert_eq!(VenueKind::from_bytes(B256::right_padding_from(b"aave-v3")), VenueKind::AaveV3);
        assert_eq!(VenueKind::from_bytes(B256::right_padding_from(b"erc4626")), VenueKind::Erc4626);
        let other = B256::right_padding_from(b"aave-v4");
        assert_eq!(VenueKind::from_bytes(other), VenueKind::Other(other));
    }
}
