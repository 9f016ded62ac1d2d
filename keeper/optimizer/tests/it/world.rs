//! Pools and programmes in few words. Amounts are base units of USDC.

use keeper_optimizer::{Group, Programme, Settings, Solution, solve};
use model::alloy_primitives::B256;
use model::rate::{AaveTwoSlope, MetaMorpho, MorphoMarket};
use model::units::WAD;
use model::{Assets, Curve, LimitKind, RateModel, Ray, RiskId, Timestamp, Wad};

/// One million USDC.
pub const MILLION: f64 = 1e12;

/// 1e27.
pub const RAY: f64 = 1e27;

/// An Aave reserve: supply and usage, rates as fractions.
pub fn aave(supply: f64, usage: f64, optimal: f64, slope1: f64, slope2: f64) -> RateModel {
    let debt = (supply * usage) as u128;
    RateModel::AaveTwoSlope(AaveTwoSlope {
        total_variable_debt: Assets::from(debt),
        available_liquidity: Assets::from(supply as u128 - debt),
        unbacked: Assets::ZERO,
        supply_cap: None,
        reserve_factor_bps: 1_000,
        optimal_usage: Ray::from((optimal * RAY) as u128),
        base_rate: Ray::ZERO,
        slope1: Ray::from((slope1 * RAY) as u128),
        slope2: Ray::from((slope2 * RAY) as u128),
    })
}

/// Arbitrum's USDC parameters at some supply and usage.
pub fn usdc(supply: f64, usage: f64) -> RateModel {
    aave(supply, usage, 0.9, 0.065, 0.4)
}

/// A MetaMorpho vault of markets (supply, usage, yearly rate at target, room under the cap); it holds half of each.
pub fn morpho(markets: &[(f64, f64, f64, f64)]) -> RateModel {
    let market = |(supply, usage, rate, room): &(f64, f64, f64, f64)| MorphoMarket {
        id: B256::ZERO,
        supply: Assets::from(*supply as u128),
        borrow: Assets::from((supply * usage) as u128),
        fee: Wad::ZERO,
        rate_at_target: Wad::from((rate * 1e18 / 31_536_000.0) as u128),
        has_rate: true,
        last_update: Timestamp(0),
        cap: Assets::from((supply / 2.0 + room) as u128),
        vault_supply: Assets::from((supply / 2.0) as u128),
    };
    let queue = (0..markets.len()).collect::<Vec<_>>();
    RateModel::MetaMorpho(MetaMorpho {
        fee: Wad::from(WAD / 20),
        markets: markets.iter().map(market).collect(),
        supply_queue: queue.clone(),
        withdraw_queue: queue,
    })
}

/// The curve of a venue where we hold nothing yet.
pub fn curve(model: &RateModel) -> Curve {
    model.curve(Assets::ZERO, Timestamp(0)).expect("the parameters are possible")
}

/// The group of everything.
pub fn budget(places: usize, bound: f64) -> Group {
    Group::whole(LimitKind::Budget, (0..places).collect(), bound)
}

/// A cap on some places.
pub fn cap(name: &str, members: &[usize], bound: f64) -> Group {
    let risk_id = RiskId::from_name(name).expect("the name is short");
    Group::whole(LimitKind::AbsoluteCap { risk_id }, members.to_vec(), bound)
}

/// A programme without stuck money.
pub fn programme(models: &[RateModel], groups: Vec<Group>) -> Programme {
    let curves = models.iter().map(curve).collect::<Vec<_>>();
    let upper = curves.iter().map(Curve::capacity).collect();
    Programme::new(curves, vec![0.0; models.len()], upper, groups).expect("the shapes fit")
}

/// The certified solution.
pub fn solved(programme: &Programme) -> Solution {
    solve(programme, &Settings::default()).expect("it can be solved")
}

/// Income of any amounts.
pub fn income(programme: &Programme, amounts: &[f64]) -> f64 {
    programme.curves().iter().zip(amounts).map(|(curve, x)| curve.income(*x).value).sum()
}
