//! `DefaultReserveInterestRateStrategy` of v3.0 in ray, half up.

use keeper_model::alloy_primitives::U256;
use keeper_model::rate::AaveTwoSlope;
use keeper_model::{Assets, RateModel, Ray, Timestamp};

use crate::{Spread, assert_close};

const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

fn ray_mul(a: U256, b: U256) -> U256 {
    (a * b + U256::from(RAY / 2)) / U256::from(RAY)
}

fn ray_div(a: U256, b: U256) -> U256 {
    (a * U256::from(RAY) + b / U256::from(2)) / b
}

/// The liquidity rate that the pool would store after our position has become `x`.
fn liquidity_rate(pool: &AaveTwoSlope, own: u128, x: u128) -> f64 {
    let ray = U256::from(RAY);
    let debt = pool.total_variable_debt.0;
    let available = pool.available_liquidity.0 + U256::from(x) - U256::from(own);
    let usage = ray_div(debt, available + debt);
    let supply_usage = ray_div(debt, available + debt + pool.unbacked.0);
    let optimal = pool.optimal_usage.0;
    let borrow_rate = if usage > optimal {
        let excess = ray_div(usage - optimal, ray - optimal);
        pool.base_rate.0 + pool.slope1.0 + ray_mul(pool.slope2.0, excess)
    } else {
        pool.base_rate.0 + ray_div(ray_mul(pool.slope1.0, usage), optimal)
    };
    let kept = U256::from(10_000 - u32::from(pool.reserve_factor_bps));
    let rate = (ray_mul(borrow_rate, supply_usage) * kept + U256::from(5_000)) / U256::from(10_000);
    Ray(rate).to_fraction()
}

#[test]
fn doubles_agree_with_the_integers_of_the_strategy() {
    let mut spread = Spread(7);
    for _ in 0..2_000 {
        let supply = spread.within(1_000_000_000_000, 1_000_000_000_000_000);
        let debt = spread.within(supply / 20, supply);
        let own = spread.within(0, supply - debt + 1);
        let pool = AaveTwoSlope {
            total_variable_debt: Assets::from(debt),
            available_liquidity: Assets::from(supply - debt),
            unbacked: Assets::from(spread.within(0, supply / 100)),
            supply_cap: None,
            reserve_factor_bps: spread.within(0, 5_000) as u16,
            optimal_usage: Ray::from(RAY / 100 * spread.within(50, 99)),
            base_rate: Ray::from(RAY / 1_000 * spread.within(0, 20)),
            slope1: Ray::from(RAY / 1_000 * spread.within(10, 150)),
            slope2: Ray::from(RAY / 1_000 * spread.within(100, 3_000)),
        };
        let x = spread.within(1, supply);
        let curve = RateModel::AaveTwoSlope(pool.clone()).curve(Assets::from(own), Timestamp(0)).expect("possible");

        assert_close(curve.rate(x as f64), liquidity_rate(&pool, own, x), 1e-12);
    }
}
