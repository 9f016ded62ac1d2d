//! Credit against QuantLib's cached values and Markit's table, and against closed forms.

use keeper_risk::{
    bond::Bond,
    calendar::{Adjustment, Calendar, Date},
    credit::{Cds, FloatingNote, Hazard, HazardCurve, Peril, Perils, midpoint_prices, standard_curve},
    curve::{Curve, Interpolation, Nodes, Pricing, Shape, Svensson},
    day_count::DayCount,
    flow::Flow,
    schedule::{self, Roll},
};

use crate::bonds::{close, day, stepped};

fn flat(reference: &str, rate: f64) -> Curve {
    Curve { reference: day(reference), day_count: DayCount::Actual360, shape: Shape::Flat(rate) }
}

fn hazard(reference: &str, rate: f64) -> HazardCurve {
    let hazard = Hazard::flat(rate).expect("a hazard");
    HazardCurve { reference: day(reference), day_count: DayCount::Actual360, hazard }
}

/// Half-years from the issue on, moved within their months.
fn forward(start: &str, maturity: &str, calendar: Calendar) -> schedule::Terms {
    schedule::Terms {
        roll: Roll::Forward,
        calendar,
        adjustment: Adjustment::ModifiedFollowing,
        end_adjustment: Adjustment::ModifiedFollowing,
        ..schedule::Terms::plain(day(start), day(maturity), 6)
    }
}

#[test]
fn the_midpoint_swap_has_its_cached_value() {
    let terms = forward("2005-06-09", "2015-06-09", Calendar::Target);
    let swap = Cds::new(&terms, 10_000.0, 0.012, 0.4).expect("a swap");

    let legs = swap.midpoint_legs(&flat("2006-06-09", 0.06), &hazard("2006-06-09", 0.01234));

    close(legs.seller_value(), 295.0153398, 1e-7);
    // Cached before the value was, it would seem: both legs would have to err by the same 0.0115.
    close(legs.fair_spread(0.012), 0.007517539081, 1e-7);
}

/// Market discounts and default probabilities of 2006-06-09, by QuantLib's second cached case.
#[test]
fn the_market_swap_has_its_cached_value() {
    let today = day("2006-06-09");
    let after = |months: i32| Calendar::UnitedStates.adjust(today.plus_months(months), Adjustment::ModifiedFollowing);
    let discounts = [
        (1, 0.9957050263687118),
        (2, 0.9911826047452869),
        (3, 0.986611679509062),
        (6, 0.9732592953359388),
        (12, 0.9472442448103808),
        (24, 0.8984499673712087),
        (36, 0.8521664783992141),
        (48, 0.8077547769255687),
        (60, 0.7651728923420035),
        (72, 0.7240101955318293),
        (84, 0.6850390956921921),
        (96, 0.6479749981401375),
        (108, 0.6126317193625553),
        (120, 0.5791942350748791),
        (180, 0.43518868769953606),
    ];
    let point = |date: Date, discount: f64| {
        let years = DayCount::Actual360.years_between(today, date);
        (years, -f64::ln(discount) / years)
    };
    let mut points = vec![point(today.plus_days(7), 0.9990151375768731)];
    points.extend(discounts.map(|(months, discount)| point(after(months), discount)));
    let nodes = Nodes::new(Interpolation::LogLinear, points).expect("points");
    let curve = Curve { reference: today, day_count: DayCount::Actual360, shape: Shape::Nodes(nodes) };
    let chances = [
        (6, 0.0047),
        (12, 0.0093),
        (24, 0.0286),
        (36, 0.0619),
        (48, 0.0953),
        (60, 0.1508),
        (84, 0.2288),
        (120, 0.3666),
    ];
    let count = DayCount::Thirty360BondBasis;
    let survival = chances.map(|(months, failed)| (count.years_between(today, after(months)), 1.0 - failed));
    let hazard = Hazard::from_survival(&survival).expect("a hazard");
    let hazard = HazardCurve { reference: today, day_count: count, hazard };
    let swap =
        Cds::new(&forward("2006-03-20", "2013-06-20", Calendar::UnitedStates), 100.0, 0.0224, 0.25).expect("a swap");

    let legs = swap.midpoint_legs(&curve, &hazard);

    close(legs.seller_value(), -1.364048777, 1e-9);
    close(legs.fair_spread(0.0224), 0.0248429452, 1e-9);
}

