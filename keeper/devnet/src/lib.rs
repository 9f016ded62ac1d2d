//! The local chain: EVM, Stylus programs and JSON-RPC; knows nothing of our contracts.

pub mod evm;
