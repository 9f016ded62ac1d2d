//! A tokenised fund of treasuries on the local chain, from deposit to settlement: by hand and by the keeper's own decisions; and a
//! fund whose administrator is hostile, who costs no more than what was given to him.

mod stage;

use abi::{
    adapter::IAdapter,
    desk::IDesk,
    erc20::IERC20,
    erc4626::IERC4626,
    erc7540::{IERC7540Operator, IERC7540Redeem, IERC7575, ITreasuryFund},
    oracle::IOracle,
};
use alloy_primitives::{Address, FixedBytes, U256};
use kit::{leg, usdc};
use model::{Assets, Movement, RateModel, VenueKind};

use stage::{DECAY_SECS, FUND, MAX_AGE_SECS, NOTICE_SECS, Stage, WAD, everything};

/// Base units of shares that a dollar buys at a price of one.
const SHARES: u64 = 1_000_000_000_000_000_000;

fn shares(dollars: u64) -> U256 {
    U256::from(dollars) * U256::from(SHARES)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_bought_grows_by_the_published_price_and_is_requested_fulfilled_and_settled_by_a_stranger() {
    let stage = Stage::invested(400_000).await;
    assert_eq!(stage.report().units, shares(400_000));
    assert_eq!(stage.booked(), usdc(400_000));

    for day in 1..=10 {
        stage.pass_day(WAD + day * (WAD / 10_000));
    }
    stage.tenor.mark();
    assert_eq!(stage.booked(), usdc(400_400), "a thousandth");

    let results = stage.tenor.rebalance(vec![leg(FUND, -200_200)]).expect("nothing is lost");
    assert_eq!(results, [U256::ZERO], "a redemption that is requested is no money");
    assert_eq!((stage.booked(), stage.pending()), (usdc(400_400), shares(200_000)));
    stage.settle().expect_err("nothing is payable").expect::<IDesk::NotPaid>();

    stage.fulfil(shares(200_000));
    let idle = stage.tenor.book().idle;
    assert_eq!(stage.settle().expect("anyone may"), usdc(200_200));
    assert_eq!((stage.booked(), stage.tenor.book().idle - idle), (usdc(200_200), usdc(200_200)));
    stage.settle().expect_err("it is settled").expect::<IDesk::NotPaid>();
    assert_eq!(stage.tenor.book().nav, usdc(1_000_400));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keeper_buys_what_earns_most_asks_for_it_when_it_does_not_and_invests_what_comes() {
    let stage = Stage::new().await;
    stage.tenor.deposit(stage.tenor.wallets[0], usdc(1_000_000));
    // A tenth of a percent a day beats every venue.
    for day in 0..=20 {
        stage.pass_day(WAD + day * (WAD / 1_000));
    }
    let position = stage.position().await;
    let RateModel::FixedRate(rate) = &position.rate else { panic!("{:?}", position.rate) };
    assert!((rate.rate.to_fraction() - 0.365).abs() < 0.01, "{}", rate.rate.to_fraction());
    assert_eq!((position.kind, position.requested), (VenueKind::Treasury, Some(Assets::ZERO)));

    stage.decide_and_act().await.expect("it pays");
    let bought = stage.booked();
    assert!(bought > usdc(790_000) && bought <= usdc(800_000), "{bought}");

    // From now on it earns nothing, and within the window of growth less and less.
    let last = WAD + 20 * (WAD / 1_000);
    for _ in 0..95 {
        stage.pass_day(last);
    }
    stage.tenor.mark();
    let plan = stage.decide_and_act().await.expect("elsewhere it earns more");
    let of_fund = plan.legs.iter().find(|planned| planned.leg.position == FUND).expect("the fund is asked");
    let Movement::Deallocate(asked) = of_fund.leg.movement else { panic!("{:?}", of_fund.leg) };
    assert!(asked > Assets(usdc(700_000)) && of_fund.leg.min_result.is_zero() && of_fund.before == of_fund.after);
    assert!(of_fund.reason.contains("requested"), "{}", of_fund.reason);
    let position = stage.position().await;
    assert!(position.requested.expect("a fund").0 + U256::from(2) >= asked.0);
    let again = stage.decide_and_act().await;
    let asks = |plan: &model::Plan| plan.legs.iter().any(|planned| planned.leg.position == FUND);
    assert!(!again.is_some_and(|plan| asks(&plan)), "what is on its way is not asked for again");

    stage.fulfil(stage.pending());
    let position = stage.position().await;
    assert!(position.is_due(stage.observe().await.now()) && !position.liquidity.is_zero());
    stage.settle().expect("it is payable");
    let plan = stage.decide_and_act().await.expect("what came is invested");
    assert!(plan.legs.iter().all(|planned| matches!(planned.leg.movement, Movement::Allocate(_))));
    assert!(stage.tenor.book().idle < usdc(60_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_price_stops_the_fund_alone() {
    let stage = Stage::invested(400_000).await;
    stage.tenor.pass(u64::from(MAX_AGE_SECS) + 1);

    let price = stage.tenor.try_view(stage.tenor.keeper, stage.tenor.deployed.oracles[0], &IOracle::priceCall {});
    assert_eq!(price.map(drop).expect_err("it is stale").expect::<IOracle::PriceRefused>().reason, 4);
    let refused = stage.tenor.rebalance(vec![leg(FUND, 1)]).expect_err("there is no price");
    refused.expect::<IDesk::AdapterCallFailed>();
    assert!(matches!(stage.position().await.rate, RateModel::Unknown { .. }));
    stage.tenor.rebalance(vec![leg(0, 100_000)]).expect("Aave is open");
    let shares = stage.tenor.shares_of(stage.tenor.wallets[0]);
    stage.tenor.redeem(stage.tenor.wallets[0], shares / U256::from(2)).expect("whoever leaves is paid");
    stage.publish(WAD);
    stage.tenor.rebalance(vec![leg(FUND, -1)]).expect("there is a price again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fund_that_does_not_pay_fades_and_a_fall_is_a_loss_at_once() {
    let stage = Stage::invested(400_000).await;
    stage.tenor.rebalance(vec![everything()]).expect("requested");
    stage.tenor.pass(u64::from(NOTICE_SECS) + u64::from(DECAY_SECS) / 2);
    stage.publish(WAD);
    stage.tenor.mark();
    assert!(stage.booked() < usdc(200_000) && stage.booked() > usdc(199_000), "{}", stage.booked());

    let stage = Stage::invested(400_000).await;
    stage.publish(WAD / 10 * 9);
    stage.tenor.mark();
    assert_eq!((stage.booked(), stage.tenor.book().nav), (usdc(360_000), usdc(960_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_takes_everything_costs_no_more_than_the_fund_was_given() {
    let stage = Stage::invested(400_000).await;
    let (tenor, chain, world) = (&stage.tenor, &stage.tenor.chain, &stage.tenor.world);
    tenor.rebalance(vec![leg(FUND, -100_000)]).expect("requested");
    stage.fulfil(shares(100_000));
    world.take_from_fund(chain, &stage.treasury, usdc(300_000)).expect("nobody can claim it");
    let refused = world.take_from_fund(chain, &stage.treasury, U256::from(1)).expect_err("the rest is ours");
    assert!(refused.to_string().contains("take"), "{refused}");

    // He pauses claims: what was fulfilled waits on, and the vault goes on without it.
    world.pause_fund(chain, &stage.treasury, true, true).expect("he may");
    stage.settle().expect_err("claims are paused").expect::<IDesk::NotPaid>();
    tenor.mark();
    assert_eq!(stage.booked(), usdc(400_000));
    tenor.rebalance(vec![leg(FUND, 1)]).expect_err("subscriptions are paused").expect::<IDesk::AdapterCallFailed>();
    let position = stage.position().await;
    assert!(matches!(&position.rate, RateModel::Unknown { .. } | RateModel::FixedRate(_)));
    world.pause_fund(chain, &stage.treasury, false, false).expect("he may");
    assert_eq!(stage.settle().expect("it is payable"), usdc(100_000));

    // And says that it is worth whatever: the oracle's bounds and the governed rate hold him, downwards the whole of it.
    stage.publish(WAD * 3);
    let price = tenor.try_view(tenor.keeper, tenor.deployed.oracles[0], &IOracle::priceCall {});
    price.map(drop).expect_err("out of bounds").expect::<IOracle::PriceRefused>();
    stage.publish(WAD / 2 * 3);
    let before = tenor.book().nav;
    tenor.mark();
    assert!(tenor.book().nav - before < usdc(10), "gains arrive at the governed rate");
    stage.publish(WAD / 2);
    tenor.mark();
    let lost = before - tenor.book().nav;
    assert!(lost <= usdc(300_000), "{lost}");
    tenor.redeem(tenor.wallets[0], tenor.shares_of(tenor.wallets[0]) / U256::from(2)).expect("whoever leaves is paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_can_neither_request_nor_claim_nor_change_what_is_counted() {
    let stage = Stage::invested(400_000).await;
    let (tenor, stranger, fund) = (&stage.tenor, stage.tenor.wallets[3], stage.treasury.fund);
    let of_ours = IERC7540Redeem::requestRedeemCall { shares: shares(1), controller: stranger, owner: stage.adapter() };
    tenor.send(stranger, fund, &of_ours).expect_err("it is not theirs");
    let call = ITreasuryFund::publishCall { price: U256::from(1), pricedAt: U256::from(1) };
    let refused = tenor.send(stranger, stage.treasury.feed, &call).map(drop).expect_err("they administer nothing");
    assert_eq!(refused.expect::<ITreasuryFund::NotAdministrator>().caller, stranger);

    // They give shares away, as they are and requested in our name.
    let before = stage.report().value;
    buy(&stage, 50_000);
    tenor.send(stranger, fund, &IERC20::transferCall { to: stage.adapter(), value: shares(20_000) }).expect("a gift");
    let gift =
        IERC7540Redeem::requestRedeemCall { shares: shares(30_000), controller: stage.adapter(), owner: stranger };
    tenor.send(stranger, fund, &gift).expect("a gift");
    assert_eq!(stage.report().value, before);
    stage.fulfil(shares(30_000));
    assert_eq!(stage.report().value, before);
    stage.settle().expect_err("nothing of ours was requested").expect::<IDesk::NotPaid>();
    tenor.rebalance(vec![everything()]).expect("requested");
    stage.fulfil(shares(100_000));
    assert_eq!(stage.settle().expect("it is payable"), usdc(130_000), "of what is fulfilled, ours and theirs");
    assert_eq!(stage.report().units, shares(270_000));
    assert_eq!(stage.tenor.book().nav, usdc(1_000_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_fund_speaks_its_standards() {
    let stage = Stage::invested(400_000).await;
    let (tenor, fund) = (&stage.tenor, stage.treasury.fund);
    for id in [0x01ff_c9a7_u32, 0xe3bc_4e65, 0x620e_e8e4, 0x2f0a_18c5] {
        let interface_id = FixedBytes::from(id.to_be_bytes());
        assert!(tenor.view(fund, &IERC7575::supportsInterfaceCall { interfaceId: interface_id }), "{id:08x}");
    }
    let other = FixedBytes::from(0xce3b_be50_u32.to_be_bytes());
    assert!(!tenor.view(fund, &IERC7575::supportsInterfaceCall { interfaceId: other }), "deposits are no requests");
    assert_eq!(tenor.view(fund, &IERC7575::shareCall {}), fund);
    let preview = IERC4626::previewRedeemCall { shares: shares(1) };
    tenor
        .try_view(tenor.keeper, fund, &preview)
        .expect_err("nothing is promised")
        .expect::<ITreasuryFund::NotPreviewed>();
    assert_eq!(tenor.view(stage.adapter(), &IAdapter::oracleCall {}), tenor.deployed.oracles[0]);
    let report = stage.report();
    assert_eq!((report.depth, report.rateWad, report.high), (usdc(400_000), U256::MAX, usdc(400_000)));

    // Operators claim for whoever let them, and nobody else.
    let [owner, operator, ..] = tenor.wallets;
    let (one, stranger) = (shares(1), tenor.wallets[4]);
    buy_for(&stage, owner, 10);
    let request = IERC7540Redeem::requestRedeemCall { shares: one, controller: owner, owner };
    tenor.send(stranger, fund, &request).expect_err("neither approved nor operator");
    let set = IERC7540Operator::setOperatorCall { operator, approved: true };
    tenor.send(owner, fund, &set).expect("their own");
    tenor.send(operator, fund, &request).expect("an operator");
    let call = ITreasuryFund::fulfilCall { controller: owner, shares: one };
    tenor.send(stage.treasury.administrator, fund, &call).expect("there is money");
    let claim = IERC4626::redeemCall { shares: one, receiver: owner, owner };
    let refused = tenor.send(stranger, fund, &claim).expect_err("not theirs");
    assert_eq!(refused.expect::<ITreasuryFund::NotOperator>().caller, stranger);
    let before = tenor.usdc_of(owner);
    tenor.send(operator, fund, &claim).expect("an operator");
    assert_eq!(tenor.usdc_of(owner) - before, usdc(1));
}

/// A stranger subscribes for so many dollars.
fn buy(stage: &Stage, dollars: u64) {
    buy_for(stage, stage.tenor.wallets[3], dollars);
}

fn buy_for(stage: &Stage, wallet: Address, dollars: u64) {
    let (tenor, fund, assets) = (&stage.tenor, stage.treasury.fund, usdc(dollars));
    tenor.world.fund(&tenor.chain, wallet, assets).expect("the token mints");
    let approve = IERC20::approveCall { spender: fund, value: assets };
    tenor.send(wallet, tenor.world.tokens.usdc, &approve).expect("the token approves");
    let deposit = IERC4626::depositCall { assets, receiver: wallet };
    tenor.send(wallet, fund, &deposit).expect("the fund sells");
}
