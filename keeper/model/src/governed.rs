//! What governance sets and the vault counts: caps by risk id, parameters, budgets, and what a keeper's key may do.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::units::{Assets, Timestamp, Wad, Wei};

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
    /// The most, as a part of the least net asset value.
    pub relative: Wad,
    /// Until when its breaker lets no new money in; long past where it is not tripped.
    pub tripped_until: Timestamp,
}

impl Cap {
    /// Whether its breaker is tripped at `now`.
    #[must_use]
    pub fn is_tripped(&self, now: Timestamp) -> bool {
        now < self.tripped_until
    }
}

/// What governance allows as a whole (`IDesk.Mandate`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// The least idle money beyond what has not stayed for an epoch, as a part of the least net asset value.
    pub liquidity_floor: Wad,
    /// The same of money that is idle or payable at once.
    pub liquidity_cover: Wad,
    /// The most that may be lost in any epoch, as a part of the least net asset value.
    pub loss: Wad,
    /// The most that may be moved in any epoch, as a part of the least net asset value.
    pub turnover: Wad,
    /// The length of an epoch.
    pub epoch_secs: u64,
    /// How long the keeper may be silent before anyone may bring money to idle and its budgets shrink.
    pub silence_secs: u64,
    /// The least that secures all debts together, by those debts: 10,000 = 1.
    pub health_floor_bps: u64,
}

/// What is used of a budget now, and the most (half of what an epoch allows).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Used, drained to the snapshot's block.
    pub used: Assets,
    /// The most.
    pub capacity: Assets,
}

impl Level {
    /// What is left of it now.
    #[must_use]
    pub fn left(&self) -> Assets {
        self.capacity.saturating_sub(self.used)
    }
}

/// The vault's budgets and the clocks that bound its keepers (`IDesk.Budgets`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budgets {
    /// Losses.
    pub loss: Level,
    /// Money moved.
    pub turnover: Level,
    /// When a keeper gave its last sign of life.
    pub keeper_seen_at: Timestamp,
    /// Until when money may only move to idle.
    pub paused_until: Timestamp,
    /// Until when nobody may deposit.
    pub blocked_until: Timestamp,
}

impl Budgets {
    /// Whether money may only move to idle at `now`.
    #[must_use]
    pub fn is_paused(&self, now: Timestamp) -> bool {
        now < self.paused_until
    }

    /// Whether nobody may deposit at `now`.
    #[must_use]
    pub fn is_blocked(&self, now: Timestamp) -> bool {
        now < self.blocked_until
    }
}

/// What a keeper's key may do (`IDesk.Grant`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Bit i for the position of index i.
    pub positions: u64,
    /// The most it may move in any epoch, as a part of the least net asset value.
    pub turnover_part: Wad,
    /// The most it may lose in any epoch, as a part of the least net asset value.
    pub loss_part: Wad,
    /// From when on it may not act any more.
    pub expiry: Timestamp,
    /// The nonce that its next intent must carry.
    pub nonce: U256,
    /// Money moved under it.
    pub turnover: Level,
    /// Losses under it.
    pub loss: Level,
}

impl Grant {
    /// Whether it allows anything at `now`.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.positions != 0 && now < self.expiry
    }

    /// Whether it covers the position of this index.
    #[must_use]
    pub fn covers(&self, index: u32) -> bool {
        index < u64::BITS && self.positions >> index & 1 == 1
    }
}

/// The account that would send the intent, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The account.
    pub account: Address,
    /// What it holds to pay for gas.
    pub balance: Wei,
    /// What the vault lets it do.
    pub grant: Grant,
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
    fn a_grant_covers_its_positions_until_it_expires() {
        let grant = Grant { positions: 0b101, expiry: Timestamp(10), ..Grant::default() };

        assert!(grant.covers(0) && !grant.covers(1) && grant.covers(2) && !grant.covers(64));
        assert!(grant.is_active(Timestamp(9)) && !grant.is_active(Timestamp(10)));
        assert!(!Grant { positions: 0, ..grant }.is_active(Timestamp(1)));
    }
}
