//! The oracle of a bond against Pendle's own, and against whoever pushes the market.

use abi::{
    erc20::IERC20,
    oracle::IOracle,
    pendle::{IPendleMarket, IStandardizedYield},
};
use alloy_primitives::{Address, B256, Bytes, I256, U256};
use alloy_sol_types::SolCall;
use keeper_sim::{Bond, BondConfig};

use crate::stage::{
    IPrincipalOracle, ONE, RATE_WAD, Stage, WAD, WINDOW_SECS, YEAR_SECS, assert_close, bond_config, refusal, u,
};

/// Asserts that bid and ask hold what Pendle says, but for its own rounding, and are apart by no more than roundings.
fn assert_pendles(stage: &Stage, bond: &Bond, oracle: Address) {
    let theirs = stage.view(
        stage.pendle.oracle,
        &IPrincipalOracle::getPtToAssetRateCall { market: bond.market, duration: WINDOW_SECS },
    );
    let [bid, ask] = stage.price(oracle);
    assert!(bid <= theirs + u(3) && theirs <= ask + u(3), "{theirs} is not in {bid} to {ask}");
    assert!(bid <= ask && ask - bid <= u(10), "{bid} to {ask}");
}

#[test]
fn it_says_what_pendle_says_at_every_time_and_rate() {
    let stage = Stage::new();
    let oracles = stage.bonds.each_ref().map(|bond| stage.oracle(bond));
    for days in [0, 1, 20, 40, 26] {
        stage.pass(days * 86_400);
        for (bond, oracle) in stage.bonds.iter().zip(oracles) {
            stage.buy(bond, 100_000 + 1_000 * days);
            stage.pass(200);
            stage.sell(bond, 700_000);
            stage.pass(100);
            assert_pendles(&stage, bond, oracle);
        }
    }
    let [bid, _] = stage.price(oracles[0]);
    assert!(bid > u(WAD / 1_000 * 999), "nearly due: {bid}");
}

#[test]
fn what_is_due_is_worth_one() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let oracle = stage.oracle(&bond);

    stage.pass_to(bond.expiry_secs - 1);
    assert_pendles(&stage, &bond, oracle);
    stage.pass_to(bond.expiry_secs);
    assert_eq!(stage.price(oracle), [u(WAD); 2]);
    stage.pass(86_400);
    assert_eq!(stage.price(oracle), [u(WAD); 2]);
}

#[test]
fn a_longer_bond_at_the_same_rate_is_worth_less() {
    let stage = Stage::new();

    for bond in &stage.bonds {
        let exponent = u(RATE_WAD) * u(bond.expiry_secs - stage.now_secs()) / u(YEAR_SECS);
        let [bid, ask] = stage.price(stage.oracle(bond));
        // Some seconds later, and the market's first rate is not its anchor's to the unit.
        let fair = math::exp_wad_down(-i128::try_from(exponent).expect("small")).expect("small");
        assert_close(bid, fair, 1_000_000_000_000);
        assert_close(ask, fair, 1_000_000_000_000);
    }
    let [short, long] = stage.bonds.each_ref().map(|bond| stage.price(stage.oracle(bond)));
    assert!(long[1] < short[0]);
}

#[test]
fn what_is_traded_within_a_transaction_moves_no_price() {
    let stage = Stage::new();
    let (bond, usdc) = (stage.bonds[1], stage.world.tokens.usdc);
    let oracle = stage.oracle(&bond);
    let amount = u(3_000_000 * ONE);
    stage.fund(stage.holder, amount.to());
    let before = stage.price(oracle);
    let price_call = (oracle, IOracle::priceCall {}.abi_encode());
    let rate_call = (bond.market, IPendleMarket::_storageCall {}.abi_encode());

    let deposit = IStandardizedYield::depositCall {
        receiver: bond.market,
        tokenIn: usdc,
        amountTokenToDeposit: amount,
        minSharesOut: U256::ZERO,
    };
    let buy = IPendleMarket::swapSyForExactPtCall { receiver: bond.market, exactPtOut: amount, data: Bytes::new() };
    let back = IPendleMarket::swapExactPtForSyCall { receiver: stage.holder, exactPtIn: amount, data: Bytes::new() };
    let answers = stage.relay(&[
        rate_call.clone(),
        (usdc, IERC20::approveCall { spender: bond.wrapper, value: amount }.abi_encode()),
        (bond.wrapper, deposit.abi_encode()),
        (bond.market, buy.abi_encode()),
        rate_call,
        price_call.clone(),
        (bond.market, back.abi_encode()),
        price_call,
    ]);
    let answers = answers.expect("the market trades");

    let rate = |output: &[u8]| {
        U256::from(IPendleMarket::_storageCall::abi_decode_returns(output).expect("stored").lastLnImpliedRate)
    };
    let (was, pushed) = (rate(&answers[0]), rate(&answers[4]));
    assert!(pushed * u(10) < was * u(9), "the rate of the moment fell by more than a tenth: {was} to {pushed}");
    for output in [&answers[5], &answers[7]] {
        let price = IOracle::priceCall::abi_decode_returns(output).expect("two numbers");
        // A second or two have passed, at the old rate.
        assert_close(price.bidWad, before[0], 20_000_000_000);
        assert_close(price.askWad, before[1], 20_000_000_000);
    }
}

