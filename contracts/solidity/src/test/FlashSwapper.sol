// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// What a rescue asks and tells Aave v3's pool. Nothing here looks at an answer, so that each is one word here, whatever it
/// is: what answers nothing is asked for its code first, which a rescue does not.
interface ILendingPool {
    function getReserveData(address asset) external view returns (uint256);
    function getReserveNormalizedIncome(address asset) external view returns (uint256);
    function getReserveNormalizedVariableDebt(address asset) external view returns (uint256);
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external;
    function borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf)
        external;
    function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf) external returns (uint256);
    function withdraw(address asset, uint256 amount, address to) external returns (uint256);
}

/// Knows Aave's oracle.
interface IPriceProvider {
    function getPriceOracle() external view returns (address);
}

/// Aave's oracle.
interface IPrices {
    function getAssetPrice(address asset) external view returns (uint256);
}

/// A token of Aave's that counts what somebody has, or owes.
interface IScaled {
    function scaledBalanceOf(address user) external view returns (uint256);
}

/// A price feed.
interface IPriceFeed {
    function decimals() external view returns (uint256);
    function latestRoundData() external view returns (uint256);
}

/// A pool of Uniswap v3.
interface ISwapPool {
    function observe(uint32[] calldata secondsAgos) external view returns (uint256);
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (uint256);
}

/// Owes at Aave for itself, and lowers its debt by the very calls that a rescue makes at venues: all that it asks, then
/// a swap whose callback repays and withdraws. It checks and keeps nothing, and trusts everybody: what a rescue costs
/// more than this is ours. For tests only.
contract FlashSwapper {
    /// Where everything is; in the code, so that neither storage nor arguments add to what the calls cost.
    struct Places {
        address asset;
        address collateral;
        address lendingPool;
        address provider;
        address receipt;
        address debtToken;
        address swapPool;
        address feed;
        address quoteFeed;
        uint32 windowSecs;
    }

    address private immutable asset;
    address private immutable collateral;
    ILendingPool private immutable lendingPool;
    IPriceProvider private immutable provider;
    IScaled private immutable receipt;
    IScaled private immutable debtToken;
    ISwapPool private immutable swapPool;
    IPriceFeed private immutable feed;
    IPriceFeed private immutable quoteFeed;
    uint32 private immutable windowSecs;

    /// Debt that follows the variable rate.
    uint256 private constant VARIABLE = 2;
    /// The least and the most that the square root of a price may be, exclusive.
    uint160 private constant MIN_SQRT_PRICE = 4295128739;
    uint160 private constant MAX_SQRT_PRICE = 1461446703485210103287273052203988822378723970342;

    constructor(Places memory places) {
        asset = places.asset;
        collateral = places.collateral;
        lendingPool = ILendingPool(places.lendingPool);
        provider = IPriceProvider(places.provider);
        receipt = IScaled(places.receipt);
        debtToken = IScaled(places.debtToken);
        swapPool = ISwapPool(places.swapPool);
        feed = IPriceFeed(places.feed);
        quoteFeed = IPriceFeed(places.quoteFeed);
        windowSecs = places.windowSecs;
    }

    /// Supplies collateral that is here, borrows, and gives the caller what is borrowed: as an adapter, it keeps nothing.
    /// Approves what lowering the debt will need.
    function open(uint256 tokens, uint256 assets) external {
        IERC20(collateral).approve(address(lendingPool), tokens);
        IERC20(asset).approve(address(lendingPool), type(uint256).max);
        lendingPool.supply(collateral, tokens, address(this), 0);
        lendingPool.borrow(asset, assets, VARIABLE, 0, address(this));
        IERC20(asset).transfer(msg.sender, assets);
    }

    /// Lowers the debt by so much, asking all that a rescue asks, in its order.
    function deleverage(uint256 assets) external {
        feed.decimals();
        feed.latestRoundData();
        quoteFeed.decimals();
        quoteFeed.latestRoundData();
        uint32[] memory ago = new uint32[](2);
        ago[0] = windowSecs;
        swapPool.observe(ago);
        lendingPool.getReserveData(collateral);
        IPrices prices = IPrices(provider.getPriceOracle());
        prices.getAssetPrice(collateral);
        prices.getAssetPrice(asset);
        lendingPool.getReserveNormalizedIncome(collateral);
        lendingPool.getReserveNormalizedVariableDebt(asset);
        _count();
        _swap(assets, abi.encode(assets));
        _count();
    }

    /// Lowers the debt by so much, asking nothing.
    function deleverageUnasked(uint256 assets) external {
        _swap(assets, "");
    }

    /// Called by the pool once it has given the asset: repays with all of it, and has Aave pay the pool.
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        bool asks = data.length != 0;
        (int256 owed, int256 given) = amount0 > 0 ? (amount0, amount1) : (amount1, amount0);
        lendingPool.repay(asset, uint256(-given), VARIABLE, address(this));
        if (asks) receipt.scaledBalanceOf(address(this));
        lendingPool.withdraw(collateral, uint256(owed), msg.sender);
        if (asks) receipt.scaledBalanceOf(address(this));
    }

    function _count() private view {
        receipt.scaledBalanceOf(address(this));
        debtToken.scaledBalanceOf(address(this));
    }

    function _swap(uint256 assets, bytes memory data) private {
        bool zeroForOne = collateral < asset;
        uint160 limit = zeroForOne ? MIN_SQRT_PRICE + 1 : MAX_SQRT_PRICE - 1;
        swapPool.swap(address(this), zeroForOne, -int256(assets), limit, data);
    }
}
