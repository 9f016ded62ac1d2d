//! Bonds against the values that QuantLib's tests hold (many of them verified with Bloomberg there), and closed forms.

use keeper_risk::{
    bond::{Bond, Compounding, ExCoupon, Terms, measure, price, yield_of},
    calendar::{Adjustment, Calendar, Date},
    curve::{Curve, Shape},
    day_count::DayCount,
    flow::{Flow, effective},
    schedule::{self, Roll},
};

const SEMIANNUAL: Compounding = Compounding::Periodic(2);

pub fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

pub fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} within {tolerance}");
}

/// A semiannual bond paid on the very days.
pub fn plain(start: &str, maturity: &str, rate: f64, day_count: DayCount) -> Terms {
    Terms {
        schedule: schedule::Terms::plain(day(start), day(maturity), 6),
        rates: vec![rate],
        day_count,
        calendar: Calendar::EveryDay,
        adjustment: Adjustment::Unadjusted,
        ex_coupon: ExCoupon::Never,
    }
}

/// 2004-11-30 to 2008-11-30 in half-years, paid on days of the Treasury market.
pub fn stepped(rates: &[f64]) -> Terms {
    Terms {
        rates: rates.to_vec(),
        calendar: Calendar::UnitedStates,
        adjustment: Adjustment::ModifiedFollowing,
        ..plain("2004-11-30", "2008-11-30", 0.0, DayCount::ActualActualIsma)
    }
}

fn gilt() -> Bond {
    let plain = plain("1996-02-29", "2021-06-07", 0.08, DayCount::ActualActualIsma);
    let schedule = schedule::Terms { roll: Roll::Forward, first: Some(day("1996-06-07")), ..plain.schedule };
    let ex_coupon = ExCoupon::BusinessDays(Calendar::England, 6);
    Bond::fixed(&Terms { schedule, ex_coupon, ..plain }).expect("a bond")
}

#[test]
fn the_gilt_goes_ex_coupon_as_on_bloomberg() {
    let gilt = gilt();
    for (settlement, accrued, dirty, rate, duration, convexity) in [
        ("2013-05-29", 3.8021978, 106.8021978, 0.07495180593, 5.676044458, 42.15314859),
        ("2013-05-30", -0.1758242, 102.8241758, 0.07496183543, 5.892816328, 43.75621862),
        ("2013-05-31", -0.1538462, 102.8461538, 0.07495987492, 5.890186028, 43.72394381),
    ] {
        let settlement = day(settlement);
        close(gilt.accrued(settlement), accrued, 5e-8);
        let clean = 103.0;
        let flows = gilt.yield_flows(settlement);
        close(clean + gilt.accrued(settlement), dirty, 5e-8);
        let found = yield_of(&flows, clean + gilt.accrued(settlement), SEMIANNUAL).expect("a yield");
        close(found, rate, 1e-10);
        let measures = measure(&flows, found, SEMIANNUAL).expect("measures");
        close(measures.response.duration_years, duration, 5e-9);
        close(measures.response.convexity, convexity, 5e-8);
        close(price(&flows, found, SEMIANNUAL) - gilt.accrued(settlement), clean, 1e-12);
    }
}

/// The first row from scratch: seventeen half-yearly flows, the first in 9/182 of a period.
#[test]
fn the_gilt_agrees_with_its_closed_form() {
    let gilt = gilt();
    let settlement = day("2013-05-29");
    let dirty = 103.0 + 4.0 * 173.0 / 182.0;
    let rate = yield_of(&gilt.yield_flows(settlement), dirty, SEMIANNUAL).expect("a yield");

    let growth: f64 = 1.0 + rate / 2.0;
    let (mut sums, head) = ([0.0; 3], 9.0 / 182.0);
    for period in 0..17 {
        let years = (head + f64::from(period)) / 2.0;
        let flow = if period == 16 { 104.0 } else { 4.0 };
        let value = flow * growth.powf(-2.0 * years);
        sums = [
            sums[0] + value,
            sums[1] + years * value / growth,
            sums[2] + years * (years + 0.5) * value / growth.powi(2),
        ];
    }
    close(sums[0], dirty, 1e-9);
    let found = measure(&gilt.yield_flows(settlement), rate, SEMIANNUAL).expect("measures");
    close(found.response.duration_years, sums[1] / sums[0], 1e-11);
    close(found.response.convexity, sums[2] / sums[0], 1e-9);
    close(found.macaulay_years, found.response.duration_years * growth, 1e-12);
    close(100.0 * found.basis_point_value(), 6.06214023, 5e-7);
}

