//! Snapshots of a real vault on the local chain, over RPC: what they predict is what the venues do.

use abi::aave::IAavePool;
use abi::board::IBoard;
use abi::desk::IDesk::{self, LimitBreached};
use abi::morpho::{IAdaptiveCurveIrm, IMorpho};
use alloy_primitives::{Address, B256, Bytes, I256, U256};
use alloy_sol_types::SolValue;
use chain::deployment::{CapTerms, PositionTerms};
use chain::endpoint::Endpoint;
use chain::rpc::{Limits, Rpc};
use chain::snapshot::Reader;
use devnet::{Call, Server};
use keeper_chain as chain;
use kit::{AAVE, Built, META_MORPHO, Tenor, leg, root, usdc};
use model::{Assets, Leg, Movement, RateModel, RiskId, Snapshot, Terms, Trial, VenueKind, Wad};
use sim::{Artifacts, MarketConfig, WorldConfig};

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
    let grant = tenor.view(tenor.vault, &IDesk::grantCall { keeper: tenor.keeper });
    assert_eq!((snapshot.operator.grant.nonce, snapshot.operator.grant.positions), (grant.nonce, grant.positions));
    assert_eq!(snapshot.book.nav_least.0, book.navLeast);
    let budgets = tenor.view(tenor.vault, &IDesk::budgetsCall {});
    assert_eq!(snapshot.budgets.turnover.used.0, budgets.turnover.used);
    assert!(snapshot.budgets.turnover.used >= Assets(usdc(399_999)), "it was just moved");
    assert_eq!(snapshot.revision, tenor.view(tenor.vault, &IDesk::revisionCall {}));
    assert_eq!((snapshot.asset.symbol.as_str(), snapshot.asset.decimals), ("USDC", 6));
    assert!(snapshot.operator.grant.is_active(snapshot.now()) && !snapshot.operator.balance.is_zero());
    let [aave, meta_morpho] = &snapshot.positions[..] else { panic!("two positions") };
    assert_eq!((aave.kind, aave.venue), (VenueKind::AaveV3, tenor.world.aave.pool));
    assert!(aave.value >= Assets(usdc(400_000) - U256::from(2)) && aave.liquidity == aave.value);
    assert_eq!((meta_morpho.kind, meta_morpho.value), (VenueKind::Erc4626, Assets::ZERO));
    assert!(aave.reported_rate.is_some() && aave.depth.is_some_and(|depth| depth > aave.value));
    assert_eq!(snapshot.caps.len(), 2);
}

