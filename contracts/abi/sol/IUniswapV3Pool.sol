// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// A pool of Uniswap v3, as far as prices are read from it and it is traded in.
interface IUniswapV3Pool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    /// The sum of ticks over time, as of so many seconds ago each; reverts where the pool remembers less far back.
    function observe(uint32[] calldata secondsAgos)
        external
        view
        returns (int56[] memory tickCumulatives, uint160[] memory secondsPerLiquidityCumulativeX128s);
    /// The price of this moment, which whoever trades last has set.
    function slot0()
        external
        view
        returns (
            uint160 sqrtPriceX96,
            int24 tick,
            uint16 observationIndex,
            uint16 observationCardinality,
            uint16 observationCardinalityNext,
            uint8 feeProtocol,
            bool unlocked
        );
    /// Has the pool remember so many observations, once that many have come. Anyone pays for the room.
    function increaseObservationCardinalityNext(uint16 observationCardinalityNext) external;
    /// A positive amount is put in, a negative one taken out. The pool gives, then calls back for what it is owed.
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}
