//! Reports of holdings, and their totals.

use keeper_risk::{
    credit::{Hazard, Peril, Perils},
    curve::{Pricing, Shape, Svensson},
    flow::{Flow, effective},
    lending::{LendingMeasures, State},
    report::{Fixed, Floating, Market, Report, Totals},
};

use crate::bonds::close;

const KEYS: [f64; 5] = [0.25, 1.0, 2.0, 5.0, 10.0];

fn shape() -> Shape {
    Shape::Svensson(Svensson { betas: [0.042, -0.012, -0.03, 0.04], taus: [1.7, 9.0] })
}

fn perils(issuer: f64, contract: f64) -> Perils {
    let peril = |rate, recovery| Peril::new(Hazard::flat(rate).expect("a hazard"), recovery).expect("a peril");
    Perils { issuer: peril(issuer, 0.4), contract: peril(contract, 0.1) }
}

fn market(curve: &Shape) -> Market<'_> {
    Market { curve, keys: &KEYS, horizon_years: 0.25 }
}

fn bond() -> Vec<Flow> {
    (1..=6).map(|half| Flow { years: f64::from(half) / 2.0, amount: if half == 6 { 103.0 } else { 3.0 } }).collect()
}

fn fixed(flows: &[Flow], price: f64, perils: &Perils) -> Report {
    Report::fixed(&market(&shape()), &Fixed { name: "bond", flows, claim: 100.0, price, perils }).expect("a report")
}

#[test]
fn a_bond_is_measured_at_the_price_the_market_pays() {
    let (flows, shape) = (bond(), shape());
    let found = fixed(&flows, 99.0, &perils(0.01, 0.005));

    let priced = |spread: f64| Pricing { shape: &shape, spread }.value(&flows);
    close(priced(found.spread), 99.0, 1e-11);
    let again = effective(|shift| priced(found.spread + shift), 1e-4).expect("finite");
    close(found.effective_years, again.duration_years, 1e-6);
    close(found.dv01, again.duration_years * 99.0 * 1e-4, 1e-8);
    close(found.key_rates_years.iter().sum(), found.effective_years, 1e-12);
    let yearly: f64 = flows.iter().map(|flow| flow.amount * (1.0 + found.yield_rate).powf(-flow.years)).sum();
    close(yearly, 99.0, 1e-11);
    let (macaulay, modified) = (found.macaulay_years.expect("fixed"), found.modified_years.expect("fixed"));
    close(macaulay / (1.0 + found.yield_rate), modified, 1e-12);
    // Carry and roll-down are what is gained if the curve stays.
    let kept = |flow: &Flow| {
        let years = (flow.years - 0.25).max(0.0);
        flow.amount * Pricing { shape: &shape, spread: found.spread }.discount(years)
    };
    close(found.carry + found.roll_down, flows.iter().map(kept).sum::<f64>() - 99.0, 1e-10);
}

#[test]
fn hazards_lower_the_price_and_explain_part_of_the_spread() {
    let flows = bond();
    let (safe, risky) = (fixed(&flows, 99.0, &perils(0.0, 0.0)), fixed(&flows, 99.0, &perils(0.01, 0.005)));

    close(safe.hazard_adjusted.spread, safe.spread, 1e-12);
    assert_eq!(safe.spread, risky.spread);
    let (before, after) = (&safe.hazard_adjusted, &risky.hazard_adjusted);
    assert!(after.price < before.price && after.spread < before.spread);
    close(before.spread - after.spread, 0.01 * 0.6 + 0.005 * 0.9, 5e-4);
    close(after.expected_loss_rate, 0.01 * 0.6 + 0.005 * 0.9, 1e-15);
    close(after.yield_rate, risky.yield_rate - after.expected_loss_rate, 1e-15);
    close(after.survival, (-0.015_f64 * 3.0).exp(), 1e-14);
    // A basis point more of a hazard, priced again.
    let dearer = fixed(&flows, 99.0, &perils(0.0101, 0.005)).hazard_adjusted.price;
    close(after.price - dearer, after.issuer_01, 1e-5);
    let dearer = fixed(&flows, 99.0, &perils(0.01, 0.0051)).hazard_adjusted.price;
    close(after.price - dearer, after.contract_01, 1e-5);
}

