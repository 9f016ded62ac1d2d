//! Random programmes against a search from many starts, which knows nothing of marginals, prices or segments.

use keeper_optimizer::{Group, Programme, Weight};
use model::{LimitKind, RateModel};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::{MILLION, aave, budget, cap, curve, income, morpho, programme, solved};

fn venue() -> impl Strategy<Value = RateModel> {
    let slopes = (0.5..0.95_f64, 0.02..0.12_f64, 0.2..2.0_f64);
    let pool = (0.2..50.0_f64, 0.05..1.0_f64, slopes)
        .prop_map(|(supply, usage, (optimal, gentle, steep))| aave(supply * MILLION, usage, optimal, gentle, steep));
    let market = (0.2..20.0_f64, 0.05..1.0_f64, 0.01..0.2_f64, 0.1..5.0_f64)
        .prop_map(|(supply, usage, rate, room)| (supply * MILLION, usage, rate, room * MILLION));
    prop_oneof![2 => pool, 1 => prop::collection::vec(market, 1..4).prop_map(|markets| morpho(&markets))]
}

fn problem() -> impl Strategy<Value = (Vec<RateModel>, Vec<Group>, f64, u64)> {
    (
        prop::collection::vec(venue(), 1..6),
        0.5..40.0_f64,
        prop::collection::vec((any::<u8>(), 0.05..0.9_f64), 0..4),
        any::<u64>(),
    )
        .prop_map(|(models, money, masks, seed)| {
            let money = money * MILLION;
            let mut groups = vec![budget(models.len(), money)];
            for (mask, part) in masks {
                let members = (0..models.len()).filter(|place| mask >> place & 1 == 1).collect::<Vec<_>>();
                if !members.is_empty() {
                    groups.push(cap("group", &members, part * money));
                }
            }
            (models, groups, money, seed)
        })
}

/// A linear congruential generator: enough to spread starts, and the same everywhere.
struct Spread(u64);

