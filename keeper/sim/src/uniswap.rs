//! Uniswap v3 as published, with one pool of the world's tokens: what an oracle's second source reads.
//!
//! No part of every world: whoever needs it asks for it.

use abi::uniswap::IUniswapV3Pool;
use alloy_primitives::{
    Address, U256,
    aliases::{I24, U24, U160},
};
use alloy_sol_types::SolValue;
use devnet::Chain;

use crate::{
    Artifacts, Error, World,
    interfaces::{
        CollectParams, DecreaseLiquidityParams, ExactInputSingleParams, IFactory, IPool, IPositionManager, ISwapRouter,
        MintParams,
    },
    session::Session,
};

/// Where the contracts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uniswap {
    /// The register of pools.
    pub factory: Address,
    /// The contract through which liquidity is provided, NonfungiblePositionManager.
    pub positions: Address,
    /// The contract through which wallets trade, SwapRouter.
    pub router: Address,
    /// The pool of USDC and the collateral.
    pub pool: Address,
}

/// The pool's fee: 0.05 %, in millionths.
pub(crate) const FEE_PPM: u32 = 500;
/// Ticks of such a pool at which liquidity may begin and end.
const TICK_SPACING: i32 = 10;
/// How many changes of its price the pool remembers.
const MEMORY: u16 = 200;
/// The number that Uniswap gives to the first position, here the only one.
const FIRST_POSITION: U256 = U256::from_limbs([1, 0, 0, 0]);
/// More of either token than the pool holds, in base units.
const PLENTY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// US dollars with 8 decimals for 1e18 base units, as USDC base units (6 decimals) for one base unit: divided by this.
const PRICE_SCALE: u128 = 100_000_000_000_000_000_000;

/// What a pool begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// What is put in of each token, in USDC base units.
    pub assets: u64,
    /// How far the liquidity reaches from the first price either way, in ticks of a basis point.
    pub reach_ticks: i32,
}

impl Default for Depth {
    /// 10 million dollars' worth, between half of the first price and twice.
    fn default() -> Self {
        Self { assets: 10_000_000_000_000, reach_ticks: 6_930 }
    }
}

impl World {
    /// Deploys Uniswap v3 and a pool of USDC and the collateral that begins at this price, in US dollars with 8 decimals,
    /// has 10 million dollars of each between half of it and twice, and remembers the last 200 changes of its price.
    ///
    /// # Errors
    /// An artifact is missing, or a contract or the chain refuses.
    pub fn deploy_uniswap(&self, chain: &Chain, artifacts: &Artifacts, price_usd_e8: u64) -> Result<Uniswap, Error> {
        self.deploy_uniswap_of(chain, artifacts, price_usd_e8, &Depth::default())
    }

    /// As [`Self::deploy_uniswap`], of another depth.
    ///
    /// # Errors
    /// An artifact is missing, or a contract or the chain refuses.
    pub fn deploy_uniswap_of(
        &self,
        chain: &Chain,
        artifacts: &Artifacts,
        price_usd_e8: u64,
        depth: &Depth,
    ) -> Result<Uniswap, Error> {
        let session = Session::new(chain);
        let deploy = |package: &str, name: &str, arguments: &[u8]| {
            session.deploy(self.admin, artifacts.uniswap(package, name)?, arguments)
        };
        let factory = deploy("v3-core", "UniswapV3Factory", &[])?;
        // The collateral stands for wrapped ether, which neither wraps here; nobody asks for a position's picture.
        let around = (factory, self.tokens.weth, Address::ZERO).abi_encode_params();
        let positions = deploy("v3-periphery", "NonfungiblePositionManager", &around)?;
        let around = (factory, self.tokens.weth).abi_encode_params();
        let router = deploy("v3-periphery", "SwapRouter", &around)?;

        let (token0, token1) = self.ordered();
        let fee = U24::from(FEE_PPM);
        let create = IPositionManager::createAndInitializePoolIfNecessaryCall {
            token0,
            token1,
            fee,
            sqrtPriceX96: self.sqrt_price_x96(price_usd_e8),
        };
        session.send(self.admin, positions, &create)?;
        let pool = session.view(factory, &IFactory::getPoolCall { tokenA: token0, tokenB: token1, fee })?;
        session.send(
            self.admin,
            pool,
            &IPool::increaseObservationCardinalityNextCall { observationCardinalityNext: MEMORY },
        )?;
        let uniswap = Uniswap { factory, positions, router, pool };
        self.provide(&session, &uniswap, price_usd_e8, depth)?;
        Ok(uniswap)
    }

    /// Lets a wallet trade freshly made tokens in the pool until its price is this, in US dollars with 8 decimals, or
    /// nothing is left to trade with.
    ///
    /// # Errors
    /// The pool has that price, or the chain refuses.
    pub fn trade_to(&self, chain: &Chain, uniswap: &Uniswap, by: Address, price_usd_e8: u64) -> Result<(), Error> {
        let session = Session::new(chain);
        let now = session.view(uniswap.pool, &IUniswapV3Pool::slot0Call {})?.sqrtPriceX96;
        self.trade(&session, uniswap, by, (now, self.sqrt_price_x96(price_usd_e8)))
    }

