//! Where income is not concave: both sides of a kink, a choice between pools, a queue that turns.

use crate::world::{MILLION, aave, budget, income, morpho, programme, solved, usdc};

/// The best of many sizes for one place.
fn best_single(programme: &keeper_optimizer::Programme, money: f64) -> f64 {
    (0..=200_000).map(|step| income(programme, &[money * f64::from(step) / 200_000.0])).fold(0.0, f64::max)
}

#[test]
fn one_pool_above_its_kink_takes_the_better_side() {
    for (supply, usage, money) in
        [(10.0, 0.92, 5.0), (10.0, 0.95, 0.2), (10.0, 0.99, 5.0), (10.0, 0.905, 0.02), (10.0, 0.95, 60.0)]
    {
        let programme = programme(&[usdc(supply * MILLION, usage)], vec![budget(1, money * MILLION)]);

        let solution = solved(&programme);

        let best = best_single(&programme, money * MILLION);
        assert!(solution.income >= best - 1e-9 * money * MILLION, "{} below {best} at {usage}", solution.income);
    }
}

#[test]
fn optimum_is_never_at_a_convex_kink() {
    let pool = aave(10.0 * MILLION, 0.95, 0.9, 0.065, 0.4);
    let kink = 9.5 / 0.9 * MILLION - 10.0 * MILLION;
    let programme = programme(&[pool, usdc(30.0 * MILLION, 0.7)], vec![budget(2, 3.0 * MILLION)]);

    let solution = solved(&programme);

    assert!((solution.amounts[0] - kink).abs() > 1e3, "{} is the kink", solution.amounts[0]);
    assert!((solution.marginals[0] - solution.marginals[1]).abs() <= 1e-9);
}

#[test]
fn identical_pools_with_kinks_are_not_forced_to_be_equal() {
    let models = [usdc(MILLION, 0.97), usdc(MILLION, 0.97)];
    let money = 0.3 * MILLION;
    let programme = programme(&models, vec![budget(2, money)]);

    let solution = solved(&programme);

    let halves = (0..=2_000).flat_map(|first| (0..=2_000 - first).map(move |second| (first, second)));
    let share = |step: i32| money * f64::from(step) / 2_000.0;
    let best = halves.map(|(a, b)| income(&programme, &[share(a), share(b)])).fold(0.0, f64::max);
    assert!(solution.income >= best - 1e-9 * money, "{} below {best}", solution.income);
}

#[test]
fn a_queue_that_turns_to_a_better_market_is_crossed() {
    let vault = morpho(&[(5.0 * MILLION, 0.5, 0.02, 0.5 * MILLION), (5.0 * MILLION, 0.99, 0.3, 5.0 * MILLION)]);
    let programme = programme(&[vault], vec![budget(1, 4.0 * MILLION)]);

    let solution = solved(&programme);

    let best = best_single(&programme, 4.0 * MILLION);
    assert!(solution.income >= best - 1e-9 * 4.0 * MILLION, "{} below {best}", solution.income);
}

#[test]
fn beyond_twice_the_supply_income_is_convex_and_still_solved() {
    let models = [usdc(0.2 * MILLION, 0.8), usdc(0.1 * MILLION, 0.85), usdc(50.0 * MILLION, 0.3)];
    let programme = programme(&models, vec![budget(3, 20.0 * MILLION)]);

    let solution = solved(&programme);

    assert!(solution.gap <= 1e-9 * 20.0 * MILLION, "the gap is {}", solution.gap);
    assert!(solution.amounts[0] < 0.2 * MILLION && solution.amounts[1] < 0.1 * MILLION, "{:?}", solution.amounts);
}
