//! What only the venues' administrators and our test token are called for; the rest stands in the crate `abi`.

use alloy_sol_types::sol;

sol! {
    /// `contracts/solidity/src/TestToken.sol`, beyond ERC-20.
    interface ITestToken {
        function mint(address account, uint256 value) external;
    }

    /// The register of one Aave market.
    interface IPoolAddressesProvider {
        function setACLAdmin(address newAclAdmin) external;
        function setACLManager(address newAclManager) external;
        function setPriceOracle(address newPriceOracle) external;
        function setPoolImpl(address newPoolImpl) external;
        function setPoolConfiguratorImpl(address newPoolConfiguratorImpl) external;
        function setPriceOracleSentinel(address newPriceOracleSentinel) external;
        function getPool() external view returns (address);
        function getPoolConfigurator() external view returns (address);
    }

    /// Who may do what in one Aave market.
    interface IACLManager {
        function addPoolAdmin(address admin) external;
    }

    /// One reserve to list.
    struct InitReserveInput {
        address aTokenImpl;
        address stableDebtTokenImpl;
        address variableDebtTokenImpl;
        uint8 underlyingAssetDecimals;
        address interestRateStrategyAddress;
        address underlyingAsset;
        address treasury;
        address incentivesController;
        string aTokenName;
        string aTokenSymbol;
        string variableDebtTokenName;
        string variableDebtTokenSymbol;
        string stableDebtTokenName;
        string stableDebtTokenSymbol;
        bytes params;
    }

    /// Lists and parametrises Aave's reserves.
    interface IPoolConfigurator {
        function initReserves(InitReserveInput[] calldata input) external;
        function configureReserveAsCollateral(
            address asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus
        ) external;
        function setReserveBorrowing(address asset, bool enabled) external;
        function setReserveFactor(address asset, uint256 newReserveFactor) external;
        function setReserveFlashLoaning(address asset, bool enabled) external;
        function setEModeCategory(
            uint8 categoryId, uint16 ltv, uint16 liquidationThreshold, uint16 liquidationBonus, address oracle, string calldata label
        ) external;
        function setAssetEModeCategory(address asset, uint8 newCategoryId) external;
    }

    /// Aave's pool, for whoever liquidates.
    interface ILiquidations {
        function liquidationCall(
            address collateralAsset, address debtAsset, address user, uint256 debtToCover, bool receiveAToken
        ) external;
    }

    /// Aave's prices, in US dollars with 8 decimals.
    interface IAaveOracle {
        function setAssetSources(address[] calldata assets, address[] calldata sources) external;
        function getAssetPrice(address asset) external view returns (uint256);
    }

    /// A Morpho market's price source: loan base units for one collateral base unit, times 1e36.
    interface IMorphoOracle {
        function price() external view returns (uint256);
        function setPrice(uint256 newPrice) external;
    }

    /// Chainlink's feed for tests: `@chainlink/contracts`, MockV3Aggregator.
    interface IFeed {
        function updateAnswer(int256 answer) external;
        function updateRoundData(uint80 roundId, int256 answer, uint256 timestamp, uint256 startedAt) external;
        function latestRound() external view returns (uint256);
    }

    /// A pool of Uniswap v3, beyond what oracles read.
    interface IPool {
        function increaseObservationCardinalityNext(uint16 observationCardinalityNext) external;
        function liquidity() external view returns (uint128);
    }

    /// How much of a position to take out of a pool.
    struct DecreaseLiquidityParams {
        uint256 tokenId;
        uint128 liquidity;
        uint256 amount0Min;
        uint256 amount1Min;
        uint256 deadline;
    }

    /// To whom to pay what was taken out.
    struct CollectParams {
        uint256 tokenId;
        address recipient;
        uint128 amount0Max;
        uint128 amount1Max;
    }

    /// What to put into a pool, between which ticks.
    struct MintParams {
        address token0;
        address token1;
        uint24 fee;
        int24 tickLower;
        int24 tickUpper;
        uint256 amount0Desired;
        uint256 amount1Desired;
        uint256 amount0Min;
        uint256 amount1Min;
        address recipient;
        uint256 deadline;
    }

    /// Uniswap's NonfungiblePositionManager.
    interface IPositionManager {
        function createAndInitializePoolIfNecessary(
            address token0, address token1, uint24 fee, uint160 sqrtPriceX96
        ) external payable returns (address pool);
        function mint(MintParams calldata params)
            external
            payable
            returns (uint256 tokenId, uint128 liquidity, uint256 amount0, uint256 amount1);
        function decreaseLiquidity(DecreaseLiquidityParams calldata params)
            external
            payable
            returns (uint256 amount0, uint256 amount1);
        function collect(CollectParams calldata params) external payable returns (uint256 amount0, uint256 amount1);
    }

    /// What to trade, and at which price to stop.
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    /// Uniswap's SwapRouter.
    interface ISwapRouter {
        function exactInputSingle(ExactInputSingleParams calldata params) external payable returns (uint256 amountOut);
    }

    /// Uniswap's register of pools.
    interface IFactory {
        function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
    }

    /// `contracts/solidity/src/test/SteeredVault.sol`, beyond ERC-4626.
    interface ISteeredVault {
        function steer(uint256 newPriceWad) external;
    }

    /// `contracts/solidity/src/test/Holder.sol`.
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers);
    }

    /// Pendle's distributor of rewards to markets.
    interface IGaugeController {
        function initialize(address owner) external;
    }

    /// Pendle's register of principal and yield tokens.
    interface IYieldContractFactory {
        function initialize(
            uint96 expiryDivisor, uint128 interestFeeRate, uint128 rewardFeeRate, address treasury, address owner
        ) external;
        function createYieldContract(address sy, uint32 expiry, bool doCacheIndexSameBlock)
            external
            returns (address pt, address yt);
        function getPT(address sy, uint256 expiry) external view returns (address);
        function getYT(address sy, uint256 expiry) external view returns (address);
    }

    /// Pendle's register of markets.
    interface IPendleMarketFactory {
        function initialize(address owner, address treasury, uint8 reserveFeePercent) external;
        function createNewMarket(address pt, int256 scalarRoot, int256 initialAnchor, uint80 lnFeeRateRoot)
            external
            returns (address market);
    }

    /// A market of Pendle's, beyond what is traded.
    interface IPendlePool {
        function mint(address receiver, uint256 netSyDesired, uint256 netPtDesired)
            external
            returns (uint256 netLpOut, uint256 netSyUsed, uint256 netPtUsed);
        function skim() external;
    }

    /// Hyperdrive's register of pools, which administers them.
    struct HyperdriveFactoryConfig {
        address governance;
        address deployerCoordinatorManager;
        address hyperdriveGovernance;
        address[] defaultPausers;
        address feeCollector;
        address sweepCollector;
        address checkpointRewarder;
        uint256 checkpointDurationResolution;
        uint256 minCheckpointDuration;
        uint256 maxCheckpointDuration;
        uint256 minPositionDuration;
        uint256 maxPositionDuration;
        uint256 minCircuitBreakerDelta;
        uint256 maxCircuitBreakerDelta;
        uint256 minFixedAPR;
        uint256 maxFixedAPR;
        uint256 minTimeStretchAPR;
        uint256 maxTimeStretchAPR;
        (uint256, uint256, uint256, uint256) minFees;
        (uint256, uint256, uint256, uint256) maxFees;
        address linkerFactory;
        bytes32 linkerCodeHash;
    }

    /// A pool of Hyperdrive's, beyond what is traded.
    interface IHyperdrivePool {
        function initialize(uint256 contribution, uint256 apr, (address, bool, bytes) calldata options)
            external
            payable
            returns (uint256 lpShares);
    }
}
