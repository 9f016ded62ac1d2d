//! A world with two bonds over Aave's USDC, and positions whose vault is a mere holder, so that a test says every call.

use std::path::{Path, PathBuf};

use abi::{
    adapter::IAdapter::{self, Report},
    arb::IDeployer,
    bond::IBond,
    erc20::IERC20,
    oracle::IOracle,
    pendle::IPendleMarket,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use devnet::{BlockId, Call, CallError, Chain, Clock, Config, Receipt, Status};
use keeper_sim::{Artifacts, Bond, BondConfig, Pendle, World, WorldConfig};

sol! {
    /// `contracts/solidity/src/test/Holder.sol`.
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers);
    }

    /// Pendle's own oracle of what principal is worth.
    interface IPrincipalOracle {
        function getPtToAssetRate(address market, uint32 duration) external view returns (uint256);
        function getPtToSyRate(address market, uint32 duration) external view returns (uint256);
    }

    /// What the owner of a wrapper may do.
    interface IWrapperOwner {
        function pause() external;
        function unpause() external;
    }
}

pub const WAD: u64 = 1_000_000_000_000_000_000;
/// One unit of USDC.
pub const ONE: u64 = 1_000_000;
pub const DAY_SECS: u64 = 86_400;
pub const YEAR_SECS: u64 = 365 * DAY_SECS;
pub const START_SECS: u64 = 1_767_225_600;
pub const WINDOW_SECS: u32 = 900;
pub const DECAY_SECS: u32 = 864_000;
/// The continuous rate at which each market begins, in wad.
pub const RATE_WAD: u64 = 60_000_000_000_000_000;
/// The fee for activating a program, with much to spare.
const ACTIVATION_WEI: u128 = 1_000_000_000_000_000_000;

pub struct Stage {
    pub chain: Chain,
    pub world: World,
    pub pendle: Pendle,
    /// What both bonds are of: Pendle's wrapper of Aave's USDC.
    pub wrapper: Address,
    /// Due after 90 days, and after 300.
    pub bonds: [Bond; 2],
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

pub fn artifacts() -> Artifacts {
    Artifacts::of_workspace(&root())
}

/// Init code that creates a program: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code(program: &str) -> Vec<u8> {
    let path = root().join(format!("target/programs/{program}.code"));
    let code = std::fs::read(&path).unwrap_or_else(|e| panic!("no {}: {e}; run scripts/wasm", path.display()));
    let [high, low] = u16::try_from(code.len()).expect("a program's code is short").to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3][..], &code].concat()
}

impl Stage {
    /// Markets of 5 million of each side that remember more than the window, which has passed.
    pub fn new() -> Self {
        let chain = Chain::new(Config { clock: Clock::Manual { start_secs: START_SECS }, ..Config::default() });
        let config = WorldConfig { markets: Vec::new(), ..WorldConfig::default() };
        let world = World::build(&chain, &config, &artifacts()).expect("the configuration is good");
        let pendle = world.deploy_pendle(&chain, &artifacts()).expect("it deploys");
        let wrapper = world.wrap_aave(&chain, &artifacts()).expect("it deploys");
        let sender = chain.accounts()[0];
        let create = |name: &str, arguments: Vec<u8>| {
            let code = [artifacts().ours(name).expect("scripts/setup has compiled it"), arguments].concat();
            let receipt = chain.send(&Call::create(sender, code)).expect("a valid transaction");
            receipt.contract_address.expect("the contract is created")
        };
        let holder = create("Holder", world.tokens.usdc.abi_encode());
        let deployer = create("Deployer", Vec::new());
        let bonds = [90, 300].map(|days| {
            let config = bond_config(&chain, days);
            world.issue_bond(&chain, &pendle, wrapper, &config).expect("it is issued")
        });
        let stage = Self { chain, world, pendle, wrapper, bonds, holder, sender, deployer };
        stage.pass(u64::from(WINDOW_SECS) + 1);
        stage
    }

