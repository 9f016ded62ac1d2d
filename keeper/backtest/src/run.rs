//! The walk: each day accrues, arrives, executes what was decided the day before, and decides.
//!
//! A day's state stands for its end. Decided at the end of day t from observations up to t, carried out at the end of day
//! t + 1 at that day's pools, earning from there on; interest of a day is at the rate of its beginning, our own money
//! included in the pool. Other people's money does not answer to ours.

use crate::account::{Account, Flow, Order};
use crate::day::Day;
use crate::market::{Market, Past};
use crate::strategy::Strategy;

/// A strategy's whole walk, a value and a flow a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// The strategy's name.
    pub name: &'static str,
    /// All money at each day's end, in dollars.
    pub values_usd: Vec<f64>,
    /// What each day brought and cost; nothing on the first.
    pub flows: Vec<Flow>,
    /// What was decided at each day's end.
    pub decisions: Vec<Vec<Order>>,
    /// Days without a decision that can be verified, and why: nothing was moved then, as nothing is sent live.
    pub undecided: Vec<(Day, String)>,
    /// What each venue held at the last day's end, idle and what is on its way last.
    pub holdings_usd: Vec<f64>,
}

/// Walks a strategy through the market.
pub fn walk(market: &Market, strategy: &mut dyn Strategy, capital_usd: f64) -> Walk {
    let days = market.days();
    let venues = market.venues().len();
    let mut account = Account::new(capital_usd, venues);
    let mut pending: Vec<Order> = Vec::new();
    let (mut values_usd, mut flows, mut decisions) = (Vec::new(), Vec::new(), Vec::new());
    let mut undecided = Vec::new();
    for today in 0..days {
        let past = market.past(today);
        let mut flow = Flow::default();
        if today > 0 {
            account.accrue(&market.past(today - 1), &mut flow);
            account.arrive(today);
            account.execute(&with_closed(&pending, &account, &past), &past, &mut flow);
        }
        values_usd.push(account.value_usd());
        flows.push(flow);
        pending = strategy.decide(&past, &account).unwrap_or_else(|error| {
            undecided.push((past.day(), error.to_string()));
            Vec::new()
        });
        decisions.push(pending.clone());
    }
    let mut holdings_usd: Vec<f64> = (0..venues).map(|venue| account.held_usd(venue)).collect();
    holdings_usd.extend([account.idle_usd(), account.travelling_usd()]);
    Walk { name: strategy.name(), values_usd, flows, decisions, undecided, holdings_usd }
}

/// The orders, and for every strategy alike: all money out of venues whose history has ended, and none in.
fn with_closed(orders: &[Order], account: &Account, past: &Past<'_>) -> Vec<Order> {
    let venue_of = |order: &Order| match *order {
        Order::In { venue, .. } | Order::Out { venue, .. } | Order::OutAll { venue } => venue,
    };
    let is_open = |venue: usize| past.state(venue).is_some();
    let mut all: Vec<_> = orders.iter().filter(|order| is_open(venue_of(order))).copied().collect();
    let venues = 0..past.venues().len();
    all.extend(
        venues.filter(|venue| !is_open(*venue) && account.held_usd(*venue) > 0.0).map(|venue| Order::OutAll { venue }),
    );
    all
}
