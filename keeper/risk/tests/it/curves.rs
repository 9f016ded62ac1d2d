//! Curves against what central banks publish, and fits against data that broke others.

use keeper_risk::{
    bond::Bond,
    calendar::{Adjustment, Calendar},
    curve::{
        Curve, Doubt, Interpolation, Model, NelsonSiegel, Quote, Settings, Shape, Svensson, bootstrap, fit, fit_best,
    },
    day_count::DayCount,
    schedule::{self, Roll},
};

use crate::bonds::{close, day, plain};

/// Percent.
const FED_ZERO: [(f64, f64); 10] = [
    (1.0, 3.5756),
    (2.0, 3.5540),
    (3.0, 3.5758),
    (5.0, 3.7053),
    (7.0, 3.8958),
    (10.0, 4.2079),
    (15.0, 4.6392),
    (20.0, 4.8820),
    (25.0, 4.9499),
    (30.0, 4.8885),
];

/// The Federal Reserve's curve of 2026-03-06 (Gurkaynak, Sack and Wright's data).
fn fed() -> Shape {
    let betas = [0.000118558051341, 3.65507972187386, -3.657398577533, 16.4827863321283].map(|beta| beta / 100.0);
    Shape::Svensson(Svensson { betas, taus: [5.33457685733225, 14.4318194852304] })
}

/// The European Central Bank's curve of AAA bonds of 2019-11-11.
fn ecb() -> Shape {
    let betas = [0.62944, -1.218082, 12.114098, -14.181117].map(|beta| beta / 100.0);
    Shape::Svensson(Svensson { betas, taus: [2.435976, 2.536963] })
}

/// Percent: three, six and nine months, and each year from 1 to 30.
const ECB_ZERO: [f64; 33] = [
    -0.602009, -0.612954, -0.621543, -0.627864, -0.632655, -0.610565, -0.569424, -0.516078, -0.455969, -0.39315,
    -0.33047, -0.269814, -0.21234, -0.158674, -0.109075, -0.063552, -0.021963, 0.015929, 0.050407, 0.081771, 0.110319,
    0.136335, 0.160083, 0.181804, 0.201715, 0.220009, 0.23686, 0.252419, 0.26682, 0.280182, 0.292608, 0.304191,
    0.31501,
];

fn ecb_years() -> impl Iterator<Item = f64> {
    [0.25, 0.5, 0.75].into_iter().chain((1..=30).map(f64::from))
}

fn zeros(points: impl IntoIterator<Item = (f64, f64)>) -> Vec<Quote> {
    points.into_iter().map(|(years, percent)| Quote::zero(years, percent / 100.0).expect("a quote")).collect()
}

#[test]
fn the_federal_reserve_publishes_these_zeros_forwards_and_par_yields() {
    let curve = fed();
    for (years, percent) in FED_ZERO {
        close(curve.zero(years) * 100.0, percent, 5e-5);
    }
    for (years, percent) in [(1.0, 3.5277), (5.0, 4.1275), (10.0, 5.2209), (20.0, 5.4766), (30.0, 4.2250)] {
        close(curve.forward(years) * 100.0, percent, 5e-5);
    }
    for (years, percent) in [(1.0, 3.6080), (5.0, 3.7312), (10.0, 4.1849), (30.0, 4.7795)] {
        close(curve.par(years, 2).expect("a par yield") * 100.0, percent, 5e-5);
    }
}

#[test]
fn the_european_central_bank_publishes_these_zeros() {
    for (years, percent) in ecb_years().zip(ECB_ZERO) {
        close(ecb().zero(years) * 100.0, percent, 1e-6);
    }
}

/// Every forward is the slope of zero rate times years.
#[test]
fn forwards_belong_to_their_zeros() {
    for shape in [fed(), ecb()] {
        for years in [1e-6, 0.3, 2.0, 9.0, 40.0] {
            let step = 1e-5 * years;
            let logs = |years: f64| shape.zero(years) * years;
            close(shape.forward(years), (logs(years + step) - logs(years - step)) / (2.0 * step), 1e-9);
        }
        close(shape.zero(0.0), shape.forward(0.0), 1e-15);
    }
}

