//! Caps bind: no point of a fine grid over the feasible set earns more.

use keeper_optimizer::Group;
use model::RateModel;

use crate::world::{MILLION, budget, cap, income, morpho, programme, solved, usdc};

/// The best income over a grid of feasible amounts of three places.
fn best_on_grid(models: &[RateModel], groups: &[Group], money: f64, steps: usize) -> f64 {
    let programme = programme(models, groups.to_vec());
    let is_feasible = |amounts: &[f64]| {
        let held = |group: &Group| group.members.iter().map(|member| amounts[*member]).sum::<f64>();
        groups.iter().all(|group| held(group) <= group.bound * (1.0 + 1e-12))
            && amounts.iter().zip(programme.upper()).all(|(x, most)| x <= most)
    };
    let place = |step: usize| money * step as f64 / steps as f64;
    let mut best = 0.0_f64;
    for first in 0..=steps {
        for second in 0..=steps - first {
            for third in 0..=steps - first - second {
                let amounts = [place(first), place(second), place(third)];
                if is_feasible(&amounts) {
                    best = best.max(income(&programme, &amounts));
                }
            }
        }
    }
    best
}

fn assert_beats_grid(models: &[RateModel], groups: Vec<Group>, money: f64) {
    let programme = programme(models, groups.clone());
    let solution = solved(&programme);

    let grid = best_on_grid(models, &groups, money, 100);

    let tolerance = 1e-9 * money;
    assert!(solution.income >= grid - tolerance, "the grid finds {grid}, the optimizer {}", solution.income);
    assert!(solution.income <= grid * 1.01 + tolerance, "the grid is far below: {grid}, {}", solution.income);
    assert!((income(&programme, &solution.amounts) - solution.income).abs() <= tolerance);
    for group in &groups {
        let held = group.members.iter().map(|member| solution.amounts[*member]).sum::<f64>();
        assert!(held <= group.bound * (1.0 + 1e-12), "{}: {held} above {}", group.kind, group.bound);
    }
}

#[test]
fn caps_on_single_places() {
    let models = [usdc(80.0 * MILLION, 0.85), usdc(40.0 * MILLION, 0.7), usdc(20.0 * MILLION, 0.88)];
    let money = 10.0 * MILLION;
    let groups = vec![budget(3, money), cap("a", &[0], 2.0 * MILLION), cap("c", &[2], MILLION)];

    assert_beats_grid(&models, groups, money);
}

#[test]
fn caps_that_overlap() {
    let models = [usdc(80.0 * MILLION, 0.85), usdc(40.0 * MILLION, 0.88), usdc(20.0 * MILLION, 0.6)];
    let money = 10.0 * MILLION;
    let groups = vec![
        budget(3, money),
        cap("ab", &[0, 1], 4.0 * MILLION),
        cap("bc", &[1, 2], 3.0 * MILLION),
        cap("b", &[1], MILLION),
    ];

    assert_beats_grid(&models, groups, money);
}

#[test]
fn venues_of_both_kinds_beyond_their_kinks() {
    let models = [
        usdc(8.0 * MILLION, 0.97),
        usdc(3.0 * MILLION, 0.93),
        morpho(&[(5.0 * MILLION, 0.98, 0.05, 2.0 * MILLION), (4.0 * MILLION, 0.85, 0.08, 3.0 * MILLION)]),
    ];
    let money = 6.0 * MILLION;
    let groups = vec![budget(3, money), cap("morpho", &[2], 3.0 * MILLION), cap("aave", &[0, 1], 2.5 * MILLION)];

    assert_beats_grid(&models, groups, money);
}

#[test]
fn venues_of_both_kinds_without_caps() {
    let models = [
        usdc(8.0 * MILLION, 0.97),
        usdc(3.0 * MILLION, 0.999),
        morpho(&[(5.0 * MILLION, 0.98, 0.05, 2.0 * MILLION), (4.0 * MILLION, 0.85, 0.08, 3.0 * MILLION)]),
    ];
    let money = 12.0 * MILLION;

    assert_beats_grid(&models, vec![budget(3, money)], money);
}