#[test]
fn the_australian_bond_goes_ex_coupon_by_calendar_days() {
    let plain = plain("2004-02-15", "2017-02-15", 0.06, DayCount::ActualActualIsma);
    let schedule = schedule::Terms { roll: Roll::Forward, ..plain.schedule };
    let bond = Bond::fixed(&Terms { schedule, ex_coupon: ExCoupon::Days(7), ..plain }).expect("a bond");
    for (settlement, accrued, rate, duration, convexity, pv01) in [
        ("2014-08-07", 2.867, 0.04723814867, 2.262763296, 6.54870275, 0.02395519619),
        ("2014-08-08", -0.116, 0.0472354833, 2.325360055, 6.725307785, 0.02392423439),
        ("2014-08-11", -0.066, 0.04719277687, 2.317320093, 6.684074058, 0.02385310264),
    ] {
        let settlement = day(settlement);
        // The market rounds what has accrued to three decimals.
        let rounded = (bond.accrued(settlement) * 1e3).round() / 1e3;
        close(rounded, accrued, 1e-12);
        let found = yield_of(&bond.yield_flows(settlement), 103.0 + rounded, SEMIANNUAL).expect("a yield");
        close(found, rate, 1e-10);
        let measures = measure(&bond.yield_flows(settlement), found, SEMIANNUAL).expect("measures");
        close(measures.response.duration_years, duration, 1e-9);
        close(measures.response.convexity, convexity, 5e-8);
        close(measures.basis_point_value(), pv01, 5e-8);
    }
}

#[test]
fn the_agency_bond_settles_on_a_thirty_first() {
    let plain = plain("2014-02-13", "2018-08-13", 0.015, DayCount::Thirty360UnitedStates);
    let schedule = schedule::Terms { roll: Roll::Forward, ..plain.schedule };
    let bond = Bond::fixed(&Terms { schedule, ..plain }).expect("a bond");
    let settlement = day("2017-07-31");

    close(bond.accrued(settlement), 0.7, 1e-12);
    let flows = bond.yield_flows(settlement);
    let rate = yield_of(&flows, 100.7, SEMIANNUAL).expect("a yield");
    close(rate, 0.015, 1e-4);
    let measures = measure(&flows, rate, SEMIANNUAL).expect("measures");
    close(measures.macaulay_years, 1.022, 1e-3);
    close(measures.response.convexity / 100.0, 0.015, 1e-3);
}

/// The source adds half the convexity divided by a hundred (its Bloomberg scale) times the square of a basis point to the slope, and
/// moves the price by a hundredth of face where we move it by a cent of a hundred.
#[test]
fn a_basis_point_of_the_treasury_bond_is_worth_what_was_published() {
    let plain = plain("2023-11-15", "2033-08-15", 0.045, DayCount::Thirty360UnitedStates);
    let schedule = schedule::Terms { roll: Roll::Forward, ..plain.schedule };
    let bond = Bond::fixed(&Terms { schedule, ..plain }).expect("a bond");
    let face = 1e6;
    let spot = day("2024-01-30");
    let dirty = 102.890625 + bond.accrued(spot);
    let rate = yield_of(&bond.yield_flows(spot), dirty, SEMIANNUAL).expect("a yield");
    close(rate, 0.041301, 1e-6);

    for (settlement, bpv, yield_value) in
        [("2024-01-30", -795.459834, -0.0012571287), ("2024-02-12", -793.149033, -0.0012607913)]
    {
        let found = measure(&bond.yield_flows(day(settlement)), rate, SEMIANNUAL).expect("measures");
        let value = found.response.price / 100.0 * face;
        let published =
            -found.basis_point_value() / 100.0 * face + 0.5 * found.response.convexity / 100.0 * value * 1e-8;
        close(published, bpv, 1e-6);
        close(-100.0 * found.yield_value_of_a_cent(), yield_value, 1e-10);
    }
}

/// Settlement is on the day of issue, which is later than the day after the evaluation.
#[test]
fn stepped_coupons_and_a_stub_cost_what_was_published() {
    let curve = Curve { reference: day("2004-11-22"), day_count: DayCount::Actual360, shape: Shape::Flat(0.03) };
    let settlement = day("2004-11-30");
    let rates = [0.02875, 0.03, 0.03125, 0.0325];
    let stub = stepped(&rates);
    let schedule =
        schedule::Terms { maturity: day("2009-03-30"), penultimate: Some(day("2008-11-30")), ..stub.schedule };

    for (terms, expected) in
        [(stepped(&rates[..1]), 99.298100), (stepped(&rates), 100.334149), (Terms { schedule, ..stub }, 100.382794)]
    {
        let bond = Bond::fixed(&terms).expect("a bond");
        close(curve.clean_price(&bond, settlement), expected, 1e-6);
    }
}

