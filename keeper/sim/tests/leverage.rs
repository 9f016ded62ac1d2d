//! A leveraged position over the real contracts: Aave v3, Morpho Blue's free loans, Uniswap's pool, our oracle. The programs are
//! those that `scripts/wasm` has built.

use std::path::{Path, PathBuf};

use abi::{
    aave::{IAToken, IAavePool},
    adapter::IAdapter::{self, Report},
    arb::IDeployer,
    erc20::IERC20,
    leverage::ILoop,
    oracle::IOracle,
};
use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use devnet::{BlockId, Call, Chain, Clock, Config, Receipt, Status};
use keeper_sim::{Artifacts, Uniswap, World, WorldConfig};

sol! {
    /// `contracts/solidity/src/test/Holder.sol`.
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers);
    }

    /// Aave's register, and who configures its reserves.
    interface IAaveAdmin {
        function getPoolConfigurator() external view returns (address);
        function setReserveFlashLoaning(address asset, bool enabled) external;
    }
}

const USD: u64 = 100_000_000;
const ONE: u64 = 1_000_000;
const WINDOW_SECS: u32 = 1800;
const TARGET_BPS: u16 = 15_000;
const SLIP_BPS: u16 = 100;
/// The fee for activating a program, with much to spare.
const ACTIVATION_WEI: u128 = 1_000_000_000_000_000_000;

/// A world with Uniswap, an oracle, and a position whose vault is a mere holder.
struct Stage {
    chain: Chain,
    world: World,
    uniswap: Uniswap,
    feed: Address,
    adapter: Address,
    holder: Address,
    sender: Address,
}

fn artifacts() -> Artifacts {
    Artifacts::of_workspace(&root())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn number(value: u64) -> I256 {
    I256::try_from(value).expect("fits")
}

fn u(value: u64) -> U256 {
    U256::from(value)
}

/// Init code that creates a program: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code(program: &str) -> Vec<u8> {
    let path = root().join(format!("target/programs/{program}.code"));
    let code = std::fs::read(&path).unwrap_or_else(|e| panic!("no {}: {e}; run scripts/wasm", path.display()));
    let [high, low] = u16::try_from(code.len()).expect("a program's code is short").to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3][..], &code].concat()
}

fn create(chain: &Chain, from: Address, code: Vec<u8>) -> Address {
    let receipt = chain.send(&Call::create(from, code)).expect("a valid transaction");
    receipt.contract_address.expect("the contract is created")
}

fn succeeded(receipt: Receipt) -> Receipt {
    assert_eq!(receipt.status, Status::Success, "reverts: {}", receipt.output);
    receipt
}

impl Stage {
    /// Borrows from Aave itself, or from Morpho.
    fn new(lends_at_aave: bool) -> Self {
        let clock = Clock::Manual { start_secs: 1_767_225_600 };
        let chain = Chain::new(Config { clock, ..Config::default() });
        let config = WorldConfig { markets: Vec::new(), ..WorldConfig::default() };
        let world = World::build(&chain, &config, &artifacts()).expect("the configuration is good");
        world.set_price(&chain, 3000 * USD).expect("the chain obeys");
        let uniswap = world.deploy_uniswap(&chain, &artifacts(), 3000 * USD).expect("it deploys");
        world.pass(&chain, u64::from(WINDOW_SECS) + 60).expect("the chain obeys");
        let feed = |answer| world.deploy_feed(&chain, &artifacts(), 8, answer).expect("it deploys");
        let (feed, quote_feed) = (feed(number(3000 * USD)), feed(number(USD)));
        let sender = chain.accounts()[0];
        let deployer = create(&chain, sender, artifacts().ours("Deployer").expect("it is compiled"));
        let deploy = |program: &str, initialization: Vec<u8>| {
            let call =
                IDeployer::deployCall { initCode: init_code(program).into(), initialization: initialization.into() };
            let call = Call::new(sender, deployer, call.abi_encode()).with_value_wei(U256::from(ACTIVATION_WEI));
            let receipt = succeeded(chain.send(&call).expect("a valid transaction"));
            IDeployer::deployCall::abi_decode_returns(&receipt.output).expect("an address")
        };
        let terms = IOracle::Terms {
            base: world.tokens.weth,
            quote: world.tokens.usdc,
            feed,
            maxAgeSecs: 86_400,
            quoteFeed: quote_feed,
            quoteMaxAgeSecs: 86_400,
            minPriceWad: u(500) * u(1_000_000_000_000_000_000),
            maxPriceWad: u(20_000) * u(1_000_000_000_000_000_000),
            pool: uniswap.pool,
            windowSecs: WINDOW_SECS,
            deviationBps: 100,
            sequencer: Address::ZERO,
            graceSecs: 0,
        };
        let oracle = deploy("oracle", IOracle::initializeCall { terms }.abi_encode());
        let code = artifacts().ours("Holder").expect("scripts/setup has compiled it");
        let holder = create(&chain, sender, [code, world.tokens.usdc.abi_encode()].concat());
        let lender = if lends_at_aave { world.aave.pool } else { world.morpho.morpho };
        let terms = ILoop::Terms { oracle, lender, eMode: 0, targetBps: TARGET_BPS, slipBps: SLIP_BPS };
        let initialize =
            IAdapter::initializeCall { vault: holder, venue: world.aave.pool, terms: terms.abi_encode().into() };
        let adapter = deploy("aave-loop", initialize.abi_encode());
        let stage = Self { chain, world, uniswap, feed, adapter, holder, sender };
        stage.let_aave_lend_for_a_moment();
        stage
    }

