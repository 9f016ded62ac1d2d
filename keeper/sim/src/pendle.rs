//! Pendle v2 as published: wrappers of Aave's USDC and of ERC-4626 vaults, principal tokens, and markets with liquidity.
//!
//! No part of every world: whoever needs it asks for it. The factories stand behind OpenZeppelin's proxies, as everywhere;
//! fees are Pendle's usual ones: 5 % of the yield, and 80 % of the trading fee for its treasury.

use abi::{
    erc20::IERC20,
    pendle::{IPendleMarket, IPendleYieldToken, IStandardizedYield},
};
use alloy_primitives::{
    Address, Bytes, I256, U256,
    aliases::{U80, U96},
};
use alloy_sol_types::{SolCall, SolValue};
use devnet::Chain;

use crate::{
    Artifacts, Error, World,
    interfaces::{IGaugeController, IPendleMarketFactory, IPendlePool, IYieldContractFactory},
    session::Session,
};

/// Where the contracts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pendle {
    /// Makes principal and yield tokens.
    pub yield_factory: Address,
    /// Makes markets.
    pub market_factory: Address,
    /// Pendle's own oracle of what principal is worth, `PendlePYLpOracle`: what ours is compared with.
    pub oracle: Address,
}

/// One issue of principal tokens, with its market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// Wraps what earns.
    pub wrapper: Address,
    /// The principal token, PT.
    pub principal: Address,
    /// The yield token, YT.
    pub yields: Address,
    /// Where PT is traded for wrapped tokens.
    pub market: Address,
    /// When principal is due, in unix seconds.
    pub expiry_secs: u64,
}

/// What a market begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BondConfig {
    /// When principal is due, in unix seconds: a multiple of a day.
    pub expiry_secs: u64,
    /// What PT is worth at first: so much for one of the asset, in wad, at least one.
    pub first_rate_wad: u64,
    /// What is put in of each side, in base units of the asset.
    pub liquidity_assets: U256,
    /// How flat the curve is: a trade that doubles the odds of PT moves its rate by ln 2 a year by this.
    pub scalar_root_wad: u128,
    /// How many changes of its rate the market remembers.
    pub memory: u16,
}

/// A market's fee, as a continuous rate a year in wad: ln(1.0005).
pub const LN_FEE_RATE_WAD: u64 = 499_875_041_648_963;
/// Days are what expiries are made of.
const EXPIRY_DIVISOR_SECS: u64 = 86_400;
const YIELD_FEE_WAD: u64 = 50_000_000_000_000_000;
const RESERVE_FEE_PERCENT: u8 = 80;
/// How many observations are given room in one transaction.
const ROOM_STEP: u16 = 400;
const CORE: &str = "@pendle/core-v2";
const WRAPPERS: &str = "pendle-sy";

impl World {
    /// Deploys Pendle's factories and oracle.
    ///
    /// # Errors
    /// An artifact is missing, or a contract or the chain refuses.
    pub fn deploy_pendle(&self, chain: &Chain, artifacts: &Artifacts) -> Result<Pendle, Error> {
        let (session, admin) = (Session::new(chain), self.admin);
        let code = |name: &str| artifacts.pendle(CORE, name, &[]);
        let behind_proxy = |implementation: Address, initialization: Vec<u8>| {
            let arguments = (implementation, Bytes::from(initialization)).abi_encode_params();
            session.deploy(admin, artifacts.openzeppelin("ERC1967Proxy")?, &arguments)
        };
        let halves = |code: Vec<u8>| -> Result<(Address, U256, Address, U256), Error> {
            let (first, second) = code.split_at(code.len() / 2);
            let keep = |half: &[u8]| session.deploy(admin, keeping(half), &[]);
            Ok((keep(first)?, U256::from(first.len()), keep(second)?, U256::from(second.len())))
        };

        let token = ("Pendle", "PENDLE", U256::from(18)).abi_encode_params();
        let token = session.deploy(admin, artifacts.ours("TestToken")?, &token)?;
        let gauge = code("LiquidityMining/GaugeController/PendleGaugeControllerUpg.sol/PendleGaugeControllerUpg")?;
        let gauge = session.deploy(admin, gauge, &token.abi_encode())?;
        let gauge = behind_proxy(gauge, IGaugeController::initializeCall { owner: admin }.abi_encode())?;

        let (a, a_size, b, b_size) = halves(code("core/YieldContracts/PendleYieldToken.sol/PendleYieldToken")?)?;
        let factory = code("core/YieldContracts/PendleYieldContractFactoryUpg.sol/PendleYieldContractFactoryUpg")?;
        let factory = session.deploy(admin, factory, &(a, a_size, b, b_size).abi_encode_params())?;
        let initialize = IYieldContractFactory::initializeCall {
            expiryDivisor: U96::from(EXPIRY_DIVISOR_SECS),
            interestFeeRate: YIELD_FEE_WAD.into(),
            rewardFeeRate: YIELD_FEE_WAD.into(),
            treasury: admin,
            owner: admin,
        };
        let yield_factory = behind_proxy(factory, initialize.abi_encode())?;

        let library = session.deploy(admin, code("core/Market/OracleLib.sol/OracleLib")?, &[])?;
        let market = "core/Market/PendleMarketV7.sol/PendleMarketV7";
        let (a, a_size, b, b_size) = halves(artifacts.pendle(CORE, market, &[("OracleLib", library)])?)?;
        let factory = code("core/Market/PendleMarketFactoryV7Upg.sol/PendleMarketFactoryV7Upg")?;
        let arguments = (yield_factory, a, a_size, b, b_size, gauge).abi_encode_params();
        let factory = session.deploy(admin, factory, &arguments)?;
        let initialize = IPendleMarketFactory::initializeCall {
            owner: admin,
            treasury: admin,
            reserveFeePercent: RESERVE_FEE_PERCENT,
        };
        let market_factory = behind_proxy(factory, initialize.abi_encode())?;
        let oracle = code("oracles/PtYtLpOracle/PendlePYLpOracle.sol/PendlePYLpOracle")?;
        let oracle = session.deploy(admin, oracle, &[])?;
        Ok(Pendle { yield_factory, market_factory, oracle })
    }

