//! A leveraged position in Aave's e-mode: a stablecoin against which up to 90 % is lent.

use abi::{
    aave::IAToken,
    adapter::IAdapter::{self, Report},
    erc20::IERC20,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::{Call, Status};
use keeper_sim::{
    Curve, Depth, WAD,
    stress::{Event, Lag, Listing, Market, Path, Step},
};

use crate::stage::{Setting, Stage, open};

sol! {
    /// Aave's register, and who configures its reserves.
    interface IAaveAdmin {
        function getPoolConfigurator() external view returns (address);
        function setAssetEModeCategory(address asset, uint8 newCategoryId) external;
    }
}

const ONE: u64 = 1_000_000;
/// 20,000 USDC.
const OWN_ASSETS: u64 = 20_000 * ONE;
/// Eight times one's own money.
const TARGET_BPS: u16 = 10_500;

fn step(at_secs: u64) -> Step {
    Step {
        at_secs,
        collateral_usd_e8: 100_000_000,
        usdc_usd_e8: 100_000_000,
        utilisation_wad: WAD / 2,
        depth_wad: WAD,
        is_running: true,
    }
}

/// A stablecoin at par.
fn event(steps: &[Step]) -> Event {
    let lag = Lag { deviation_bps: 25, heartbeat_secs: 86_400 };
    Event {
        name: "e-mode",
        path: Path { steps: steps.to_vec() },
        listing: Listing { ltv_bps: 9_000, threshold_bps: 9_200, bonus_bps: 10_300, is_e_mode: true },
        curve: Curve::default(),
        depth: Depth { assets: 10_000_000_000_000, reach_ticks: 1_000 },
        collateral_lag: lag,
        usdc_lag: lag,
        start_health_bps: TARGET_BPS,
    }
}

fn begin(steps: &[Step], lends_at_aave: bool) -> (Market, Stage) {
    let event = event(steps);
    let market = open(&event);
    let stage = Stage::new(&market, &event, Setting { lends_at_aave, deviation_bps: 300, slip_bps: 30, grace_secs: 0 });
    (market, stage)
}

fn health_bps(report: &Report) -> u64 {
    (report.backing * U256::from(10_000) / report.debt).to()
}

fn pay(assets: U256) -> Vec<u8> {
    IAdapter::deallocateCall { assets }.abi_encode()
}

fn lower(debt_assets: U256) -> Vec<u8> {
    IAdapter::deleverageCall { debtAssets: debt_assets, targetBps: U256::from(TARGET_BPS) }.abi_encode()
}

/// Lets Aave's governance move an asset to another mode; zero for none.
fn move_to(market: &Market, asset: Address, mode: u8) {
    let (world, chain) = (&market.world, &market.chain);
    let call = Call::new(Address::ZERO, world.aave.provider, IAaveAdmin::getPoolConfiguratorCall {}.abi_encode());
    let configurator = chain.call(&call, devnet::BlockId::latest()).expect("it answers");
    let configurator = IAaveAdmin::getPoolConfiguratorCall::abi_decode_returns(&configurator).expect("an address");
    let call = IAaveAdmin::setAssetEModeCategoryCall { asset, newCategoryId: mode };
    let receipt = chain.send(&Call::new(world.admin, configurator, call.abi_encode())).expect("a valid transaction");
    assert_eq!(receipt.status, Status::Success);
}

/// Asserts that the position's own account of its health is Aave's, but for the worse of two prices.
fn assert_is_aaves_health(market: &Market, stage: &Stage) -> u64 {
    let report = stage.view(market, stage.adapter, &IAdapter::reportCall {});
    let aaves_bps: u64 = (market.health_wad(stage.adapter).expect("Aave answers") / U256::from(WAD / 10_000)).to();
    let ours_bps = health_bps(&report);
    assert!((aaves_bps - 20..=aaves_bps).contains(&ours_bps), "{ours_bps} is not {aaves_bps}");
    ours_bps
}

#[test]
fn a_position_is_built_paid_lowered_and_left_in_e_mode() {
    for lends_at_aave in [false, true] {
        let (market, stage) = begin(&[step(0)], lends_at_aave);

        let [_, first] = stage.invest(&market, OWN_ASSETS).expect("it is built");
        assert!(first.debt > U256::from(6 * OWN_ASSETS), "beyond what is lent out of the mode: {}", first.debt);
        assert!((10_500..10_540).contains(&health_bps(&first)), "{}", health_bps(&first));
        assert!(first.value > U256::from(OWN_ASSETS) * U256::from(98) / U256::from(100), "{}", first.value);
        assert_is_aaves_health(&market, &stage);

        let [before, after] = stage.perform(&market, pay(U256::from(4_000 * ONE))).expect("it pays");
        assert!(health_bps(&after) >= health_bps(&before));
        assert!(before.value - after.value < U256::from(4_200 * ONE), "{} {}", before.value, after.value);

        let dip = Step { collateral_usd_e8: 98_500_000, ..step(600) };
        let mut market = market;
        market.apply(&dip).expect("a fall of a percent and a half");
        market.apply(&Step { at_secs: 4_200, ..dip }).expect("that lasts");
        let [before, after] = stage.perform(&market, lower(U256::MAX)).expect("it is lowered");
        assert!(health_bps(&before) < 10_450, "{}", health_bps(&before));
        assert!((10_490..=10_510).contains(&health_bps(&after)), "{}", health_bps(&after));
        assert_is_aaves_health(&market, &stage);

        let [_, after] = stage.perform(&market, pay(U256::MAX)).expect("everything is paid");
        assert_eq!((after.value, after.units, after.backing, after.debt), Default::default());
        let aave = &market.world.aave;
        for token in [aave.collateral_a_token, aave.variable_debt_token] {
            let left = stage.view(&market, token, &IAToken::scaledBalanceOfCall { user: stage.adapter });
            assert_eq!(left, U256::ZERO);
        }
    }
}

#[test]
fn a_drained_reserve_lends_nothing_for_a_moment_but_morpho_does_and_a_part_needs_no_loan() {
    let drained = Step { utilisation_wad: WAD, ..step(3_600) };
    let paid = |lends_at_aave, assets| -> Result<[Report; 2], Bytes> {
        let (mut market, stage) = begin(&[step(0)], lends_at_aave);
        stage.invest(&market, OWN_ASSETS).expect("it is built");
        market.apply(&step(0)).expect("it begins");
        market.apply(&drained).expect("lenders leave");
        let free = IERC20::balanceOfCall { account: market.world.aave.a_token };
        assert_eq!(stage.view(&market, market.world.tokens.usdc, &free), U256::ZERO);
        stage.perform(&market, pay(assets))
    };

    assert!(paid(true, U256::MAX).is_err(), "Aave has nothing to lend");
    paid(false, U256::MAX).expect("Morpho has");
    let [before, after] = paid(true, U256::from(1_000 * ONE)).expect("the pool's own callback repays");
    assert!(after.debt < before.debt && health_bps(&after) >= health_bps(&before));
}

#[test]
fn health_is_aaves_when_governance_takes_the_collateral_out_of_the_mode() {
    let (market, stage) = begin(&[step(0)], false);
    stage.invest(&market, OWN_ASSETS).expect("it is built");
    assert_is_aaves_health(&market, &stage);

    move_to(&market, market.world.tokens.weth, 0);

    assert!(assert_is_aaves_health(&market, &stage) < 10_000);
    let [before, after] = stage.perform(&market, lower(U256::MAX)).expect("it is lowered");
    assert!((10_480..=10_510).contains(&health_bps(&after)), "{}", health_bps(&after));
    assert!(after.debt < before.debt);
}

#[test]
fn what_is_owed_can_be_repaid_when_governance_takes_the_asset_out_of_the_mode() {
    let (market, stage) = begin(&[step(0)], false);
    stage.invest(&market, OWN_ASSETS).expect("it is built");

    move_to(&market, market.world.tokens.usdc, 0);

    assert!(stage.invest(&market, ONE).is_err(), "Aave lends only what is in the mode");
    stage.perform(&market, pay(U256::from(1_000 * ONE))).expect("it pays");
    stage.perform(&market, pay(U256::MAX)).expect("everything is paid");
}
