//! Days that can be computed by hand.

use keeper_backtest::account::Order;
use keeper_backtest::reader::Quote;
use keeper_backtest::report::figures;
use keeper_backtest::run::walk;
use keeper_backtest::{Market, Terms};

use crate::world::{Scripted, always, first, venue};

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
}

/// 9,000 dollars of others, 7,200 lent out, suppliers paid 4 %: a borrower pays 5 %, which is 0.0625 for each unit of usage.
const POOL: Quote = Quote::Amounts { supply_rate: 0.04, usage: 0.8, debt_usd: 7_200.0 };

#[test]
fn three_days_in_one_pool_are_those_on_paper() {
    let terms = Terms { entry_bps: 10.0, exit_bps: 20.0, gas_usd: 1.0, delay_days: 0, expected_loss: 0.0073 };
    let market =
        Market::new(vec![venue("pool", 0.0, terms, always(4, POOL))], first(), first().after(3)).expect("a market");
    let script = vec![vec![Order::In { venue: 0, usd: 1_000.0 }], vec![], vec![Order::OutAll { venue: 0 }]];

    let walked = walk(&market, &mut Scripted(script), 1_000.0);

    // Day 1: 10 bps and a dollar of gas. Day 2: a day at 0.0625 * (7200 / 9998)^2, less 0.0073 / 365 set aside.
    close(walked.values_usd[0], 1_000.0);
    close(walked.values_usd[1], 998.0);
    let usage = 7_200.0 / 9_998.0;
    let day2 = 998.0 * (1.0 + (0.0625 * usage * usage - 0.0073) / 365.0);
    close(walked.values_usd[2], day2);
    // Day 3: another day, then 20 bps and a dollar of gas on the way out.
    let usage = 7_200.0 / (9_000.0 + day2);
    let day3 = day2 * (1.0 + (0.0625 * usage * usage - 0.0073) / 365.0);
    close(walked.values_usd[3], day3 * 0.998 - 1.0);
    // On paper: 998.0687, 995.1411
    assert_eq!(format!("{:.4} {:.4}", walked.values_usd[2], walked.values_usd[3]), PAPER);

    let found = figures(&walked, &(0..4), 30.0, 1);
    let (gas, slippage) = (2.0, 1.0 + 0.002 * day3);
    close(found.costs, gas + slippage);
    close(found.worst_drawdown, 1.0 - walked.values_usd[3] / 1_000.0);
    let parts = [998.0 / 1_000.0, day2 / 998.0, walked.values_usd[3] / day2].map(|growth| growth - 1.0);
    close(found.net_apr, parts.iter().sum::<f64>() * 365.0 / 3.0);
    // Quotes did not move: all of it is carry at 4 %, less what our own money did to the rate.
    close(found.attribution.carry, (0.04 / 365.0) * 2.0 * 365.0 / 3.0);
    close(found.attribution.rate, 0.0);
}

/// By a pocket calculator, to four digits after the point.
const PAPER: &str = "998.0687 995.1411";

#[test]
fn money_on_its_way_earns_nothing_and_arrives_when_it_should() {
    let slow = Terms { delay_days: 2, ..Terms::default() };
    let rate = Quote::Set { supply_rate: 0.0365 };
    let venues = vec![venue("slow", 0.0, slow, always(9, rate)), venue("far", 0.0, slow, always(9, rate))];
    let market = Market::new(venues, first(), first().after(8)).expect("a market");
    let over = vec![Order::OutAll { venue: 0 }, Order::In { venue: 1, usd: 2_000.0 }];
    let script = vec![vec![Order::In { venue: 0, usd: 1_000.0 }], vec![], vec![], over];

    let walked = walk(&market, &mut Scripted(script), 1_000.0);

    // Sent on day 1, there on day 3, a day's interest on day 4, when it leaves; four days of way, there on day 8.
    for (day, value) in [(1, 1_000.0), (2, 1_000.0), (3, 1_000.0), (4, 1_000.1), (7, 1_000.1), (8, 1_000.1)] {
        close(walked.values_usd[day], value);
    }
    close(walked.holdings_usd[1], 1_000.1);
}

#[test]
fn what_a_pool_has_lent_out_stays() {
    let full = Quote::Amounts { supply_rate: 0.04, usage: 0.8, debt_usd: 7_200.0 };
    let drained = Quote::Amounts { supply_rate: 0.10, usage: 1.0, debt_usd: 9_000.0 };
    let days = vec![(0, full), (1, full), (2, drained), (3, drained)];
    let market =
        Market::new(vec![venue("pool", 0.0, Terms::default(), days)], first(), first().after(3)).expect("a market");
    let script = vec![vec![Order::In { venue: 0, usd: 500.0 }], vec![Order::OutAll { venue: 0 }]];

    let walked = walk(&market, &mut Scripted(script), 500.0);

    // Others' 9,000 are all lent out on day 2: what we brought is all that can leave, less what was earned since.
    let payable = 500.0_f64.min(walked.values_usd[2]);
    assert!(walked.holdings_usd[1] >= payable - 1e-9, "{:?}", walked.holdings_usd);
}
