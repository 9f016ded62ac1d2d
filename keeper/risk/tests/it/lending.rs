//! Lending against the venues' published rates, and under shocks.

use keeper_risk::{
    amm::{loss_versus_rebalancing, principal_token_apy},
    lending::{Shock, measure, state},
};
use model::{
    Assets, RateModel, Ray, Timestamp, Wad,
    alloy_primitives::B256,
    rate::{AaveTwoSlope, MetaMorpho, MorphoMarket},
};
use proptest::prelude::*;

use crate::bonds::close;

const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
const MILLION: f64 = 1e12;
const NOW: Timestamp = Timestamp(0);

/// Arbitrum's stablecoins: optimal 90 %, base 0, slopes 6.5 % and 40 %, reserve factor 10 %; a million supplied.
fn aave(usage: f64) -> RateModel {
    let debt = (usage * MILLION).round();
    RateModel::AaveTwoSlope(AaveTwoSlope {
        total_variable_debt: Assets::from_f64_down(debt),
        available_liquidity: Assets::from_f64_down(MILLION - debt),
        unbacked: Assets::ZERO,
        supply_cap: None,
        reserve_factor_bps: 1_000,
        optimal_usage: Ray::from(RAY / 10 * 9),
        base_rate: Ray::ZERO,
        slope1: Ray::from(RAY / 1000 * 65),
        slope2: Ray::from(RAY / 10 * 4),
    })
}

fn market(usage: f64) -> MorphoMarket {
    MorphoMarket {
        id: B256::ZERO,
        supply: Assets::from_f64_down(MILLION),
        borrow: Assets::from_f64_down((usage * MILLION).round()),
        fee: Wad::ZERO,
        rate_at_target: Wad::from(1_268_391_679),
        has_rate: true,
        last_update: NOW,
        cap: Assets::MAX,
        vault_supply: Assets::from_f64_down(0.3 * MILLION),
    }
}

fn own(part: f64) -> Assets {
    Assets::from_f64_down(part * MILLION)
}

#[test]
fn arbitrums_stablecoins_pay_the_published_rates() {
    for (usage, borrow, supply) in [
        (0.45, 0.0325, 0.0131625),
        (0.8, 0.065 * 8.0 / 9.0, 0.0416),
        (0.9, 0.065, 0.05265),
        (0.95, 0.265, 0.226575),
        (1.0, 0.465, 0.4185),
    ] {
        let found = state(&aave(usage), own(0.1), NOW, &Shock::default()).expect("a state");
        close(found.borrow_rate.expect("somebody borrows"), borrow, 1e-12);
        close(found.supply_rate, supply, 1e-12);
        close(found.usage, usage, 1e-12);
        close(found.available_assets, (1.0 - usage) * MILLION, 1e-3);
    }
}

#[test]
fn morphos_curve_at_four_percent_is_the_published_one() {
    for (usage, borrow) in [(0.45, 0.025), (0.9, 0.04), (0.95, 0.1), (1.0, 0.16)] {
        let found = state(&RateModel::MorphoBlue(market(usage)), own(0.1), NOW, &Shock::default()).expect("a state");
        // The chain rounds the rate at target to whole wad a second: eight digits.
        close(found.borrow_rate.expect("somebody borrows") / borrow, 1.0, 1e-8);
    }
}

/// `r = k U R`, `R = s U / O` below the optimum: `dr/dU = 2 k s U / O`, and all of a market's move twice over reaches suppliers at full pass.
#[test]
fn the_first_slope_has_closed_forms() {
    let found = measure(&aave(0.8), own(0.2), NOW).expect("measures");

    close(found.rate_by_usage, 2.0 * 0.9 * 0.065 * 0.8 / 0.9, 1e-6);
    close(found.usage_elasticity.expect("it earns"), 2.0, 1e-5);
    // k (U + R/R') with R = R' U.
    close(found.pass_through.expect("somebody borrows"), 0.9 * 2.0 * 0.8, 1e-5);
    close(found.effective_years(0.5), (1.0 - 1.44) * 0.5, 1e-5);
    // x r(x) = x c D^2/(S + x)^2: marginal less rate is -2 x / (S + x) of the rate.
    close(found.rate_by_own_size, -2.0 * 0.2 * found.state.supply_rate, 1e-12);
}

#[test]
fn past_the_kink_rates_answer_more_and_pass_on_more() {
    let [below, at, above] = [0.85, 0.9, 0.95].map(|usage| measure(&aave(usage), own(0.2), NOW).expect("measures"));

    assert!(at.rate_by_usage > 5.0 * below.rate_by_usage, "the kink counts on its steep side: {at:?}");
    assert!(above.rate_by_usage > below.rate_by_usage);
    // R' = 40 % / 10 %.
    close(above.rate_by_usage, 0.9 * (0.265 + 0.95 * 4.0), 1e-4);
    close(above.pass_through.expect("somebody borrows"), 0.9 * (0.95 + 0.265 / 4.0), 1e-5);
}

