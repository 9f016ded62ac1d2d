//! Feeds that are stale, or speak in other decimals than they should.

use abi::{adapter::IAdapter, arb::IDeployer, board::IBoard, leverage::ILoop, oracle::IOracle};
use alloy_primitives::{Address, I256, U256, keccak256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use chain::deployment::init_code;
use kit::{LOOP, Levered, Refusal, Tenor, leg, programs};
use model::VenueKind;
use sim::Artifacts;

use super::{APART, OUT_OF_BOUNDS, STALE, USD_E8, invested, is_without_price, price_refused};

/// Where Chainlink's feed for tests keeps its decimals.
const DECIMALS_SLOT: U256 = U256::ZERO;

fn set_decimals(levered: &Levered, decimals: u8) {
    levered.tenor.chain.set_storage(levered.feed, DECIMALS_SLOT, U256::from(decimals));
}

fn deploy(tenor: &Tenor, code: &[u8], initialization: Vec<u8>) -> Result<Address, Refusal> {
    let call = IDeployer::deployCall { initCode: init_code(code), initialization: initialization.into() };
    tenor.send(tenor.owner, tenor.deployed.deployer, &call).map(|(_, created)| created)
}

#[test]
fn a_stale_feed_stops_investments_and_rescues_but_no_way_home() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_200);
    levered.tenor.pass(86_401);

    is_without_price(&levered, STALE);

    levered.refresh(2_200);
    levered.rescue(levered.tenor.wallets[3]).expect("there is a price again");
}

#[test]
fn a_feed_that_changes_its_decimals_has_no_price_until_it_changes_them_back() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_200);

    // By a factor of ten at least: the pool is never that far away.
    for decimals in [7, 9, 6, 18] {
        set_decimals(&levered, decimals);
        let standing = levered.tenor.chain.snapshot().expect("a snapshot");
        is_without_price(&levered, APART);
        assert!(levered.tenor.chain.revert(standing));
    }

    set_decimals(&levered, 8);
    levered.rescue(levered.tenor.wallets[3]).expect("there is a price again");
}

#[test]
fn an_oracle_over_a_feed_of_wrong_decimals_cannot_be_initialised() {
    let levered = Levered::new();
    let (tenor, world) = (&levered.tenor, &levered.tenor.world);
    let good = tenor.view(tenor.deployed.oracles[0], &IOracle::termsCall {});
    let over = |feed, pool| {
        let mut terms = IOracle::Terms { feed, pool, ..good.clone() };
        if pool.is_zero() {
            (terms.windowSecs, terms.deviationBps) = (0, 0);
        }
        deploy(tenor, &programs().oracle, IOracle::initializeCall { terms }.abi_encode())
    };
    let answer = I256::try_from(3_000 * USD_E8).expect("it fits");
    for decimals in [6, 7, 9, 18] {
        let artifacts = Artifacts::of_workspace(&kit::root());
        let feed = world.deploy_feed(&tenor.chain, &artifacts, decimals, answer).expect("it deploys");

        let reason = |refusal: &Refusal| {
            let told = refusal.expect::<IDeployer::InitializationFailed>();
            IOracle::PriceRefused::abi_decode(&told.reason).expect("the oracle's own refusal").reason
        };
        let refusal = over(feed, good.pool).expect_err("the pool is far away");
        assert_eq!(reason(&refusal), APART, "{decimals} decimals beside a pool");
        let refusal = over(feed, Address::ZERO).expect_err("the bounds are passed");
        assert_eq!(reason(&refusal), OUT_OF_BOUNDS, "{decimals} decimals within bounds alone");
    }
    over(good.feed, good.pool).expect("the right one has a price");
}

#[test]
fn a_position_whose_oracle_has_no_price_is_refused_when_announced_and_when_made() {
    let levered = invested(Levered::thresholds());
    let tenor = &levered.tenor;
    let terms = ILoop::Terms {
        oracle: tenor.deployed.oracles[0],
        lender: tenor.world.morpho.morpho,
        eMode: 0,
        targetBps: 16_000,
        slipBps: 100,
    };
    let initialize =
        IAdapter::initializeCall { vault: tenor.vault, venue: tenor.world.aave.pool, terms: terms.abi_encode().into() };
    let program = programs();
    let code = program.adapter(VenueKind::AaveV3Loop).expect("there is one");
    let adapter = deploy(tenor, code, initialize.abi_encode()).expect("there is a price");
    let (name, slack) =
        (tenor.view(tenor.vault, &abi::desk::IDesk::positionsCall {})[LOOP as usize].riskIds.clone(), 100);
    let add = IBoard::addPositionCall { adapter, riskIds: name, instantBps: 0, depthBps: 10_000, slackBps: slack };
    let submit = IBoard::submitCall { data: add.abi_encode().into() };
    // The adapter is asked for its value first, and has none.
    let refused = |refusal: Refusal| assert_eq!(price_refused(&refusal), APART);

    set_decimals(&levered, 18);
    refused(tenor.send(tenor.curator, tenor.vault, &submit).map(drop).expect_err("it is not announced"));
    set_decimals(&levered, 8);
    tenor.send(tenor.curator, tenor.vault, &submit).expect("it is announced");
    let ready = tenor.view(tenor.vault, &IBoard::executableAtCall { id: keccak256(add.abi_encode()) });
    tenor.pass(ready.to::<u64>() - tenor.chain.head().timestamp_secs() + 1);
    levered.refresh(3_000);
    set_decimals(&levered, 18);
    refused(tenor.send(tenor.curator, tenor.vault, &add).map(drop).expect_err("it is not made"));

    set_decimals(&levered, 8);
    tenor.send(tenor.curator, tenor.vault, &add).expect("it is made");
    tenor.rebalance(vec![leg(LOOP, 1_000)]).expect("and harms nobody");
}