/// The published fit stopped short of the best one: at its tau its betas are ours to every digit, but a longer tau fits better.
#[test]
fn nelson_and_siegels_published_fit_is_found_at_its_tau_and_beaten_elsewhere() {
    let years = [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0];
    let percents = [1.0, 1.1, 1.3, 1.6, 1.9, 2.1, 2.6, 3.0, 3.5, 3.7, 3.8, 4.0];
    // A quote needs time to pass: a blink stands for none.
    let quotes = zeros(years.map(|years: f64| years.max(1e-12)).into_iter().zip(percents));
    let published = NelsonSiegel { betas: [0.0420173938, -0.0318290316, -0.0267973198], tau: 1.7170972657 };

    let pinned = Settings { tau_years: (published.tau, published.tau * (1.0 + 1e-12)), ..Settings::default() };
    let at_its_tau = fit(&quotes, Model::NelsonSiegel, &pinned).expect("a fit");
    let Shape::NelsonSiegel(NelsonSiegel { betas, .. }) = at_its_tau.shape else { panic!("{at_its_tau:?}") };
    for (found, expected) in betas.into_iter().zip(published.betas) {
        close(found, expected, 1e-10);
    }
    for (years, expected) in [(0.0, 0.0101883623), (1.0, 0.0125478702), (2.0, 0.0157485555), (3.0, 0.0189795580)] {
        close(published.zero(years), expected, 1.1e-10);
        close(at_its_tau.shape.zero(years), expected, 1e-10);
    }
    let best = fit_best(&quotes, &Settings::default()).expect("a fit").fit;
    let free = fit(&quotes, Model::NelsonSiegel, &Settings::default()).expect("a fit");
    assert!(free.rms_miss < 0.9 * at_its_tau.rms_miss, "{free:?} {at_its_tau:?}");
    assert!(best.rms_miss <= free.rms_miss, "{best:?} {free:?}");
}

/// No tau of a finer grid, with betas by an independent solver, does better.
#[test]
fn no_tau_fits_better_than_the_one_that_is_found() {
    let (years, percents) = (CASE_13.map(|point| point.0), CASE_13.map(|point| point.1 / 100.0));
    let found = fit(&zeros(CASE_13), Model::NelsonSiegel, &Settings::default()).expect("a fit");

    let cost = |tau: f64| {
        let row = |years: f64| {
            let x = years / tau;
            let slope = (1.0 - (-x).exp()) / x;
            [1.0, slope, slope - (-x).exp()]
        };
        let betas = normal_equations(&years.map(row), &percents);
        let miss = |(years, rate): (&f64, &f64)| {
            let row = row(*years);
            (0..3).map(|at| row[at] * betas[at]).sum::<f64>() - rate
        };
        (years.iter().zip(&percents).map(|point| miss(point).powi(2)).sum::<f64>() / years.len() as f64).sqrt()
    };
    let grid = (0..4000).map(|step| cost(0.1 * 300.0_f64.powf(f64::from(step) / 3999.0))).fold(f64::MAX, f64::min);
    assert!(found.rms_miss <= grid * (1.0 + 1e-9), "{found:?} {grid}");
    assert!(found.rms_miss >= grid * (1.0 - 1e-4), "{found:?} {grid}");
}

fn normal_equations(rows: &[[f64; 3]], rates: &[f64]) -> [f64; 3] {
    let mut system = [[0.0; 4]; 3];
    for (row, rate) in rows.iter().zip(rates) {
        for i in 0..3 {
            (0..3).for_each(|j| system[i][j] += row[i] * row[j]);
            system[i][3] += row[i] * rate;
        }
    }
    for i in 0..3 {
        for k in 0..3 {
            if k != i {
                let part = system[k][i] / system[i][i];
                (0..4).for_each(|j| system[k][j] -= part * system[i][j]);
            }
        }
    }
    [0, 1, 2].map(|i| system[i][3] / system[i][i])
}

