// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// A market of Pendle v2 between a principal token and the wrapped token that earns, as far as it is read and traded in.
interface IPendleMarket {
    /// Amounts in base units, but for `lnFeeRateRoot` and `lastLnImpliedRate`: continuous rates a year, in wad.
    struct MarketState {
        int256 totalPt;
        int256 totalSy;
        int256 totalLp;
        address treasury;
        int256 scalarRoot;
        uint256 expiry;
        uint256 lnFeeRateRoot;
        uint256 reserveFeePercent;
        uint256 lastLnImpliedRate;
    }

    function readTokens() external view returns (address sy, address pt, address yt);
    function expiry() external view returns (uint256);
    /// What trades by `router` are computed from; the rate is that of this moment, which whoever trades last has set.
    function readState(address router) external view returns (MarketState memory market);
    /// As stored: totals, the rate of this moment, and how many observations there are and have room.
    function _storage()
        external
        view
        returns (
            int128 totalPt,
            int128 totalSy,
            uint96 lastLnImpliedRate,
            uint16 observationIndex,
            uint16 observationCardinality,
            uint16 observationCardinalityNext
        );
    /// The sum of the continuous rate over time, in wad seconds, as of so many seconds ago each; reverts where the market
    /// remembers less far back.
    function observe(uint32[] calldata secondsAgos) external view returns (uint216[] memory lnImpliedRateCumulative);
    /// Has the market remember so many observations, at most one a second. Anyone pays for the room.
    function increaseObservationsCardinalityNext(uint16 cardinalityNext) external;
    /// Takes what has been transferred here just before, and keeps what is too much.
    function swapExactPtForSy(address receiver, uint256 exactPtIn, bytes calldata data)
        external
        returns (uint256 netSyOut, uint256 netSyFee);
    function swapSyForExactPt(address receiver, uint256 exactPtOut, bytes calldata data)
        external
        returns (uint256 netSyIn, uint256 netSyFee);
}

/// What wraps a token that earns, in shares.
interface IStandardizedYield {
    /// Mints shares for a token that is taken from the caller.
    function deposit(address receiver, address tokenIn, uint256 amountTokenToDeposit, uint256 minSharesOut)
        external
        payable
        returns (uint256 amountSharesOut);
    /// Burns shares of the caller, or of this contract itself, and pays a token for them.
    function redeem(
        address receiver,
        uint256 amountSharesToRedeem,
        address tokenOut,
        uint256 minTokenOut,
        bool burnFromInternalBalance
    ) external returns (uint256 amountTokenOut);
    /// Base units of the asset for a base unit of shares, in wad.
    function exchangeRate() external view returns (uint256);
    function previewRedeem(address tokenOut, uint256 amountSharesToRedeem) external view returns (uint256);
    function isValidTokenIn(address token) external view returns (bool);
    function isValidTokenOut(address token) external view returns (bool);
    /// `assetType` is zero for a token.
    function assetInfo() external view returns (uint8 assetType, address assetAddress, uint8 assetDecimals);
    /// The token that earns.
    function yieldToken() external view returns (address);
}

/// The token of the yield until the expiry, which also keeps what backs it and the principal token.
interface IPendleYieldToken {
    function SY() external view returns (address);
    function PT() external view returns (address);
    function expiry() external view returns (uint256);
    /// The exchange rate that principal is counted by, which never falls; brings it up to date.
    function pyIndexCurrent() external returns (uint256);
    function pyIndexStored() external view returns (uint256);
    /// Redeems principal (and, before the expiry, as much yield) that has been transferred here just before.
    function redeemPY(address receiver) external returns (uint256 amountSyOut);
    /// Makes principal and yield of shares that have been transferred here just before.
    function mintPY(address receiverPT, address receiverYT) external returns (uint256 amountPYOut);
}

/// The principal token: an ERC-20 that pays one of the asset at the expiry.
interface IPendlePrincipalToken {
    function SY() external view returns (address);
    function YT() external view returns (address);
    function expiry() external view returns (uint256);
}
