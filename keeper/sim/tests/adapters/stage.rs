//! A world with adapters whose vault is a mere holder, so that a test says every call.

use std::path::{Path, PathBuf};

use abi::{
    adapter::IAdapter::{self, Report},
    arb::IDeployer,
    erc20::IERC20,
    morpho::{IMorpho, IMorpho::MarketParams},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use devnet::{BlockId, Call, Chain, Clock, Config, Receipt, Status};
use keeper_sim::{Artifacts, MarketConfig, World, WorldConfig};

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
/// The fee for activating a program, with much to spare.
const ACTIVATION_WEI: u128 = 1_000_000_000_000_000_000;

pub struct Stage {
    pub chain: Chain,
    pub world: World,
    /// Stands where the adapters expect the vault.
    pub holder: Address,
    /// Pays the gas of everything.
    pub sender: Address,
    deployer: Address,
}

pub fn u(value: u64) -> U256 {
    U256::from(value)
}

pub fn wad(percent: u64) -> u64 {
    percent * (WAD / 100)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Init code that creates a built program: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code(program: &str) -> Vec<u8> {
    let path = root().join("target/programs").join(program).with_extension("code");
    let code = std::fs::read(&path).unwrap_or_else(|e| panic!("no {}: {e}; run scripts/wasm", path.display()));
    let [high, low] = u16::try_from(code.len()).expect("a program's code is short").to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3][..], &code].concat()
}

impl Stage {
    /// Two markets beside MetaMorpho's: 20 million at 80 % and 10 million at 92 %.
    pub fn new() -> Self {
        Self::with_markets(&[(20_000_000, 80), (10_000_000, 92)])
    }

    /// Markets of so many USDC, borrowed to so many percent; the first has the index 1.
    pub fn with_markets(markets: &[(u64, u64)]) -> Self {
        let clock = Clock::Manual { start_secs: 1_767_225_600 };
        let chain = Chain::new(Config { clock, ..Config::default() });
        let artifacts = Artifacts::of_workspace(&root());
        let market = |(dollars, percent): &(u64, u64)| MarketConfig {
            supplied_assets: u(dollars * ONE),
            utilisation_wad: wad(*percent),
        };
        let markets = markets.iter().map(market).collect();
        let world = World::build(&chain, &WorldConfig { markets, ..WorldConfig::default() }, &artifacts);
        let world = world.expect("the configuration is good");
        let sender = chain.accounts()[0];
        let create = |name: &str, arguments: Vec<u8>| {
            let code = [artifacts.ours(name).expect("scripts/setup has compiled it"), arguments].concat();
            let receipt = chain.send(&Call::create(sender, code)).expect("a valid transaction");
            receipt.contract_address.expect("the contract is created")
        };
        let holder = create("Holder", world.tokens.usdc.abi_encode());
        let deployer = create("Deployer", Vec::new());
        Self { holder, deployer, sender, chain, world }
    }

    /// Deploys an adapter to a market of this world.
    pub fn adapter(&self, market: usize) -> Address {
        self.adapter_to(self.world.morpho.market_ids[market])
    }

    /// Deploys an adapter to a market of Morpho.
    pub fn adapter_to(&self, market: B256) -> Address {
        self.deploy("morpho", self.world.morpho.morpho, market).expect("the adapter initialises")
    }

    /// Deploys an adapter; the error is what the initialisation reverted with.
    pub fn deploy(&self, program: &str, venue: Address, market: B256) -> Result<Address, Bytes> {
        let initialization = IAdapter::initializeCall { vault: self.holder, venue, terms: terms(market) };
        let initialization = initialization.abi_encode().into();
        let call = IDeployer::deployCall { initCode: init_code(program).into(), initialization };
        let call = Call::new(self.sender, self.deployer, call.abi_encode()).with_value_wei(U256::from(ACTIVATION_WEI));
        let receipt = self.chain.send(&call).expect("a valid transaction");
        match receipt.status {
            Status::Success => Ok(IDeployer::deployCall::abi_decode_returns(&receipt.output).expect("an address")),
            _ => Err(IDeployer::InitializationFailed::abi_decode(&receipt.output).expect("its refusal").reason),
        }
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
        self.chain.send(&self.relaying(calls)).expect("a valid transaction")
    }

    /// Returns what calls in the holder's name would answer with so much gas; `None` where they would revert.
    pub fn try_relay(&self, calls: &[(Address, Vec<u8>)], gas: u64) -> Option<Bytes> {
        self.chain.call(&self.relaying(calls).with_gas(gas), BlockId::latest()).ok()
    }

