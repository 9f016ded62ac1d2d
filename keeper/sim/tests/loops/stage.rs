//! A leveraged position in the market of an event, whose vault is a mere holder. The programs are those that `scripts/wasm` has built.

use std::path::{Path, PathBuf};

use abi::{
    adapter::IAdapter::{self, Report},
    arb::IDeployer,
    leverage::ILoop,
    oracle::IOracle,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use devnet::{BlockId, Call, Chain, Clock, Config, Receipt, Status};
use keeper_sim::{
    Artifacts,
    stress::{Event, Market},
};

sol! {
    /// `contracts/solidity/src/test/Holder.sol`.
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers);
    }
}

/// What the position is told at its initialisation, beside what the event says.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Whether Aave itself lends for a moment, or Morpho does.
    pub lends_at_aave: bool,
    /// How far the oracle's sources may be apart.
    pub deviation_bps: u16,
    /// How much worse than the oracle's price a swap may be.
    pub slip_bps: u16,
    /// How long the oracle waits after the sequencer runs again.
    pub grace_secs: u32,
}

/// The fee for activating a program, with much to spare.
const ACTIVATION_WEI: u128 = 1_000_000_000_000_000_000;
/// Over how long the oracle takes the pool's mean.
pub const WINDOW_SECS: u32 = 1_800;
/// Longer than any heartbeat by more than a step.
const MAX_AGE_SECS: u32 = 90_000;

/// The position and who holds it.
pub struct Stage {
    pub adapter: Address,
    holder: Address,
    sender: Address,
}

pub fn artifacts() -> Artifacts {
    Artifacts::of_workspace(&root())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The world of an event on a chain whose clock is ours.
pub fn open(event: &Event) -> Market {
    let chain = Chain::new(Config { clock: Clock::Manual { start_secs: 1_767_225_600 }, ..Config::default() });
    Market::open(&chain, &artifacts(), event).expect("it opens")
}

/// Init code that creates a program: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code(program: &str) -> Vec<u8> {
    let path = root().join(format!("target/programs/{program}.code"));
    let code = std::fs::read(&path).unwrap_or_else(|e| panic!("no {}: {e}; run scripts/wasm", path.display()));
    let [high, low] = u16::try_from(code.len()).expect("a program's code is short").to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3][..], &code].concat()
}

fn succeeded(receipt: Receipt) -> Receipt {
    assert_eq!(receipt.status, Status::Success, "reverts: {}", receipt.output);
    receipt
}

impl Stage {
    /// Deploys an oracle over the market's feeds and pool, and a position at the event's health.
    pub fn new(market: &Market, event: &Event, setting: Setting) -> Self {
        let (chain, world) = (&market.chain, &market.world);
        let sender = chain.accounts()[0];
        let send = |call: Call| succeeded(chain.send(&call).expect("a valid transaction"));
        let create = |name: &str, arguments: Vec<u8>| {
            let code = artifacts().ours(name).expect("scripts/setup has compiled it");
            send(Call::create(sender, [code, arguments].concat())).contract_address.expect("it is created")
        };
        let deployer = create("Deployer", Vec::new());
        let deploy = |program: &str, initialization: Vec<u8>| {
            let call =
                IDeployer::deployCall { initCode: init_code(program).into(), initialization: initialization.into() };
            let call = Call::new(sender, deployer, call.abi_encode()).with_value_wei(U256::from(ACTIVATION_WEI));
            IDeployer::deployCall::abi_decode_returns(&send(call).output).expect("an address")
        };
        let terms = IOracle::Terms {
            base: world.tokens.weth,
            quote: world.tokens.usdc,
            feed: market.collateral_feed,
            maxAgeSecs: MAX_AGE_SECS,
            quoteFeed: market.usdc_feed,
            quoteMaxAgeSecs: MAX_AGE_SECS,
            minPriceWad: U256::from(1_000_000_000_000_000_u64),
            maxPriceWad: U256::from(1_000_000_000_000_000_000_000_000_u128),
            pool: market.uniswap.pool,
            windowSecs: WINDOW_SECS,
            deviationBps: setting.deviation_bps,
            sequencer: market.sequencer_feed,
            graceSecs: setting.grace_secs,
        };
        let oracle = deploy("oracle", IOracle::initializeCall { terms }.abi_encode());
        let holder = create("Holder", world.tokens.usdc.abi_encode());
        let terms = ILoop::Terms {
            oracle,
            lender: if setting.lends_at_aave { world.aave.pool } else { world.morpho.morpho },
            eMode: u8::from(event.listing.is_e_mode),
            targetBps: event.start_health_bps,
            slipBps: setting.slip_bps,
        };
        let initialize =
            IAdapter::initializeCall { vault: holder, venue: world.aave.pool, terms: terms.abi_encode().into() };
        Self { adapter: deploy("aave-loop", initialize.abi_encode()), holder, sender }
    }

    /// Makes a call in the holder's name; returns the position before and after, or the revert.
    pub fn perform(&self, market: &Market, call: Vec<u8>) -> Result<[Report; 2], Bytes> {
        let relay = IHolder::relayCall { targets: vec![self.adapter], data: vec![call.into()] };
        let call = Call::new(self.sender, self.holder, relay.abi_encode());
        let receipt = market.chain.send(&call).expect("a valid transaction");
        if receipt.status != Status::Success {
            return Err(receipt.output);
        }
        let answers = IHolder::relayCall::abi_decode_returns(&receipt.output).expect("an array");
        let moved = IAdapter::deallocateCall::abi_decode_returns(&answers[0]).expect("two reports");
        Ok([moved.before, moved.after_])
    }

    /// Gives the position new money, in USDC base units.
    pub fn invest(&self, market: &Market, assets: u64) -> Result<[Report; 2], Bytes> {
        let assets = U256::from(assets);
        market.world.fund(&market.chain, self.adapter, assets).expect("anyone is funded");
        self.perform(market, IAdapter::allocateCall { assets }.abi_encode())
    }

    pub fn view<C: SolCall>(&self, market: &Market, to: Address, call: &C) -> C::Return {
        let call = Call::new(self.sender, to, call.abi_encode());
        let output = market.chain.call(&call, BlockId::latest()).expect("it answers");
        C::abi_decode_returns(&output).expect("as the interface says")
    }
}
