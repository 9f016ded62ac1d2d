//! Durations by a curve: parallel, at key rates, by spread; and what time brings.

use keeper_risk::{
    bond::{Bond, Compounding, measure, yield_of},
    curve::{Curve, Interpolation, Nodes, Pricing, Shape, Svensson, z_spread},
    day_count::DayCount,
    flow::{Flow, effective},
};
use proptest::prelude::*;

use crate::bonds::{close, day, plain};

const KEYS: [f64; 7] = [0.25, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0];

fn humped() -> Shape {
    Shape::Svensson(Svensson { betas: [0.042, -0.012, -0.03, 0.04], taus: [1.7, 9.0] })
}

fn flows() -> Vec<Flow> {
    let bond = Bond::fixed(&plain("2020-02-15", "2040-02-15", 0.05, DayCount::Thirty360BondBasis)).expect("a bond");
    let curve = Curve { reference: day("2020-04-17"), day_count: DayCount::Actual365Fixed, shape: humped() };
    curve.flows(&bond.payments(day("2020-04-17")))
}

#[test]
fn key_rate_durations_come_to_the_parallel_one() {
    let shape = humped();
    let pricing = Pricing { shape: &shape, spread: 0.01 };
    let found = pricing.exposure(&flows(), &KEYS).expect("an exposure");

    close(found.key_rates_years.iter().sum(), found.parallel.duration_years, 1e-13);
    let again = effective(|shift| Pricing { spread: 0.01 + shift, ..pricing }.value(&flows()), 1e-4).expect("finite");
    close(found.parallel.duration_years, again.duration_years, 1e-4);
    close(found.parallel.convexity, again.convexity, 1e-4);
    close(found.cs01(), found.parallel.dv01(), 1e-15);
}

/// The slow way: bump one point of a linear curve and price again.
#[test]
fn a_key_rate_duration_is_what_a_bump_of_that_rate_does() {
    let rates = [0.01, 0.02, 0.025, 0.03, 0.032, 0.04, 0.041];
    let bumped = |key: usize, by: f64| {
        let points = KEYS.iter().zip(rates).enumerate();
        let points = points.map(|(at, (years, rate))| (*years, if at == key { rate + by } else { rate })).collect();
        Shape::Nodes(Nodes::new(Interpolation::LinearZero, points).expect("points"))
    };
    let shape = bumped(0, 0.0);
    let found = Pricing { shape: &shape, spread: 0.0 }.exposure(&flows(), &KEYS).expect("an exposure");

    for key in 0..KEYS.len() {
        let again = effective(|by| bumped(key, by).value(&flows()), 1e-5).expect("finite");
        close(found.key_rates_years[key], again.duration_years, 1e-7);
    }
}

#[test]
fn a_flat_curve_gives_the_measures_of_the_yield() {
    let shape = Shape::Flat(0.035);
    let pricing = Pricing { shape: &shape, spread: 0.015 };
    let found = pricing.exposure(&flows(), &KEYS).expect("an exposure").parallel;
    let expected = measure(&flows(), 0.05, Compounding::Continuous).expect("measures").response;

    close(found.price, expected.price, 1e-11);
    close(found.duration_years, expected.duration_years, 1e-13);
    close(found.convexity, expected.convexity, 1e-11);
    close(yield_of(&flows(), found.price, Compounding::Continuous).expect("a yield"), 0.05, 1e-14);
}

/// `(z(T) - z(T - h)) (T - h)` in logs, whatever the curve.
#[test]
fn a_payment_rolls_down_by_the_slope_of_the_curve() {
    let shape = humped();
    let flow = [Flow { years: 7.0, amount: 100.0 }];
    let passing = Pricing { shape: &shape, spread: 0.002 }.passing(&flow, 0.5).expect("what time brings");

    let logs = 0.5 * (shape.zero(7.0) + 0.002);
    close(passing.carry, logs.exp_m1(), 1e-13);
    let rolled = (shape.zero(7.0) - shape.zero(6.5)) * 6.5;
    close(1.0 + passing.carry + passing.roll_down, (logs + rolled).exp(), 1e-13);
    let flat = Shape::Flat(0.05);
    let still = Pricing { shape: &flat, spread: 0.0 }.passing(&flows(), 0.25).expect("what time brings");
    close(still.roll_down, 0.0, 1e-14);
}

#[test]
fn key_rates_out_of_order_are_refused() {
    let shape = humped();
    let pricing = Pricing { shape: &shape, spread: 0.0 };
    for keys in [[0.0, 1.0], [2.0, 1.0], [1.0, f64::NAN]] {
        assert!(pricing.exposure(&flows(), &keys).is_err());
    }
    assert!(pricing.exposure(&[], &KEYS).is_err());
    assert!(z_spread(&shape, &[], 100.0).is_err());
}

proptest! {
    #[test]
    fn spreads_come_back_from_prices(spread in -0.03..0.5_f64) {
        let shape = humped();
        let price = Pricing { shape: &shape, spread }.value(&flows());
        let found = z_spread(&shape, &flows(), price).expect("a spread");
        prop_assert!((found - spread).abs() < 1e-13, "{found} {spread}");
    }

    #[test]
    fn key_rates_share_every_flow(years in 0.01..60.0_f64) {
        let shape = humped();
        let flow = [Flow { years, amount: 1.0 }];
        let found = Pricing { shape: &shape, spread: 0.0 }.exposure(&flow, &KEYS).expect("an exposure");
        prop_assert!((found.key_rates_years.iter().sum::<f64>() - years).abs() < 1e-12);
        prop_assert!(found.key_rates_years.iter().all(|part| *part >= 0.0));
    }
}