    fn let_aave_lend_for_a_moment(&self) {
        let configurator = self.view(self.world.aave.provider, &IAaveAdmin::getPoolConfiguratorCall {});
        let call = IAaveAdmin::setReserveFlashLoaningCall { asset: self.world.tokens.usdc, enabled: true };
        let call = Call::new(self.world.admin, configurator, call.abi_encode());
        succeeded(self.chain.send(&call).expect("a valid transaction"));
    }

    /// Makes a call in the holder's name; returns the answer and the gas of the transaction.
    fn relay(&self, call: Vec<u8>) -> Result<(Bytes, u64), Bytes> {
        let relay = IHolder::relayCall { targets: vec![self.adapter], data: vec![call.into()] };
        let call = Call::new(self.sender, self.holder, relay.abi_encode());
        let receipt = self.chain.send(&call).expect("a valid transaction");
        match receipt.status {
            Status::Success => {
                let answers = IHolder::relayCall::abi_decode_returns(&receipt.output).expect("an array");
                Ok((answers[0].clone(), receipt.gas_used))
            }
            _ => Err(receipt.output),
        }
    }

    /// Moves the position, and returns it before and after.
    fn perform(&self, call: Vec<u8>) -> (Report, Report) {
        let selector = alloy_primitives::hex::encode(&call[..4]);
        let (answer, used_gas) = self.relay(call).unwrap_or_else(|revert| panic!("{selector} reverts: {revert}"));
        println!("{selector} costs {used_gas} gas in a transaction of its own");
        let moved = IAdapter::deallocateCall::abi_decode_returns(&answer).expect("two reports");
        (moved.before, moved.after_)
    }

    fn invest(&self, assets: u64) -> Report {
        self.world.fund(&self.chain, self.adapter, u(assets)).expect("anyone is funded");
        self.perform(IAdapter::allocateCall { assets: u(assets) }.abi_encode()).1
    }

    fn balance(&self, token: Address, account: Address) -> U256 {
        self.view(token, &IERC20::balanceOfCall { account })
    }

    fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let call = Call::new(self.sender, to, call.abi_encode());
        let output = self.chain.call(&call, BlockId::latest()).expect("it answers");
        C::abi_decode_returns(&output).expect("as the interface says")
    }

    /// Makes the collateral worth so many dollars, everywhere and for long enough.
    fn price(&self, dollars: u64) {
        let (chain, world) = (&self.chain, &self.world);
        world.trade_to(chain, &self.uniswap, self.sender, dollars * USD).expect("the pool trades");
        world.pass(chain, u64::from(WINDOW_SECS) + 60).expect("the chain obeys");
        world.set_price(chain, dollars * USD).expect("the chain obeys");
        world.answer(chain, self.feed, number(dollars * USD)).expect("the chain obeys");
    }

    /// What Aave itself says of our health, in wad.
    fn aaves_health_wad(&self) -> U256 {
        self.view(self.world.aave.pool, &IAavePool::getUserAccountDataCall { user: self.adapter }).healthFactor
    }

    fn has_nothing_in_its_pockets(&self) {
        let tokens = self.world.tokens;
        assert_eq!(self.balance(tokens.weth, self.adapter), U256::ZERO);
        assert!(self.balance(tokens.usdc, self.adapter) <= u(5), "but for what debts were rounded up by");
        for token in [tokens.usdc, tokens.weth] {
            for spender in [self.world.aave.pool, self.world.morpho.morpho, self.uniswap.pool] {
                let allowance = self.view(token, &IERC20::allowanceCall { owner: self.adapter, spender });
                assert_eq!(allowance, U256::ZERO);
            }
        }
    }
}

/// Health in basis points.
fn health_bps(report: &Report) -> u64 {
    (report.backing * u(10_000) / report.debt).to()
}

