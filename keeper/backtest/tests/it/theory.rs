//! Cases in which theory says who must win.

use keeper_backtest::reader::Quote;
use keeper_backtest::run::{Walk, walk};
use keeper_backtest::strategy::{Ours, Strategy};
use keeper_backtest::{Market, Settings, Terms, Venue};

use crate::world::{always, everybody, first, venue};

fn last(walk: &Walk) -> f64 {
    *walk.values_usd.last().expect("there are days")
}

fn walks(venues: Vec<Venue>, days: usize, capital_usd: f64) -> [Walk; 4] {
    let market = Market::new(venues, first(), first().after(days - 1)).expect("a market");
    everybody().map(|mut strategy| walk(&market, strategy.as_mut(), capital_usd))
}

#[test]
fn money_as_large_as_the_pools_is_spread_where_it_earns_most() {
    // Two equal pools that earn 4 %, and one rate of 2.5 %, without costs: the best portfolio holds pools and rate.
    let pool = Quote::Amounts { supply_rate: 0.04, usage: 0.8, debt_usd: 8e6 };
    let set = Quote::Set { supply_rate: 0.025 };
    let venues = || {
        let of = |name: &str, quote| venue(name, 0.0, Terms::default(), always(60, quote));
        vec![of("a", pool), of("b", pool), of("set", set)]
    };

    let [ours, best, equal, highest] = walks(venues(), 60, 1e7);

    for rule in [&best, &equal, &highest] {
        assert!(last(&ours) > last(rule) + 1_000.0, "{} beats us: {} over {}", rule.name, last(rule), last(&ours));
    }
    // In closed form: 0.0625 * D^2 * (S - x) / (S + x)^3 = 0.025 at the optimum (D = 8 million, S = 10 million).
    let marginal = |x: f64| 0.0625 * 64e12 * (10e6 - x) / (10e6 + x).powi(3);
    for held in &ours.holdings_usd[..2] {
        assert!((marginal(*held) - 0.025).abs() < 1e-4, "{held} has a marginal of {}", marginal(*held));
    }
}

#[test]
fn a_difference_that_does_not_pay_the_way_is_not_chased() {
    // Two rates that pass each other every day by a tenth of a percent a year; a movement costs two thousandths.
    let terms = Terms { entry_bps: 10.0, exit_bps: 10.0, gas_usd: 1.0, ..Terms::default() };
    let rate = |day: usize, phase: usize| Quote::Set {
        supply_rate: if (day + phase).is_multiple_of(2) { 0.041 } else { 0.040 },
    };
    let days = |phase| (0..120).map(|day| (day, rate(day, phase))).collect();
    let venues = vec![venue("a", 0.0, terms, days(0)), venue("b", 0.0, terms, days(1))];

    let [ours, best, _, highest] = walks(venues, 120, 1e6);

    let moves = |walk: &Walk| walk.flows.iter().map(|flow| flow.movements).sum::<usize>();
    assert_eq!(moves(&ours), 1);
    assert!(moves(&highest) > 200 && last(&ours) > last(&highest) + 10_000.0);
    assert!(last(&ours) >= last(&best) - 1.0);
}

#[test]
fn a_difference_that_lasts_is_worth_the_way() {
    let terms = Terms { entry_bps: 2.0, exit_bps: 2.0, gas_usd: 1.0, ..Terms::default() };
    let days = |before: f64, after: f64| {
        (0..120).map(|day| (day, Quote::Set { supply_rate: if day < 40 { before } else { after } })).collect()
    };
    let venues = vec![venue("a", 0.0, terms, days(0.05, 0.02)), venue("b", 0.0, terms, days(0.04, 0.04))];
    let market = Market::new(venues, first(), first().after(119)).expect("a market");

    let walked = walk(&market, &mut Ours::new(Settings::default()), 1e6);

    assert!(walked.holdings_usd[0] < 1.0 && walked.holdings_usd[1] > 999_000.0, "{:?}", walked.holdings_usd);
    let moves: Vec<usize> = (0..120).filter(|day| walked.flows[*day].movements > 0).collect();
    assert_eq!(moves, [1, 41], "decided on the day that it shows, carried out on the next");
}

#[test]
fn a_venue_may_hold_no_more_than_its_share() {
    let set = |rate| always(30, Quote::Set { supply_rate: rate });
    let venues = vec![venue("a", 0.0, Terms::default(), set(0.05)), venue("b", 0.0, Terms::default(), set(0.04))];
    let market = Market::new(venues, first(), first().after(29)).expect("a market");
    let settings = Settings { most_share: 0.6, ..Settings::default() };
    let mut strategy: Box<dyn Strategy> = Box::new(Ours::new(settings));

    let walked = walk(&market, strategy.as_mut(), 1e6);

    let total: f64 = walked.holdings_usd.iter().sum();
    assert!((walked.holdings_usd[0] / total - 0.6).abs() < 1e-3, "{:?}", walked.holdings_usd);
    assert!((walked.holdings_usd[1] / total - 0.4).abs() < 1e-3, "{:?}", walked.holdings_usd);
}
