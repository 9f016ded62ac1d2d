//! Income and its parts: each part alone where nothing else moves, and their sum always.

use keeper_risk::attribution::{Income, Zero};
use keeper_risk::curve::{NelsonSiegel, Shape};
use proptest::prelude::*;

const FACE: f64 = 1_000.0;

fn rising(level: f64) -> Shape {
    Shape::NelsonSiegel(NelsonSiegel { betas: [level, -0.02, 0.0], tau: 2.0 })
}

/// A holding on a curve, at a spread.
fn zero(curve: &Shape, spread: f64, years: f64) -> Zero {
    Zero { face: FACE, value: FACE * (-(curve.zero(years) + spread) * years).exp(), years }
}

fn held(before: (&Shape, f64, f64), after: (&Shape, f64, f64)) -> Income {
    let (was, is) = (zero(before.0, before.1, before.2), zero(after.0, after.1, after.2));
    Income::held((&was, before.0), (&is, after.0)).expect("possible")
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn on_a_flat_curve_that_does_not_move_all_is_carry() {
    let flat = Shape::Flat(0.04);
    let found = held((&flat, 0.01, 1.0), (&flat, 0.01, 0.75));

    assert_near(found.carry, FACE * ((-0.05_f64 * 0.75).exp() - (-0.05_f64).exp()));
    for other in [found.roll_down, found.rate, found.spread, found.cost] {
        assert_near(other, 0.0);
    }
}

#[test]
fn a_rising_curve_is_slid_down_for_a_gain_and_a_falling_one_for_a_loss() {
    let up = rising(0.05);
    let down = Shape::NelsonSiegel(NelsonSiegel { betas: [0.03, 0.02, 0.0], tau: 2.0 });

    let found = held((&up, 0.0, 2.0), (&up, 0.0, 1.5));
    // The yield of two years ages to one and a half; the curve pays less there.
    assert_near(found.roll_down, FACE * ((-up.zero(1.5) * 1.5).exp() - (-up.zero(2.0) * 1.5).exp()));
    assert!(found.roll_down > 0.0);
    assert!(held((&down, 0.0, 2.0), (&down, 0.0, 1.5)).roll_down < 0.0);
}

#[test]
fn a_move_of_the_curve_is_rate_and_one_of_the_spread_is_spread() {
    let (low, high) = (rising(0.05), rising(0.06));

    let rates = held((&low, 0.01, 1.0), (&high, 0.01, 1.0));
    let value = zero(&low, 0.01, 1.0).value;
    assert_near(rates.rate, value * ((-0.01_f64).exp() - 1.0));
    let spreads = held((&low, 0.01, 1.0), (&low, 0.03, 1.0));
    assert_near(spreads.spread, value * ((-0.02_f64).exp() - 1.0));
    for none in [rates.carry, rates.roll_down, rates.spread, spreads.carry, spreads.roll_down, spreads.rate] {
        assert_near(none, 0.0);
    }
}

#[test]
fn what_is_due_is_carried_to_its_face_and_falls_short_of_it_by_spread() {
    let curve = rising(0.05);
    let (was, curve_then) = (zero(&curve, 0.0, 0.1), &curve);
    let unpaid = Zero { face: FACE, value: 0.9 * FACE, years: -0.1 };

    let found = Income::held((&was, curve_then), (&unpaid, &curve)).expect("possible");
    assert_near(found.carry, FACE - was.value);
    assert_near(found.spread, -0.1 * FACE);
    let later = Zero { value: 0.5 * FACE, ..unpaid };
    let found = Income::held((&unpaid, &curve), (&later, &curve)).expect("possible");
    assert_near(found.spread, -0.4 * FACE);
    assert_near(found.total(), -0.4 * FACE);
}

#[test]
fn what_was_traded_between_two_looks_is_refused() {
    let curve = Shape::Flat(0.05);
    let was = zero(&curve, 0.0, 1.0);
    for is in [Zero { face: 900.0, ..was }, Zero { value: f64::NAN, ..was }] {
        assert!(Income::held((&was, &curve), (&is, &curve)).is_err());
    }
    assert!(Income::held((&Zero { value: 0.0, ..was }, &curve), (&was, &curve)).is_err());
}

proptest! {
    #[test]
    fn the_parts_are_the_whole(
        levels in (0.0..0.2_f64, 0.0..0.2_f64),
        values in (0.2..1.2_f64, 0.0..1.2_f64),
        years in 0.01..5.0_f64,
        passed in 0.0..6.0_f64,
    ) {
        let (then, now) = (rising(levels.0), rising(levels.1));
        let was = Zero { face: FACE, value: FACE * values.0, years };
        let is = Zero { face: FACE, value: FACE * values.1, years: years - passed };

        let found = Income::held((&was, &then), (&is, &now)).expect("possible");

        prop_assert!((found.total() - (is.value - was.value)).abs() < 1e-12 * FACE * 10.0, "{found:?}");
        let traded = Income::traded(was.value, is.value) + Income::lent(is.value, was.value);
        prop_assert_eq!((traded.cost, traded.carry), (is.value - was.value, was.value - is.value));
    }
}
