//! What strangers do to a position in a bond: push its market, send it tokens, call what they should not, and wait.

use abi::{
    adapter::IAdapter,
    erc20::IERC20,
    oracle::IOracle,
    pendle::{IPendleMarket, IPendlePrincipalToken, IStandardizedYield},
};
use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{SolCall, sol};
use keeper_sim::Bond;

use crate::stage::{DECAY_SECS, IWrapperOwner, ONE, Stage, artifacts, assert_close, moved, refusal, u};

sol! {
    /// What Pendle's market calls who trades with words.
    interface ISwapCallback {
        function swapCallback(int256 ptToAccount, int256 syToAccount, bytes calldata data) external;
    }
}

/// Calls in the holder's name that push a bond's price up by buying, and down again by selling the same.
fn push(stage: &Stage, bond: &Bond, dollars: u64) -> [Vec<(Address, Vec<u8>)>; 2] {
    let (usdc, amount) = (stage.world.tokens.usdc, u(dollars * ONE));
    stage.fund(stage.holder, amount.to());
    let deposit = IStandardizedYield::depositCall {
        receiver: bond.market,
        tokenIn: usdc,
        amountTokenToDeposit: amount,
        minSharesOut: U256::ZERO,
    };
    let buy = IPendleMarket::swapSyForExactPtCall { receiver: stage.holder, exactPtOut: amount, data: Bytes::new() };
    let sell = IPendleMarket::swapExactPtForSyCall { receiver: stage.holder, exactPtIn: amount, data: Bytes::new() };
    [
        vec![
            (usdc, IERC20::approveCall { spender: bond.wrapper, value: amount }.abi_encode()),
            (bond.wrapper, deposit.abi_encode()),
            (bond.market, buy.abi_encode()),
        ],
        vec![
            (bond.principal, IERC20::transferCall { to: bond.market, value: amount }.abi_encode()),
            (bond.market, sell.abi_encode()),
        ],
    ]
}

#[test]
fn a_push_within_a_transaction_moves_no_value() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let position = stage.position(&bond);
    stage.invest(position, 500_000 * ONE).expect("the market sells");
    stage.pass(1_000);
    let report = (position, IAdapter::reportCall {}.abi_encode());
    let [up, down] = push(&stage, &bond, 3_000_000);

    let calls = [vec![report.clone()], up, vec![report.clone()], down, vec![report]].concat();
    let answers = stage.relay(&calls).expect("the market trades");

    let reports: Vec<_> =
        [0, 4, 7].map(|place| IAdapter::reportCall::abi_decode_returns(&answers[place]).expect("a report")).into();
    for report in &reports[1..] {
        assert_eq!((report.value, report.high, report.units), (reports[0].value, reports[0].high, reports[0].units));
        assert_eq!(report.rateWad, reports[0].rateWad);
    }
    // What is in the market for everybody is what has moved.
    assert!(reports[1].depth > reports[0].depth);
}

#[test]
fn who_pushes_a_purchase_shows_in_what_it_brings() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let (fair, pushed) = (stage.position(&bond), stage.position(&bond));
    let assets = 500_000 * ONE;
    let [_, honest] = stage.invest(fair, assets).expect("the market sells");
    stage.fund(pushed, assets);
    let [up, down] = push(&stage, &bond, 3_000_000);
    let allocate = (pushed, IAdapter::allocateCall { assets: u(assets) }.abi_encode());

    let answers = stage.relay(&[up, vec![allocate], down].concat()).expect("the market trades");

    // The vault compares the growth of value with its least result: dear face is worth what the mean says.
    let [before, after] = moved(&answers[3]);
    let grown = after.value - before.value;
    assert!(grown * u(1_000) < honest.value * u(996), "{grown} beside {}", honest.value);
}

#[test]
fn who_pushes_a_sale_shows_in_what_it_costs() {
    let stage = Stage::new();
    let bond = stage.bonds[1];
    let position = stage.position(&bond);
    stage.invest(position, 500_000 * ONE).expect("the market sells");
    let assets = u(200_000 * ONE);
    // The price of the moment is pushed down by selling what was split.
    let amount = u(3_000_000 * ONE);
    stage.world.split_bond(&stage.chain, &bond, stage.sender, amount).expect("it is made");
    stage.send(stage.sender, bond.principal, &IERC20::transferCall { to: stage.holder, value: amount });
    let sell = IPendleMarket::swapExactPtForSyCall { receiver: stage.holder, exactPtIn: amount, data: Bytes::new() };
    let answers = stage.relay(&[
        (bond.principal, IERC20::transferCall { to: bond.market, value: amount }.abi_encode()),
        (bond.market, sell.abi_encode()),
        (position, IAdapter::deallocateCall { assets }.abi_encode()),
    ]);

    let [before, after] = moved(&answers.expect("the market trades")[2]);
    assert!(before.value - after.value > assets * u(1_003) / u(1_000), "what was sold was worth more than it brought");
}