fn lent() -> LendingMeasures {
    let state =
        State { own_assets: 5e6, supply_rate: 0.05, borrow_rate: Some(0.065), usage: 0.85, available_assets: 1e6 };
    LendingMeasures {
        state,
        rate_by_usage: 0.1,
        usage_elasticity: Some(1.7),
        rate_by_own_size: -0.01,
        pass_through: Some(0.6),
    }
}

#[test]
fn lending_answers_for_as_long_as_it_takes_to_leave() {
    let (shape, measures, perils) = (shape(), lent(), perils(0.0, 0.02));
    let held = Floating { name: "pool", value: 5e6, measures: &measures, years_to_leave: 0.1, perils: &perils };
    let found = Report::floating(&market(&shape), &held).expect("a report");

    close(found.effective_years, 0.04, 1e-15);
    close(found.dv01, 0.04 * 5e6 * 1e-4, 1e-9);
    close(found.cs01, 0.1 * 5e6 * 1e-4, 1e-9);
    close(found.key_rates_years[0], 0.04, 1e-15);
    close(found.spread, 1.05_f64.ln() - shape.zero(0.1), 1e-15);
    close(found.carry, 5e6 * (1.05_f64.powf(0.25) - 1.0), 1e-6);
    let adjusted = &found.hazard_adjusted;
    close(adjusted.yield_rate, 0.05 - 0.02 * 0.9, 1e-15);
    close(adjusted.survival, (-0.002_f64).exp(), 1e-14);
    close(found.spread - adjusted.spread, 0.018, 1e-4);
    // Of what is left at once nothing can be said but the rate.
    let at_once = Report::floating(&market(&shape), &Floating { years_to_leave: 0.0, ..held }).expect("a report");
    assert!(at_once.effective_years.abs() < 1e-4 && at_once.yield_rate == 0.05);
    assert!(Report::floating(&market(&shape), &Floating { value: 0.0, ..held }).is_err());
}

#[test]
fn totals_are_those_of_the_flows_together() {
    let (shape, perils, measures) = (shape(), perils(0.01, 0.005), lent());
    let zero = [Flow { years: 4.0, amount: 100.0 }];
    let priced = |flows: &[Flow]| Pricing { shape: &shape, spread: 0.01 }.value(flows);
    let reports = [fixed(&bond(), priced(&bond()), &perils), fixed(&zero, priced(&zero), &perils)];

    let found = Totals::of(&reports, 50.0);

    let mut all = bond();
    all.extend(zero);
    let together = fixed(&all, priced(&all), &perils);
    close(found.price, together.price + 50.0, 1e-10);
    close(found.dv01, together.dv01, 1e-10);
    close(found.cs01, together.cs01, 1e-10);
    close(found.effective_years * found.price, together.effective_years * together.price, 1e-8);
    close(found.convexity * found.price, together.convexity * together.price, 1e-6);
    for (found, years) in found.key_rates_01.iter().zip(&together.key_rates_years) {
        close(*found, years * together.price * 1e-4, 1e-10);
    }
    close(found.key_rates_01.iter().sum(), found.dv01, 1e-10);
    assert_eq!(Totals::of(&[], 0.0), Totals::default());

    let held = Floating { name: "pool", value: 100.0, measures: &measures, years_to_leave: 0.1, perils: &perils };
    let pool = Report::floating(&market(&shape), &held).expect("a report");
    let with_pool = Totals::of(&[reports[0].clone(), reports[1].clone(), pool.clone()], 50.0);
    close(with_pool.dv01, found.dv01 + pool.dv01, 1e-12);
    close(with_pool.expected_loss, found.expected_loss + 100.0 * pool.hazard_adjusted.expected_loss_rate, 1e-12);
}
