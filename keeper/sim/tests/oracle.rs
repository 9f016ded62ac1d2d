//! The oracle against the real contracts: Uniswap's pool, Chainlink's feeds. The program is the one that `scripts/wasm`
//! has built.

use std::path::{Path, PathBuf};

use abi::{
    arb::IDeployer,
    erc20::IERC20,
    oracle::IOracle::{self, Terms},
    uniswap::IUniswapV3Pool,
};
use alloy_primitives::{
    Address, B256, Bytes, I256, U256,
    aliases::{U24, U160},
};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use devnet::{BlockId, Call, CallError, Chain, Clock, Config, Receipt, Status};
use keeper_sim::{Artifacts, Uniswap, World, WorldConfig};

sol! {
    /// `contracts/solidity/src/test/Holder.sol`.
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers);
    }

    /// Uniswap's register, pools and router.
    interface IUniswap {
        function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
        function initialize(uint160 sqrtPriceX96) external;
        function exactInputSingle(
            (address, address, uint24, address, uint256, uint256, uint256, uint160) calldata params
        ) external payable returns (uint256 amountOut);
    }
}

const WAD: u64 = 1_000_000_000_000_000_000;
const USD: u64 = 100_000_000;
const WINDOW_SECS: u32 = 1800;
const GRACE_SECS: u32 = 3600;
const MAX_AGE_SECS: u32 = 86_400;
const DEVIATION_BPS: u16 = 100;
/// The fee for activating a program, with much to spare.
const ACTIVATION_WEI: u128 = 1_000_000_000_000_000_000;

/// A world with Uniswap, feeds and an oracle of the collateral's price in USDC.
struct Stage {
    chain: Chain,
    world: World,
    uniswap: Uniswap,
    feed: Address,
    sequencer: Address,
    oracle: Address,
    trader: Address,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn artifacts() -> Artifacts {
    Artifacts::of_workspace(&root())
}

fn number(value: u64) -> I256 {
    I256::try_from(value).expect("fits")
}

fn usd(dollars: u64) -> U256 {
    U256::from(dollars) * U256::from(WAD)
}

/// Init code that creates the oracle: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code() -> Vec<u8> {
    let path = root().join("target/programs/oracle.code");
    let code = std::fs::read(&path).unwrap_or_else(|e| panic!("no {}: {e}; run scripts/wasm", path.display()));
    let [high, low] = u16::try_from(code.len()).expect("a program's code is short").to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3][..], &code].concat()
}

fn create(chain: &Chain, from: Address, code: Vec<u8>) -> Address {
    let receipt = chain.send(&Call::create(from, code)).expect("a valid transaction");
    receipt.contract_address.expect("the contract is created")
}

impl Stage {
    fn new() -> Self {
        let clock = Clock::Manual { start_secs: 1_767_225_600 };
        let chain = Chain::new(Config { clock, ..Config::default() });
        let config = WorldConfig { markets: Vec::new(), ..WorldConfig::default() };
        let world = World::build(&chain, &config, &artifacts()).expect("the configuration is good");
        let uniswap = world.deploy_uniswap(&chain, &artifacts(), 3000 * USD).expect("it deploys");
        let feed = |decimals, answer| world.deploy_feed(&chain, &artifacts(), decimals, answer).expect("it deploys");
        let sequencer = feed(0, I256::ZERO);
        world.pass(&chain, GRACE_SECS.into()).expect("the chain obeys");
        let (feed, quote_feed) = (feed(8, number(3000 * USD)), feed(8, number(USD)));
        let terms = Terms {
            base: world.tokens.weth,
            quote: world.tokens.usdc,
            feed,
            maxAgeSecs: MAX_AGE_SECS,
            quoteFeed: quote_feed,
            quoteMaxAgeSecs: MAX_AGE_SECS,
            minPriceWad: usd(500),
            maxPriceWad: usd(20_000),
            pool: uniswap.pool,
            windowSecs: WINDOW_SECS,
            deviationBps: DEVIATION_BPS,
            sequencer,
            graceSecs: GRACE_SECS,
        };
        let trader = chain.accounts()[0];
        let oracle = deploy(&chain, trader, terms);
        Self { chain, world, uniswap, feed, sequencer, oracle, trader }
    }

    fn pass(&self, secs: u64) {
        self.world.pass(&self.chain, secs).expect("the chain obeys");
    }

