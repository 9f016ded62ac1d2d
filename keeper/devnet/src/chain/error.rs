//! Why the chain refuses something. The wording follows geth's, because clients match on it.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::BlockId;

use crate::state::{MalformedDelegation, OverrideError};

/// Why a transaction, a query or a command is refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no transaction.
    #[error("rlp: cannot decode transaction: {0}")]
    Undecodable(String),
    /// Blob and unknown transaction types.
    #[error("transaction type not supported: {0}")]
    UnsupportedType(u8),
    /// The signature recovers to nobody.
    #[error("invalid transaction v, r, s values")]
    BadSignature,
    /// Signed for another chain.
    #[error("invalid chain id for signer: have {have} want {want}")]
    ChainId {
        /// The transaction's chain id.
        have: u64,
        /// This chain's.
        want: u64,
    },
    /// The nonce has been used.
    #[error("nonce too low: address {address}, tx: {nonce} state: {next}")]
    NonceTooLow {
        /// The sender.
        address: Address,
        /// The transaction's nonce.
        nonce: u64,
        /// The sender's next nonce.
        next: u64,
    },
    /// There is a gap before the nonce, and no pool in which to wait for it to close.
    #[error("nonce too high: address {address}, tx: {nonce} state: {next}")]
    NonceTooHigh {
        /// The sender.
        address: Address,
        /// The transaction's nonce.
        nonce: u64,
        /// The sender's next nonce.
        next: u64,
    },
    /// The sender cannot pay for gas and value.
    #[error("insufficient funds for gas * price + value: address {address} have {have_wei} want {want_wei}")]
    InsufficientFunds {
        /// The sender.
        address: Address,
        /// Its balance.
        have_wei: U256,
        /// What the transaction may cost.
        want_wei: U256,
    },
    /// The sender does not offer the base fee.
    #[error(
        "max fee per gas less than block base fee: address {address}, maxFeePerGas: {max_fee_wei}, baseFee: {base_fee_wei}"
    )]
    FeeTooLow {
        /// The sender.
        address: Address,
        /// The most it pays a gas.
        max_fee_wei: u128,
        /// The base fee.
        base_fee_wei: u64,
    },
    /// The tip is more than the whole fee.
    #[error(
        "max priority fee per gas higher than max fee per gas: address {address}, maxPriorityFeePerGas: {max_priority_fee_wei}, maxFeePerGas: {max_fee_wei}"
    )]
    TipAboveFee {
        /// The sender.
        address: Address,
        /// The tip.
        max_priority_fee_wei: u128,
        /// The fee.
        max_fee_wei: u128,
    },
    /// No block can hold so much gas.
    #[error("exceeds block gas limit: have {have_gas}, limit {limit_gas}")]
    GasAboveBlock {
        /// The transaction's gas limit.
        have_gas: u64,
        /// The block's.
        limit_gas: u64,
    },
    /// The gas limit does not even pay for the transaction's data.
    #[error("intrinsic gas too low: have {have_gas}, want {want_gas}")]
    IntrinsicGas {
        /// The transaction's gas limit.
        have_gas: u64,
        /// The least that it needs.
        want_gas: u64,
    },
    /// A signed transaction by an address that is a contract (EIP-3607).
    #[error("sender not an eoa: address {0}")]
    SenderIsContract(Address),
    /// The transaction already waits.
    #[error("already known")]
    AlreadyKnown(B256),
    /// Too many transactions wait for a block.
    #[error("txpool is full: {0} transactions wait")]
    QueueFull(usize),
    /// Any other rule of the protocol.
    #[error("invalid transaction: {0}")]
    Invalid(String),
    /// The node holds no key of the sender, which is not impersonated either.
    #[error("unknown account {0}")]
    UnknownAccount(Address),
    /// No such block.
    #[error("header not found: {0:?}")]
    UnknownBlock(BlockId),
    /// A block cannot be older than its parent.
    #[error("timestamp {asked_secs} is before the latest block's, {head_secs}")]
    TimeInPast {
        /// The time asked for.
        asked_secs: u64,
        /// The latest block's time.
        head_secs: u64,
    },
    /// Too many blocks at once.
    #[error("cannot mine {asked} blocks at once: at most {limit}")]
    TooManyBlocks {
        /// Blocks asked for.
        asked: u64,
        /// Blocks allowed.
        limit: u64,
    },
    /// A block may not hold so much gas.
    #[error("block gas limit {asked_gas} is above {limit_gas}")]
    BlockGasTooHigh {
        /// Gas asked for.
        asked_gas: u64,
        /// Gas allowed.
        limit_gas: u64,
    },
    /// Too many snapshots are held.
    #[error("too many snapshots: at most {0}")]
    TooManySnapshots(usize),
    /// A range of blocks that ends before it starts, or starts after the latest block.
    #[error("invalid block range params: from {from} to {to}")]
    BlockRange {
        /// First block.
        from: u64,
        /// Last block.
        to: u64,
    },
    /// A query for logs matches too many.
    #[error("query returned more than {0} results")]
    TooManyLogs(usize),
    /// Code that cannot be set.
    #[error(transparent)]
    Code(#[from] MalformedDelegation),
    /// Overrides that cannot be applied.
    #[error(transparent)]
    Overrides(#[from] OverrideError),
}

/// Why a simulated call has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It reverted, with this data.
    #[error("execution reverted: {0}")]
    Revert(Bytes),
    /// It ended exceptionally.
    #[error("{0}")]
    Halt(String),
    /// No gas limit within what is allowed is enough.
    #[error("gas required exceeds allowance ({0})")]
    GasAllowance(u64),
    /// It could not be executed.
    #[error(transparent)]
    Refused(#[from] Error),
}