#[test]
fn a_run_lifts_the_rate_and_takes_the_liquidity() {
    let run = Shock { withdrawn_assets: 0.15 * MILLION, ..Shock::default() };
    let after = state(&aave(0.8), own(0.2), NOW, &run).expect("a state");

    close(after.usage, 0.8 / 0.85, 1e-12);
    close(after.available_assets, 0.05 * MILLION, 1e-3);
    close(after.liquid_assets(), 0.05 * MILLION, 1e-3);
    assert!(after.supply_rate > 0.0416);
    let more = Shock { withdrawn_assets: 0.5 * MILLION, borrowed_assets: 0.5 * MILLION, ..Shock::default() };
    let all = state(&aave(0.8), own(0.2), NOW, &more).expect("a state");
    close(all.usage, 1.0, 1e-12);
    close(all.liquid_assets(), 0.0, 1e-3);
    // Half of what is there leaves, half is borrowed.
    close(all.supply_rate, 0.4185, 1e-12);
}

#[test]
fn our_own_size_moves_the_rate_and_we_cannot_leave_with_what_is_lent() {
    let added =
        state(&aave(0.8), own(0.2), NOW, &Shock { own_assets: 0.6 * MILLION, ..Shock::default() }).expect("a state");
    close(added.own_assets, 0.8 * MILLION, 1e-3);
    close(added.usage, 0.5, 1e-12);
    close(added.supply_rate, 0.9 * 0.065 * 0.5 * 0.5 / 0.9, 1e-12);

    let left =
        state(&aave(0.9), own(0.2), NOW, &Shock { own_assets: -0.2 * MILLION, ..Shock::default() }).expect("a state");
    close(left.own_assets, 0.1 * MILLION, 1e-3);
    close(left.usage, 1.0, 1e-12);
}

#[test]
fn an_empty_pool_answers_to_nothing() {
    let found = measure(&aave(0.0), own(0.5), NOW).expect("measures");

    assert_eq!((found.state.borrow_rate, found.usage_elasticity), (None, None));
    close(found.effective_years(0.25), 0.25, 0.0);
    let unknown = RateModel::Unknown { reason: "none".to_owned() };
    assert_eq!(
        measure(&unknown, own(0.5), NOW).expect_err("no amounts").to_string(),
        "a rate model of this kind has no amounts"
    );
}

#[test]
fn a_vehicle_over_markets_answers_to_all_of_them() {
    let vault = MetaMorpho {
        fee: Wad::from(model::units::WAD / 10),
        markets: vec![market(0.8), MorphoMarket { id: B256::repeat_byte(1), ..market(0.92) }],
        supply_queue: vec![0, 1],
        withdraw_queue: vec![0, 1],
    };
    let vault = RateModel::MetaMorpho(vault);
    let found = measure(&vault, own(0.1), NOW).expect("measures");

    close(found.state.usage, 0.86, 1e-9);
    assert!(found.rate_by_usage > 0.0 && found.rate_by_own_size < 0.0, "{found:?}");
    let run =
        state(&vault, own(0.1), NOW, &Shock { withdrawn_assets: 0.2 * MILLION, ..Shock::default() }).expect("a state");
    assert!(run.supply_rate > found.state.supply_rate && run.usage > found.state.usage, "{run:?}");
}

/// Pendle's own example: GLP at 0.9755, its principal token at 0.8113, 375 days.
#[test]
fn a_principal_token_earns_the_published_yield() {
    close(principal_token_apy(0.8113, 0.9755, 375.0).expect("a yield"), 0.19650, 5e-6);
    assert!(principal_token_apy(0.0, 1.0, 10.0).is_err() && principal_token_apy(1.0, 1.0, 0.0).is_err());
}

#[test]
fn five_percent_a_day_costs_three_basis_points_a_day() {
    close(loss_versus_rebalancing(0.05), 3.125e-4, 1e-18);
    close(loss_versus_rebalancing(0.05 * 365.0_f64.sqrt()), 0.114, 1e-4);
}

proptest! {
    #[test]
    fn more_debt_never_lowers_the_rate(usage in 0.0..1.0_f64, more in 0.0..1.0_f64, part in 0.001..0.5_f64) {
        for rate in [aave(usage), RateModel::MorphoBlue(market(usage))] {
            let now = state(&rate, own(part), NOW, &Shock::default()).expect("a state");
            let then = state(&rate, own(part), NOW, &Shock { borrowed_assets: more * MILLION, ..Shock::default() }).expect("a state");
            prop_assert!(then.supply_rate >= now.supply_rate - 1e-12);
            prop_assert!(then.available_assets <= now.available_assets + 1.0);
            prop_assert!(then.usage <= 1.0 + 1e-12);
        }
    }
}