    /// Deploys Pendle's wrapper of Aave's USDC.
    ///
    /// # Errors
    /// An artifact is missing, or a contract or the chain refuses.
    pub fn wrap_aave(&self, chain: &Chain, artifacts: &Artifacts) -> Result<Address, Error> {
        let name = "core/StandardizedYield/implementations/AaveV3/PendleAaveV3SY.sol/PendleAaveV3SY";
        let arguments = ("SY Aave USDC", "SY-aUSDC", self.aave.pool, self.aave.a_token).abi_encode_params();
        Session::new(chain).deploy(self.admin, artifacts.pendle(WRAPPERS, name, &[])?, &arguments)
    }

    /// Deploys Pendle's wrapper of an ERC-4626 vault.
    ///
    /// # Errors
    /// An artifact is missing, or a contract or the chain refuses.
    pub fn wrap_erc4626(&self, chain: &Chain, artifacts: &Artifacts, vault: Address) -> Result<Address, Error> {
        let name = "core/StandardizedYield/implementations/PendleERC4626SY.sol/PendleERC4626SY";
        let arguments = ("SY Vault", "SY-VLT", vault).abi_encode_params();
        Session::new(chain).deploy(self.admin, artifacts.pendle(WRAPPERS, name, &[])?, &arguments)
    }

    /// Issues principal of a wrapper and opens its market, whose liquidity the lender provides with freshly made USDC.
    ///
    /// # Errors
    /// A contract or the chain refuses: there is such an issue already, or its expiry is past or no day.
    pub fn issue_bond(
        &self,
        chain: &Chain,
        pendle: &Pendle,
        wrapper: Address,
        config: &BondConfig,
    ) -> Result<Bond, Error> {
        let (session, admin) = (Session::new(chain), self.admin);
        let expiry = u32::try_from(config.expiry_secs).map_err(|_| Error::OutOfRange {
            name: "expiry_secs",
            value: config.expiry_secs,
            min: 0,
            max: u32::MAX.into(),
        })?;
        let create =
            IYieldContractFactory::createYieldContractCall { sy: wrapper, expiry, doCacheIndexSameBlock: false };
        session.send(admin, pendle.yield_factory, &create)?;
        let expiry = U256::from(expiry);
        let principal =
            session.view(pendle.yield_factory, &IYieldContractFactory::getPTCall { sy: wrapper, expiry })?;
        let yields = session.view(pendle.yield_factory, &IYieldContractFactory::getYTCall { sy: wrapper, expiry })?;

        let bond = Bond { wrapper, principal, yields, market: Address::ZERO, expiry_secs: config.expiry_secs };
        self.open_market(chain, pendle, &bond, config)
    }

