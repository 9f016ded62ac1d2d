//! Replays of events over the real contracts: whoever borrows and sleeps is liquidated. The library needs `../shared/data` beside
//! the checkout, and each event whose file is absent is skipped.

use std::path::{Path as FilePath, PathBuf};

use abi::{aave::IAavePool, erc20::IERC20, uniswap::IUniswapV3Pool};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::{BlockId, Call, Chain, Clock, Config};
use keeper_sim::{
    Artifacts, Curve, Depth, Venue, WAD,
    stress::{Event, GRACE_SECS, Lag, Liquidator, Listing, Market, Outcome, Path, Portfolio, Step, Unprotected, run},
};

sol! {
    /// A feed of Chainlink's.
    interface IFeed {
        function latestRoundData() external view returns (uint80, int256 answer, uint256 startedAt, uint256 updatedAt, uint80);
    }

    /// A pool of Uniswap's.
    interface IPool {
        function liquidity() external view returns (uint128);
    }
}

/// 20,000 USDC.
const OWN_ASSETS: u64 = 20_000_000_000;
const USD: u64 = 100_000_000;
const ETHER: Listing = Listing { ltv_bps: 8_000, threshold_bps: 8_400, bonus_bps: 10_500, is_e_mode: false };

fn artifacts() -> Artifacts {
    Artifacts::of_workspace(&FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

fn histories() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data")
}

/// The library, as far as its files are there.
fn library() -> Vec<Event> {
    let read = Event::ALL.map(|read| read(&histories()).expect("the files that are there can be read"));
    let absent = read.iter().filter(|event| event.is_none()).count();
    if absent != 0 {
        eprintln!("SKIPPED: {absent} of the events, no histories at {}", histories().display());
    }
    read.into_iter().flatten().collect()
}

/// The world of an event on a chain whose clock is ours.
fn open(event: &Event) -> (Market, Liquidator) {
    let chain = Chain::new(Config { clock: Clock::Manual { start_secs: 1_767_225_600 }, ..Config::default() });
    let market = Market::open(&chain, &artifacts(), event).expect("it opens");
    let liquidator = Liquidator::deploy(&market, &artifacts()).expect("it deploys");
    (market, liquidator)
}

/// Lets an event pass over somebody who sleeps.
fn sleep_through(event: &Event) -> (Outcome, Liquidator) {
    let (mut market, mut liquidator) = open(event);
    let own = U256::from(OWN_ASSETS);
    let mut sleeper = Unprotected::open(&market, "unprotected", own, event.start_health_bps).expect("Aave lends");
    let mut outcomes = run(&mut market, &event.path, &mut liquidator, &mut [&mut sleeper]).expect("it passes");
    (outcomes.remove(0), liquidator)
}

fn step(at_secs: u64, dollars: u64) -> Step {
    Step {
        at_secs,
        collateral_usd_e8: dollars * USD,
        usdc_usd_e8: USD,
        utilisation_wad: WAD / 2,
        depth_wad: WAD,
        is_running: true,
    }
}

/// Ether at a health of 1.1 on a path of our own.
fn event(steps: &[Step]) -> Event {
    let lag = Lag { deviation_bps: 50, heartbeat_secs: 3_600 };
    Event {
        name: "ours",
        path: Path { steps: steps.to_vec() },
        listing: ETHER,
        curve: Curve::default(),
        depth: Depth { assets: 17_000_000_000_000, reach_ticks: 13_860 },
        collateral_lag: lag,
        usdc_lag: lag,
        start_health_bps: 11_000,
    }
}

fn view<C: SolCall>(market: &Market, to: Address, call: &C) -> C::Return {
    let call = Call::new(Address::ZERO, to, call.abi_encode());
    let output = market.chain.call(&call, BlockId::latest()).expect("it answers");
    C::abi_decode_returns(&output).expect("as the interface says")
}

#[test]
fn every_event_liquidates_who_sleeps_and_its_days_without_it_do_not() {
    for event in library() {
        let (outcome, _) = sleep_through(&event);
        let (steps, wad) = (event.path.steps.len(), outcome.least_health_wad);
        println!("{}: {steps} steps, least health {wad} after {} s", event.name, outcome.least_at_secs);
        println!("  {} -> {} assets, {:?}", outcome.first_assets, outcome.last_assets, outcome.liquidations);

        assert!(outcome.is_liquidated(), "{}", event.name);
        assert!(outcome.least_health_wad < U256::from(WAD));
        let (outcome, _) = sleep_through(&event.calm());
        assert!(!outcome.is_liquidated(), "{} without what happens in it", event.name);
        assert!(outcome.least_health_wad > U256::from(WAD));
    }
}

#[test]
fn the_same_event_has_the_same_outcome() {
    let steps = [step(0, 3_000), step(3_600, 2_700), step(7_200, 2_500)];

    let [first, second] = [0, 1].map(|_| sleep_through(&event(&steps)).0);

    assert!(first.is_liquidated());
    assert_eq!(first, second);
}

#[test]
fn liquidators_repay_take_and_gain_what_the_account_loses() {
    let (outcome, liquidator) = sleep_through(&event(&[step(0, 3_000), step(3_600, 2_700)]));

    let [done] = outcome.liquidations[..] else { panic!("one liquidation: {:?}", outcome.liquidations) };
    assert_eq!(liquidator.done, [done]);
    assert_eq!(done.at_secs, 3_600);
    let seized_assets = done.seized_tokens * U256::from(2_700) / U256::from(1_000_000_000_000_u64);
    let bonus_bps = seized_assets * U256::from(10_000) / done.repaid_assets;
    assert!((10_498..=10_501).contains(&bonus_bps.to::<u64>()), "{bonus_bps}");
    assert!(done.gained_assets < seized_assets - done.repaid_assets, "the pool takes its part");
    assert!(done.gained_assets * U256::from(2) > seized_assets - done.repaid_assets);
}

#[test]
fn nothing_lands_while_the_sequencer_stands() {
    let down = |at_secs| Step { is_running: false, ..step(at_secs, 2_000) };
    let steps = [step(0, 3_000), down(600), down(4_200), step(6_000, 3_000)];
    let (mut market, _) = open(&event(&steps));

    assert!(market.apply(&steps[0]).unwrap());
    let before = market.chain.head();
    assert!(!market.apply(&steps[1]).unwrap());
    assert!(!market.apply(&steps[2]).unwrap());
    assert_eq!(market.chain.head().number(), before.number());

    assert!(market.apply(&steps[3]).unwrap());
    let passed_secs = market.chain.head().timestamp_secs() - before.timestamp_secs();
    assert!((5_990..6_010).contains(&passed_secs), "{passed_secs}");
    let round = view(&market, market.sequencer_feed, &IFeed::latestRoundDataCall {});
    assert_eq!(round.answer, alloy_primitives::I256::ZERO);
    let age_secs = U256::from(market.chain.head().timestamp_secs()) - round.startedAt;
    assert!(age_secs < U256::from(5), "it runs again since {age_secs} s");
}

#[test]
fn aaves_sentinel_refuses_liquidators_until_its_grace_is_over() {
    let down = |at_secs| Step { is_running: false, ..step(at_secs, 3_000) };
    let after = 7_200;
    let steps = [
        step(0, 3_000),
        down(3_600),
        // A health of 0.99: below 0.95 the sentinel would not be asked.
        step(after, 2_700),
        step(after + GRACE_SECS - 60, 2_700),
        step(after + GRACE_SECS + 60, 2_700),
    ];

    let (outcome, liquidator) = sleep_through(&event(&steps));

    let refused: Vec<_> = liquidator.refused.iter().map(|refusal| (refusal.at_secs, refusal.reason.as_str())).collect();
    assert_eq!(refused, [(after, "59"), (after + GRACE_SECS - 60, "59")]);
    assert_eq!(outcome.liquidations[0].at_secs, after + GRACE_SECS + 60);
}

#[test]
fn a_feed_answers_anew_beyond_its_deviation_or_when_its_answer_is_old() {
    let nearly = Step { collateral_usd_e8: 301_400_000_000, ..step(1_800, 0) };
    let steps = [step(0, 3_000), nearly, Step { at_secs: 3_700, ..nearly }, step(3_760, 3_030)];
    let (mut market, _) = open(&event(&steps));
    let mut heard = |step: &Step| {
        assert!(market.apply(step).unwrap());
        let round = view(&market, market.collateral_feed, &IFeed::latestRoundDataCall {});
        round.answer.as_u64() / 100_000
    };

    let answers = steps.each_ref().map(&mut heard);

    assert_eq!(answers, [3_000_000, 3_000_000, 3_014_000, 3_030_000]);
}

#[test]
fn the_pool_follows_the_market_but_for_its_fee_and_lenders_and_providers_leave() {
    let drained = Step { utilisation_wad: WAD, ..step(3_600, 1_200) };
    let steps = [step(0, 3_000), drained, step(7_200, 4_000)];
    let (mut market, _) = open(&event(&steps));

    for step in &steps {
        assert!(market.apply(step).unwrap());
        let tick = view(&market, market.uniswap.pool, &IUniswapV3Pool::slot0Call {}).tick.as_i32();
        let tokens = market.world.tokens;
        let tick = if tokens.weth < tokens.usdc { tick } else { -tick };
        let dollars = 1.0001_f64.powi(tick) * 1e12;
        let wanted = step.collateral_usd_e8 as f64 / 1e8;
        assert!((dollars / wanted - 1.0).abs() < 7e-4, "{dollars} for {wanted}");
        let utilisation_wad = market.world.utilisation_wad(&market.chain, Venue::Aave).unwrap();
        assert!(utilisation_wad.abs_diff(U256::from(step.utilisation_wad)) <= U256::from(WAD / 1_000));
    }
    let pool = market.uniswap.pool;
    let first = view(&market, pool, &IPool::liquidityCall {});
    assert!(market.apply(&Step { at_secs: 10_800, depth_wad: WAD / 10, ..drained }).unwrap());
    assert_eq!(view(&market, pool, &IPool::liquidityCall {}), first / 10);
    let free = IERC20::balanceOfCall { account: market.world.aave.a_token };
    assert_eq!(view(&market, market.world.tokens.usdc, &free), U256::ZERO);
}

#[test]
fn an_account_like_another_has_the_same_collateral_debt_and_health() {
    let listing = Listing { ltv_bps: 9_300, threshold_bps: 9_500, bonus_bps: 10_100, is_e_mode: true };
    let event = Event { listing, ..event(&[step(0, 1)]) };
    let (market, _) = open(&event);

    let first = Unprotected::open(&market, "first", U256::from(OWN_ASSETS), 10_300).expect("Aave lends");
    let second = Unprotected::like(&market, "second", first.account()).expect("Aave lends");

    let [first, second] = [first.account(), second.account()];
    let ((collateral, debt), other) = (market.position(first).unwrap(), market.position(second).unwrap());
    assert_eq!(other.0, collateral);
    assert!(other.1.abs_diff(debt) <= U256::from(20_000), "but for seconds of interest: {debt} {}", other.1);
    let health_bps = market.health_wad(first).unwrap() / U256::from(WAD / 10_000);
    assert!((10_299..=10_300).contains(&health_bps.to::<u64>()), "{health_bps}");
    let mode = view(&market, market.world.aave.pool, &IAavePool::getUserEModeCall { user: second });
    assert_eq!(mode, U256::ONE);
}
