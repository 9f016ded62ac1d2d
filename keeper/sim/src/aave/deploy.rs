//! Deployment of an Aave v3.0 market in the order that its contracts ask for.

use abi::aave::IAavePool;
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;

use super::{Aave, Curve};
use crate::{
    Artifacts, Error, Tokens,
    interfaces::{IACLManager, IPoolAddressesProvider, IPoolConfigurator, InitReserveInput},
    session::Session,
};

/// What may be borrowed against a reserve, in hundredths of a percent.
struct Collateral {
    ltv_bps: u16,
    liquidation_threshold_bps: u16,
    liquidation_bonus_bps: u16,
}

/// A reserve to list.
struct Reserve {
    token: Address,
    symbol: &'static str,
    decimals: u8,
    strategy: Address,
    reserve_factor_bps: u16,
    collateral: Collateral,
}

/// Arbitrum's parameters in February 2026.
const USDC: Collateral = Collateral { ltv_bps: 7_500, liquidation_threshold_bps: 7_800, liquidation_bonus_bps: 10_500 };
const WETH: Collateral = Collateral { ltv_bps: 8_000, liquidation_threshold_bps: 8_400, liquidation_bonus_bps: 10_500 };
const WETH_RESERVE_FACTOR_BPS: u16 = 1_500;

/// One dollar at the oracle.
const USD_E8: u64 = 100_000_000;
const LOGIC: &str = "protocol/libraries/logic";

impl Aave {
    /// Deploys the market; nothing is supplied yet.
    pub(crate) fn deploy(
        session: &Session,
        artifacts: &Artifacts,
        admin: Address,
        tokens: Tokens,
        curve: &Curve,
        price_usd_e8: u64,
    ) -> Result<Self, Error> {
        let provider = provider(session, artifacts, admin)?;
        let aggregator_code: Bytes =
            artifacts.aave("mocks/oracle/CLAggregators/MockAggregator.sol/MockAggregator", &[])?.into();
        let sources = vec![
            aggregator(session, admin, &aggregator_code, USD_E8)?,
            aggregator(session, admin, &aggregator_code, price_usd_e8)?,
        ];
        let assets = vec![tokens.usdc, tokens.weth];
        let oracle = session.deploy(
            admin,
            artifacts.aave("misc/AaveOracle.sol/AaveOracle", &[])?,
            &(provider, assets, sources, Address::ZERO, Address::ZERO, U256::from(USD_E8)).abi_encode_params(),
        )?;
        session.send(admin, provider, &IPoolAddressesProvider::setPriceOracleCall { newPriceOracle: oracle })?;
        let (pool, configurator) = pool(session, artifacts, admin, provider)?;

        let rate_strategy = strategy(session, artifacts, admin, provider, curve)?;
        let reserves = [
            Reserve {
                token: tokens.usdc,
                symbol: "USDC",
                decimals: 6,
                strategy: rate_strategy,
                reserve_factor_bps: curve.reserve_factor_bps,
                collateral: USDC,
            },
            Reserve {
                token: tokens.weth,
                symbol: "WETH",
                decimals: 18,
                // Nobody borrows it here, so any curve will do.
                strategy: rate_strategy,
                reserve_factor_bps: WETH_RESERVE_FACTOR_BPS,
                collateral: WETH,
            },
        ];
        list(session, artifacts, admin, (pool, configurator), &reserves)?;

        let usdc = session.view(pool, &IAavePool::getReserveDataCall { asset: tokens.usdc })?;
        let weth = session.view(pool, &IAavePool::getReserveDataCall { asset: tokens.weth })?;
        Ok(Self {
            provider,
            pool,
            oracle,
            rate_strategy,
            a_token: usdc.aTokenAddress,
            variable_debt_token: usdc.variableDebtTokenAddress,
            collateral_a_token: weth.aTokenAddress,
            tokens,
            admin,
            aggregator_code,
        })
    }
}

/// Deploys a price source that answers one price.
pub(super) fn aggregator(session: &Session, admin: Address, code: &Bytes, price_usd_e8: u64) -> Result<Address, Error> {
    // An int256 below 2^63 has the encoding of the same uint256.
    session.deploy(admin, code.to_vec(), &U256::from(price_usd_e8).abi_encode())
}

/// Deploys the register and the roles; the administrator may do everything.
fn provider(session: &Session, artifacts: &Artifacts, admin: Address) -> Result<Address, Error> {
    let provider = session.deploy(
        admin,
        artifacts.aave("protocol/configuration/PoolAddressesProvider.sol/PoolAddressesProvider", &[])?,
        &("Local", admin).abi_encode_params(),
    )?;
    session.send(admin, provider, &IPoolAddressesProvider::setACLAdminCall { newAclAdmin: admin })?;
    let roles = artifacts.aave("protocol/configuration/ACLManager.sol/ACLManager", &[])?;
    let roles = session.deploy(admin, roles, &provider.abi_encode())?;
    session.send(admin, roles, &IACLManager::addPoolAdminCall { admin })?;
    session.send(admin, provider, &IPoolAddressesProvider::setACLManagerCall { newAclManager: roles })?;
    Ok(provider)
}

