//! A world with a pool over Aave's USDC, and positions whose vault is a mere holder, so that a test says every call.

use std::path::{Path, PathBuf};

use abi::{
    adapter::IAdapter::{self, Report},
    arb::IDeployer,
    bond::IBond,
    erc20::IERC20,
    hyperdrive::IHyperdrive,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use devnet::{BlockId, Call, CallError, Chain, Clock, Config, Status};
use keeper_sim::{Artifacts, Hyperdrive, HyperdriveConfig, World, WorldConfig};

sol! {
    /// `contracts/solidity/src/test/Holder.sol`.
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers);
    }
}

pub const WAD: u64 = 1_000_000_000_000_000_000;
/// One unit of USDC.
pub const ONE: u64 = 1_000_000;
pub const DAY_SECS: u64 = 86_400;
pub const TERM_SECS: u64 = 182 * DAY_SECS;
pub const DECAY_SECS: u32 = 864_000;
/// The fee for activating a program, with much to spare.
const ACTIVATION_WEI: u128 = 1_000_000_000_000_000_000;

pub struct Stage {
    pub chain: Chain,
    pub world: World,
    pub pool: Hyperdrive,
    /// Stands where the adapters expect the vault.
    pub holder: Address,
    /// Pays the gas of everything, and trades.
    pub sender: Address,
    deployer: Address,
}

pub fn u(value: u64) -> U256 {
    U256::from(value)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Init code that creates a program: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code(program: &str) -> Vec<u8> {
    let path = root().join(format!("target/programs/{program}.code"));
    let code = std::fs::read(&path).unwrap_or_else(|e| panic!("no {}: {e}; run scripts/wasm", path.display()));
    let [high, low] = u16::try_from(code.len()).expect("a program's code is short").to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3][..], &code].concat()
}

impl Stage {
    /// A pool of bonds of half a year, 10 million at 5 %, whose checkpoints are days; the first of them has begun.
    pub fn new() -> Self {
        let chain = Chain::new(Config { clock: Clock::Manual { start_secs: 1_767_225_600 }, ..Config::default() });
        let artifacts = Artifacts::of_workspace(&root());
        let config = WorldConfig { markets: Vec::new(), ..WorldConfig::default() };
        let world = World::build(&chain, &config, &artifacts).expect("the configuration is good");
        let config = HyperdriveConfig {
            position_secs: TERM_SECS,
            checkpoint_secs: DAY_SECS,
            rate_wad: WAD / 20,
            liquidity_assets: u(10_000_000 * ONE),
        };
        let pool = world.deploy_hyperdrive(&chain, &artifacts, &config).expect("it deploys");
        let sender = chain.accounts()[0];
        let create = |name: &str, arguments: Vec<u8>| {
            let code = [artifacts.ours(name).expect("scripts/setup has compiled it"), arguments].concat();
            let receipt = chain.send(&Call::create(sender, code)).expect("a valid transaction");
            receipt.contract_address.expect("the contract is created")
        };
        let holder = create("Holder", world.tokens.usdc.abi_encode());
        let deployer = create("Deployer", Vec::new());
        Self { chain, world, pool, holder, sender, deployer }
    }

    pub fn now_secs(&self) -> u64 {
        self.chain.head().timestamp_secs()
    }

    /// Returns when the latest checkpoint began.
    pub fn latest_secs(&self) -> u64 {
        self.now_secs() - self.now_secs() % DAY_SECS
    }

    pub fn pass(&self, secs: u64) {
        self.world.pass(&self.chain, secs).expect("the chain obeys");
    }

    /// Lets time pass until a moment: the latest block is of it.
    pub fn pass_to(&self, at_secs: u64) {
        self.chain.set_next_timestamp(at_secs).expect("it is to come");
        self.chain.mine(1).expect("the chain obeys");
    }

    /// Begins the present checkpoint, which ends the one before it.
    pub fn begin(&self) {
        self.world.checkpoint(&self.chain, &self.pool, self.sender, self.latest_secs()).expect("anyone may");
    }

    /// Lets the sender buy bonds for so many dollars.
    pub fn buy(&self, dollars: u64) {
        self.world.open_long(&self.chain, &self.pool, self.sender, u(dollars * ONE)).expect("the pool sells");
    }

    pub fn checkpoint(&self, at_secs: u64) -> IHyperdrive::Checkpoint {
        self.view(self.pool.pool, &IHyperdrive::getCheckpointCall { checkpointTime: u(at_secs) })
    }

