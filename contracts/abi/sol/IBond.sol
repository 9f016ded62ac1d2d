// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What the adapters of bonds, and of funds of them, have beside IAdapter: their terms, and why these are refused.
interface IBond {
    /// What `IAdapter.initialize` takes as terms of "pendle-pt", abi-encoded; the venue is what wraps the asset, Pendle's SY.
    ///
    /// `oracle` prices the principal token in the vault's asset by this market's rate over time; from the expiry on nobody
    /// asks it. What is due and not redeemed is worth its face less what a straight line to zero over `decaySecs` takes off.
    struct PendleTerms {
        address market;
        address oracle;
        uint32 decaySecs;
    }

    /// What `IAdapter.initialize` takes as terms of "hyperdrive-long", abi-encoded; the venue is the pool. Bonds are due at
    /// `maturity`, a checkpoint of it; `decaySecs` as above.
    struct HyperdriveTerms {
        uint64 maturity;
        uint32 decaySecs;
    }

    /// What `IAdapter.initialize` takes as terms of "treasury", abi-encoded; the venue is the fund, whose own token its shares are.
    ///
    /// `oracle` prices a share in the vault's asset. A redemption that was requested and is not paid within `noticeSecs` is worth
    /// its shares less what a straight line to zero over `decaySecs` takes off.
    struct TreasuryTerms {
        address oracle;
        uint32 noticeSecs;
        uint32 decaySecs;
    }

    /// Which of the terms: "length", "market", "expired", "tokens", "asset", "decimals", "scale", "oracle", "decaySecs",
    /// "maturity", "fee", "redeem", "share".
    error InvalidTerms(bytes32 what);
    /// The market does not sell for so much, or not at all, at a price up to par.
    error NothingToBuy(uint256 assets);
    /// The pool sells bonds of another date now.
    error NotOnSale(uint256 maturity, uint256 sold);
    /// No checkpoint before this one was weighed to its end lately: beginning this one ends the one before it.
    error NoMark(uint256 checkpoint);
    /// The market does not pay so much for all that is held.
    error TooShallow(uint256 assets);
}