    /// Lets the feed say so many dollars, now.
    fn say(&self, dollars: u64) {
        self.world.answer(&self.chain, self.feed, number(dollars * USD)).expect("the chain obeys");
    }

    /// Lets the trader push the pool to so many dollars.
    fn push(&self, dollars: u64) {
        self.world.trade_to(&self.chain, &self.uniswap, self.trader, dollars * USD).expect("the pool trades");
    }

    /// Returns bid and ask.
    fn price(&self) -> (U256, U256) {
        let price = self.ask().unwrap_or_else(|revert| panic!("no price: {}", reason(&revert)));
        (price.bidWad, price.askWad)
    }

    /// Returns the reason for which there is no price.
    fn refused(&self) -> u8 {
        reason(&self.ask().map(|price| price.bidWad).expect_err("there is no price"))
    }

    fn ask(&self) -> Result<IOracle::priceReturn, Bytes> {
        let call = Call::new(Address::ZERO, self.oracle, IOracle::priceCall {}.abi_encode());
        match self.chain.call(&call, BlockId::latest()) {
            Ok(output) => Ok(IOracle::priceCall::abi_decode_returns(&output).expect("two numbers")),
            Err(CallError::Revert(data)) => Err(data.to_vec().into()),
            Err(other) => panic!("{other}"),
        }
    }

    /// Asserts that bid and ask hold a price and are no further apart than the oracle may be.
    fn assert_holds(&self, dollars: u64) {
        let (bid, ask) = self.price();
        assert!(bid <= usd(dollars) && usd(dollars) <= ask, "{dollars} is not in {bid} to {ask}");
        assert!((ask - bid) * U256::from(10_000) <= bid * U256::from(DEVIATION_BPS), "{bid} to {ask}");
    }
}

fn reason(revert: &[u8]) -> u8 {
    IOracle::PriceRefused::abi_decode(revert).expect("a refusal").reason
}

fn deploy(chain: &Chain, from: Address, terms: Terms) -> Address {
    let code = artifacts().ours("Deployer").expect("scripts/setup has compiled it");
    let deployer = create(chain, from, code);
    let initialization = IOracle::initializeCall { terms }.abi_encode().into();
    let call = IDeployer::deployCall { initCode: init_code().into(), initialization };
    let call = Call::new(from, deployer, call.abi_encode()).with_value_wei(U256::from(ACTIVATION_WEI));
    let receipt = succeeded(chain.send(&call).expect("a valid transaction"));
    IDeployer::deployCall::abi_decode_returns(&receipt.output).expect("an address")
}

fn succeeded(receipt: Receipt) -> Receipt {
    assert_eq!(receipt.status, Status::Success, "reverts: {}", receipt.output);
    receipt
}

fn send<C: SolCall>(chain: &Chain, from: Address, to: Address, call: &C) -> Receipt {
    succeeded(chain.send(&Call::new(from, to, call.abi_encode())).expect("a valid transaction"))
}

#[test]
fn the_price_is_that_of_the_feeds_and_the_pool() {
    let stage = Stage::new();

    stage.assert_holds(3000);

    let call = Call::new(stage.trader, stage.oracle, IOracle::priceCall {}.abi_encode());
    let used_gas = stage.chain.send(&call).expect("a valid transaction").gas_used;
    println!("a price costs {used_gas} gas in a transaction of its own");
}

#[test]
fn what_is_traded_within_a_transaction_moves_no_price() {
    let stage = Stage::new();
    let (chain, world) = (&stage.chain, &stage.world);
    let code = artifacts().ours("Holder").expect("scripts/setup has compiled it");
    let holder = create(chain, stage.trader, [code, world.tokens.usdc.abi_encode()].concat());
    let amount = U256::from(2_000_000_000_000_u64);
    world.fund(chain, holder, amount).expect("anyone is funded");
    stage.pass(100);
    let before = stage.price();

    let swap = IUniswap::exactInputSingleCall {
        params: (
            world.tokens.usdc,
            world.tokens.weth,
            U24::from(500),
            holder,
            U256::MAX,
            amount,
            U256::ZERO,
            U160::ZERO,
        ),
    };
    let calls = [
        (world.tokens.usdc, IERC20::approveCall { spender: stage.uniswap.router, value: amount }.abi_encode()),
        (stage.uniswap.router, swap.abi_encode()),
        (stage.uniswap.pool, IUniswapV3Pool::slot0Call {}.abi_encode()),
        (stage.oracle, IOracle::priceCall {}.abi_encode()),
    ];
    let relay = IHolder::relayCall {
        targets: calls.iter().map(|(target, _)| *target).collect(),
        data: calls.iter().map(|(_, data)| data.clone().into()).collect(),
    };
    let slot = |output: &[u8]| IUniswapV3Pool::slot0Call::abi_decode_returns(output).expect("a slot").tick.as_i32();
    let call = Call::new(Address::ZERO, stage.uniswap.pool, IUniswapV3Pool::slot0Call {}.abi_encode());
    let tick = slot(&chain.call(&call, BlockId::latest()).expect("it answers"));
    let answers = IHolder::relayCall::abi_decode_returns(&send(chain, stage.trader, holder, &relay).output);
    let answers = answers.expect("an array");

    assert!((slot(&answers[2]) - tick).abs() > 500, "the price of the moment is more than 5 % away");
    let price = IOracle::priceCall::abi_decode_returns(&answers[3]).expect("two numbers");
    assert_eq!((price.bidWad, price.askWad), before);
}

