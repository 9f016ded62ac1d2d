//! Measures on the local chain: what a stolen key can take (`theft`, the program `soak`), whether health holds
//! after random calls at random prices (`health`), and what calls cost (`gas`).
//!
//! Everything runs the real WASM; what is measured is the chain's own state and receipts.

pub mod audit;
pub mod gas;
pub mod health;
pub mod theft;

mod random;