/// Spread, recovery and Markit's upfronts for ten million at 1 %, by maturity.
#[test]
fn the_standard_model_gives_markits_upfronts() {
    let deposits = [(1, 0.003081), (2, 0.005525), (3, 0.007163), (6, 0.012413), (9, 0.014), (12, 0.015488)];
    let swaps = [
        (2, 0.011907),
        (3, 0.01699),
        (4, 0.021198),
        (5, 0.02444),
        (6, 0.026937),
        (7, 0.028967),
        (8, 0.030504),
        (9, 0.031719),
        (10, 0.03279),
        (12, 0.034535),
        (15, 0.036217),
        (20, 0.036981),
        (25, 0.037246),
        (30, 0.037605),
    ];
    let trade = day("2009-05-21");
    let curve = standard_curve(trade, &deposits, &swaps, 6).expect("a curve");
    let table = [
        ("2010-06-20", [-97798.29358, -97776.11889, 914971.5977, 894985.6298]),
        ("2011-06-20", [-186921.3594, -186839.8148, 1646623.672, 1579803.626]),
        ("2012-06-20", [-274298.9203, -274122.4725, 2279730.93, 2147972.527]),
        ("2016-06-20", [-592420.2297, -591571.2294, 3993550.206, 3545843.418]),
        ("2019-06-20", [-797501.1422, -795915.9787, 4702034.688, 4042340.999]),
    ];
    for (maturity, upfronts) in table {
        let quotes = [(0.001, 0.2), (0.001, 0.4), (0.1, 0.2), (0.1, 0.4)];
        for ((spread, recovery), expected) in quotes.into_iter().zip(upfronts) {
            let swap = Cds::standard(trade, day(maturity), 1e7, 0.01, recovery).expect("a swap");
            let found = swap.upfront(&curve, spread).expect("an upfront");
            // The table has ten digits; the source asks for 1e-6 percent.
            close(found.amount / expected, 1.0, 1e-8);
            close(found.accrued, 17_500.0, 1e-9);
        }
    }
}

/// From the standard model's own documentation, for ten million at 1 %.
#[test]
fn what_has_accrued_is_counted_to_the_day_after_the_trade() {
    let table = [
        ("2009-03-18", 24166.67),
        ("2009-03-19", 0.0),
        ("2009-03-20", 277.78),
        ("2009-03-23", 1111.11),
        ("2009-06-19", 25555.56),
        ("2009-06-20", 25833.33),
        ("2009-06-21", 0.0),
        ("2009-06-22", 277.78),
        ("2014-06-18", 25277.78),
        ("2014-06-19", 25555.56),
    ];
    for (trade, expected) in table {
        let trade = day(trade);
        let swap = Cds::standard(trade, day("2014-06-20"), 1e7, 0.01, 0.4).expect("a swap");
        close(swap.accrued(trade), expected, 0.005);
    }
}

/// Euro rates below zero, 2021-07-26, one million at 1 % quoted at 67.13 basis points.
#[test]
fn the_standard_model_bears_rates_below_zero() {
    let deposits = [(1, -0.0056), (3, -0.00544), (6, -0.00519), (12, -0.00493)];
    let swaps = [
        (2, -0.00482),
        (3, -0.00442),
        (4, -0.00399),
        (5, -0.00352),
        (6, -0.00297),
        (7, -0.00237),
        (8, -0.00176),
        (9, -0.00114),
        (10, -0.00054),
        (12, 0.00057),
        (15, 0.00188),
        (20, 0.00294),
        (30, 0.00282),
    ];
    let trade = day("2021-07-26");
    let curve = standard_curve(trade, &deposits, &swaps, 12).expect("a curve");
    let swap = Cds::standard(trade, day("2026-06-20"), 1e6, 0.01, 0.4).expect("a swap");

    let found = swap.upfront(&curve, 0.006713).expect("an upfront");

    let settled = curve.discount(Calendar::Weekdays.advance(trade, 3));
    close(found.amount * settled / -16070.7, 1.0, 1e-5);
    close(found.accrued, 1000.0, 1e-9);
}