#[test]
fn a_vault_without_a_known_rate_takes_no_money_and_stops_nothing() {
    let tenor = Tenor::new();
    let mut code = Artifacts::of_workspace(&root()).ours("CallbackVenue").expect("scripts/setup compiles it");
    code.extend_from_slice(&tenor.world.tokens.usdc.abi_encode());
    let venue = tenor.chain.send(&Call::create(tenor.owner, code)).expect("taken").contract_address.expect("created");
    let adapter = tenor.adapter(venue);
    let add = IBoard::addPositionCall {
        adapter,
        riskIds: vec![RiskId::from_name("protocol/aave-v3").expect("short").0],
        instantBps: 0,
        depthBps: 10_000,
        slackBps: 0,
    };
    tenor.govern(tenor.curator, &add);

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

/// One more position, in a market of Morpho Blue that nothing lies between; every position charged and bounded.
fn with_market() -> Tenor {
    Tenor::built(&Built {
        world: WorldConfig {
            markets: vec![MarketConfig { supplied_assets: usdc(20_000_000), utilisation_wad: 850_000_000_000_000_000 }],
            ..WorldConfig::default()
        },
        alter: |mandate, world| {
            let risk_id = RiskId::from_name("market/weth").expect("short");
            mandate.caps.push(CapTerms { risk_id, absolute: Assets(usdc(5_000_000)), relative: Wad::ONE });
            let market = world.morpho.market_ids[1];
            let position = PositionTerms::in_market(VenueKind::MorphoBlue, world.morpho.morpho, market, vec![risk_id]);
            mandate.positions.push(position);
            for (position, slack_bps) in mandate.positions.iter_mut().zip([3, 0, 1]) {
                position.terms = Terms { instant_bps: 4_000, depth_bps: 3_000, slack_bps };
            }
            mandate.liquidity_cover = Wad::from(300_000_000_000_000_000);
            mandate.loss = Wad::from(5_000_000_000_000_000);
        },
        ..Built::default()
    })
}

#[test]
fn a_market_of_morpho_blue_pays_what_the_snapshot_predicts() {
    let tenor = with_market();
    tenor.deposit(tenor.wallets[0], usdc(10_000_000));
    let before = snapshot(&tenor).expect("the vault can be read");
    assert_eq!(before.positions[2].kind, VenueKind::MorphoBlue);
    assert_eq!(before.positions[2].market, tenor.world.morpho.market_ids[1]);

    tenor.rebalance(vec![leg(2, 4_000_000)]).expect("inside every limit");

    let after = snapshot(&tenor).expect("the vault can be read");
    let reported = after.positions[2].reported_rate.expect("the adapter says it").to_fraction();
    close(reported, predicted(&before, 2, 4_000_000));
    close(reported, predicted(&after, 2, 4_000_000));
}

type State = (u8, U256, U256, bool);

/// The vault's own preview of legs, and the keeper's trial of them on a snapshot of the same block.
fn both(
    tenor: &Tenor,
    legs: Vec<IDesk::Leg>,
) -> (Result<Vec<State>, LimitBreached>, Result<Vec<State>, LimitBreached>) {
    let intent = tenor.intent(legs.clone());
    let call = IDesk::previewRebalanceCall { keeper: tenor.keeper, intent };
    let theirs = match tenor.try_view(tenor.wallets[1], tenor.vault, &call) {
        Ok(states) => {
            Ok(states.into_iter().map(|state| (state.limit, state.value, state.bound, state.holds)).collect())
        }
        Err(refusal) => Err(refusal.expect::<LimitBreached>()),
    };
    let snapshot = snapshot(tenor).expect("the vault can be read");
    let curve = |position: &model::Position| position.rate.curve(position.value, snapshot.now()).expect("possible");
    let curves = snapshot.positions.iter().map(curve).collect::<Vec<_>>();
    let movement = |leg: &IDesk::Leg| match leg.assets {
        I256::MIN if leg.repays => Movement::RepayAll,
        I256::MIN => Movement::DeallocateAll,
        assets if leg.repays => Movement::Repay(Assets(assets.unsigned_abs())),
        assets if assets.is_negative() => Movement::Deallocate(Assets(assets.unsigned_abs())),
        assets => Movement::Allocate(Assets(assets.unsigned_abs())),
    };
    let leg = |leg: &IDesk::Leg| Leg { position: leg.position, movement: movement(leg), min_result: Assets::ZERO };
    let trial = Trial::of(&snapshot, &curves, &legs.iter().map(leg).collect::<Vec<_>>()).expect("it can be run");
    let ours = match trial.check() {
        Ok(()) => {
            Ok(trial.states().iter().map(|state| (state.limit as u8, state.value, state.bound, state.holds)).collect())
        }
        Err(breach) => {
            let (limit, value, bound) = (breach.limit as u8, breach.value, breach.bound);
            Err(LimitBreached { limit, id: B256::ZERO, value, bound })
        }
    };
    (theirs, ours)
}

/// Income is the venues' word before, where the preview hears Morpho's mean rate and a rebalance that of the moment, and a
/// prediction after, which no preview makes.
const IMPROVEMENT: u8 = 12;

#[test]
fn the_keeper_judges_as_the_vaults_own_preview_does() {
    let tenor = with_market();
    tenor.deposit(tenor.wallets[0], usdc(10_000_000));
    tenor.rebalance(vec![leg(AAVE, 2_000_000), leg(2, 3_000_000)]).expect("inside every limit");
    tenor.pass(50_000);
    let everything = IDesk::Leg { position: 2, assets: I256::MIN, minResult: U256::ZERO, repays: false };
    let cases = [
        vec![],
        vec![leg(META_MORPHO, 1_500_000)],
        vec![leg(2, -500_000), leg(AAVE, 500_000)],
        vec![everything.clone()],
        vec![everything, leg(META_MORPHO, 2_000_000)],
        vec![leg(AAVE, 4_900_000)],
        vec![leg(2, 2_500_000)],
        vec![leg(AAVE, -2_000_000), leg(META_MORPHO, 6_500_000)],
    ];
    for (case, legs) in cases.into_iter().enumerate() {
        let (theirs, ours) = both(&tenor, legs);

        match (theirs, ours) {
            (Ok(theirs), Ok(ours)) => {
                let without_income = |states: Vec<State>| states.into_iter().filter(|state| state.0 != IMPROVEMENT);
                let pairs = without_income(theirs).zip(without_income(ours));
                for (theirs, ours) in pairs {
                    assert_eq!((theirs.0, theirs.2, theirs.3), (ours.0, ours.2, ours.3), "case {case}");
                    // A unit of the venue's and one of ours, of amounts; of fractions next to nothing.
                    let apart = theirs.1.abs_diff(ours.1);
                    assert!(apart <= U256::from(1_000_000_u64), "{} against {} of limit {}", theirs.1, ours.1, ours.0);
                }
            }
            (Err(theirs), Err(ours)) => {
                assert_eq!(theirs.limit, ours.limit, "case {case}");
                assert!(theirs.limit == IMPROVEMENT || theirs.bound == ours.bound, "case {case}");
            }
            (theirs, ours) => {
                let said = |answer: Result<Vec<State>, LimitBreached>| {
                    answer.map_err(|breach| (breach.limit, breach.value, breach.bound))
                };
                panic!("case {case}: the vault says {:?}, the keeper {:?}", said(theirs), said(ours))
            }
        }
    }
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