    /// Lets a wallet trade in the pool for as long as it gains by it, were the collateral's price elsewhere this, in USDC
    /// with 8 decimals: until the pool's price is the fee away from it.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn arbitrage(&self, chain: &Chain, uniswap: &Uniswap, by: Address, price_usd_e8: u64) -> Result<(), Error> {
        let session = Session::new(chain);
        let fee = price_usd_e8.saturating_mul(u64::from(FEE_PPM)) / 1_000_000;
        let ends = [price_usd_e8 - fee, price_usd_e8.saturating_add(fee)].map(|price| self.sqrt_price_x96(price));
        let (least, most) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        let now = session.view(uniswap.pool, &IUniswapV3Pool::slot0Call {})?.sqrtPriceX96;
        let limit = now.clamp(least, most);
        if limit == now { Ok(()) } else { self.trade(&session, uniswap, by, (now, limit)) }
    }

    /// Lets the only provider take so much liquidity out of the pool, with what it is made of.
    ///
    /// # Errors
    /// There is less, or the chain refuses.
    pub(crate) fn leave(&self, session: &Session, uniswap: &Uniswap, liquidity: u128) -> Result<(), Error> {
        let params = DecreaseLiquidityParams {
            tokenId: FIRST_POSITION,
            liquidity,
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            deadline: U256::MAX,
        };
        session.send(self.lender, uniswap.positions, &IPositionManager::decreaseLiquidityCall { params })?;
        let (recipient, most) = (self.lender, u128::MAX);
        let params = CollectParams { tokenId: FIRST_POSITION, recipient, amount0Max: most, amount1Max: most };
        session.send(self.lender, uniswap.positions, &IPositionManager::collectCall { params })
    }

    /// Trades freshly made tokens from one root of the price to another.
    fn trade(
        &self,
        session: &Session,
        uniswap: &Uniswap,
        by: Address,
        (now, limit): (U160, U160),
    ) -> Result<(), Error> {
        let (token0, token1) = self.ordered();
        let (paid, bought) = if limit < now { (token0, token1) } else { (token1, token0) };
        session.mint(self.admin, paid, by, U256::from(PLENTY))?;
        session.approve(paid, by, uniswap.router, U256::from(PLENTY))?;
        let params = ExactInputSingleParams {
            tokenIn: paid,
            tokenOut: bought,
            fee: U24::from(FEE_PPM),
            recipient: by,
            deadline: U256::MAX,
            amountIn: U256::from(PLENTY),
            amountOutMinimum: U256::ZERO,
            sqrtPriceLimitX96: limit,
        };
        session.send(by, uniswap.router, &ISwapRouter::exactInputSingleCall { params })
    }

    /// Puts liquidity around the pool's price.
    fn provide(&self, session: &Session, uniswap: &Uniswap, price_usd_e8: u64, depth: &Depth) -> Result<(), Error> {
        let usdc = U256::from(depth.assets);
        let weth = usdc * U256::from(PRICE_SCALE) / U256::from(price_usd_e8);
        for (token, amount) in [(self.tokens.usdc, usdc), (self.tokens.weth, weth)] {
            session.mint(self.admin, token, self.lender, amount)?;
            session.approve(token, self.lender, uniswap.positions, amount)?;
        }
        let (token0, token1) = self.ordered();
        let (amount0, amount1) = if token0 == self.tokens.usdc { (usdc, weth) } else { (weth, usdc) };
        let tick = session.view(uniswap.pool, &IUniswapV3Pool::slot0Call {})?.tick.as_i32();
        let end = |reach: i32| {
            let tick = (tick + reach).div_euclid(TICK_SPACING) * TICK_SPACING;
            I24::try_from(tick).expect("a tick has less than 24 bits")
        };
        let params = MintParams {
            token0,
            token1,
            fee: U24::from(FEE_PPM),
            tickLower: end(-depth.reach_ticks),
            tickUpper: end(depth.reach_ticks),
            amount0Desired: amount0,
            amount1Desired: amount1,
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            recipient: self.lender,
            deadline: U256::MAX,
        };
        session.send(self.lender, uniswap.positions, &IPositionManager::mintCall { params })
    }

    /// The tokens in the pool's order.
    fn ordered(&self) -> (Address, Address) {
        let (usdc, weth) = (self.tokens.usdc, self.tokens.weth);
        if usdc < weth { (usdc, weth) } else { (weth, usdc) }
    }

    /// The root of token 1 for token 0 in base units, times 2^96, at the collateral's price in US dollars with 8 decimals.
    fn sqrt_price_x96(&self, price_usd_e8: u64) -> U160 {
        let (price, scale) = (U256::from(price_usd_e8), U256::from(PRICE_SCALE));
        let root = if self.ordered().0 == self.tokens.weth {
            (price.wrapping_shl(192) / scale).root(2)
        } else {
            (scale.wrapping_shl(186) / price).root(2).wrapping_shl(3) // 2^192 would not fit.
        };
        root.to()
    }
}