    pub fn pass(&self, secs: u64) {
        self.world.pass(&self.chain, secs).expect("the chain obeys");
    }

    /// Lets time pass until a moment: the latest block is of it.
    pub fn pass_to(&self, at_secs: u64) {
        self.chain.set_next_timestamp(at_secs).expect("it is to come");
        self.chain.mine(1).expect("the chain obeys");
    }

    pub fn now_secs(&self) -> u64 {
        self.chain.head().timestamp_secs()
    }

    /// Deploys a program; the error is what its initialisation reverted with.
    pub fn deploy(&self, program: &str, initialization: Vec<u8>) -> Result<Address, Bytes> {
        let initialization = initialization.into();
        let call = IDeployer::deployCall { initCode: init_code(program).into(), initialization };
        let call = Call::new(self.sender, self.deployer, call.abi_encode()).with_value_wei(U256::from(ACTIVATION_WEI));
        let receipt = self.chain.send(&call).expect("a valid transaction");
        match receipt.status {
            Status::Success => Ok(IDeployer::deployCall::abi_decode_returns(&receipt.output).expect("an address")),
            _ => Err(IDeployer::InitializationFailed::abi_decode(&receipt.output).expect("its refusal").reason),
        }
    }

    /// What an oracle of a bond is told that asks its market alone.
    pub fn oracle_terms(&self, bond: &Bond) -> IOracle::Terms {
        IOracle::Terms {
            base: bond.principal,
            quote: self.world.tokens.usdc,
            feed: Address::ZERO,
            maxAgeSecs: 0,
            quoteFeed: Address::ZERO,
            quoteMaxAgeSecs: 0,
            minPriceWad: u(WAD / 2),
            maxPriceWad: u(WAD),
            pool: bond.market,
            windowSecs: WINDOW_SECS,
            deviationBps: 0,
            sequencer: Address::ZERO,
            graceSecs: 0,
        }
    }

    pub fn oracle(&self, bond: &Bond) -> Address {
        self.try_oracle(self.oracle_terms(bond)).expect("there is a price")
    }

    pub fn try_oracle(&self, terms: IOracle::Terms) -> Result<Address, Bytes> {
        self.deploy("oracle", IOracle::initializeCall { terms }.abi_encode())
    }

    /// Deploys a position in a bond, with an oracle of its own.
    pub fn position(&self, bond: &Bond) -> Address {
        let terms = IBond::PendleTerms { market: bond.market, oracle: self.oracle(bond), decaySecs: DECAY_SECS };
        self.try_position(bond.wrapper, terms).expect("the terms are good")
    }

    pub fn try_position(&self, venue: Address, terms: IBond::PendleTerms) -> Result<Address, Bytes> {
        let call = IAdapter::initializeCall { vault: self.holder, venue, terms: terms.abi_encode().into() };
        self.deploy("pendle-pt", call.abi_encode())
    }

    /// Makes calls in the holder's name, in one transaction.
    pub fn relay(&self, calls: &[(Address, Vec<u8>)]) -> Result<Vec<Bytes>, Bytes> {
        let receipt = self.relayed(calls);
        match receipt.status {
            Status::Success => Ok(IHolder::relayCall::abi_decode_returns(&receipt.output).expect("an array")),
            _ => Err(receipt.output),
        }
    }

    /// As [`Self::relay`], with the whole receipt.
    pub fn relayed(&self, calls: &[(Address, Vec<u8>)]) -> Receipt {
        let call = IHolder::relayCall {
            targets: calls.iter().map(|(target, _)| *target).collect(),
            data: calls.iter().map(|(_, data)| data.clone().into()).collect(),
        };
        let call = Call::new(self.sender, self.holder, call.abi_encode());
        self.chain.send(&call).expect("a valid transaction")
    }