impl Spread {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn room(programme: &Programme, amounts: &[f64], place: usize) -> f64 {
    let left = programme
        .groups()
        .iter()
        .filter(|group| group.members.contains(&place))
        .map(|group| group.bound - group.members.iter().map(|member| amounts[*member]).sum::<f64>());
    left.fold(programme.upper()[place] - amounts[place], f64::min).max(0.0)
}

/// How much a group's members come to.
fn counted(group: &Group, amounts: &[f64]) -> f64 {
    group.members.iter().zip(&group.weights).map(|(member, weight)| weight.at(amounts[*member])).sum()
}

/// A problem with money in places already, a bound on what moves, one on charges for it, and one on parts of places.
fn moving() -> impl Strategy<Value = (Vec<RateModel>, Vec<Group>, Vec<f64>, u64)> {
    let place = (venue(), 0.0..0.3_f64, 0.0..0.01_f64, 0.0..0.01_f64, 0.0..1.0_f64);
    (prop::collection::vec(place, 1..6), 0.5..20.0_f64, 0.05..1.5_f64, 0.0..0.01_f64, 0.3..1.0_f64, any::<u64>())
        .prop_map(|(places, idle, turnover, loss, cover, seed)| {
            let held = places.iter().map(|(_, part, ..)| (part * 10.0 * MILLION).floor()).collect::<Vec<_>>();
            let money = idle * MILLION + held.iter().sum::<f64>();
            let all = (0..places.len()).collect::<Vec<_>>();
            let group = |kind, weights: Vec<Weight>, bound| Group { kind, members: all.clone(), weights, bound };
            let moved = held.iter().map(|held| Weight::moved(*held, 1.0, 1.0)).collect();
            let charged = held.iter().zip(&places).map(|(held, (_, _, up, down, _))| Weight::moved(*held, *up, *down));
            let slow = places.iter().map(|(.., part)| Weight::part(*part)).collect::<Vec<_>>();
            let slowly = slow.iter().zip(&held).map(|(weight, held)| weight.at(*held)).sum::<f64>();
            let groups = vec![
                budget(places.len(), money),
                group(LimitKind::TurnoverBudget, moved, turnover * money),
                group(LimitKind::LossBudget, charged.collect(), loss * money),
                group(LimitKind::LiquidityCover, slow, (cover * money).max(slowly)),
            ];
            (places.into_iter().map(|(model, ..)| model).collect(), groups, held, seed)
        })
}

/// The best that random movements of shrinking size find from where the money stands.
fn wandered(programme: &Programme, held: &[f64], seed: u64) -> f64 {
    let mut spread = Spread(seed);
    let fits = |amounts: &[f64]| {
        let inside =
            amounts.iter().zip(programme.lower()).zip(programme.upper()).all(|((x, low), high)| x >= low && x <= high);
        inside && programme.groups().iter().all(|group| counted(group, amounts) <= group.bound)
    };
    let mut best = income(programme, held);
    for _ in 0..20 {
        let (mut amounts, mut value) = (held.to_vec(), income(programme, held));
        let mut size = programme.upper().iter().copied().fold(0.0, f64::max);
        for _ in 0..600 {
            let mut moved = amounts.clone();
            for x in &mut moved {
                *x += (spread.next() - 0.5) * size;
            }
            let moved_value = income(programme, &moved);
            if fits(&moved) && moved_value > value {
                (amounts, value) = (moved, moved_value);
            } else {
                size *= 0.98;
            }
        }
        best = best.max(value);
    }
    best
}

/// The best that moves of shrinking size between places and idle find, from many starts.
fn searched(programme: &Programme, money: f64, seed: u64) -> f64 {
    let places = programme.curves().len();
    let mut spread = Spread(seed);
    let mut best = 0.0_f64;
    for _ in 0..40 {
        let mut amounts = vec![0.0; places];
        for _ in 0..places {
            let place = (spread.next() * places as f64) as usize % places;
            amounts[place] += spread.next() * room(programme, &amounts, place);
        }
        let mut value = income(programme, &amounts);
        let mut size = money / 4.0;
        // Not until nothing is better: improvements by a rounding error go on for ever.
        for _ in 0..300 {
            let mut is_better = false;
            for from in 0..=places {
                for to in 0..=places {
                    let mut moved = amounts.clone();
                    if let Some(amount) = moved.get_mut(from) {
                        *amount = (*amount - size).max(0.0);
                    }
                    if to < places {
                        let taken = amounts.get(from).map_or(size, |amount| amount.min(size));
                        moved[to] += taken.min(room(programme, &moved, to));
                    }
                    let moved_value = income(programme, &moved);
                    if moved_value > value {
                        (amounts, value, is_better) = (moved, moved_value, true);
                    }
                }
            }
            if !is_better {
                size /= 2.0;
            }
        }
        best = best.max(value);
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_search_finds_more((models, groups, money, seed) in problem()) {
        let programme = programme(&models, groups);

        let solution = solved(&programme);

        let found = searched(&programme, money, seed);
        prop_assert!(solution.income >= found - 1e-9 * money, "{} below {found}", solution.income);
        prop_assert!(solution.gap <= 1e-8 * money, "the gap is {}", solution.gap);
        prop_assert!(solution.residual <= 1e-9);
        for group in programme.groups() {
            let held = group.members.iter().map(|member| solution.amounts[*member]).sum::<f64>();
            prop_assert!(held <= group.bound * (1.0 + 1e-12));
        }
    }

    #[test]
    fn no_wandering_finds_more_where_movements_count((models, groups, held, seed) in moving()) {
        let curves = models.iter().map(curve).collect::<Vec<_>>();
        let upper = curves.iter().zip(&held).map(|(curve, held)| curve.capacity().max(*held)).collect();
        let programme = Programme::new(curves, vec![0.0; models.len()], upper, groups).expect("the shapes fit");

        let solution = solved(&programme);

        let found = wandered(&programme, &held, seed);
        let money = programme.groups()[0].bound;
        prop_assert!(solution.income >= found - 1e-9 * money, "{} below {found}", solution.income);
        prop_assert!(solution.gap <= 1e-8 * money, "the gap is {}", solution.gap);
        prop_assert!(solution.residual <= 1e-9);
        for group in programme.groups() {
            prop_assert!(counted(group, &solution.amounts) <= group.bound + 1e-9 * money, "{}", group.kind);
        }
    }
}