#[test]
fn bonds_without_coupons_cost_what_was_published() {
    let curve = Curve { reference: day("2004-11-22"), day_count: DayCount::Actual360, shape: Shape::Flat(0.03) };
    for (maturity, expected) in [("2008-11-30", 88.551726), ("2007-11-30", 91.278949), ("2006-11-30", 94.098006)] {
        let paid = Calendar::UnitedStates.adjust(day(maturity), Adjustment::ModifiedFollowing);
        let bond = Bond::zero(day("2004-11-30"), paid, DayCount::Actual360).expect("a bond");
        close(curve.clean_price(&bond, day("2004-11-30")), expected, 1e-6);
    }
}

/// A fault of others: basis points converted twice.
#[test]
fn a_year_at_five_percent_has_a_modified_duration_below_one() {
    let bond = Bond::zero(day("2025-01-01"), day("2026-01-01"), DayCount::Actual365Fixed).expect("a bond");
    let flows = bond.yield_flows(day("2025-01-01"));
    for compounding in [Compounding::Periodic(1), Compounding::Simple] {
        let found = measure(&flows, 0.05, compounding).expect("measures");
        close(found.response.duration_years, 0.9523809524, 5e-11);
        close(found.macaulay_years, 1.0, 1e-15);
        let now = price(&flows, 0.05, compounding);
        let forward = (now - price(&flows, 0.0501, compounding)) / (now * 1e-4);
        close(forward, 0.95229025807, 5e-12);
    }
}

#[test]
fn the_corporate_bond_has_the_published_convexity() {
    let bond =
        Bond::fixed(&plain("2013-05-04", "2043-05-04", 0.0385, DayCount::Thirty360UnitedStates)).expect("a bond");
    let found = measure(&bond.yield_flows(day("2014-03-05")), 0.04653674794785435, SEMIANNUAL).expect("measures");

    close(found.response.convexity / 100.0, 3.803, 1e-4);
}

/// As in the source: lengths, coupons and yields crossed, both compoundings.
#[test]
fn yields_come_back_from_prices() {
    for years in [3, 5, 10, 15, 20] {
        for coupon in [0.02, 0.05, 0.08] {
            for rate in [-0.01, 0.0, 0.03, 0.05, 0.07, 0.9] {
                let maturity = day("2020-02-29").plus_months(12 * years).to_string();
                let bond =
                    Bond::fixed(&plain("2020-02-29", &maturity, coupon, DayCount::Thirty360BondBasis)).expect("a bond");
                let flows = bond.yield_flows(day("2020-04-17"));
                for compounding in [Compounding::Simple, SEMIANNUAL, Compounding::Periodic(1), Compounding::Continuous]
                {
                    let found = yield_of(&flows, price(&flows, rate, compounding), compounding).expect("a yield");
                    close(found, rate, 1e-12);
                }
            }
        }
    }
}

#[test]
fn pricing_again_gives_the_same_duration_and_convexity() {
    let bond = Bond::fixed(&plain("2020-02-15", "2030-02-15", 0.04, DayCount::Thirty360BondBasis)).expect("a bond");
    let flows = bond.yield_flows(day("2020-04-17"));
    for compounding in [Compounding::Simple, SEMIANNUAL, Compounding::Continuous] {
        let exact = measure(&flows, 0.05, compounding).expect("measures").response;
        let again = effective(|shift| price(&flows, 0.05 + shift, compounding), 1e-4).expect("finite");
        close(again.duration_years, exact.duration_years, 1e-5);
        close(again.convexity, exact.convexity, 1e-4);
        let moved = price(&flows, 0.051, compounding) - exact.price;
        close(exact.change(0.001), moved, 5e-5);
    }
}

#[test]
fn rates_convert_between_compoundings() {
    for compounding in [Compounding::Simple, SEMIANNUAL, Compounding::Continuous] {
        let rate = compounding.from_continuous(0.04, 2.5);
        close(compounding.to_continuous(rate, 2.5), 0.04, 1e-15);
        close(price(&[Flow { years: 2.5, amount: 1.0 }], rate, compounding), (-0.1_f64).exp(), 1e-15);
    }
}

#[test]
fn what_has_no_yield_is_refused() {
    let flows = [Flow { years: 1.0, amount: 100.0 }];

    assert!(yield_of(&[], 100.0, SEMIANNUAL).is_err());
    assert!(yield_of(&flows, 0.0, SEMIANNUAL).is_err());
    assert!(yield_of(&flows, f64::NAN, SEMIANNUAL).is_err());
    assert!(yield_of(&[Flow { years: 0.0, amount: 100.0 }], 100.0, SEMIANNUAL).is_err());
    assert_eq!(
        yield_of(&flows, -5.0, SEMIANNUAL).expect_err("below zero").to_string(),
        "the dirty price is -5, which is not above zero"
    );
}
