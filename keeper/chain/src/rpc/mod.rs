//! JSON-RPC: our own transport under ethers' `Provider`, and typed failures.

mod answer;
mod classify;
mod client;
mod error;
mod transport;

pub use client::{Receipt, Rpc};
pub(crate) use error::cut;
pub use error::{Error, Kind};
pub use transport::{HttpTransport, Limits};
