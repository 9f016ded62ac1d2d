//! What the chain's half of the keeper cannot do, and who can act on it.

use alloy_primitives::{Address, B256};
use model::ports::{Fault, FaultKind};

use crate::fees::FeeError;
use crate::rpc::{self, Kind};
use crate::wallet::WalletError;

/// A failed reading or sending.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The node failed or refused.
    #[error(transparent)]
    Rpc(#[from] rpc::Error),
    /// No fee could be offered.
    #[error(transparent)]
    Fee(FeeError),
    /// The key could not be used.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// The node serves another chain.
    #[error("the node serves chain {found}, not {expected}")]
    WrongChain {
        /// What the node says.
        found: u64,
        /// What was configured.
        expected: u64,
    },
    /// There is no contract at the address.
    #[error("there is no contract at {address} on chain {chain_id}")]
    NoCode {
        /// The address.
        address: Address,
        /// The chain.
        chain_id: u64,
    },
    /// The pinned block is not the chain's any more.
    #[error("block {number} was {before} and is {after} now")]
    BlockReplaced {
        /// Its number.
        number: u64,
        /// The hash read first.
        before: B256,
        /// The hash read last; zero where there is no such block any more.
        after: B256,
    },
    /// A position's adapter serves another vault.
    #[error("adapter {adapter} serves vault {vault}, not this one")]
    ForeignAdapter {
        /// The adapter.
        adapter: Address,
        /// Whom it serves.
        vault: Address,
    },
    /// Two answers do not fit together.
    #[error("{what} is {value}, but {expected} is expected")]
    Contradiction {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: String,
        /// What the other answers say.
        expected: String,
    },
    /// A number that the contract cannot have.
    #[error("{what} is {value}, at most {bound} is possible")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: String,
        /// The most it can be.
        bound: String,
    },
    /// A transaction reverted in its block.
    #[error("transaction {tx_hash} reverted in block {block_number}: {reason}")]
    Reverted {
        /// The transaction.
        tx_hash: B256,
        /// Its block.
        block_number: u64,
        /// The decoded reason, as far as a replay shows it.
        reason: String,
    },
    /// No block took the transaction in time; it may still come.
    #[error("transaction {tx_hash} is in no block after {waited_secs} s; it may still come")]
    NotMined {
        /// The transaction.
        tx_hash: B256,
        /// How long was waited.
        waited_secs: u64,
    },
}

impl Error {
    /// Returns who can act.
    pub fn fault_kind(&self) -> FaultKind {
        match self {
            Self::Rpc(error) => rpc_fault_kind(error.kind()),
            Self::Fee(FeeError::Rpc(error)) => rpc_fault_kind(error.kind()),
            Self::Fee(FeeError::AboveCap { .. }) | Self::BlockReplaced { .. } | Self::NotMined { .. } => {
                FaultKind::Retry
            }
            Self::Reverted { .. } => FaultKind::Refuse,
            Self::Wallet(_)
            | Self::WrongChain { .. }
            | Self::NoCode { .. }
            | Self::ForeignAdapter { .. }
            | Self::Contradiction { .. }
            | Self::OutOfRange { .. } => FaultKind::Fatal,
        }
    }
}

fn rpc_fault_kind(kind: Kind) -> FaultKind {
    match kind {
        Kind::Throttle | Kind::Transport | Kind::StateLag | Kind::Malformed | Kind::Fee | Kind::Nonce => {
            FaultKind::Retry
        }
        Kind::Revert | Kind::AlreadyKnown | Kind::Other => FaultKind::Refuse,
        Kind::Funds | Kind::Unsupported => FaultKind::Fatal,
    }
}

impl From<FeeError> for Error {
    fn from(error: FeeError) -> Self {
        match error {
            FeeError::Rpc(error) => Self::Rpc(error),
            error => Self::Fee(error),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { kind: error.fault_kind(), detail: error.to_string() }
    }
}

impl From<rpc::Error> for Fault {
    fn from(error: rpc::Error) -> Self {
        Error::from(error).into()
    }
}
