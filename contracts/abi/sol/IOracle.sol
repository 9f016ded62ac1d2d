// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// Answers what one token is worth in another, or refuses: two sources, each checked, never one for the other.
///
/// It has no owner, no upgrade and no storage; what it reads is fixed at its initialisation.
interface IOracle {
    /// Where the price comes from, and what is refused.
    struct Terms {
        /// The price is that of `base` in `quote`; tokens of at most 18 decimals.
        address base;
        address quote;
        /// The price of `base` as a feed says it: in `quote`, or in a unit that both feeds share. Zero for none, where the
        /// pool is a market of Pendle.
        address feed;
        /// How old it may be; zero for a feed that does not say when, which is believed only beside a pool.
        uint32 maxAgeSecs;
        /// The price of `quote` in the shared unit, and how old that may be; zero where `feed` speaks in `quote`.
        address quoteFeed;
        uint32 quoteMaxAgeSecs;
        /// What the result is refused outside of, at most type(uint128).max.
        uint256 minPriceWad;
        uint256 maxPriceWad;
        /// A Uniswap v3 pool of both tokens, or the market of Pendle v2 whose principal token `base` is and whose asset `quote`
        /// is; the time over which its price, or rate, is weighted, 300 to 86,400 seconds; and how far the higher source may
        /// be above the lower one, up to 1,000, where there are two. Zero for no pool.
        address pool;
        uint32 windowSecs;
        uint16 deviationBps;
        /// Chainlink's feed of whether the chain's sequencer runs, and how long it must have, up to a day; zero for none.
        address sequencer;
        uint32 graceSecs;
    }

    /// There is no price now. `value` is what was found, `bound` what it had to keep:
    /// 1 silent: a source does not answer, its address; 2 not positive: a feed's answer, zero; 3 out of bounds: the
    /// price in wad, the bound passed; 4 stale: seconds of age, the most; 5 decimals: a feed's, the most; 6 sequencer
    /// down: its feed's answer, zero; 7 in grace: seconds since it is up, the least; 8 sources apart: basis points
    /// between them, rounded up, the most; 9 no timestamp: zero, the most seconds of age.
    error PriceRefused(uint8 reason, uint256 value, uint256 bound);
    /// A field that cannot be, by its name.
    error InvalidTerms(bytes32 what);
    error AlreadyInitialized();

    /// Fixes the terms, once; the deployer calls it in its own transaction. Reverts unless there is a price.
    function initialize(Terms calldata terms) external;
    /// What a whole `base` is worth in whole `quote`, 1e18 = 1: the lower of the sources, rounded down, and the higher,
    /// rounded up.
    function price() external view returns (uint256 bidWad, uint256 askWad);
    function terms() external view returns (Terms memory);
    /// The tokens' decimals.
    function decimals() external view returns (uint8 base, uint8 quote);
    /// How prices are found, as a short string padded with zeros: "two-source", or "pendle-twap" of a market of Pendle alone.
    function kind() external view returns (bytes32);
}
