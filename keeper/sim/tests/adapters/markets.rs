//! Markets as they come: empty, without a rate model or with a broken one, in bad debt, with strangers' gifts.

use abi::{
    adapter::IAdapter,
    erc20::IERC20,
    morpho::{IMorpho, IMorpho::MarketParams},
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use keeper_sim::Venue;

use crate::stage::{DAY_SECS, ONE, Stage, refusal, terms, u, wad};

/// Reverts at everything: PUSH0, PUSH0, REVERT.
const BROKEN: &[u8] = &[0x5f, 0x5f, 0xfd];

fn terms_without_model(stage: &Stage) -> MarketParams {
    let (admin, morpho) = (stage.world.admin, stage.world.morpho.morpho);
    stage.send(admin, morpho, &IMorpho::enableIrmCall { irm: Address::ZERO });
    MarketParams { irm: Address::ZERO, ..stage.world.morpho.terms(0) }
}

#[test]
fn an_adapter_knows_its_market_and_leaves_nothing_behind() {
    let stage = Stage::new();
    let (usdc, morpho) = (stage.world.tokens.usdc, stage.world.morpho.morpho);
    let adapter = stage.adapter(2);

    stage.invest(adapter, 1_000 * ONE);

    assert_eq!(stage.view(adapter, &IAdapter::marketCall {}), stage.world.morpho.market_ids[2]);
    assert_eq!(stage.view(adapter, &IAdapter::venueCall {}), morpho);
    assert_eq!(stage.view(adapter, &IAdapter::assetCall {}), usdc);
    assert_eq!(stage.view(adapter, &IAdapter::vaultCall {}), stage.holder);
    assert_eq!(stage.view(adapter, &IAdapter::kindCall {}), B256::right_padding_from(b"morpho-blue"));
    assert_eq!(stage.view(usdc, &IERC20::allowanceCall { owner: adapter, spender: morpho }), U256::ZERO);
    assert_eq!(stage.balance(usdc, adapter), U256::ZERO);
}

#[test]
fn what_never_changes_is_the_code_of_an_account_that_does_nothing() {
    let stage = Stage::new();
    let latest = devnet::BlockId::latest;

    for (program, venue, market, words) in [
        ("morpho", stage.world.morpho.morpho, stage.world.morpho.market_ids[2], 7),
        ("aave", stage.world.aave.pool, B256::ZERO, 4),
        ("erc4626", stage.world.morpho.meta_morpho, B256::ZERO, 3),
    ] {
        let adapter = stage.deploy(program, venue, market).expect("the adapter initialises");

        let code = stage.chain.code(adapter.create(1), latest()).expect("the latest block is there");
        let known = [stage.holder, venue, stage.world.tokens.usdc].map(|account| account.into_word());
        assert_eq!((code.len(), code[0], &code[1..97]), (1 + 32 * words, 0, &known.concat()[..]), "{program}");
        let call = devnet::Call::new(stage.sender, adapter.create(1), vec![1, 2, 3, 4]);
        assert_eq!(stage.chain.call(&call, latest()).expect("it stops at once"), Bytes::new());
        let again = IAdapter::initializeCall { vault: stage.holder, venue, terms: terms(market) };
        let revert = stage.relay(&[(adapter, again.abi_encode())]).expect_err("once and for all");
        refusal::<IAdapter::AlreadyInitialized>(&revert);
    }
}

#[test]
fn markets_that_are_not_there_or_of_another_asset_are_refused() {
    let stage = Stage::new();
    let (tokens, morpho) = (stage.world.tokens, stage.world.morpho.morpho);
    let unknown = B256::repeat_byte(7);
    let of_weth = MarketParams { loanToken: tokens.weth, collateralToken: tokens.usdc, ..stage.world.morpho.terms(0) };
    let of_weth = stage.create(&of_weth);
    let known = stage.world.morpho.market_ids[1];

    let error = refusal::<IAdapter::InvalidMarket>(&stage.deploy("morpho", morpho, unknown).unwrap_err());
    assert_eq!(error.market, unknown);
    let error = refusal::<IAdapter::WrongAsset>(&stage.deploy("morpho", morpho, of_weth).unwrap_err());
    assert_eq!((error.expected, error.found), (tokens.usdc, tokens.weth));
    let error = refusal::<IAdapter::InvalidAddress>(&stage.deploy("morpho", stage.sender, known).unwrap_err());
    assert_eq!(error.account, stage.sender);
    for (program, venue) in [("aave", stage.world.aave.pool), ("erc4626", stage.world.morpho.meta_morpho)] {
        let error = refusal::<IAdapter::InvalidMarket>(&stage.deploy(program, venue, known).unwrap_err());
        assert_eq!(error.market, known, "{program} has no markets");
    }
}

#[test]
fn an_empty_market_has_no_depth_and_no_rate() {
    let stage = Stage::with_markets(&[(0, 0)]);
    let adapter = stage.adapter(1);

    let empty = stage.view(adapter, &IAdapter::reportCall {});
    let found = stage.invest(adapter, ONE);

    assert_eq!((empty.value, empty.units, empty.depth, empty.rateWad), Default::default());
    assert_eq!((found.value, found.depth, found.rateWad), (u(ONE), u(ONE), U256::ZERO));
    assert_eq!(stage.divest(adapter, U256::MAX).expect("nobody has borrowed").2, ONE);
}

#[test]
fn a_market_without_a_rate_model_lends_for_nothing() {
    let stage = Stage::new();
    let market = stage.create(&terms_without_model(&stage));
    let adapter = stage.adapter_to(market);

    stage.invest(adapter, 1_000 * ONE);
    stage.world.pass(&stage.chain, 30 * DAY_SECS).unwrap();

    let found = stage.view(adapter, &IAdapter::reportCall {});
    assert_eq!((found.value, found.rateWad), (u(1_000 * ONE), U256::ZERO));
    assert_eq!(stage.divest(adapter, U256::MAX).expect("nobody has borrowed").2, 1_000 * ONE);
}

#[test]
fn a_market_whose_rate_model_fails_has_no_value_until_it_answers() {
    let stage = Stage::new();
    let adapter = stage.adapter(1);
    stage.invest(adapter, 1_000 * ONE);
    let irm = stage.world.morpho.irm;
    let code = stage.chain.code(irm, devnet::BlockId::latest()).expect("the latest block is there");
    stage.chain.set_code(irm, Bytes::from_static(BROKEN)).expect("any code is set");
    stage.world.pass(&stage.chain, DAY_SECS).unwrap();

    let revert = stage.divest(adapter, u(ONE)).err().expect("Morpho itself cannot accrue");
    refusal::<IAdapter::VenueCallFailed>(&revert);

    stage.chain.set_code(irm, code).expect("any code is set");
    assert!(stage.divest(adapter, U256::MAX).expect("it answers again").2 > 1_000 * ONE);
}

#[test]
fn shares_that_strangers_give_are_neither_counted_nor_paid() {
    let stage = Stage::new();
    let adapter = stage.adapter(1);
    let before = stage.invest(adapter, 1_000 * ONE);
    stage.supply(&stage.world.morpho.terms(1), adapter, 500 * ONE);

    let (found, after, paid) = stage.divest(adapter, U256::MAX).expect("the market is liquid");

    assert_eq!(found.units, before.units);
    assert_eq!((found.value, after.units), (u(paid), U256::ZERO));
    assert!(paid < 1_001 * ONE, "{paid}");
    let revert = stage.divest(adapter, u(ONE)).err().expect("the gift is not ours");
    assert_eq!(refusal::<IAdapter::InsufficientUnits>(&revert).held, U256::ZERO);
}

#[test]
fn bad_debt_shows_in_the_value_when_a_liquidation_realises_it() {
    let stage = Stage::new();
    let (world, morpho) = (&stage.world, stage.world.morpho.morpho);
    let adapter = stage.adapter(1);
    let before = stage.invest(adapter, 1_000_000 * ONE);
    let (id, terms) = (world.morpho.market_ids[1], world.morpho.terms(1));
    world.set_price(&stage.chain, 30_000_000_000).unwrap();
    assert!(stage.view(adapter, &IAdapter::valueCall {}) >= before.value, "not before");

    let debtor = stage.view(morpho, &IMorpho::positionCall { id, user: world.borrower });
    world.fund(&stage.chain, stage.sender, u(20_000_000 * ONE)).unwrap();
    stage.send(stage.sender, world.tokens.usdc, &IERC20::approveCall { spender: morpho, value: U256::MAX });
    let liquidate = IMorpho::liquidateCall {
        marketParams: terms,
        borrower: world.borrower,
        seizedAssets: U256::from(debtor.collateral),
        repaidShares: U256::ZERO,
        data: Bytes::new(),
    };
    stage.send(stage.sender, morpho, &liquidate);

    // The collateral was worth twice the debt and has lost nine tenths.
    let (found, _, paid) = stage.divest(adapter, U256::MAX).expect("what was repaid is there");
    assert_eq!(found.value, u(paid));
    assert!(paid > 300_000 * ONE && paid < 400_000 * ONE, "{paid}");
}

#[test]
fn dust_comes_back_as_what_it_is_worth() {
    let stage = Stage::new();
    let adapter = stage.adapter(1);
    for assets in [1, 2, 3] {
        stage.invest(adapter, assets);
        stage.world.pass(&stage.chain, DAY_SECS).unwrap();

        let (before, after, paid) = stage.divest(adapter, U256::MAX).expect("the market is liquid");

        assert_eq!(before.value, u(paid));
        assert!(paid + 1 >= assets && paid <= assets);
        assert_eq!(after.units, U256::ZERO);
    }
    let (_, after, paid) = stage.divest(adapter, U256::MAX).expect("everything of nothing is nothing");
    assert_eq!((after.value, paid), (U256::ZERO, 0));
}

#[test]
fn what_is_lent_out_is_not_paid() {
    let stage = Stage::new();
    let adapter = stage.adapter(1);
    stage.invest(adapter, 1_000_000 * ONE);
    stage.world.borrow_to(&stage.chain, Venue::Market(1), wad(100)).unwrap();

    assert_eq!(stage.view(adapter, &IAdapter::liquidityCall {}), U256::ZERO);
    let revert = stage.divest(adapter, U256::MAX).err().expect("all is lent");
    refusal::<IAdapter::VenueCallFailed>(&revert);
}
