// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// The part of Morpho Blue that lenders, borrowers and readers use.
interface IMorpho {
    struct MarketParams {
        address loanToken;
        address collateralToken;
        address oracle;
        address irm;
        uint256 lltv;
    }

    struct Market {
        uint128 totalSupplyAssets;
        uint128 totalSupplyShares;
        uint128 totalBorrowAssets;
        uint128 totalBorrowShares;
        uint128 lastUpdate;
        uint128 fee;
    }

    struct MarketPosition {
        uint256 supplyShares;
        uint128 borrowShares;
        uint128 collateral;
    }

    function enableIrm(address irm) external;
    function enableLltv(uint256 lltv) external;
    function createMarket(MarketParams memory marketParams) external;
    function supply(MarketParams memory marketParams, uint256 assets, uint256 shares, address onBehalf, bytes memory data)
        external
        returns (uint256 assetsSupplied, uint256 sharesSupplied);
    function withdraw(MarketParams memory marketParams, uint256 assets, uint256 shares, address onBehalf, address receiver)
        external
        returns (uint256 assetsWithdrawn, uint256 sharesWithdrawn);
    function supplyCollateral(MarketParams memory marketParams, uint256 assets, address onBehalf, bytes memory data)
        external;
    function borrow(
        MarketParams memory marketParams,
        uint256 assets,
        uint256 shares,
        address onBehalf,
        address receiver
    ) external returns (uint256 assetsBorrowed, uint256 sharesBorrowed);
    function repay(MarketParams memory marketParams, uint256 assets, uint256 shares, address onBehalf, bytes memory data)
        external
        returns (uint256 assetsRepaid, uint256 sharesRepaid);
    function liquidate(
        MarketParams memory marketParams,
        address borrower,
        uint256 seizedAssets,
        uint256 repaidShares,
        bytes memory data
    ) external returns (uint256 assetsSeized, uint256 assetsRepaid);
    function flashLoan(address token, uint256 assets, bytes calldata data) external;
    function setFee(MarketParams memory marketParams, uint256 newFee) external;
    function setFeeRecipient(address newFeeRecipient) external;
    function accrueInterest(MarketParams memory marketParams) external;
    function market(bytes32 id) external view returns (Market memory);
    function position(bytes32 id, address user) external view returns (MarketPosition memory);
    function idToMarketParams(bytes32 id) external view returns (MarketParams memory);
}

/// Morpho's AdaptiveCurveIrm; rates in wad a second.
interface IAdaptiveCurveIrm {
    function rateAtTarget(bytes32 id) external view returns (int256);
    function borrowRateView(IMorpho.MarketParams memory marketParams, IMorpho.Market memory market)
        external
        view
        returns (uint256);
}

/// MetaMorpho v1.0: an ERC-4626 vault over Morpho Blue markets.
interface IMetaMorpho {
    struct MarketConfig {
        uint184 cap;
        bool enabled;
        uint64 removableAt;
    }

    function MORPHO() external view returns (address);
    function fee() external view returns (uint96);
    function supplyQueueLength() external view returns (uint256);
    function supplyQueue(uint256 index) external view returns (bytes32);
    function withdrawQueueLength() external view returns (uint256);
    function withdrawQueue(uint256 index) external view returns (bytes32);
    function config(bytes32 id) external view returns (MarketConfig memory);
    function submitCap(IMorpho.MarketParams memory marketParams, uint256 newSupplyCap) external;
    function acceptCap(IMorpho.MarketParams memory marketParams) external;
    function setSupplyQueue(bytes32[] memory newSupplyQueue) external;
}