#[test]
fn a_push_that_lasts_moves_it_as_long_as_it_has_lasted() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let oracle = stage.oracle(&bond);
    let was = stage.spot_rate_wad(&bond);
    stage.sell(&bond, 2_000_000);
    let (begin, is) = (stage.now_secs(), stage.spot_rate_wad(&bond));
    assert!(is * u(10) > was * u(12), "the rate rose by more than a fifth: {was} to {is}");

    for secs in [1, 90, 450, 899, 900, 2_000] {
        stage.pass_to(begin + secs);
        let lasted = secs.min(900);
        // Whoever skims what was paid too much makes a block.
        let mean = (was * u(900 - lasted) + is * u(lasted)) / u(900);
        let exponent = mean * u(bond.expiry_secs - stage.now_secs()) / u(31_536_000);
        let fair = math::exp_wad_down(-i128::try_from(exponent).expect("small")).expect("small");
        let [bid, ask] = stage.price(oracle);
        assert_close(bid, fair, 10);
        assert_close(ask, fair, 10);
    }
}

#[test]
fn what_no_price_can_come_of_is_refused_at_once() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let (good, usdc, weth) = (stage.oracle_terms(&bond), stage.world.tokens.usdc, stage.world.tokens.weth);
    let field = |terms: IOracle::Terms| {
        let what = refusal::<IOracle::InvalidTerms>(&stage.try_oracle(terms).expect_err("it is refused")).what;
        String::from_utf8(what.to_vec()).expect("ASCII").trim_end_matches('\0').to_string()
    };

    assert_eq!(field(IOracle::Terms { base: stage.bonds[1].principal, ..good.clone() }), "pool");
    assert_eq!(field(IOracle::Terms { base: bond.yields, ..good.clone() }), "pool");
    assert_eq!(field(IOracle::Terms { quote: weth, ..good.clone() }), "pool");
    assert_eq!(field(IOracle::Terms { quote: stage.world.aave.a_token, ..good.clone() }), "pool");
    assert_eq!(field(IOracle::Terms { windowSecs: 1_000, ..good.clone() }), "windowSecs");
    assert_eq!(field(IOracle::Terms { windowSecs: 299, ..good.clone() }), "windowSecs");
    assert_eq!(field(IOracle::Terms { deviationBps: 1, ..good.clone() }), "deviationBps");
    assert_eq!(field(IOracle::Terms { maxAgeSecs: 1, ..good.clone() }), "maxAgeSecs");
    assert_eq!(field(IOracle::Terms { quoteFeed: usdc, ..good.clone() }), "quoteFeed");
    assert_eq!(field(IOracle::Terms { pool: Address::ZERO, windowSecs: 0, ..good.clone() }), "feed");
    stage.pass_to(bond.expiry_secs);
    assert_eq!(field(good), "pool");
}