    /// Opens one more market of an issue, as [`Self::issue_bond`] does the first; returns the issue with that market.
    ///
    /// # Errors
    /// A contract or the chain refuses: there is a market of these terms already, or principal is due.
    pub fn open_market(
        &self,
        chain: &Chain,
        pendle: &Pendle,
        issue: &Bond,
        config: &BondConfig,
    ) -> Result<Bond, Error> {
        let (session, admin) = (Session::new(chain), self.admin);
        let create = IPendleMarketFactory::createNewMarketCall {
            pt: issue.principal,
            scalarRoot: I256::from_raw(U256::from(config.scalar_root_wad)),
            initialAnchor: I256::from_raw(U256::from(config.first_rate_wad)),
            lnFeeRateRoot: U80::from(LN_FEE_RATE_WAD),
        };
        // Its address depends on its terms alone.
        let market = session.view(pendle.market_factory, &create)?;
        session.send(admin, pendle.market_factory, &create)?;
        let bond = Bond { market, ..*issue };
        self.provide_bond(&session, &bond, config.liquidity_assets)?;
        let mut room = 1_u16;
        while room < config.memory {
            room = config.memory.min(room.saturating_add(ROOM_STEP));
            let call = IPendleMarket::increaseObservationsCardinalityNextCall { cardinalityNext: room };
            session.send(admin, market, &call)?;
        }
        Ok(bond)
    }

    /// Lets a wallet buy so much face, in base units of the asset, with freshly made USDC; it pays par, and what that is too
    /// much goes to the treasury.
    ///
    /// # Errors
    /// The market does not sell so much, or the chain refuses.
    pub fn buy_bond(&self, chain: &Chain, bond: &Bond, by: Address, face: U256) -> Result<(), Error> {
        let session = Session::new(chain);
        let wrapped = self.wrap(&session, bond, by, face)?;
        session.send(by, bond.wrapper, &IERC20::transferCall { to: bond.market, value: wrapped })?;
        let buy = IPendleMarket::swapSyForExactPtCall { receiver: by, exactPtOut: face, data: Bytes::new() };
        session.send(by, bond.market, &buy)?;
        session.send(by, bond.market, &IPendlePool::skimCall {})
    }

    /// Lets a wallet sell so much face, in base units of the asset, which it makes of freshly made USDC; it keeps the yield token.
    ///
    /// # Errors
    /// The market does not take so much, or the chain refuses.
    pub fn sell_bond(&self, chain: &Chain, bond: &Bond, by: Address, face: U256) -> Result<(), Error> {
        let session = Session::new(chain);
        self.split(&session, bond, by, face)?;
        session.send(by, bond.principal, &IERC20::transferCall { to: bond.market, value: face })?;
        let sell = IPendleMarket::swapExactPtForSyCall { receiver: by, exactPtIn: face, data: Bytes::new() };
        session.send(by, bond.market, &sell)
    }

    /// Makes at least so much principal, and as much yield, for a wallet of freshly made USDC.
    ///
    /// # Errors
    /// It is due already, or the chain refuses.
    pub fn split_bond(&self, chain: &Chain, bond: &Bond, by: Address, face: U256) -> Result<(), Error> {
        self.split(&Session::new(chain), bond, by, face)
    }

    fn provide_bond(&self, session: &Session, bond: &Bond, assets: U256) -> Result<(), Error> {
        let wrapped = self.wrap(session, bond, self.lender, assets)?;
        self.split(session, bond, self.lender, assets)?;
        session.send(self.lender, bond.wrapper, &IERC20::transferCall { to: bond.market, value: wrapped })?;
        session.send(self.lender, bond.principal, &IERC20::transferCall { to: bond.market, value: assets })?;
        let mint = IPendlePool::mintCall { receiver: self.lender, netSyDesired: wrapped, netPtDesired: assets };
        session.send(self.lender, bond.market, &mint)
    }

    /// Makes wrapped tokens of so many freshly made USDC, and returns how many.
    fn wrap(&self, session: &Session, bond: &Bond, by: Address, assets: U256) -> Result<U256, Error> {
        let held = || session.view(bond.wrapper, &IERC20::balanceOfCall { account: by });
        let before = held()?;
        session.mint(self.admin, self.tokens.usdc, by, assets)?;
        session.approve(self.tokens.usdc, by, bond.wrapper, assets)?;
        let deposit = IStandardizedYield::depositCall {
            receiver: by,
            tokenIn: self.tokens.usdc,
            amountTokenToDeposit: assets,
            minSharesOut: U256::ZERO,
        };
        session.send(by, bond.wrapper, &deposit)?;
        Ok(held()? - before)
    }

    fn split(&self, session: &Session, bond: &Bond, by: Address, face: U256) -> Result<(), Error> {
        // A few more, for what rounding takes: shares of 18 decimals have an exchange rate of six digits.
        let wrapped = self.wrap(session, bond, by, face + face / U256::from(100_000) + U256::from(10))?;
        session.send(by, bond.wrapper, &IERC20::transferCall { to: bond.yields, value: wrapped })?;
        session.send(by, bond.yields, &IPendleYieldToken::mintPYCall { receiverPT: by, receiverYT: by })
    }
}

/// Creation code that keeps bytes as an account's code, as Pendle's factories expect the halves of what they create:
/// PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn keeping(half: &[u8]) -> Vec<u8> {
    let [.., high, low] = half.len().to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3], half].concat()
}