    /// Deploys a position in what is sold now.
    pub fn position(&self) -> Address {
        let terms = IBond::HyperdriveTerms { maturity: self.latest_secs() + TERM_SECS, decaySecs: DECAY_SECS };
        self.try_position(self.pool.pool, terms.abi_encode()).expect("the terms are good")
    }

    /// Deploys a position; the error is what its initialisation reverted with.
    pub fn try_position(&self, venue: Address, terms: Vec<u8>) -> Result<Address, Bytes> {
        let initialization = IAdapter::initializeCall { vault: self.holder, venue, terms: terms.into() };
        let initialization = initialization.abi_encode().into();
        let call = IDeployer::deployCall { initCode: init_code("hyperdrive-long").into(), initialization };
        let call = Call::new(self.sender, self.deployer, call.abi_encode()).with_value_wei(U256::from(ACTIVATION_WEI));
        let receipt = self.chain.send(&call).expect("a valid transaction");
        match receipt.status {
            Status::Success => Ok(IDeployer::deployCall::abi_decode_returns(&receipt.output).expect("an address")),
            _ => Err(IDeployer::InitializationFailed::abi_decode(&receipt.output).expect("its refusal").reason),
        }
    }

    /// Makes a call in the holder's name; returns the reports before and after, and the gas of the transaction.
    fn perform(&self, position: Address, call: Vec<u8>) -> Result<([Report; 2], u64), Bytes> {
        let relay = IHolder::relayCall { targets: vec![position], data: vec![call.into()] };
        let call = Call::new(self.sender, self.holder, relay.abi_encode());
        let receipt = self.chain.send(&call).expect("a valid transaction");
        if receipt.status != Status::Success {
            return Err(receipt.output);
        }
        let answers = IHolder::relayCall::abi_decode_returns(&receipt.output).expect("an array");
        let moved = IAdapter::deallocateCall::abi_decode_returns(&answers[0]).expect("two reports");
        Ok(([moved.before, moved.after_], receipt.gas_used))
    }

    /// Invests fresh money; returns the reports before and after, and the gas.
    pub fn invest(&self, position: Address, assets: u64) -> Result<([Report; 2], u64), Bytes> {
        self.world.fund(&self.chain, position, u(assets)).expect("anyone is funded");
        self.perform(position, IAdapter::allocateCall { assets: u(assets) }.abi_encode())
    }

    /// Takes money out, everything for [`U256::MAX`]: the reports before and after, what reached the holder, and the gas.
    pub fn divest(&self, position: Address, assets: U256) -> Result<([Report; 2], u64, u64), Bytes> {
        let held = || self.view(self.world.tokens.usdc, &IERC20::balanceOfCall { account: self.holder });
        let before = held();
        let (reports, gas) = self.perform(position, IAdapter::deallocateCall { assets }.abi_encode())?;
        Ok((reports, (held() - before).to(), gas))
    }

    pub fn report(&self, position: Address) -> Report {
        self.view(position, &IAdapter::reportCall {})
    }

    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        self.try_view(Address::ZERO, to, call).unwrap_or_else(|revert| panic!("{} reverts: {revert}", C::SIGNATURE))
    }

    pub fn try_view<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<C::Return, Bytes> {
        match self.chain.call(&Call::new(from, to, call.abi_encode()), BlockId::latest()) {
            Ok(output) => Ok(C::abi_decode_returns(&output).expect("the contract keeps its interface")),
            Err(CallError::Revert(data)) => Err(data.to_vec().into()),
            Err(other) => panic!("{other}"),
        }
    }
}

/// Decodes a revert that must be of a type.
#[track_caller]
pub fn refusal<E: SolError>(revert: &[u8]) -> E {
    E::abi_decode(revert).unwrap_or_else(|_| panic!("another revert: {}", alloy_primitives::hex::encode(revert)))
}

/// Decodes what a venue reverted with, which must be of a type.
#[track_caller]
pub fn reason<E: SolError>(revert: &[u8]) -> E {
    refusal(&refusal::<IAdapter::VenueCallFailed>(revert).reason)
}

/// Asserts that two amounts are at most so much apart.
#[track_caller]
pub fn assert_close(found: U256, expected: U256, apart: u64) {
    assert!(found.abs_diff(expected) <= u(apart), "{found} is not {expected}, to {apart}");
}