#[test]
fn tokens_of_strangers_are_nobodys() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    stage.invest(position, 100_000 * ONE).expect("the market sells");
    let before = stage.report(position);
    stage.world.split_bond(&stage.chain, &bond, stage.sender, u(50_000 * ONE)).expect("it is made");

    stage.send(stage.sender, bond.principal, &IERC20::transferCall { to: position, value: u(50_000 * ONE) });
    stage.fund(position, 10_000 * ONE);
    let after = stage.report(position);
    assert_eq!((after.units, after.high >= before.high), (before.units, true));
    // Some seconds have passed, in which the mean follows what our own purchase has moved.
    assert_close(after.value, before.value, ONE);
    stage.invest(position, 10_000 * ONE).expect("the market sells");
    stage.pass_to(bond.expiry_secs);
    let face = stage.report(position).units;
    let (_, paid) = stage.divest(position, U256::MAX).expect("it is due");

    assert_close(u(paid), face, 2);
    assert_eq!(stage.balance(bond.principal, position), u(50_000 * ONE));
    // More than what is counted cannot be asked for, though the tokens are here.
    let asked = IAdapter::deallocateCall { assets: u(1_000 * ONE) };
    stage.relay(&[(position, asked.abi_encode())]).expect_err("nothing is held");
}

#[test]
fn nobody_but_the_vault_moves_money_and_nobody_calls_back() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    stage.invest(position, 100_000 * ONE).expect("the market sells");
    let stranger = stage.chain.accounts()[2];

    let refused = stage.try_view(stranger, position, &IAdapter::deallocateCall { assets: U256::MAX }).map(|_| ());
    assert_eq!(refusal::<IAdapter::NotVault>(&refused.expect_err("a stranger")).caller, stranger);
    let refused = stage.try_view(stranger, position, &IAdapter::allocateCall { assets: U256::ZERO }).map(|_| ());
    assert_eq!(refusal::<IAdapter::NotVault>(&refused.expect_err("a stranger")).caller, stranger);
    let call =
        ISwapCallback::swapCallbackCall { ptToAccount: I256::ONE, syToAccount: I256::MINUS_ONE, data: Bytes::new() };
    for caller in [stranger, bond.market, bond.wrapper, stage.holder] {
        assert_eq!(stage.try_view(caller, position, &call).map(|_| ()), Err(Bytes::new()));
    }
}

#[test]
fn a_wrapper_that_does_not_pay_fades_the_claim_and_pays_later() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    stage.invest(position, 100_000 * ONE).expect("the market sells");
    stage.pass_to(bond.expiry_secs);
    let face = stage.report(position).units;
    stage.send(stage.world.admin, bond.wrapper, &IWrapperOwner::pauseCall {});

    stage.divest(position, U256::MAX).map(|_| ()).expect_err("it is paused");
    stage.pass(u64::from(DECAY_SECS) / 2);
    let report = stage.report(position);
    assert!(report.value < face / u(2) && report.value > face * u(49) / u(100));
    stage.pass(u64::from(DECAY_SECS));
    assert_eq!(stage.report(position).value, U256::ZERO);

    stage.send(stage.world.admin, bond.wrapper, &IWrapperOwner::unpauseCall {});
    let (_, paid) = stage.divest(position, U256::MAX).expect("it is due");
    assert_close(u(paid), face, 2);
}

#[test]
fn without_a_price_nothing_moves_until_it_is_due_and_then_all_does() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let price = I256::from_raw(stage.price(stage.oracle(&bond))[0]);
    let feed = stage.world.deploy_feed(&stage.chain, &artifacts(), 18, price).expect("it deploys");
    let terms = IOracle::Terms { feed, maxAgeSecs: 86_400, deviationBps: 100, ..stage.oracle_terms(&bond) };
    let oracle = stage.try_oracle(terms).expect("they agree");
    let terms = abi::bond::IBond::PendleTerms { market: bond.market, oracle, decaySecs: DECAY_SECS };
    let position = stage.try_position(bond.wrapper, terms).expect("the terms are good");
    stage.invest(position, 100_000 * ONE).expect("the market sells");

    stage.pass(86_500);
    let reason =
        refusal::<IAdapter::VenueCallFailed>(&stage.divest(position, u(ONE)).map(|_| ()).expect_err("stale")).reason;
    assert_eq!(refusal::<IOracle::PriceRefused>(&reason).reason, 4);
    stage.invest(position, ONE).map(|_| ()).expect_err("stale");
    stage.try_view(stage.sender, position, &IAdapter::reportCall {}).map(|_| ()).expect_err("stale");

    stage.pass_to(bond.expiry_secs);
    let report = stage.report(position);
    let (_, paid) = stage.divest(position, U256::MAX).expect("it is due");
    assert_close(u(paid), report.units, 2);
}

#[test]
fn after_its_date_nothing_is_bought() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let position = stage.position(&bond);
    stage.pass_to(bond.expiry_secs);

    stage.invest(position, 1_000 * ONE).map(|_| ()).expect_err("it is due");
    assert_eq!(stage.view(bond.principal, &IPendlePrincipalToken::expiryCall {}), u(bond.expiry_secs));
}