/// Deploys pool and configurator with the libraries that they call, behind the register's proxies.
fn pool(
    session: &Session,
    artifacts: &Artifacts,
    admin: Address,
    provider: Address,
) -> Result<(Address, Address), Error> {
    let library = |name: &'static str, links: &[(&str, Address)]| -> Result<(&'static str, Address), Error> {
        let code = artifacts.aave(&format!("{LOGIC}/{name}.sol/{name}"), links)?;
        Ok((name, session.deploy(admin, code, &[])?))
    };
    let borrow = library("BorrowLogic", &[])?;
    let links = [
        borrow,
        library("FlashLoanLogic", &[borrow])?,
        library("BridgeLogic", &[])?,
        library("EModeLogic", &[])?,
        library("LiquidationLogic", &[])?,
        library("PoolLogic", &[])?,
        library("SupplyLogic", &[])?,
    ];
    let pool = artifacts.aave("protocol/pool/Pool.sol/Pool", &links)?;
    let pool = session.deploy(admin, pool, &provider.abi_encode())?;
    session.send(admin, provider, &IPoolAddressesProvider::setPoolImplCall { newPoolImpl: pool })?;

    let links = [library("ConfiguratorLogic", &[])?];
    let configurator = artifacts.aave("protocol/pool/PoolConfigurator.sol/PoolConfigurator", &links)?;
    let configurator = session.deploy(admin, configurator, &[])?;
    let call = IPoolAddressesProvider::setPoolConfiguratorImplCall { newPoolConfiguratorImpl: configurator };
    session.send(admin, provider, &call)?;

    let pool = session.view(provider, &IPoolAddressesProvider::getPoolCall {})?;
    let configurator = session.view(provider, &IPoolAddressesProvider::getPoolConfiguratorCall {})?;
    Ok((pool, configurator))
}

/// Deploys the rate strategy; the stable rate is never used, its parameters are zero.
fn strategy(
    session: &Session,
    artifacts: &Artifacts,
    admin: Address,
    provider: Address,
    curve: &Curve,
) -> Result<Address, Error> {
    let code = "protocol/pool/DefaultReserveInterestRateStrategy.sol/DefaultReserveInterestRateStrategy";
    let variable = [curve.optimal_ray, curve.base_ray, curve.slope1_ray, curve.slope2_ray];
    let arguments = (provider, variable, [U256::ZERO; 5]).abi_encode();
    session.deploy(admin, artifacts.aave(code, &[])?, &arguments)
}

/// Lists the reserves, as collateral and for borrowing.
fn list(
    session: &Session,
    artifacts: &Artifacts,
    admin: Address,
    (pool, configurator): (Address, Address),
    reserves: &[Reserve],
) -> Result<(), Error> {
    let token = |name: &str| {
        let code = artifacts.aave(&format!("protocol/tokenization/{name}.sol/{name}"), &[])?;
        session.deploy(admin, code, &pool.abi_encode())
    };
    let (supplied, stable, variable) = (token("AToken")?, token("StableDebtToken")?, token("VariableDebtToken")?);
    let input = reserves
        .iter()
        .map(|Reserve { token, symbol, decimals, strategy, .. }| InitReserveInput {
            aTokenImpl: supplied,
            stableDebtTokenImpl: stable,
            variableDebtTokenImpl: variable,
            underlyingAssetDecimals: *decimals,
            interestRateStrategyAddress: *strategy,
            underlyingAsset: *token,
            treasury: admin,
            incentivesController: Address::ZERO,
            aTokenName: format!("Aave {symbol}"),
            aTokenSymbol: format!("a{symbol}"),
            variableDebtTokenName: format!("Aave variable debt {symbol}"),
            variableDebtTokenSymbol: format!("variableDebt{symbol}"),
            stableDebtTokenName: format!("Aave stable debt {symbol}"),
            stableDebtTokenSymbol: format!("stableDebt{symbol}"),
            params: Bytes::new(),
        })
        .collect();
    session.send(admin, configurator, &IPoolConfigurator::initReservesCall { input })?;

    for Reserve { token, reserve_factor_bps, collateral, .. } in reserves {
        let as_collateral = IPoolConfigurator::configureReserveAsCollateralCall {
            asset: *token,
            ltv: U256::from(collateral.ltv_bps),
            liquidationThreshold: U256::from(collateral.liquidation_threshold_bps),
            liquidationBonus: U256::from(collateral.liquidation_bonus_bps),
        };
        session.send(admin, configurator, &as_collateral)?;
        let borrowing = IPoolConfigurator::setReserveBorrowingCall { asset: *token, enabled: true };
        session.send(admin, configurator, &borrowing)?;
        let factor = IPoolConfigurator::setReserveFactorCall {
            asset: *token,
            newReserveFactor: U256::from(*reserve_factor_bps),
        };
        session.send(admin, configurator, &factor)?;
    }
    Ok(())
}
