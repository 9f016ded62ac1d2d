//! Venues in few words, and histories like real ones.

use std::collections::BTreeMap;

use keeper_backtest::account::{Account, Order};
use keeper_backtest::market::Past;
use keeper_backtest::reader::{History, Quote};
use keeper_backtest::strategy::{BestSingle, EqualWeights, HighestQuoted, Ours, Strategy};
use keeper_backtest::{Day, Settings, Terms, Venue};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The first day of every made history.
pub fn first() -> Day {
    "2024-01-01".parse().expect("a day")
}

/// A venue of this history.
pub fn venue(name: &str, size_usd: f64, terms: Terms, quotes: Vec<(usize, Quote)>) -> Venue {
    let history: History = quotes.into_iter().map(|(day, quote)| (first().after(day), quote)).collect();
    Venue { name: name.to_owned(), optimal: 0.9, size_usd, terms, history }
}

/// The same observation on each of so many days.
pub fn always(days: usize, quote: Quote) -> Vec<(usize, Quote)> {
    (0..days).map(|day| (day, quote)).collect()
}

/// Costs of a venue on another chain.
pub fn away() -> Terms {
    Terms { entry_bps: 1.0, exit_bps: 1.0, gas_usd: 5.0, delay_days: 1, expected_loss: 0.001 }
}

/// Six venues with rates that wander, jump and return, two of them closed for a while; gaps as files have them.
pub fn wild(days: usize, seed: u64) -> Vec<Venue> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut chance = move || random.next_u64() as f64 / u64::MAX as f64;
    let home = Terms { gas_usd: 0.1, expected_loss: 0.001, ..Terms::default() };
    let slow = Terms { delay_days: 2, ..away() };
    let mut venues = Vec::new();
    for (place, terms) in [home, away(), slow, home, away(), slow].into_iter().enumerate() {
        let mut history = BTreeMap::new();
        let (mut usage, mut available, mut rate) = (0.5 + 0.4 * chance(), 3e6 + 5e6 * chance(), 0.03 + 0.03 * chance());
        for day in 0..days {
            usage = (usage + 0.1 * (0.82 - usage) + 0.06 * (chance() - 0.5)).clamp(0.05, 0.99);
            available = (available * (1.0 + 0.3 * (chance() - 0.5))).clamp(3e5, 3e7);
            if chance() < 0.03 {
                rate = 0.02 + 0.05 * chance();
            }
            let is_missing = chance() < 0.03 || place == 1 && day < days / 3 || place == 4 && day > days / 2;
            if is_missing {
                continue;
            }
            let borrow_rate = 0.01 + 0.06 * usage / 0.9 + if usage > 0.9 { 4.0 * (usage - 0.9) } else { 0.0 };
            let quote = match place % 3 {
                0 => Quote::Rates { supply_rate: borrow_rate * usage * 0.9, borrow_rate, reserve_factor: 0.1 },
                1 => Quote::Available { supply_rate: 0.02 + 0.1 * (usage - 0.4).max(0.0), available_usd: available },
                _ => Quote::Set { supply_rate: rate },
            };
            history.insert(first().after(day), quote);
        }
        venues.push(Venue { name: format!("v{place}"), optimal: 0.9, size_usd: 2e7, terms, history });
    }
    venues
}

/// The keeper and the three rules.
pub fn everybody() -> [Box<dyn Strategy>; 4] {
    [
        Box::new(Ours::new(Settings::default())),
        Box::new(BestSingle { trailing_days: 30, most_share: 1.0 }),
        Box::new(EqualWeights::new(30, 1.0)),
        Box::new(HighestQuoted { most_share: 1.0 }),
    ]
}

/// Does what it is told, each day's orders by the day's index.
pub struct Scripted(pub Vec<Vec<Order>>);

impl Strategy for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn decide(&mut self, past: &Past<'_>, _: &Account) -> Result<Vec<Order>, engine::Error> {
        Ok(self.0.get(past.today()).cloned().unwrap_or_default())
    }
}