#[test]
fn a_position_is_built_paid_lowered_and_left_over_the_real_contracts() {
    for lends_at_aave in [false, true] {
        let stage = Stage::new(lends_at_aave);

        let first = stage.invest(20_000 * ONE);
        assert!((15_000..15_500).contains(&health_bps(&first)), "{}", health_bps(&first));
        assert!(first.value > u(19_800 * ONE) && first.value <= u(20_000 * ONE), "{}", first.value);
        assert_eq!(first.units, first.value);
        let health = first.backing * u(1_000_000_000_000_000_000) / first.debt;
        assert!(stage.aaves_health_wad() >= health, "the worse of two prices is reported");
        stage.has_nothing_in_its_pockets();

        let nearer = stage.perform(IAdapter::allocateCall { assets: U256::ZERO }.abi_encode()).1;
        assert!(health_bps(&nearer) < health_bps(&first) && health_bps(&nearer) >= 15_000);

        let call = IAdapter::deallocateCall { assets: u(4_000 * ONE) };
        let (before, after) = stage.perform(call.abi_encode());
        assert_eq!(stage.balance(stage.world.tokens.usdc, stage.holder), u(4_000 * ONE), "exactly");
        assert!(health_bps(&after) >= health_bps(&before));
        assert!(before.value - after.value < u(4_040 * ONE));
        stage.has_nothing_in_its_pockets();

        stage.price(2_600);
        let (before, after) = stage.perform(
            IAdapter::deleverageCall { debtAssets: u(2_000 * ONE), targetBps: u(TARGET_BPS.into()) }.abi_encode(),
        );
        assert!(health_bps(&before) < 15_000 && health_bps(&after) > health_bps(&before));
        assert!(before.debt - after.debt <= u(2_000 * ONE + 1));
        let (_, after) = stage
            .perform(IAdapter::deleverageCall { debtAssets: U256::MAX, targetBps: u(TARGET_BPS.into()) }.abi_encode());
        assert!((14_900..=15_000).contains(&health_bps(&after)), "{}", health_bps(&after));
        assert_eq!(after.units, before.units);

        stage.world.pass(&stage.chain, 3_600).expect("the chain obeys");
        let value = stage.view(stage.adapter, &IAdapter::valueCall {});
        let paid = stage.balance(stage.world.tokens.usdc, stage.holder);
        let (_, after) = stage.perform(IAdapter::deallocateCall { assets: U256::MAX }.abi_encode());
        let paid = stage.balance(stage.world.tokens.usdc, stage.holder) - paid;
        assert!(paid > value * u(97) / u(100) && paid <= value * u(103) / u(100), "{paid} of {value}");
        assert_eq!((after.value, after.units, after.backing, after.debt), Default::default());
        for token in [stage.world.aave.collateral_a_token, stage.world.aave.variable_debt_token] {
            let left = stage.view(token, &IAToken::scaledBalanceOfCall { user: stage.adapter });
            assert_eq!(left, U256::ZERO, "everything leaves nothing");
        }
        stage.has_nothing_in_its_pockets();
    }
}

#[test]
fn a_stranger_who_has_aave_lend_to_us_is_refused() {
    let stage = Stage::new(true);
    stage.invest(10_000 * ONE);
    let call = IAavePool::flashLoanSimpleCall {
        receiverAddress: stage.adapter,
        asset: stage.world.tokens.usdc,
        amount: u(ONE),
        params: vec![0; 192].into(),
        referralCode: 0,
    };

    let call = Call::new(stage.sender, stage.world.aave.pool, call.abi_encode());
    let receipt = stage.chain.send(&call).expect("a valid transaction");

    assert_ne!(receipt.status, Status::Success);
    let error = ILoop::UnexpectedCallback::abi_decode(&receipt.output).expect("the adapter's own refusal");
    assert_eq!(error.caller, stage.sender);
}

#[test]
fn a_pool_that_was_pushed_beyond_the_slip_trades_nothing() {
    let stage = Stage::new(false);
    stage.invest(10_000 * ONE);
    let (chain, world) = (&stage.chain, &stage.world);

    world.trade_to(chain, &stage.uniswap, stage.sender, 2_900 * USD).expect("the pool trades");
    let revert = stage.relay(IAdapter::deallocateCall { assets: u(1_000 * ONE) }.abi_encode()).expect_err("too dear");
    let reason = IAdapter::VenueCallFailed::abi_decode(&revert).expect("a refusal").reason;
    let error = ILoop::SwapTooDear::abi_decode(&reason).expect("a price beyond the slip");
    assert!(error.owed > error.most);
}