#[test]
fn the_risky_bond_has_its_cached_value() {
    let bond = Bond::fixed(&stepped(&[0.02875, 0.03, 0.03125, 0.0325])).expect("a bond");
    let (curve, hazard) = (flat("2005-11-22", 0.02), hazard("2005-11-22", 0.1));

    let (now, clean) = midpoint_prices(&bond, &curve, &hazard, 0.4, day("2005-11-23")).expect("prices");

    close(now * 1e4, 888458.819055, 1e-6);
    close(clean, 87.407883, 1e-6);
}

fn perils(issuer: (f64, f64), contract: (f64, f64)) -> Perils {
    let peril = |(rate, recovery)| Peril::new(Hazard::flat(rate).expect("a hazard"), recovery).expect("a peril");
    Perils { issuer: peril(issuer), contract: peril(contract) }
}

/// `exp(-(r + h) T) + R h / (r + h) (1 - exp(-(r + h) T))`, the contract's hazard and recovery being their own.
#[test]
fn a_payment_that_may_fail_in_two_ways_has_its_closed_form() {
    let shape = Shape::Flat(0.04);
    let pricing = Pricing { shape: &shape, spread: 0.0 };
    let (issuer, contract, years) = ((0.02, 0.4), (0.015, 0.1), 1.7_f64);
    let flows = [Flow { years, amount: 100.0 }];

    let found = perils(issuer, contract).measures(&pricing, &flows, 100.0).expect("measures");

    let value = |r: f64, h: f64, g: f64| {
        let all = r + h + g;
        100.0 * ((-all * years).exp() + (0.4 * h + 0.1 * g) / all * -(-all * years).exp_m1())
    };
    let price = value(0.04, 0.02, 0.015);
    close(found.rates.price, price, 1e-11);
    close(found.survival, (-0.035 * years).exp(), 1e-14);
    let slope = |by: &dyn Fn(f64) -> f64| (by(-1e-5) - by(1e-5)) / (2e-5 * price);
    close(found.rates.duration_years, slope(&|s| value(0.04 + s, 0.02, 0.015)), 1e-6);
    close(found.issuer_years, slope(&|s| value(0.04, 0.02 + s, 0.015)), 1e-5);
    close(found.contract_years, slope(&|s| value(0.04, 0.02, 0.015 + s)), 1e-5);
    // Less is left when the contract fails, so its hazard weighs more.
    assert!(found.contract_years > found.issuer_years);
}

/// A slow sum over days, on a curve with humps and hazards that step.
#[test]
fn recoveries_are_those_of_a_slow_sum() {
    let shape = Shape::Svensson(Svensson { betas: [0.042, -0.012, -0.03, 0.04], taus: [1.7, 9.0] });
    let pricing = Pricing { shape: &shape, spread: 0.0 };
    let stepped = Hazard::piecewise(vec![(0.3, 0.0), (1.1, 0.08), (2.0, 0.02)]).expect("a hazard");
    let perils = Perils { issuer: Peril::new(stepped, 0.6).expect("a peril"), ..perils((0.0, 0.0), (0.03, 0.25)) };
    let flows = [Flow { years: 1.0, amount: 5.0 }, Flow { years: 2.5, amount: 105.0 }];

    let mut slow: f64 =
        flows.iter().map(|flow| flow.amount * shape.discount(flow.years) * perils.survival(flow.years)).sum();
    let steps = 250_000;
    for step in 0..steps {
        let [start, end] = [step, step + 1].map(|step| 2.5 * f64::from(step) / f64::from(steps));
        let middle = 0.5 * (start + end);
        let part = |peril: &Peril| peril.recovery() * (peril.hazard().until(end) - peril.hazard().until(start));
        let paid = part(&perils.issuer) + part(&perils.contract);
        slow += 100.0 * paid * shape.discount(middle) * perils.survival(middle);
    }
    close(perils.value(&pricing, &flows, 100.0), slow, 1e-5);
}

