//! No cap binds: the allocation is the one at which marginal yields are equal, found here by bisection on the
//! closed form of numbers for the first slope, `c * D^2 * (S - x)/(S + x)^3`.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::{MILLION, budget, programme, solved, usdc};

/// Supply and debt of a pool in its first slope, and its factor slope1 / optimal * (1 - reserve factor).
type Pool = (f64, f64);

const FACTOR: f64 = 0.065 / 0.9 * 0.9;

fn marginal((supply, debt): Pool, x: f64) -> f64 {
    FACTOR * debt * debt * (supply - x) / (supply + x).powi(3)
}

/// The amount at which the marginal yield is `price`.
fn amount(pool: Pool, price: f64) -> f64 {
    let (mut low, mut high) = (0.0, pool.0);
    if marginal(pool, 0.0) <= price {
        return 0.0;
    }
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if marginal(pool, middle) > price { low = middle } else { high = middle }
    }
    low
}

fn bisected(pools: &[Pool], money: f64) -> Vec<f64> {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let price = (low + high) / 2.0;
        let wanted = pools.iter().map(|pool| amount(*pool, price)).sum::<f64>();
        if wanted > money { low = price } else { high = price }
    }
    pools.iter().map(|pool| amount(*pool, high)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn funded_pools_have_equal_marginal_yields(
        pools in prop::collection::vec((1.0..500.0_f64, 0.05..0.89_f64), 1..8),
        money in 0.1..300.0_f64,
    ) {
        let models = pools.iter().map(|(supply, usage)| usdc(supply * MILLION, *usage)).collect::<Vec<_>>();
        let programme = programme(&models, vec![budget(models.len(), money * MILLION)]);

        let solution = solved(&programme);

        let price = solution.prices[0];
        for (x, marginal) in solution.amounts.iter().zip(&solution.marginals) {
            let excess = if *x > 0.0 { (marginal - price).abs() } else { marginal - price };
            prop_assert!(excess <= 1e-9, "{x}: {marginal} against {price}");
        }
        let pools = pools.iter().map(|(supply, usage)| {
            let supply = (supply * MILLION).floor();
            (supply, (supply * usage).floor())
        });
        for (x, expected) in solution.amounts.iter().zip(bisected(&pools.collect::<Vec<_>>(), money * MILLION)) {
            prop_assert!((x - expected).abs() <= 1e-6 * money * MILLION, "{x} is not {expected}");
        }
        prop_assert!(solution.gap <= 1e-9 * money * MILLION);
    }
}

#[test]
fn more_money_than_pools_can_use_stays_idle_at_the_peak() {
    let programme = programme(&[usdc(10.0 * MILLION, 0.5)], vec![budget(1, 50.0 * MILLION)]);

    let solution = solved(&programme);

    assert!((solution.amounts[0] - 10.0 * MILLION).abs() < 1.0, "x*r(x) peaks at x = S: {}", solution.amounts[0]);
    assert!(solution.prices[0].abs() < 1e-12);
}
