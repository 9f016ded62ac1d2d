//! What a chain is started with.

/// Arbitrum's sequencer, the receiver of fees in every block.
pub(crate) const COINBASE: alloy_primitives::Address =
    alloy_primitives::address!("0xa4b000000000000000000073657175656e636572");

/// What a chain is started with; [`Config::default`] resembles an Arbitrum development chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Chain id.
    pub chain_id: u64,
    /// Base fee in wei a gas, the same in every block. It is also the price that every transaction pays: tips are
    /// dropped, as Arbitrum does.
    pub base_fee_wei: u64,
    /// Gas limit of a block, and so of a transaction and of a simulated call.
    pub block_gas_limit: u64,
    /// Balance in wei of each development account at the start.
    pub account_balance_wei: u128,
    /// Where block times come from.
    pub clock: Clock,
    /// When blocks are made.
    pub mining: Mining,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            base_fee_wei: 10_000_000,
            block_gas_limit: 32_000_000,
            account_balance_wei: 10_000 * 10_u128.pow(18),
            clock: Clock::System,
            mining: Mining::OnDemand,
        }
    }
}

/// Where block times come from. No block is older than its parent; two may share a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock, plus what the time was moved by.
    System,
    /// Each block is one second after its parent, unless set; the first is at the start, in seconds since the Unix epoch.
    Manual {
        /// Time of block 0.
        start_secs: u64,
    },
}

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mining {
    /// Each transaction makes its own block at once; nothing ever waits.
    OnDemand,
    /// A server makes a block every so many milliseconds, with the transactions that came in between. A chain without
    /// a server makes blocks when it is told to.
    Interval {
        /// Milliseconds from one block to the next, at least one.
        millis: u64,
    },
    /// Blocks are made only when told to.
    Manual,
}