#[test]
fn svenssons_parameters_come_back_where_the_data_say_them() {
    let shape = fed();
    let quotes = zeros((1..=30).map(f64::from).map(|years| (years, shape.zero(years) * 100.0)));

    let choice = fit_best(&quotes, &Settings::default()).expect("a fit");

    assert_eq!((choice.fit.model, choice.fit.doubt, choice.refused.len()), (Model::Svensson, None, 0));
    let (Shape::Svensson(found), Shape::Svensson(expected)) = (&choice.fit.shape, &shape) else { panic!("{choice:?}") };
    for (found, expected) in found.betas.iter().zip(expected.betas).chain(found.taus.iter().zip(expected.taus)) {
        close(*found, expected, 1e-8);
    }
    assert!(choice.fit.worst_miss < 1e-12, "{:?}", choice.fit);
    // From the ten published zeros, which have six digits.
    let rounded = fit(&zeros(FED_ZERO), Model::Svensson, &Settings::default()).expect("a fit");
    assert!(rounded.worst_miss < 5e-7, "{rounded:?}");
}

/// Both humps of the published curve are nearly one: its zeros come back, its parameters do not, and the fit says so.
#[test]
fn the_european_curve_is_recovered_and_known_to_be_ill_conditioned() {
    let quotes = zeros(ecb_years().zip(ECB_ZERO));

    let apart = fit(&quotes, Model::Svensson, &Settings::default()).expect("a fit");
    assert!(apart.worst_miss < 2e-6, "{apart:?}");
    assert!(matches!(apart.doubt, Some(Doubt::OneHump { .. })), "{apart:?}");

    let near = Settings { least_ratio: 1.001, ..Settings::default() };
    let near = fit(&quotes, Model::Svensson, &near).expect("a fit");
    assert!(near.worst_miss < 1e-7, "{near:?}");
    assert!(matches!(near.doubt, Some(Doubt::IllConditioned { .. })), "{near:?}");

    let choice = fit_best(&quotes, &Settings::default()).expect("a fit");
    assert_eq!(choice.fit.model, Model::NelsonSiegel);
    assert_eq!(choice.refused.len(), 1);
    assert!(choice.fit.worst_miss < 1e-4, "within a basis point: {:?}", choice.fit);
}

const CASE_13: [(f64, f64); 8] = [
    (0.25, 7.808),
    (0.5, 8.162),
    (1.0, 8.542),
    (2.0, 9.443),
    (3.0, 9.788),
    (5.0, 10.318),
    (10.0, 10.779),
    (30.0, 10.923),
];

/// A tau below zero elsewhere.
#[test]
fn a_steep_curve_keeps_its_taus_above_zero() {
    let choice = fit_best(&zeros(CASE_13), &Settings::default()).expect("a fit");

    let Shape::Svensson(found) = &choice.fit.shape else { panic!("{choice:?}") };
    assert!(found.taus.iter().all(|tau| (0.1..=30.0).contains(tau)), "{found:?}");
    assert!(choice.fit.rms_miss < 5e-4, "{choice:?}");
}

/// No convergence of the singular values elsewhere.
#[test]
fn a_curve_with_a_dip_converges_from_no_guess() {
    let months = [3.0, 6.0, 12.0, 24.0, 36.0, 48.0, 60.0, 84.0, 108.0, 120.0, 180.0, 240.0, 360.0];
    let percents = [
        3.3643541, 4.347585, 4.825526, 4.74694, 4.7932763, 4.810024, 4.8450136, 4.9886765, 5.1929884, 5.289444,
        5.673501, 5.835963, 5.8458557,
    ];

    let choice = fit_best(&zeros(months.map(|months| months / 12.0).into_iter().zip(percents)), &Settings::default());

    let fit = choice.expect("a fit").fit;
    assert_eq!((fit.model, fit.doubt), (Model::Svensson, None));
    assert!(fit.rms_miss < 4e-4, "{fit:?}");
}