#[test]
fn a_push_that_lasts_makes_it_refuse_before_it_moves_further_than_the_deviation() {
    let stage = Stage::new();
    stage.push(3900);

    let mut is_refused = false;
    for _ in 0..30 {
        stage.pass(10);
        match stage.ask() {
            Ok(_) => {
                assert!(!is_refused, "it does not come back while the push lasts");
                stage.assert_holds(3000);
            }
            Err(revert) => {
                assert_eq!(reason(&revert), 8);
                is_refused = true;
            }
        }
    }
    assert!(is_refused);

    stage.push(3000);
    stage.pass(u64::from(WINDOW_SECS));
    stage.assert_holds(3000);
}

#[test]
fn a_move_of_both_sources_is_followed_when_it_has_lasted() {
    let stage = Stage::new();

    stage.push(3300);
    stage.say(3300);
    assert_eq!(stage.refused(), 8, "the mean is still what it was");
    stage.pass(u64::from(WINDOW_SECS));

    stage.assert_holds(3300);
}

#[test]
fn there_is_no_price_while_the_sequencer_is_down_nor_shortly_after() {
    let stage = Stage::new();
    let tell = |answer| stage.world.answer(&stage.chain, stage.sequencer, answer).expect("the chain obeys");

    tell(I256::ONE);
    assert_eq!(stage.refused(), 6);
    tell(I256::ZERO);
    assert_eq!(stage.refused(), 7);
    stage.pass(u64::from(GRACE_SECS));

    stage.assert_holds(3000);
}

#[test]
fn a_feed_that_has_stopped_is_refused() {
    let stage = Stage::new();

    stage.pass(u64::from(MAX_AGE_SECS) + 1);

    assert_eq!(stage.refused(), 4);
}

/// A pool that begins at a root says the highest tick whose own root is not above it: so the root of a tick and the one
/// just below it tell that ours is Uniswap's, to the unit.
#[test]
fn roots_of_ticks_are_those_of_uniswap_to_the_unit() {
    let stage = Stage::new();
    let (chain, trader) = (&stage.chain, stage.trader);
    let mut pools = 0_u64;
    let mut tick_of = |sqrt: U256| {
        pools += 1;
        let call = IUniswap::createPoolCall {
            tokenA: Address::from_word(B256::from(U256::from(2 * pools))),
            tokenB: Address::from_word(B256::from(U256::from(2 * pools + 1))),
            fee: U24::from(500),
        };
        let created = send(chain, trader, stage.uniswap.factory, &call);
        let pool = IUniswap::createPoolCall::abi_decode_returns(&created.output).expect("an address");
        send(chain, trader, pool, &IUniswap::initializeCall { sqrtPriceX96: sqrt.to() });
        let slot = Call::new(trader, pool, IUniswapV3Pool::slot0Call {}.abi_encode());
        let slot = chain.call(&slot, BlockId::latest()).expect("it answers");
        IUniswapV3Pool::slot0Call::abi_decode_returns(&slot).expect("a slot").tick.as_i32()
    };

    for bit in 0..20 {
        for tick in [1 << bit, -(1 << bit), (1 << bit) - 1] {
            let root = math::sqrt_price_x96(tick).expect("a tick");
            assert_eq!((tick_of(root), tick_of(root - U256::ONE)), (tick, tick - 1));
        }
    }
}
