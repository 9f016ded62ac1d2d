//! Measures on the local chain: what a stolen key can take (`theft`, the program `soak`), and what calls cost (`gas`).
//!
//! Everything runs the real WASM; what is measured is the chain's own state and receipts.

pub mod audit;
pub mod gas;
pub mod theft;

mod random;