    fn relaying(&self, calls: &[(Address, Vec<u8>)]) -> Call {
        let call = IHolder::relayCall {
            targets: calls.iter().map(|(target, _)| *target).collect(),
            data: calls.iter().map(|(_, data)| data.clone().into()).collect(),
        };
        Call::new(self.sender, self.holder, call.abi_encode())
    }

    /// Invests fresh money and returns the report after it.
    pub fn invest(&self, adapter: Address, assets: u64) -> Report {
        self.world.fund(&self.chain, adapter, u(assets)).expect("anyone is funded");
        let call = IAdapter::allocateCall { assets: u(assets) };
        movement(&self.relay(&[(adapter, call.abi_encode())]).expect("Morpho takes it")[0]).after_
    }

    /// Takes money out, everything for [`U256::MAX`]: the report just before, the report after, and what was paid.
    pub fn divest(&self, adapter: Address, assets: U256) -> Result<(Report, Report, u64), Bytes> {
        let held = || self.balance(self.world.tokens.usdc, self.holder);
        let before = held();
        let answers = self.relay(&[
            (adapter, IAdapter::reportCall {}.abi_encode()),
            (adapter, IAdapter::deallocateCall { assets }.abi_encode()),
        ])?;
        let (asked, moved) = (report(&answers[0]), movement(&answers[1]));
        let all_but_rate = |report: &Report| (report.value, report.units, report.depth);
        assert_eq!(all_but_rate(&asked), all_but_rate(&moved.before), "what is computed is what Morpho accrues");
        Ok((moved.before, moved.after_, (held() - before).to()))
    }

    pub fn send<C: SolCall>(&self, from: Address, to: Address, call: &C) {
        let receipt = self.chain.send(&Call::new(from, to, call.abi_encode())).expect("a valid transaction");
        assert_eq!(receipt.status, Status::Success, "{} reverts: {}", C::SIGNATURE, receipt.output);
    }

    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let output = self.chain.call(&Call::new(Address::ZERO, to, call.abi_encode()), BlockId::latest());
        C::abi_decode_returns(&output.expect("a view answers")).expect("the contract keeps its interface")
    }

    pub fn balance(&self, token: Address, account: Address) -> U256 {
        self.view(token, &IERC20::balanceOfCall { account })
    }

    /// The market's accounts at its last accrual.
    pub fn market(&self, id: B256) -> IMorpho::Market {
        self.view(self.world.morpho.morpho, &IMorpho::marketCall { id })
    }

    /// Creates a market of these terms, with nothing in it.
    pub fn create(&self, terms: &MarketParams) -> B256 {
        let call = IMorpho::createMarketCall { marketParams: terms.clone() };
        self.send(self.sender, self.world.morpho.morpho, &call);
        keccak256(terms.abi_encode())
    }

    /// Supplies fresh money to a market, in anybody's name.
    pub fn supply(&self, terms: &MarketParams, on_behalf: Address, assets: u64) {
        let (usdc, morpho) = (self.world.tokens.usdc, self.world.morpho.morpho);
        self.world.fund(&self.chain, self.sender, u(assets)).expect("anyone is funded");
        self.send(self.sender, usdc, &IERC20::approveCall { spender: morpho, value: u(assets) });
        let call = IMorpho::supplyCall {
            marketParams: terms.clone(),
            assets: u(assets),
            shares: U256::ZERO,
            onBehalf: on_behalf,
            data: Bytes::new(),
        };
        self.send(self.sender, morpho, &call);
    }
}

/// Returns what an adapter is told of its market; nothing for none.
pub fn terms(market: B256) -> Bytes {
    if market.is_zero() { Bytes::new() } else { market.0.into() }
}

pub fn report(answer: &[u8]) -> Report {
    IAdapter::reportCall::abi_decode_returns(answer).expect("a report")
}

/// Decodes what a movement answers; both of them answer alike.
pub fn movement(answer: &[u8]) -> IAdapter::deallocateReturn {
    IAdapter::deallocateCall::abi_decode_returns(answer).expect("two reports")
}

/// Decodes a revert that must be of a type.
#[track_caller]
pub fn refusal<E: SolError>(revert: &[u8]) -> E {
    E::abi_decode(revert).unwrap_or_else(|_| panic!("another revert: {}", alloy_primitives::hex::encode(revert)))
}
