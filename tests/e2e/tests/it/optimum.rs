//! The keeper's answer against the venues themselves: equal marginal yields, the best on a grid, and after the
//! rebalance the very rates that were predicted.

use std::net::{Ipv4Addr, SocketAddr};

use abi::{
    aave::IAavePool,
    morpho::{IAdaptiveCurveIrm, IMorpho},
};
use alloy_primitives::U256;
use chain::{endpoint::Endpoint, rpc::Rpc, snapshot::Reader};
use devnet::Server;
use kit::{AAVE, Built, META_MORPHO, Tenor, usdc};
use model::{Charges, Decision, Plan, Snapshot, Stance, Target, units::YEAR_SECS};
use planner::Scales;

const WAD: u64 = 1_000_000_000_000_000_000;

/// Reads a snapshot as the keeper does: over JSON-RPC.
async fn observe(tenor: &Tenor) -> Snapshot {
    let server = Server::bind(tenor.chain.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await;
    let server = server.expect("a port is free");
    let endpoint = Endpoint::parse(&server.http_url()).expect("the server's own address");
    let rpc = Rpc::new(endpoint, Default::default()).expect("the client starts");
    let reader =
        Reader::open(&rpc, tenor.chain.chain_id(), tenor.vault, tenor.keeper).await.expect("the vault is there");
    reader.read().await.expect("the snapshot is consistent")
}

/// Nothing moves yet, and nothing is charged.
const FREE: Scales<'static> = Scales { stance: Stance::Still, charges: &|_| Charges::default() };

fn think(snapshot: &Snapshot) -> (Target, Plan) {
    let target = optimizer::optimize(snapshot, &optimizer::Settings::default()).expect("it is solved");
    match planner::plan(snapshot, &target, &planner::Settings::default(), &FREE).expect("it is planned") {
        Decision::Rebalance(plan) => (target, plan),
        other => panic!("the keeper should act: {other:?}"),
    }
}

fn without_caps() -> Built {
    let cap = (1_000_000_000, WAD);
    Built { aave_cap: cap, meta_morpho_cap: cap, liquidity_floor_wad: 0, ..Built::default() }
}

/// Aave's yearly supply rate, by the pool's own accounts.
fn aave_rate(tenor: &Tenor) -> f64 {
    let call = IAavePool::getReserveDataCall { asset: tenor.world.tokens.usdc };
    tenor.view(tenor.world.aave.pool, &call).currentLiquidityRate as f64 / 1e27
}

/// The yearly supply rate of Morpho's market, by its own rate model: borrow rate a second, times usage.
fn morpho_rate(tenor: &Tenor) -> f64 {
    let morpho = &tenor.world.morpho;
    let market = tenor.view(morpho.morpho, &IMorpho::marketCall { id: morpho.market_id });
    let usage = market.totalBorrowAssets as f64 / market.totalSupplyAssets as f64;
    let call = IAdaptiveCurveIrm::borrowRateViewCall { marketParams: morpho.market(), market };
    f64::from(tenor.view(morpho.irm, &call)) / 1e18 * YEAR_SECS as f64 * usage
}

#[tokio::test(flavor = "multi_thread")]
async fn marginal_yields_of_real_pools_are_equal_where_no_cap_binds() {
    let tenor = Tenor::built(&without_caps());
    tenor.deposit(tenor.wallets[0], usdc(20_000_000));

    let (target, _) = think(&observe(&tenor).await);

    let marginals: Vec<_> = target.positions.iter().map(|position| position.marginal).collect();
    assert!(target.positions.iter().all(|position| !position.assets.is_zero()), "both pools are funded");
    assert!((marginals[0] - marginals[1]).abs() <= 1e-9, "{marginals:?}");
    assert!(marginals[0] > 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_a_grid_earns_more_where_a_cap_binds() {
    let tenor = Tenor::built(&Built { aave_cap: (4_000_000, WAD), ..without_caps() });
    tenor.deposit(tenor.wallets[0], usdc(20_000_000));
    let snapshot = observe(&tenor).await;

    let (target, _) = think(&snapshot);

    let curves = [AAVE, META_MORPHO].map(|index| {
        let position = &snapshot.positions[index as usize];
        position.rate.curve(position.value, snapshot.block.timestamp).expect("the rate was read")
    });
    let income = |aave: f64, morpho: f64| aave * curves[0].rate(aave) + morpho * curves[1].rate(morpho);
    let step = 50_000e6;
    let (capped, all) = (4_000_000e6, 20_000_000e6);
    let mut best = 0.0_f64;
    for aave in (0..).map(|n| f64::from(n) * step).take_while(|aave| *aave <= capped) {
        for morpho in (0..).map(|n| f64::from(n) * step).take_while(|morpho| aave + morpho <= all) {
            best = best.max(income(aave, morpho));
        }
    }
    // The optimizer leaves a basis point of every limit's room free; the grid does not.
    assert!(target.income_assets >= best * (1.0 - 1e-4), "{} against {best} on the grid", target.income_assets);
    assert!(target.income_assets <= best * (1.0 + 1e-3), "{} against {best} on the grid", target.income_assets);
    assert!(target.positions[0].assets.to_f64() >= capped * (1.0 - 2e-4), "the cap binds");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_venues_pay_what_was_predicted() {
    let tenor = Tenor::built(&without_caps());
    tenor.deposit(tenor.wallets[0], usdc(20_000_000));
    let (_, plan) = think(&observe(&tenor).await);

    tenor
        .submit(tenor.keeper, plan.intent.to_abi().expect("it fits"))
        .expect("feasible off chain is accepted on chain");

    let predicted: Vec<_> = plan.explanation.positions.iter().map(|position| position.rate_after).collect();
    let paid = [aave_rate(&tenor), morpho_rate(&tenor)];
    for (predicted, paid) in predicted.iter().zip(paid) {
        assert!((predicted - paid).abs() <= 1e-6, "predicted {predicted}, paid {paid}");
        assert!(*predicted > 0.001);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_own_rebalance_the_keeper_has_nothing_to_do() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(20_000_000));
    let (_, plan) = think(&observe(&tenor).await);
    tenor.submit(tenor.keeper, plan.intent.to_abi().expect("it fits")).expect("it is accepted");

    let snapshot = observe(&tenor).await;
    let target = optimizer::optimize(&snapshot, &optimizer::Settings::default()).expect("it is solved");
    let decision = planner::plan(&snapshot, &target, &planner::Settings::default(), &FREE).expect("it is planned");

    assert!(matches!(decision, Decision::NothingToDo { .. }), "{decision:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_snapshot_shows_what_the_vault_and_the_venues_say() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1_000_000));
    // The market's rate of the moment is what its next accrual makes of it.
    let accrue = IMorpho::accrueInterestCall { marketParams: tenor.world.morpho.market() };
    tenor.send(tenor.wallets[1], tenor.world.morpho.morpho, &accrue).expect("anyone accrues");

    let snapshot = observe(&tenor).await;

    assert_eq!(snapshot.book.idle.0, usdc(1_000_000));
    assert_eq!(snapshot.total_assets().0, usdc(1_000_000));
    assert_eq!(snapshot.positions.len(), 2);
    let rate = |index: u32| {
        let position = &snapshot.positions[index as usize];
        position.rate.curve(position.value, snapshot.block.timestamp).expect("the rate was read").rate(0.0)
    };
    assert!((rate(AAVE) - aave_rate(&tenor)).abs() <= 1e-6);
    assert!((rate(META_MORPHO) - morpho_rate(&tenor)).abs() <= 1e-6);
    assert_eq!(snapshot.operator.account, tenor.keeper);
    assert_eq!((snapshot.operator.grant.positions, snapshot.operator.grant.nonce), (u64::MAX, U256::ZERO));
}
