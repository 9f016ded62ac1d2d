//! JSON-RPC over real connections on loopback.

mod client;
mod http;
mod mining;
mod session;
mod socket;
