//! Why a call did not succeed, as a test wants to look at it.

use alloy_primitives::{Bytes, hex};
use alloy_sol_types::SolError;

/// What a call that failed left behind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused with {} ({cause})", hex::encode_prefixed(data))]
pub struct Refusal {
    /// The revert data.
    pub data: Bytes,
    /// How it ended: "revert", or why execution stopped.
    pub cause: String,
}

impl Refusal {
    /// Returns the typed error that was reverted with.
    ///
    /// # Panics
    ///
    /// When it is another one.
    #[track_caller]
    pub fn expect<E: SolError>(&self) -> E {
        E::abi_decode(&self.data).unwrap_or_else(|_| panic!("expected {}, got {self}", E::SIGNATURE))
    }
}
