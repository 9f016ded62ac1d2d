//! JSON-RPC over HTTP and WebSocket, as wallets, ethers, viem and cast expect it.
//!
//! [`Server`] answers on loopback only. What a request may cost is bounded: its size, the length of a batch, the size
//! of an answer, the gas of a call, the logs of a query, the filters that are held, the connections that are open, and
//! how far a subscriber may fall behind.

mod error;
mod filters;
mod guard;
mod interval;
mod message;
mod methods;
mod params;
mod server;
mod session;
mod socket;
mod view;

pub use message::{ANSWER_LIMIT, BATCH_LIMIT};
pub use server::{BODY_LIMIT, CONNECTION_LIMIT, Server};

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::chain::Chain;
use filters::Filters;

/// A chain and what JSON-RPC adds to it.
struct Node {
    chain: Chain,
    filters: Mutex<Filters>,
}

impl Node {
    fn new(chain: Chain) -> Self {
        Self { chain, filters: Mutex::new(Filters::default()) }
    }

    fn filters(&self) -> MutexGuard<'_, Filters> {
        self.filters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