#[test]
fn a_spread_is_about_the_hazard_times_what_is_lost() {
    let (curve, trade) = (flat("2024-03-21", 0.03), day("2024-03-21"));
    for (rate, recovery) in [(0.01, 0.4), (0.03, 0.0), (0.002, 0.9)] {
        let swap = Cds::standard(trade, day("2029-03-20"), 1e6, 0.01, recovery).expect("a swap");
        let legs = swap.standard_legs(&curve, &hazard("2024-03-21", rate));
        let found = legs.fair_spread(0.01) / (rate * (1.0 - recovery));
        // Both are counted by 360 days.
        close(found, 1.0, 0.01);
    }
}

#[test]
fn without_hazard_nothing_changes() {
    let shape = Shape::Flat(0.04);
    let pricing = Pricing { shape: &shape, spread: 0.0 };
    let flows = [Flow { years: 1.0, amount: 5.0 }, Flow { years: 2.5, amount: 105.0 }];

    let found = perils((0.0, 0.4), (0.0, 0.0)).measures(&pricing, &flows, 100.0).expect("measures");

    close(found.rates.price, pricing.value(&flows), 1e-12);
    close(found.survival, 1.0, 0.0);
}

#[test]
fn hazards_come_back_from_survival() {
    let points = [(0.5, 0.99), (2.0, 0.93), (5.0, 0.93)];
    let hazard = Hazard::from_survival(&points).expect("a hazard");

    for (years, survival) in points {
        close(hazard.survival(years), survival, 1e-15);
    }
    close(hazard.survival(9.0), 0.93, 1e-15);
    assert!(Hazard::from_survival(&[(1.0, 0.9), (2.0, 0.95)]).is_err(), "the dead do not rise");
    assert!(Hazard::from_survival(&[(1.0, 0.0)]).is_err());
    assert!(Hazard::flat(-0.1).is_err() && Hazard::flat(f64::NAN).is_err() && Hazard::piecewise(vec![]).is_err());
    assert!(Peril::new(Hazard::flat(0.1).expect("a hazard"), 1.1).is_err());
    assert!(Cds::standard(day("2024-03-21"), day("2024-03-20"), 1e6, 0.01, 0.4).is_err());
}

#[test]
fn a_floating_note_answers_to_its_margin_and_hardly_to_rates() {
    let shape = Shape::Flat(0.04);
    let forward = ((0.04_f64 * 0.25).exp() - 1.0) / 0.25;
    let note = FloatingNote {
        set_rate: forward + 0.006,
        accrued_years: 0.0,
        ends_years: (1..=20).map(|quarter| f64::from(quarter) / 4.0).collect(),
        margin: 0.006,
    };

    close(note.discount_margin(&shape, 100.0).expect("a margin"), 0.006, 1e-13);
    close(note.price(&shape, 0.006), 100.0, 1e-11);
    let moved = |shape: &Shape, by: f64| Shape::Flat(shape.zero(1.0) + by);
    let (rates, margin) =
        (note.by_rates(&shape, 0.006, moved).expect("finite"), note.by_margin(&shape, 0.006).expect("finite"));
    close(rates.duration_years, 0.25, 0.01);
    assert!(margin.duration_years > 4.0 && margin.duration_years < 5.0, "{margin:?}");
    assert!(note.discount_margin(&shape, 95.0).expect("a margin") > 0.015);
    assert!(note.discount_margin(&shape, 0.0).is_err());
}
