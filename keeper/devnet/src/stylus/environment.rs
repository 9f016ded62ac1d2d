//! What a program can know of its call, transaction and block without asking the EVM.

use revm::primitives::{Address, Bytes, U256};

/// Constants of one call of a program.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Acting contract, whose storage and balance the program uses.
    pub contract: Address,
    /// Caller.
    pub sender: Address,
    /// Value of the call in wei.
    pub value: U256,
    /// Calldata.
    pub input: Bytes,
    /// Whether the acting contract is already open further up.
    pub is_reentrant: bool,
    /// Sender of the transaction.
    pub origin: Address,
    /// Price of the transaction's gas in wei.
    pub gas_price: U256,
    /// Base fee in wei a gas.
    pub base_fee: U256,
    /// Chain id.
    pub chain_id: u64,
    /// Receiver of priority fees.
    pub coinbase: Address,
    /// Gas limit of the block.
    pub block_gas_limit: u64,
    /// The parent chain's block number.
    pub l1_block_number: u64,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
}
