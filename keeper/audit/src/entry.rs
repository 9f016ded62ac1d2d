//! One line of the vault's history: what was told, and when and where.

use abi::board::IBoard::IBoardEvents;
use abi::covenants::ICovenants::ICovenantsEvents;
use abi::desk::IDesk::IDeskEvents;
use abi::vault::IVault::IVaultEvents;
use alloy_primitives::{B256, Bytes};
use alloy_sol_types::{SolEventInterface, abi::AbiDecoderConfig};
use serde::{Deserialize, Serialize};

/// Where in the chain something was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The block's height.
    pub block: u64,
    /// The log's place in the block.
    pub log: u64,
    /// The block's time, in unix seconds.
    pub time_secs: u64,
    /// The transaction.
    pub tx_hash: B256,
}

/// A log of the vault as a node answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// The topics.
    pub topics: Vec<B256>,
    /// The data.
    pub data: Bytes,
}

/// What an entry says, in the words of the interface that declares it.
#[expect(clippy::large_enum_variant, reason = "it lives for one step")]
pub enum Event {
    /// Money and shares.
    Vault(IVaultEvents),
    /// Positions, limits and breakers.
    Desk(IDeskEvents),
    /// Governance.
    Board(IBoardEvents),
    /// What is allowed of bonds and of credit.
    Covenants(ICovenantsEvents),
}

/// A log that no interface of the vault declares, or one of the wrong shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("topic {topic} with {bytes} bytes is no event of a vault")]
pub struct Unreadable {
    /// Its first topic; zero where it has none.
    pub topic: B256,
    /// The length of its data.
    pub bytes: usize,
}

impl Entry {
    /// Decodes it, strictly.
    ///
    /// # Errors
    ///
    /// When no interface declares it in this shape.
    pub fn event(&self) -> Result<Event, Unreadable> {
        let strict = AbiDecoderConfig::new().strict(true);
        let (topics, data) = (self.topics.as_slice(), self.data.as_ref());
        let vault = || IVaultEvents::decode_raw_log_with_config(topics, data, strict).map(Event::Vault);
        let desk = || IDeskEvents::decode_raw_log_with_config(topics, data, strict).map(Event::Desk);
        let board = || IBoardEvents::decode_raw_log_with_config(topics, data, strict).map(Event::Board);
        let covenants = || ICovenantsEvents::decode_raw_log_with_config(topics, data, strict).map(Event::Covenants);
        let found = vault().or_else(|_| desk()).or_else(|_| board()).or_else(|_| covenants());
        let topic = self.topics.first().copied().unwrap_or_default();
        found.map_err(|_| Unreadable { topic, bytes: data.len() })
    }
}
