//! The real histories, where they are: `../shared/data` beside the checkout; skipped with a word where they are absent.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use keeper_backtest::market::Market;
use keeper_backtest::{Day, Question, Settings, Venue, compare, universe};

use crate::causality::sees_no_future;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// The real venues, or nothing.
fn venues() -> Option<Vec<Venue>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !folder.is_dir() {
        eprintln!("skipped: the real histories are not at {}", folder.display());
        return None;
    }
    let open = |name: &str| {
        let names = [format!("{name}.csv.gz"), format!("{name}.csv")];
        names.into_iter().find_map(|file| {
            let input = File::open(folder.join(&file)).ok()?;
            Some((file, Box::new(input) as Box<dyn Read>))
        })
    };
    Some(universe::venues(open).expect("the histories are as documented"))
}

#[test]
fn real_histories_show_curves_that_pay_what_was_paid() {
    let Some(venues) = venues() else { return };
    let market = Market::new(venues, day("2020-05-04"), day("2026-02-28")).expect("a market");

    let past = market.past(market.days() - 30);
    let open = (0..market.venues().len()).filter(|venue| past.state(*venue).is_some());
    assert_eq!(open.count(), 6, "on {}", past.day());
    for venue in 0..market.venues().len() {
        for today in 0..market.days() {
            let past = market.past(today);
            let Some(state) = past.state(venue) else { continue };
            let (all, more) = (past.quoted(venue), state.supply_rate(1e6));
            assert!(
                (0.0..1.0).contains(&all) && more <= all + 1e-12,
                "{} on {}",
                market.venues()[venue].name,
                past.day()
            );
        }
    }
}

#[test]
fn truncating_real_histories_changes_no_past_decision() {
    let Some(venues) = venues() else { return };
    sees_no_future(&venues, day("2025-07-22"), 120, &[3, 40, 41, 77], 1e7);
}

#[test]
fn the_keeper_beats_every_rule_on_all_days_and_on_the_second_part() {
    let Some(venues) = venues() else { return };
    let (first, last) = (day("2025-07-22"), day("2026-02-28"));
    let market = Market::new(venues, first, last).expect("a market");
    let split = day("2025-11-10").since(first);
    for capital_usd in [1e6, 1e7, 1e8] {
        let question = Question { capital_usd, settings: Settings::default(), split, seed: 1 };

        let compared = compare(&market, &question);

        let [ours, rules @ ..] = &compared.lines[..] else { panic!("four strategies") };
        for (rule, walk) in rules.iter().zip(&compared.walks[1..]) {
            let (found, beaten) = ([&ours.whole, &ours.second_part], [&rule.whole, &rule.second_part]);
            for (ours, rule) in found.into_iter().zip(beaten) {
                let earned = (ours.net_apr * 100.0, rule.net_apr * 100.0);
                assert!(earned.0 > earned.1, "{} with {capital_usd:e} dollars: {earned:?} %", walk.name);
            }
        }
    }
}
