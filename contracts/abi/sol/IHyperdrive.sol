// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// A pool of Hyperdrive (DELV), as far as longs are bought, priced and closed. Everything is in base units of `baseToken`,
/// prices in wad.
interface IHyperdrive {
    /// To whom, in base or in shares of the vault, and words for the instance.
    struct Options {
        address destination;
        bool asBase;
        bytes extraData;
    }

    /// What is remembered of a checkpoint: the mean over its time of the price of a bond with the whole term to go, up to when it
    /// was last written, and the vault's share price when it began; zeros where nobody has touched it.
    struct Checkpoint {
        uint128 weightedSpotPrice;
        uint128 lastWeightedSpotPriceUpdateTime;
        uint128 vaultSharePrice;
    }

    struct Fees {
        uint256 curve;
        uint256 flat;
        uint256 governanceLP;
        uint256 governanceZombie;
    }

    struct PoolConfig {
        address baseToken;
        address vaultSharesToken;
        address linkerFactory;
        bytes32 linkerCodeHash;
        uint256 initialVaultSharePrice;
        uint256 minimumShareReserves;
        uint256 minimumTransactionAmount;
        uint256 circuitBreakerDelta;
        uint256 positionDuration;
        uint256 checkpointDuration;
        uint256 timeStretch;
        address governance;
        address feeCollector;
        address sweepCollector;
        address checkpointRewarder;
        Fees fees;
    }

    struct PoolInfo {
        uint256 shareReserves;
        int256 shareAdjustment;
        uint256 zombieBaseProceeds;
        uint256 zombieShareReserves;
        uint256 bondReserves;
        uint256 lpTotalSupply;
        uint256 vaultSharePrice;
        uint256 longsOutstanding;
        uint256 longAverageMaturityTime;
        uint256 shortsOutstanding;
        uint256 shortAverageMaturityTime;
        uint256 withdrawalSharesReadyToWithdraw;
        uint256 withdrawalSharesProceeds;
        uint256 lpSharePrice;
        uint256 longExposure;
    }

    function getPoolConfig() external view returns (PoolConfig memory);
    function getPoolInfo() external view returns (PoolInfo memory);
    function getCheckpoint(uint256 checkpointTime) external view returns (Checkpoint memory);
    function decimals() external view returns (uint8);
    /// Bonds of a kind and a date that an account holds.
    function balanceOf(uint256 tokenId, address owner) external view returns (uint256);
    /// Buys bonds that are due a whole term after the latest checkpoint.
    function openLong(uint256 amount, uint256 minOutput, uint256 minVaultSharePrice, Options calldata options)
        external
        payable
        returns (uint256 maturityTime, uint256 bondProceeds);
    /// Sells bonds, or redeems those that are due.
    function closeLong(uint256 maturityTime, uint256 bondAmount, uint256 minOutput, Options calldata options)
        external
        returns (uint256 proceeds);
    /// Begins a checkpoint, or settles what is due at it. Anyone.
    function checkpoint(uint256 checkpointTime, uint256 maxIterations) external;
}
