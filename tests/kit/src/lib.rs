//! A test world with short verbs: the local chain, real venues, our programs, in one process.

use std::path::PathBuf;

/// Returns the root of the workspace.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}