/// Humps of a hundred billion that cancel elsewhere.
#[test]
fn fewer_quotes_than_parameters_take_a_simpler_curve() {
    let points = [(1.0, 0.39), (2.0, 0.61), (5.0, 1.66), (10.0, 2.58), (25.0, 3.32)];

    let choice = fit_best(&zeros(points), &Settings::default()).expect("a fit");

    assert_eq!(choice.refused[0], (Model::Svensson, Doubt::TooFewQuotes { quotes: 5, needed: 7 }));
    assert!(choice.fit.rms_miss < 1e-3, "{choice:?}");
    let few = fit_best(&zeros([(1.0, 0.39), (5.0, 0.61)]), &Settings::default()).expect("a curve");
    assert_eq!(few.fit.model, Model::Piecewise);
    assert!(few.fit.worst_miss < 1e-15, "{few:?}");
    assert!(fit_best(&[], &Settings::default()).is_err());
}

/// A curve of several hundred percent elsewhere: four parameters for four bonds, which only humps that cancel come near.
#[test]
fn four_bonds_are_too_few_and_fall_back_on_a_curve_through_them() {
    let quotes = canadian();

    let choice = fit_best(&quotes, &Settings::default()).expect("a curve");

    assert_eq!(choice.fit.model, Model::Piecewise);
    assert_eq!(choice.refused[1], (Model::NelsonSiegel, Doubt::TooFewQuotes { quotes: 4, needed: 5 }));
    let forced = fit(&quotes, Model::NelsonSiegel, &Settings::default()).expect("a fit");
    assert!(matches!(forced.doubt, Some(Doubt::IllConditioned { .. })), "{forced:?}");
    for quote in &quotes {
        assert!(quote.miss(&choice.fit.shape).abs() < 1e-13);
        let (curve, own) = (choice.fit.shape.zero(quote.years()), quote.own_rate());
        assert!((curve / own - 1.0).abs() < 0.01, "{curve} {own}");
    }
}

/// A curve that only falls off to its level: the best hump is none, which is no reason to give the curve up.
#[test]
fn a_curve_without_a_hump_keeps_its_few_parameters() {
    let plain = Shape::NelsonSiegel(NelsonSiegel { betas: [0.045, -0.02, 0.0], tau: 2.5 });
    let noise = [3.0, -2.0, 1.0, 2.0, -3.0, 1.0, -1.0, 2.0, -2.0, 1.0].map(|tenths| tenths * 1e-5);
    let years = [0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0];
    let quotes = zeros(years.iter().zip(noise).map(|(years, noise)| (*years, (plain.zero(*years) + noise) * 100.0)));

    let choice = fit_best(&quotes, &Settings::default()).expect("a fit");

    assert_ne!(choice.fit.model, Model::Piecewise, "{choice:?}");
    assert!(choice.fit.rms_miss < 3e-5, "{choice:?}");
    for years in [0.25, 1.5, 4.0, 15.0, 30.0] {
        close(choice.fit.shape.zero(years), plain.zero(years), 5e-5);
    }
}

#[test]
fn the_same_quotes_give_the_same_curve_whatever_their_order() {
    let mut quotes = zeros(CASE_13);
    let found = fit_best(&quotes, &Settings::default()).expect("a fit");
    assert_eq!(fit_best(&quotes, &Settings::default()).expect("a fit"), found);

    quotes.reverse();
    let turned = fit_best(&quotes, &Settings::default()).expect("a fit");
    close(turned.fit.shape.zero(4.0), found.fit.shape.zero(4.0), 1e-9);
}

