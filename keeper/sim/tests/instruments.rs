//! What the world has for tests of what goes wrong: a venue whose price is steered, and feeds.

use std::path::Path;

use abi::{erc20::IERC20, erc4626::IERC4626};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::{BlockId, Call, Chain, Clock, Config, Status};
use keeper_sim::{Artifacts, Error, World, WorldConfig};

sol! {
    /// Chainlink's AggregatorV3Interface.
    interface IAggregator {
        function decimals() external view returns (uint8);
        function latestRoundData()
            external
            view
            returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
    }
}

const ONE: u64 = 1_000_000;
const WAD: u64 = 1_000_000_000_000_000_000;
const BAND_BPS: u16 = 100;

/// A steered venue with a trader and the counterparty of its trades.
struct Stage {
    chain: Chain,
    world: World,
    venue: Address,
    trader: Address,
    counterparty: Address,
}

impl Stage {
    fn new() -> Self {
        let clock = Clock::Manual { start_secs: 1_767_225_600 };
        let chain = Chain::new(Config { clock, ..Config::default() });
        let artifacts = artifacts();
        let config = WorldConfig { markets: Vec::new(), ..WorldConfig::default() };
        let world = World::build(&chain, &config, &artifacts).expect("the configuration is good");
        let accounts = chain.accounts();
        let (trader, counterparty) = (accounts[0], accounts[1]);
        for account in [trader, counterparty] {
            world.fund(&chain, account, U256::from(1_000 * ONE)).expect("anyone is funded");
        }
        let venue = world.deploy_steered(&chain, &artifacts, counterparty, BAND_BPS).expect("it deploys");
        let stage = Self { chain, world, venue, trader, counterparty };
        stage.send(stage.world.tokens.usdc, &IERC20::approveCall { spender: venue, value: U256::MAX });
        stage
    }

    fn steer(&self, price_wad: u64) {
        self.world.steer(&self.chain, self.trader, self.venue, price_wad).expect("a price within the band");
    }

    fn send<C: SolCall>(&self, to: Address, call: &C) -> Status {
        self.chain.send(&Call::new(self.trader, to, call.abi_encode())).expect("a valid transaction").status
    }

    fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let output = self.chain.call(&Call::new(Address::ZERO, to, call.abi_encode()), BlockId::latest());
        C::abi_decode_returns(&output.expect("a view answers")).expect("the contract keeps its interface")
    }

    fn deposit(&self, assets: u64) {
        let call = IERC4626::depositCall { assets: U256::from(assets), receiver: self.trader };
        assert_eq!(self.send(self.venue, &call), Status::Success);
    }

    fn redeem_all(&self) {
        let shares = self.view(self.venue, &IERC20::balanceOfCall { account: self.trader });
        let call = IERC4626::redeemCall { shares, receiver: self.trader, owner: self.trader };
        assert_eq!(self.send(self.venue, &call), Status::Success);
    }

    /// What the trader, the counterparty and the venue hold, in whole hundredths of a unit.
    fn balances(&self) -> [u64; 3] {
        [self.trader, self.counterparty, self.venue].map(|account| {
            let held = self.view(self.world.tokens.usdc, &IERC20::balanceOfCall { account });
            (held / U256::from(ONE / 100)).to()
        })
    }
}

fn artifacts() -> Artifacts {
    Artifacts::of_workspace(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

#[test]
fn a_fair_price_moves_nothing_between_traders() {
    let stage = Stage::new();

    stage.deposit(100 * ONE);
    assert_eq!(stage.balances(), [90_000, 100_000, 10_000]);
    stage.redeem_all();

    assert_eq!(stage.balances(), [100_000, 100_000, 0]);
}

#[test]
fn who_buys_dear_and_sells_cheap_loses_to_the_counterparty() {
    let stage = Stage::new();

    stage.steer(WAD + WAD / 100);
    stage.deposit(101 * ONE);
    assert_eq!(stage.balances(), [89_900, 100_100, 10_000]);
    stage.steer(WAD - WAD / 100);
    stage.redeem_all();

    assert_eq!(stage.balances(), [99_800, 100_200, 0]);
}

#[test]
fn who_buys_cheap_and_sells_dear_wins_from_the_counterparty() {
    let stage = Stage::new();

    stage.steer(WAD - WAD / 100);
    stage.deposit(99 * ONE);
    assert_eq!(stage.balances(), [90_100, 99_900, 10_000]);
    stage.steer(WAD + WAD / 100);
    let assets = stage.view(stage.venue, &IERC4626::totalAssetsCall {});
    assert_eq!(assets, U256::from(101 * ONE), "it values at the price at which it trades");
    stage.redeem_all();

    assert_eq!(stage.balances(), [100_200, 99_800, 0]);
}

#[test]
fn a_price_out_of_the_band_is_refused() {
    let stage = Stage::new();

    for price_wad in [WAD + WAD / 100 + 1, WAD - WAD / 100 - 1] {
        let error = stage.world.steer(&stage.chain, stage.trader, stage.venue, price_wad).unwrap_err();
        assert!(matches!(&error, Error::Reverted { signature, .. } if signature.starts_with("steer(")), "{error}");
    }
}

#[test]
fn a_feed_answers_what_and_when_it_is_told() {
    let stage = Stage::new();
    let number = |value: i64| I256::try_from(value).expect("fits");
    let feed = stage.world.deploy_feed(&stage.chain, &artifacts(), 8, number(100_000_000)).expect("it deploys");
    let latest = || {
        let round = stage.view(feed, &IAggregator::latestRoundDataCall {});
        (round.answer, round.updatedAt.to::<u64>())
    };
    let now = || stage.chain.head().timestamp_secs();

    assert_eq!(stage.view(feed, &IAggregator::decimalsCall {}), 8);
    assert_eq!(latest(), (number(100_000_000), now()));
    stage.world.pass(&stage.chain, 100).unwrap();
    stage.world.answer(&stage.chain, feed, number(-5)).unwrap();
    assert_eq!(latest(), (number(-5), now()));
    stage.world.answer_as_of(&stage.chain, feed, number(99_000_000), now() - 86_400).unwrap();
    assert_eq!(latest().0, number(99_000_000));
    assert!(latest().1 < now() - 86_000);
}
