//! The chain through ethers: transports, snapshots, signing.
//!
//! The only crate that knows ethers. Everything typed by ABI goes through the interface files (`abi`); ethers
//! brings the provider, the wallet and transaction encoding. No answer of a node is believed by its shape: what
//! is malformed becomes an [`rpc::Error`] that names the method and the value.

mod batch;
mod convert;
pub mod covenants;
pub mod deployment;
pub mod endpoint;
mod error;
pub mod fees;
pub mod governance;
mod governed;
pub mod logs;
pub mod node;
pub mod revert;
pub mod rpc;
pub mod sender;
pub mod snapshot;
mod venue;
pub mod wallet;
pub mod watch;

pub use error::Error;