    /// Invests fresh money and returns the reports before and after.
    pub fn invest(&self, position: Address, assets: u64) -> Result<[Report; 2], Bytes> {
        self.fund(position, assets);
        self.relay(&[(position, IAdapter::allocateCall { assets: u(assets) }.abi_encode())])
            .map(|answers| moved(&answers[0]))
    }

    /// Takes money out, everything for [`U256::MAX`]: the reports before and after, and what reached the holder.
    pub fn divest(&self, position: Address, assets: U256) -> Result<([Report; 2], u64), Bytes> {
        let held = || self.balance(self.world.tokens.usdc, self.holder);
        let before = held();
        let answers = self.relay(&[(position, IAdapter::deallocateCall { assets }.abi_encode())])?;
        Ok((moved(&answers[0]), (held() - before).to()))
    }

    pub fn report(&self, position: Address) -> Report {
        self.view(position, &IAdapter::reportCall {})
    }

    pub fn fund(&self, account: Address, assets: u64) {
        self.world.fund(&self.chain, account, u(assets)).expect("anyone is funded");
    }

    /// Returns an oracle's bid and ask.
    pub fn price(&self, oracle: Address) -> [U256; 2] {
        let price = self.view(oracle, &IOracle::priceCall {});
        [price.bidWad, price.askWad]
    }

    /// Returns the rate that a market's last trade left, continuous, in wad.
    pub fn spot_rate_wad(&self, bond: &Bond) -> U256 {
        U256::from(self.view(bond.market, &IPendleMarket::_storageCall {}).lastLnImpliedRate)
    }

    /// Lets the sender buy so much face of a bond, in USDC.
    pub fn buy(&self, bond: &Bond, dollars: u64) {
        self.world.buy_bond(&self.chain, bond, self.sender, u(dollars * ONE)).expect("the market sells");
    }

    /// Lets the sender sell so much face of a bond, in USDC.
    pub fn sell(&self, bond: &Bond, dollars: u64) {
        self.world.sell_bond(&self.chain, bond, self.sender, u(dollars * ONE)).expect("the market buys");
    }

    pub fn send<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Receipt {
        let receipt = self.chain.send(&Call::new(from, to, call.abi_encode())).expect("a valid transaction");
        assert_eq!(receipt.status, Status::Success, "{} reverts: {}", C::SIGNATURE, receipt.output);
        receipt
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

    pub fn balance(&self, token: Address, account: Address) -> U256 {
        self.view(token, &IERC20::balanceOfCall { account })
    }
}

/// A market of 5 million of each side at the first rate, due so many days after the start.
pub fn bond_config(chain: &Chain, days: u64) -> BondConfig {
    let expiry_secs = START_SECS + days * DAY_SECS;
    let now_secs = chain.head().timestamp_secs();
    let exponent = u128::from(RATE_WAD) * u128::from(expiry_secs - now_secs) / u128::from(YEAR_SECS);
    let first_rate = math::exp_wad_down(i128::try_from(exponent).expect("small")).expect("small");
    BondConfig {
        expiry_secs,
        first_rate_wad: first_rate.to(),
        liquidity_assets: u(5_000_000 * ONE),
        scalar_root_wad: 60 * u128::from(WAD),
        memory: 1_000,
    }
}

/// Decodes what a movement answers; both of them answer alike.
pub fn moved(answer: &[u8]) -> [Report; 2] {
    let reports = IAdapter::deallocateCall::abi_decode_returns(answer).expect("two reports");
    [reports.before, reports.after_]
}

/// Decodes a revert that must be of a type.
#[track_caller]
pub fn refusal<E: SolError>(revert: &[u8]) -> E {
    E::abi_decode(revert).unwrap_or_else(|_| panic!("another revert: {}", alloy_primitives::hex::encode(revert)))
}

/// Asserts that two amounts are at most so much apart.
#[track_caller]
pub fn assert_close(found: U256, expected: U256, apart: u64) {
    assert!(found.abs_diff(expected) <= u(apart), "{found} is not {expected}, to {apart}");
}