#[test]
fn a_market_that_remembers_too_little_has_no_price_until_it_does() {
    let stage = Stage::new();
    let config = bond_config(&stage.chain, 60);
    let issue = |config: &BondConfig| {
        stage.world.issue_bond(&stage.chain, &stage.pendle, stage.wrapper, config).expect("it is issued")
    };
    let bond = issue(&config);

    let refused = stage.try_oracle(stage.oracle_terms(&bond)).expect_err("it is too young");
    assert_eq!(refusal::<IOracle::PriceRefused>(&refused).reason, 1);
    stage.pass(u64::from(WINDOW_SECS));
    let oracle = stage.oracle(&bond);
    assert_pendles(&stage, &bond, oracle);

    // One with room for fewer observations than seconds in the window may forget, whatever it remembers now.
    let forgetful = issue(&BondConfig { memory: 900, ..bond_config(&stage.chain, 61) });
    stage.pass(u64::from(WINDOW_SECS));
    let refused = stage.try_oracle(stage.oracle_terms(&forgetful)).expect_err("it may forget");
    assert_eq!(refusal::<IOracle::InvalidTerms>(&refused).what, B256::right_padding_from(b"windowSecs"));
    let grow = IPendleMarket::increaseObservationsCardinalityNextCall { cardinalityNext: 901 };
    stage.send(stage.sender, forgetful.market, &grow);
    stage.oracle(&forgetful);
}

#[test]
fn trades_in_every_second_do_not_make_it_forget() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let oracle = stage.oracle(&bond);

    for _ in 0..300 {
        stage.buy(&bond, 10);
    }

    // Two in three blocks are of other calls than the market's trade; it is asked for its whole window all the same.
    assert_pendles(&stage, &bond, oracle);
}

#[test]
fn a_second_source_must_agree() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let price = stage.price(stage.oracle(&bond))[0];
    let said = |price: U256| I256::from_raw(price);
    let feed = stage.world.deploy_feed(&stage.chain, &crate::stage::artifacts(), 18, said(price)).expect("it deploys");
    let terms = IOracle::Terms { feed, maxAgeSecs: 86_400, deviationBps: 50, ..stage.oracle_terms(&bond) };
    let oracle = stage.try_oracle(terms.clone()).expect("they agree");

    assert_eq!(stage.view(oracle, &IOracle::kindCall {}), B256::right_padding_from(b"two-source"));
    let below = price * u(996) / u(1000);
    stage.world.answer(&stage.chain, feed, said(below)).expect("the chain obeys");
    assert_eq!(stage.price(oracle)[0], below);
    stage.world.answer(&stage.chain, feed, said(price * u(994) / u(1000))).expect("the chain obeys");
    let refused = stage.try_view(Address::ZERO, oracle, &IOracle::priceCall {}).map(|_| ()).expect_err("apart");
    assert_eq!(refusal::<IOracle::PriceRefused>(&refused).reason, 8);
}

#[test]
fn what_the_wrapper_has_lost_is_lost_to_the_principal() {
    let stage = Stage::new();
    let (chain, world) = (&stage.chain, &stage.world);
    let counterparty = chain.accounts()[1];
    let venue = world.deploy_steered(chain, &crate::stage::artifacts(), counterparty, 2_000).expect("it deploys");
    world.fund(chain, counterparty, u(10_000_000 * ONE)).expect("anyone is funded");
    seed(&stage, venue);
    let wrapper = world.wrap_erc4626(chain, &crate::stage::artifacts(), venue).expect("it deploys");
    let bond = world.issue_bond(chain, &stage.pendle, wrapper, &bond_config(chain, 120)).expect("it is issued");
    stage.pass(u64::from(WINDOW_SECS));
    let oracle = stage.oracle(&bond);
    stage.pass(1);
    let whole = stage.price(oracle);

    world.steer(chain, stage.sender, venue, WAD / 10 * 9).expect("within its band");

    let [bid, ask] = stage.price(oracle);
    assert_close(bid, whole[0] * u(9) / u(10), 10_000_000_000);
    assert_close(ask, whole[1] * u(9) / u(10), 10_000_000_000);
    assert_pendles(&stage, &bond, oracle);
    stage.pass_to(bond.expiry_secs);
    assert_close(stage.price(oracle)[0], u(WAD / 10 * 9), 2);
}

/// Deposits a unit, so that the venue has a price.
fn seed(stage: &Stage, venue: Address) {
    stage.fund(stage.sender, ONE);
    stage.send(stage.sender, stage.world.tokens.usdc, &IERC20::approveCall { spender: venue, value: u(ONE) });
    let deposit = abi::erc4626::IERC4626::depositCall { assets: u(ONE), receiver: stage.sender };
    stage.send(stage.sender, venue, &deposit);
}