#[test]
fn a_bootstrapped_curve_is_worth_every_quote() {
    let mut quotes = vec![
        Quote::deposit(2.0 / 365.0, 0.25, 1.008).expect("a quote"),
        Quote::zero(0.5, 0.033).expect("a quote"),
        Quote::par(1.3, 2, 0.034).expect("a quote"),
    ];
    for (years, rate) in [(2.0, 0.035), (3.0, 0.036), (5.0, 0.038), (10.0, 0.041), (30.0, 0.046)] {
        quotes.push(Quote::par(years, 2, rate).expect("a quote"));
    }
    for interpolation in [Interpolation::LogLinear, Interpolation::LinearZero] {
        let shape = Shape::Nodes(bootstrap(&quotes, interpolation).expect("a curve"));
        for quote in &quotes {
            close(quote.miss(&shape), 0.0, 1e-13);
        }
        close(shape.par(1.3, 2).expect("a par yield"), 0.034, 1e-13);
        close(shape.par(5.0, 2).expect("a par yield"), 0.038, 1e-13);
    }
}

/// A curve of a known kind is found again from what its bonds cost, not only from its zeros.
#[test]
fn a_curve_is_fitted_to_the_prices_of_bonds() {
    let curve = Curve { reference: day("2026-03-06"), day_count: DayCount::Actual365Fixed, shape: fed() };
    let settlement = day("2026-03-10");
    let quote = |years: i32| {
        let start = "2026-02-15";
        let maturity = day(start).plus_months(6 * years).to_string();
        let terms = plain(start, &maturity, 0.01 + 0.002 * f64::from(years % 7), DayCount::ActualActualIsma);
        let bond = Bond::fixed(&terms).expect("a bond");
        Quote::bond(&curve, &bond, settlement, curve.clean_price(&bond, settlement)).expect("a quote")
    };
    let quotes: Vec<_> = (1..=60).map(quote).collect();

    let choice = fit_best(&quotes, &Settings::default()).expect("a fit");

    assert_eq!(choice.fit.model, Model::Svensson);
    for years in 1..=30 {
        close(choice.fit.shape.zero(f64::from(years)), curve.shape.zero(f64::from(years)), 1e-9);
    }
}

#[test]
fn impossible_settings_are_refused() {
    let quotes = zeros(CASE_13);
    for tau_years in [(0.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0)] {
        assert!(fit(&quotes, Model::NelsonSiegel, &Settings { tau_years, ..Settings::default() }).is_err());
    }
    assert!(fit(&quotes, Model::Svensson, &Settings { least_ratio: 1.0, ..Settings::default() }).is_err());
    assert!(Quote::zero(0.0, 0.1).is_err() && Quote::zero(1.0, f64::NAN).is_err());
    assert!(Quote::new(vec![], 1.0).is_err());
    assert!(Quote::deposit(1.0, 1.0, 1.01).is_err());
}

/// The bonds of QuantLib's case of a bad first guess, priced on 2019-07-15 (with weekends for Canada's holidays).
fn canadian() -> Vec<Quote> {
    let curve = Curve { reference: day("2019-07-15"), day_count: DayCount::Actual365Fixed, shape: Shape::Flat(0.0) };
    let bonds = [
        ("2013-02-01", "2020-02-03", "2013-08-03", 0.046, 101.2100),
        ("2015-06-12", "2020-06-12", "2015-12-12", 0.0295, 100.6270),
        ("2017-11-24", "2020-11-24", "2018-05-24", 0.02689, 99.9210),
        ("2017-02-21", "2022-02-21", "2017-08-21", 0.0338, 101.6700),
    ];
    let quote = |(start, maturity, first, rate, clean)| {
        let mut terms = plain(start, maturity, rate, DayCount::ActualActualIsda);
        terms.schedule = schedule::Terms {
            roll: Roll::Forward,
            first: Some(day(first)),
            calendar: Calendar::Weekdays,
            adjustment: Adjustment::Following,
            end_adjustment: Adjustment::Following,
            ..terms.schedule
        };
        let bond = Bond::fixed(&terms).expect("a bond");
        Quote::bond(&curve, &bond, day("2019-07-17"), clean).expect("a quote")
    };
    bonds.map(quote).into()
}
