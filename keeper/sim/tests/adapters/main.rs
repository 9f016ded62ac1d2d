//! The adapter to Morpho Blue against the real contracts: what it says of a position is what Morpho pays for it.
//!
//! Each file is one subject; `stage.rs` is where they start. The programs are those that `scripts/wasm` has built.

mod deep;
mod gas;
mod markets;
mod stage;
mod value;
