//! Why the world could not be built or moved.

use alloy_primitives::Address;

use crate::{artifact, history};

/// Why the world could not be built or moved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A contract's code could not be read.
    #[error(transparent)]
    Artifact(#[from] artifact::Error),
    /// A history could not be read.
    #[error(transparent)]
    History(#[from] history::Error),
    /// A contract refused a call.
    #[error("{signature} at {to} reverted: {reason}")]
    Reverted {
        /// What was called.
        signature: &'static str,
        /// The contract.
        to: Address,
        /// Its words where it gave some, else the data that it reverted with.
        reason: String,
    },
    /// A contract could not be created.
    #[error("creation of a contract by {from} failed: {reason}")]
    NotCreated {
        /// Who tried.
        from: Address,
        /// Its words where it gave some, else the data that it reverted with.
        reason: String,
    },
    /// An answer is not what the interface promises.
    #[error("{signature} at {to} answered with malformed data: {source}")]
    Answer {
        /// What was called.
        signature: &'static str,
        /// The contract.
        to: Address,
        /// What is wrong.
        source: alloy_sol_types::Error,
    },
    /// The chain itself refused.
    #[error(transparent)]
    Chain(#[from] devnet::Error),
    /// A figure of the configuration is out of its range.
    #[error("{name} is {value}, outside of {min} to {max}")]
    OutOfRange {
        /// The figure's name.
        name: &'static str,
        /// What was given.
        value: u64,
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
}
