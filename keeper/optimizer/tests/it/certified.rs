//! Bits and prices: the same programme gives the same doubles, and a price is what room is worth.

use crate::world::{MILLION, budget, cap, morpho, programme, solved, usdc};

#[test]
fn same_programme_gives_the_same_bits() {
    let make = || {
        let models = [
            usdc(8.0 * MILLION, 0.97),
            usdc(30.0 * MILLION, 0.8),
            morpho(&[(5.0 * MILLION, 0.98, 0.05, 2.0 * MILLION), (4.0 * MILLION, 0.85, 0.08, 3.0 * MILLION)]),
        ];
        solved(&programme(&models, vec![budget(3, 6.0 * MILLION), cap("aave", &[0, 1], 2.5 * MILLION)]))
    };
    let bits = |solution: keeper_optimizer::Solution| {
        let numbers = solution.amounts.into_iter().chain(solution.prices).chain([solution.income, solution.gap]);
        numbers.map(f64::to_bits).collect::<Vec<_>>()
    };

    assert_eq!(bits(make()), bits(make()));
}

#[test]
fn price_of_a_limit_is_the_income_of_one_more_unit_of_room() {
    let models = [usdc(80.0 * MILLION, 0.85), usdc(40.0 * MILLION, 0.7)];
    let with =
        |cap_assets: f64, money: f64| solved(&programme(&models, vec![budget(2, money), cap("a", &[0], cap_assets)]));
    let (cap_assets, money, step) = (2.0 * MILLION, 10.0 * MILLION, 1e6);
    let solution = with(cap_assets, money);

    let more_money = (with(cap_assets, money + step).income - solution.income) / step;
    let more_cap = (with(cap_assets + step, money).income - solution.income) / step;

    assert!((more_money - solution.prices[0]).abs() < 1e-6, "{more_money} is not {}", solution.prices[0]);
    assert!((more_cap - solution.prices[1]).abs() < 1e-6, "{more_cap} is not {}", solution.prices[1]);
    assert!(solution.prices.iter().all(|price| *price > 1e-3));
}

#[test]
fn fifty_pools_are_solved_within_a_few_nodes() {
    let pool = |place: usize| usdc((5.0 + place as f64) * MILLION, 0.5 + 0.009 * place as f64);
    let models = (0..50).map(pool).collect::<Vec<_>>();
    let halves = [cap("even", &(0..50).step_by(2).collect::<Vec<_>>(), 30.0 * MILLION)];
    let groups = [budget(50, 100.0 * MILLION)].into_iter().chain(halves).collect();

    let solution = solved(&programme(&models, groups));

    assert!(solution.nodes <= 50, "{} nodes", solution.nodes);
    assert!(solution.gap <= 1e-9 * 100.0 * MILLION);
}
