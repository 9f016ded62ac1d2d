//! Charges, risk and floors: known closed forms, and random programmes against a search from many starts.

use keeper_optimizer::{Charge, Error, Factors, Group, Method, Programme, Settings, Solution, Tail, solve};
use model::rate::FixedRate;
use model::{Curve, LimitKind, RateModel, Wad};

use crate::dice::Dice;
use crate::world::{MILLION, budget, cap, curve, programme, solved, usdc};

/// An instrument that pays a yearly rate.
fn fixed(rate: f64) -> RateModel {
    RateModel::FixedRate(FixedRate { rate: Wad::from((rate * 1e18).round() as u128), capacity: None })
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn mean_and_variance_have_the_known_optimum() {
    // Two independent instruments and no budget that binds: x = rate / (aversion * variance).
    let free = programme(&[fixed(0.05), fixed(0.03)], vec![budget(2, 100.0 * MILLION)]);
    let aversion = 1e-12;
    let loadings = [vec![1.0, 0.0], vec![0.0, 1.0]];
    let covariance = [vec![0.02, 0.0], vec![0.0, 0.01]];
    let factors = Factors::new(&loadings, &covariance, aversion).expect("definite");

    let solution = solved(&free.with_factors(factors).expect("two places"));

    close(solution.amounts[0], 0.05 / (aversion * 0.02), 1.0);
    close(solution.amounts[1], 0.03 / (aversion * 0.01), 1.0);
    assert!(solution.gap <= 1e-10 * 100.0 * MILLION && solution.residual <= 1e-9);
}

#[test]
fn a_budget_splits_by_the_covariance_and_its_price_is_what_is_left() {
    // Two places of one factor and own variance: the optimality conditions are two lines, solved here by hand.
    let (money, aversion) = (4.0 * MILLION, 2e-12);
    let factors = Factors::new(&[vec![1.0], vec![0.5]], &[vec![0.03]], aversion).expect("definite");
    let charge = |own: f64| Charge { variance: aversion * own, ..Charge::default() };
    let stated = programme(&[fixed(0.3), fixed(0.25)], vec![budget(2, money)])
        .charged(vec![charge(0.01), charge(0.02)])
        .and_then(|programme| programme.with_factors(factors))
        .expect("it fits");

    let solution = solved(&stated);

    // V = aversion * [[0.03 + 0.01, 0.015], [0.015, 0.0075 + 0.02]]; r1 - (Vx)_1 = r2 - (Vx)_2, x1 + x2 = money.
    let [a, b, c] = [0.04, 0.015, 0.0275].map(|entry| entry * aversion);
    let first = (0.3 - 0.25 + (c - b) * money) / (a + c - 2.0 * b);
    close(solution.amounts[0], first, 1.0);
    close(solution.amounts[1], money - first, 1.0);
    close(solution.prices[0], 0.3 - a * first - b * (money - first), 1e-9);
}

#[test]
fn expected_loss_takes_what_yield_brings() {
    let rates = [fixed(0.08), fixed(0.05)];
    let plain = solved(&programme(&rates, vec![budget(2, MILLION)]));
    // A hazard of 10 % and a loss of 60 % of it outweigh three percent of yield.
    let charges = vec![Charge { carry: 0.1 * 0.6, ..Charge::default() }, Charge { carry: 0.001, ..Charge::default() }];
    let charged = solved(&programme(&rates, vec![budget(2, MILLION)]).charged(charges).expect("two places"));

    assert_eq!(plain.amounts, [MILLION, 0.0]);
    assert_eq!(charged.amounts, [0.0, MILLION]);
    close(charged.prices[0], 0.049, 1e-12);
}

/// Two pools, all money in the first, and what moving costs.
fn moving(charge: Charge) -> Solution {
    let pools = [usdc(40.0 * MILLION, 0.7), usdc(40.0 * MILLION, 0.71)];
    let held = 10.0 * MILLION;
    let charges = vec![Charge { from: held, ..charge }, Charge { from: 0.0, ..charge }];
    solved(&programme(&pools, vec![budget(2, held)]).charged(charges).expect("two places"))
}

#[test]
fn gas_is_paid_only_where_it_is_earned_back() {
    let free = moving(Charge::default());
    let gain = free.income - curve(&usdc(40.0 * MILLION, 0.7)).income(10.0 * MILLION).value;

    let cheap = moving(Charge { fixed: 0.49 * gain, ..Charge::default() });
    let dear = moving(Charge { fixed: 0.51 * gain, ..Charge::default() });

    close(cheap.income, free.income - 0.98 * gain, 1e-3);
    close(cheap.amounts[0], free.amounts[0], 1.0);
    assert_eq!(dear.amounts, [10.0 * MILLION, 0.0]);
    assert!(dear.gap <= 1e-9 * 10.0 * MILLION);
}

#[test]
fn costs_of_moving_leave_a_band_in_which_nothing_moves() {
    let spread = |solution: &Solution| solution.amounts[0] - 5.0 * MILLION;
    let free = moving(Charge::default());
    let costly = moving(Charge { raised: 0.001, lowered: 0.001, ..Charge::default() });
    let slow = moving(Charge { slippage: 1e-15, ..Charge::default() });
    let never = moving(Charge { raised: 0.1, lowered: 0.1, ..Charge::default() });

    assert!(spread(&costly) > spread(&free) + 1e3 && spread(&slow) > spread(&free) + 1e3);
    assert_eq!(never.amounts, [10.0 * MILLION, 0.0]);
    // At the edge of the band the next unit earns just what moving it costs.
    let [out, into] = [0, 1].map(|place| costly.marginals[place]);
    close(out, into, 1e-9);
}

#[test]
fn floors_are_met_and_their_price_is_what_they_cost() {
    let kind = LimitKind::AbsoluteCap { risk_id: model::RiskId::from_name("bills").expect("short") };
    let solved = |least: f64| {
        let floor = Group::floor(kind, vec![1], least);
        solved(&programme(&[fixed(0.05), fixed(0.03)], vec![budget(2, 10.0 * MILLION), floor]))
    };

    let solution = solved(4.0 * MILLION);

    close(solution.amounts[1], 4.0 * MILLION, 10.0);
    close(solution.prices[1], 0.02, 1e-9);
    close(solved(0.0).income - solution.income, 0.02 * 4.0 * MILLION, 1.0);
}

#[test]
fn limits_that_conflict_are_named_and_each_is_needed() {
    let floor = |name: &str, members: Vec<usize>, least: f64| {
        let kind = LimitKind::AbsoluteCap { risk_id: model::RiskId::from_name(name).expect("short") };
        Group::floor(kind, members, least)
    };
    let rates = [fixed(0.05), fixed(0.03), fixed(0.04)];
    let groups = vec![
        budget(3, 10.0 * MILLION),
        cap("harmless", &[0, 1], 9.0 * MILLION),
        cap("tight", &[1, 2], 5.0 * MILLION),
        floor("first", vec![1], 3.0 * MILLION),
        floor("second", vec![2], 2.5 * MILLION),
    ];
    let stated = programme(&rates, groups);

    let error = solve(&stated, &Settings::default()).expect_err("5.5 are more than 5");

    let Error::Conflict { limits } = error else { panic!("{error}") };
    let names = limits.iter().map(LimitKind::to_string).collect::<Vec<_>>();
    assert_eq!(names, ["absolute cap of tight", "absolute cap of first", "absolute cap of second"]);
}

#[test]
fn a_bound_on_the_worst_scenarios_is_met_and_has_a_price() {
    // The worst twentieth of a hundred scenarios: the first place loses 40 % in five of them, the second nothing.
    let scenario = |number: usize| vec![if number < 5 { 0.4 } else { -0.01 }, 0.0];
    let losses = (0..100).map(scenario).collect::<Vec<_>>();
    let tail = |most: f64, aversion: f64| Tail {
        losses: losses.clone(),
        chances: vec![0.01; 100],
        confidence: 0.95,
        most,
        aversion,
    };
    let stated = |tail: Tail| {
        programme(&[fixed(0.09), fixed(0.04)], vec![budget(2, 10.0 * MILLION)]).with_tail(tail).expect("two places")
    };

    let bounded = solved(&stated(tail(MILLION, 0.0)));
    close(bounded.amounts[0], MILLION / 0.4, 10.0);
    close(bounded.tail_price, 0.05 / 0.4, 1e-9);
    // At 0.13 a unit of the mean, a unit of the first place costs 0.052: more than it earns beyond the second.
    assert_eq!(solved(&stated(tail(f64::INFINITY, 0.13))).amounts, [0.0, 10.0 * MILLION]);
    assert_eq!(solved(&stated(tail(f64::INFINITY, 0.12))).amounts, [10.0 * MILLION, 0.0]);
}

/// A random programme with everything in it: pools beyond and below their kinks, fixed instruments, charges, floors, caps,
/// factors, scenarios.
fn random(dice: &mut Dice) -> Option<Programme> {
    let places = dice.whole(2, 7);
    let money = dice.between(1.0, 20.0) * MILLION;
    let venue = |dice: &mut Dice| match dice.whole(0, 3) {
        0 => fixed(dice.between(0.0, 0.1)),
        _ => usdc(dice.between(0.5, 40.0) * MILLION, dice.between(0.3, 0.99)),
    };
    let curves = (0..places).map(|_| curve(&venue(dice))).collect::<Vec<Curve>>();
    let mut groups = vec![budget(places, money)];
    for _ in 0..dice.whole(0, 4) {
        let members = (0..places).filter(|_| dice.chance(0.5)).collect::<Vec<_>>();
        if members.is_empty() {
            continue;
        }
        let kind = LimitKind::AbsoluteCap { risk_id: model::RiskId::from_name("some").expect("short") };
        groups.push(match dice.chance(0.3) {
            true => Group::floor(kind, members, dice.between(0.0, 0.3) * money),
            false => Group::whole(kind, members, dice.between(0.2, 0.9) * money),
        });
    }
    let charge = |dice: &mut Dice| Charge {
        carry: dice.between(-0.005, 0.03),
        variance: dice.between(0.0, 2e-14),
        from: (dice.between(0.0, 0.4) * money / places as f64).floor(),
        raised: dice.between(0.0, 0.004),
        lowered: dice.between(0.0, 0.004),
        slippage: dice.between(0.0, 1e-15),
        fixed: if dice.chance(0.5) { dice.between(0.0, 2e-4) * money } else { 0.0 },
    };
    let charges = (0..places).map(|_| charge(dice)).collect();
    let mut stated = Programme::new(curves, vec![0.0; places], vec![f64::INFINITY; places], groups).ok()?;
    stated = stated.charged(charges).ok()?;
    if dice.chance(0.6) {
        let loadings = (0..places).map(|_| (0..2).map(|_| dice.between(-0.2, 1.0)).collect()).collect::<Vec<_>>();
        let covariance = [vec![0.04, 0.01], vec![0.01, 0.02]];
        let factors = Factors::new(&loadings, &covariance, dice.between(0.0, 3e-13) + 1e-15).ok()?;
        stated = stated.with_factors(factors).ok()?;
    }
    if dice.chance(0.4) {
        let losses = (0..40).map(|_| (0..places).map(|_| dice.between(-0.05, 0.1)).collect()).collect();
        let chances = vec![1.0 / 40.0; 40];
        let most = if dice.chance(0.5) { dice.between(0.01, 0.08) * money } else { f64::INFINITY };
        stated =
            stated.with_tail(Tail { losses, chances, confidence: 0.9, most, aversion: dice.between(0.0, 0.2) }).ok()?;
    }
    Some(stated)
}

fn is_inside(stated: &Programme, amounts: &[f64], slack: f64) -> bool {
    let ranges = amounts.iter().zip(stated.lower()).zip(stated.upper());
    let held = |group: &Group| {
        let weighed = group.members.iter().zip(&group.weights);
        weighed.map(|(member, weight)| weight.at(amounts[*member])).sum::<f64>()
    };
    ranges.into_iter().all(|((x, low), high)| *x >= low - slack && *x <= high + slack)
        && stated.groups().iter().all(|group| held(group) <= group.bound + slack)
        && stated.tail().is_none_or(|tail| tail.worst(amounts).0 <= tail.most + slack)
}

/// The best that random walks of shrinking steps find, from where the money stands, from nothing and from the answer.
fn wandered(stated: &Programme, answer: &[f64], dice: &mut Dice) -> f64 {
    let places = answer.len();
    let still = stated.charges().iter().map(|charge| charge.from).collect::<Vec<_>>();
    let mut best = f64::NEG_INFINITY;
    let starts = [answer.to_vec(), still.clone(), vec![0.0; places]];
    let mixed = (0..12).map(|_| (0..places).map(|place| dice.between(0.0, 0.5) * stated.upper()[place]).collect());
    for start in starts.into_iter().chain(mixed.collect::<Vec<Vec<f64>>>()) {
        if !is_inside(stated, &start, 0.0) {
            continue;
        }
        let (mut amounts, mut value) = (start.clone(), stated.value(&start));
        let mut size = stated.upper().iter().copied().fold(0.0, f64::max) / 2.0;
        for _ in 0..500 {
            let mut moved = amounts.clone();
            for _ in 0..dice.whole(1, 2) {
                let place = dice.whole(0, places - 1);
                moved[place] = match dice.chance(0.1) {
                    true => still[place],
                    false => moved[place] + dice.between(-size, size),
                };
            }
            let moved_value = stated.value(&moved);
            if moved_value > value && is_inside(stated, &moved, 0.0) {
                (amounts, value) = (moved, moved_value);
            } else {
                size *= 0.98;
            }
        }
        best = best.max(value);
    }
    best
}

#[test]
fn no_walk_beats_an_answer_by_more_than_its_gap() {
    let mut dice = Dice::new(7);
    let (mut answered, mut conflicts) = (0, 0);
    for case in 0..150 {
        let Some(stated) = random(&mut dice) else { continue };
        match solve(&stated, &Settings::default()) {
            Ok(solution) => {
                let unit = stated.upper().iter().copied().fold(1.0, f64::max);
                // Dice of its own: how far it walks must not decide what comes next.
                let found = wandered(&stated, &solution.amounts, &mut Dice::new(case));
                let most = solution.income + solution.gap + 1e-9 * unit;
                assert!(found <= most, "case {case}: {found} is more than {most}");
                assert!(is_inside(&stated, &solution.amounts, 1e-8 * unit), "case {case}: it breaks a limit");
                assert!((stated.value(&solution.amounts) - solution.income).abs() <= 1e-8 * unit, "case {case}");
                assert!(solution.gap <= 1e-8 * unit, "case {case}: a gap of {}", solution.gap);
                assert!(solution.residual <= 1e-9);
                answered += 1;
            }
            Err(Error::Conflict { limits }) => {
                assert!(!limits.is_empty());
                conflicts += 1;
            }
            Err(error) => panic!("case {case}: {error}"),
        }
    }
    assert!(answered > 100 && conflicts > 0, "{answered} answered, {conflicts} conflicts");
}

#[test]
fn every_method_of_the_chain_finds_the_same_optimum() {
    let mut dice = Dice::new(11);
    let mut missing = [0, 0];
    let mut compared = 0;
    for case in 0..24 {
        let Some(stated) = random(&mut dice) else { continue };
        let with = |method| Settings { methods: vec![method], max_nodes: 20, ..Settings::default() };
        let Ok(first) = solve(&stated, &with(Method::Newton)) else { continue };
        let unit = stated.upper().iter().copied().fold(1.0, f64::max);
        for (place, method) in [Method::Clarabel, Method::Projected].into_iter().enumerate() {
            // Less exact prices leave more to the polish, which may come to nothing; then there is no answer, not a bad one.
            let Ok(other) = solve(&stated, &with(method)) else {
                missing[place] += 1;
                continue;
            };
            assert_eq!(other.method, method);
            let bound = other.income + other.gap + 1e-8 * unit;
            assert!(first.income <= bound, "case {case}: {method:?} says at most {bound}, {} is there", first.income);
            assert!(other.income <= first.income + first.gap + 1e-8 * unit, "case {case}: {method:?}");
            compared += 1;
        }
    }
    assert!(compared >= 40 && missing.iter().all(|missing| *missing <= 2), "{compared} compared, {missing:?} missing");
}

#[test]
fn a_curve_of_nothing_and_a_charge_that_is_none_are_refused() {
    let one = || programme(&[fixed(0.05)], vec![budget(1, MILLION)]);
    let bad = Charge { raised: f64::NAN, ..Charge::default() };

    assert!(one().charged(vec![bad]).is_err());
    assert!(one().charged(vec![]).is_err());
    let wide = Factors::new(&[vec![1.0], vec![1.0]], &[vec![1.0]], 1.0).expect("definite");
    assert!(one().with_factors(wide).is_err());
    let tail = Tail { losses: vec![vec![0.1]], chances: vec![1.0], confidence: 1.0, most: 1.0, aversion: 0.0 };
    assert!(one().with_tail(tail).is_err());
}
