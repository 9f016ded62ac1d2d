//! The local chain: EVM, Stylus programs and JSON-RPC; knows nothing of our contracts.

#![forbid(unsafe_code)]

pub mod chain;
pub mod evm;
pub mod rpc;
mod state;
pub mod stylus;

pub use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, Filter, Log, state::StateOverride};
pub use chain::{
    Block, Call, CallError, Chain, Clock, Config, DevAccount, Error, Fee, Mining, Receipt, Status, dev_accounts,
};
pub use rpc::Server;
pub use state::{MalformedDelegation, OverrideError};
