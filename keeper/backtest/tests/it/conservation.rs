//! Every dollar is accounted for.

use keeper_backtest::Market;
use keeper_backtest::account::{Account, Order};
use keeper_backtest::market::Past;
use keeper_backtest::report::figures;
use keeper_backtest::run::{Walk, walk};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::{Scripted, everybody, first, wild};

const CAPITAL: f64 = 5e6;

fn is_conserved(walked: &Walk) {
    let mut value = CAPITAL;
    for (day, (flow, found)) in walked.flows.iter().zip(&walked.values_usd).enumerate() {
        value += flow.net_usd();
        assert!((value - found).abs() <= 1e-9 * CAPITAL, "{} on day {day}: {value} is not {found}", walked.name);
        assert!(flow.gas_usd <= 0.0 && flow.slippage_usd <= 0.0 && flow.loss_usd <= 0.0, "{flow:?}");
    }
    let held: f64 = walked.holdings_usd.iter().sum();
    assert!((held - value).abs() <= 1e-9 * CAPITAL && walked.holdings_usd.iter().all(|usd| *usd >= 0.0));
    let figures = figures(walked, &(0..walked.values_usd.len()), 30.0, 1);
    assert!((figures.attribution.sum() - figures.net_apr).abs() < 1e-9, "{figures:?}");
}

#[test]
fn every_strategy_conserves_money() {
    let market = Market::new(wild(150, 11), first(), first().after(149)).expect("a market");
    for mut strategy in everybody() {
        is_conserved(&walk(&market, strategy.as_mut(), CAPITAL));
    }
}

fn order() -> impl Strategy<Value = Order> {
    let usd = prop_oneof![Just(0.0), 0.0..1.0, 0.0..1e4, 0.0..2e7];
    (0..6_usize, usd, 0..3).prop_map(|(venue, usd, way)| match way {
        0 => Order::In { venue, usd },
        1 => Order::Out { venue, usd },
        _ => Order::OutAll { venue },
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_orders_conserve_money(
        seed in 0..50_u64,
        days in proptest::collection::vec(proptest::collection::vec(order(), 0..8), 30),
    ) {
        let market = Market::new(wild(30, seed), first(), first().after(29)).expect("a market");
        is_conserved(&walk(&market, &mut Scripted(days), CAPITAL));
    }
}

/// Decides nothing, as the keeper where its answer does not pass its checks.
struct Undecided;

impl keeper_backtest::strategy::Strategy for Undecided {
    fn name(&self) -> &'static str {
        "undecided"
    }

    fn decide(&mut self, past: &Past<'_>, _: &Account) -> Result<Vec<Order>, engine::Error> {
        match past.today() {
            0 => Ok(vec![Order::In { venue: 0, usd: CAPITAL }]),
            today if today % 2 == 0 => Ok(Vec::new()),
            _ => Err(optimizer::Error::Unverified { residual: 1.0, bound: 1e-9 }.into()),
        }
    }
}

#[test]
fn a_day_without_a_verified_decision_moves_nothing_and_is_told() {
    let market = Market::new(wild(20, 2), first(), first().after(19)).expect("a market");

    let walked = walk(&market, &mut Undecided, CAPITAL);

    assert_eq!(walked.undecided.len(), 10);
    let (day, why) = &walked.undecided[0];
    assert!(*day == first().after(1) && why.contains("optimality conditions are off by 1e0"), "{why}");
    assert_eq!(figures(&walked, &(0..20), 30.0, 1).undecided_days, 10);
    is_conserved(&walked);
}
