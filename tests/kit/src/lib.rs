//! A test world with short verbs: the local chain, real venues, our programs, in one process.
//!
//! [`Tenor::new`] deploys everything on a chain of its own with a clock of its own; nothing is shared between tests.

mod levered;
mod policy;
mod refusal;
mod sender;
mod tenor;

use std::path::PathBuf;

pub use levered::{LOOP, Levered};
pub use policy::Policy;
pub use refusal::Refusal;
pub use sender::Local;
pub use tenor::{AAVE, Built, META_MORPHO, Tenor, begin, leg, now, programs, usdc};

/// Returns the root of the workspace.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}
