//! Snapshots of a real vault on the local chain, over RPC: what they predict is what the venues do.

use abi::aave::IAavePool;
use abi::desk::IDesk;
use abi::morpho::{IAdaptiveCurveIrm, IMorpho};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolValue;
use chain::endpoint::Endpoint;
use chain::rpc::{Limits, Rpc};
use chain::snapshot::Reader;
use devnet::{Call, Server};
use keeper_chain as chain;
use kit::{AAVE, META_MORPHO, Tenor, leg, root, usdc};
use model::{Assets, RateModel, Snapshot, VenueKind};
use sim::Artifacts;

/// Aave's and Morpho's rates must be predicted to this part of themselves.
const TOLERANCE: f64 = 1e-6;

fn snapshot(tenor: &Tenor) -> Result<Snapshot, chain::Error> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let server = Server::bind(tenor.chain.clone(), ([127, 0, 0, 1], 0).into()).await.expect("loopback");
        let endpoint = Endpoint::parse(&server.http_url()).expect("loopback is allowed");
        let rpc = Rpc::new(endpoint, Limits::default()).expect("TLS is there");
        Reader::open(&rpc, tenor.chain.chain_id(), tenor.vault, tenor.keeper).await?.read().await
    })
}

/// The rate that the snapshot predicts for a position of so many dollars.
fn predicted(snapshot: &Snapshot, position: u32, dollars: u64) -> f64 {
    let position = &snapshot.positions[position as usize];
    let curve = position.rate.curve(position.value, snapshot.block.timestamp).expect("possible parameters");
    curve.rate(Assets(usdc(dollars)).to_f64())
}

fn aave_rate(tenor: &Tenor) -> f64 {
    let call = IAavePool::getReserveDataCall { asset: tenor.world.tokens.usdc };
    tenor.view(tenor.world.aave.pool, &call).currentLiquidityRate as f64 / 1e27
}

/// What MetaMorpho's depositors earn: Morpho's borrow rate on the borrowed part, no fees being set.
fn morpho_rate(tenor: &Tenor) -> f64 {
    let morpho = &tenor.world.morpho;
    let market = tenor.view(morpho.morpho, &IMorpho::marketCall { id: morpho.market_id });
    let usage = market.totalBorrowAssets as f64 / market.totalSupplyAssets as f64;
    let params = tenor.view(morpho.morpho, &IMorpho::idToMarketParamsCall { id: morpho.market_id });
    let call = IAdaptiveCurveIrm::borrowRateViewCall { marketParams: params, market };
    f64::from(tenor.view(morpho.irm, &call)) * model::units::YEAR_SECS as f64 / 1e18 * usage
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() <= TOLERANCE, "{found} is not {expected}");
}

#[test]
fn rates_after_a_rebalance_are_those_that_the_snapshot_predicted() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(10_000_000));
    let before = snapshot(&tenor).expect("the vault can be read");

    tenor.rebalance(vec![leg(AAVE, 5_000_000), leg(META_MORPHO, 3_000_000)]).expect("inside every limit");

    close(aave_rate(&tenor), predicted(&before, AAVE, 5_000_000));
    close(morpho_rate(&tenor), predicted(&before, META_MORPHO, 3_000_000));
    let after = snapshot(&tenor).expect("the vault can be read");
    close(aave_rate(&tenor), predicted(&after, AAVE, 5_000_000));
    close(morpho_rate(&tenor), predicted(&after, META_MORPHO, 3_000_000));
}

#[test]
fn a_snapshot_shows_what_the_contracts_show() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1_000_000));
    tenor.rebalance(vec![leg(AAVE, 400_000)]).expect("inside every limit");

    let snapshot = snapshot(&tenor).expect("the vault can be read");

    let book = tenor.book();
    assert_eq!((snapshot.book.nav.0, snapshot.book.idle.0), (book.nav, book.idle));
    assert_eq!(snapshot.block.number, tenor.chain.block_number());
    assert_eq!(snapshot.intent_nonce, tenor.view(tenor.vault, &IDesk::intentNonceCall {}));
    assert_eq!(snapshot.revision, tenor.view(tenor.vault, &IDesk::revisionCall {}));
    assert_eq!((snapshot.asset.symbol.as_str(), snapshot.asset.decimals), ("USDC", 6));
    assert!(snapshot.operator.is_keeper && !snapshot.operator.balance.is_zero());
    let [aave, meta_morpho] = &snapshot.positions[..] else { panic!("two positions") };
    assert_eq!((aave.kind, aave.venue), (VenueKind::AaveV3, tenor.world.aave.pool));
    assert!(aave.value >= Assets(usdc(400_000) - U256::from(2)) && aave.liquidity == aave.value);
    assert_eq!((meta_morpho.kind, meta_morpho.value), (VenueKind::Erc4626, Assets::ZERO));
    assert_eq!(snapshot.caps.len(), 2);
}

#[test]
fn a_vault_without_a_known_rate_takes_no_money_and_stops_nothing() {
    let tenor = Tenor::new();
    let mut code = Artifacts::of_workspace(&root()).ours("CallbackVenue").expect("scripts/setup compiles it");
    code.extend_from_slice(&tenor.world.tokens.usdc.abi_encode());
    let venue = tenor.chain.send(&Call::create(tenor.owner, code)).expect("taken").contract_address.expect("created");
    let adapter = tenor.adapter(venue);
    let add = IDesk::addPositionCall { adapter, riskIds: vec![B256::repeat_byte(1)] };
    tenor.send(tenor.curator, tenor.vault, &add).expect("the curator adds positions");

    let snapshot = snapshot(&tenor).expect("the others can be read");

    let reason = snapshot.positions[2].rate.refusal().expect("its rate is not known");
    assert_eq!(reason, "vault is an ERC-4626 vault without MORPHO(), not a MetaMorpho vault");
    assert!(snapshot.positions[..2].iter().all(|position| position.rate.refusal().is_none()));
}

#[test]
fn a_broken_adapter_keeps_its_mark_and_stops_nothing() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1_000_000));
    tenor.rebalance(vec![leg(AAVE, 400_000)]).expect("inside every limit");
    let always_reverts = Bytes::from_static(&[0x5f, 0x5f, 0xfd]);
    tenor.chain.set_code(tenor.deployed.adapters[0], always_reverts).expect("the chain obeys");

    let snapshot = snapshot(&tenor).expect("the others can be read");

    let [broken, sound] = &snapshot.positions[..] else { panic!("two positions") };
    assert!(matches!(&broken.rate, RateModel::Unknown { reason } if reason.contains("reverted")), "{:?}", broken.rate);
    assert_eq!((broken.value, broken.liquidity), (broken.marked, Assets::ZERO));
    assert!(broken.marked >= Assets(usdc(399_999)) && sound.rate.refusal().is_none());
}

#[test]
fn an_address_without_code_is_refused() {
    let mut tenor = Tenor::new();
    let vault = std::mem::replace(&mut tenor.vault, Address::repeat_byte(9));

    let error = snapshot(&tenor).expect_err("nothing is there");

    assert!(matches!(error, chain::Error::NoCode { .. }), "{error}");
    tenor.vault = vault;
    assert!(snapshot(&tenor).is_ok());
}
