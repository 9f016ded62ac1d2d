//! Nobody sees the future: what has not happened yet may be left out, or be anything.

use keeper_backtest::reader::Quote;
use keeper_backtest::run::walk;
use keeper_backtest::{Day, Market, Venue};

use crate::world::{everybody, first, wild};

/// Every strategy decides up to each of some days as if later observations were not there.
pub fn sees_no_future(venues: &[Venue], begin: Day, days: usize, cuts: &[usize], capital_usd: f64) {
    let whole = Market::new(venues.to_vec(), begin, begin.after(days - 1)).expect("a market");
    let walks = everybody().map(|mut strategy| walk(&whole, strategy.as_mut(), capital_usd));
    for &cut in cuts {
        let until = begin.after(cut);
        let mut known = venues.to_vec();
        for venue in &mut known {
            venue.history.retain(|day, _| *day <= until);
        }
        let short = Market::new(known, begin, until).expect("a market");
        for (mut strategy, walked) in everybody().into_iter().zip(&walks) {
            let again = walk(&short, strategy.as_mut(), capital_usd);

            assert_eq!(again.decisions, walked.decisions[..=cut], "{} up to day {cut}", walked.name);
            assert_eq!(again.values_usd, walked.values_usd[..=cut], "{} up to day {cut}", walked.name);
        }
    }
}

#[test]
fn truncating_the_future_changes_no_past_decision() {
    sees_no_future(&wild(120, 3), first(), 120, &[1, 2, 17, 45, 60, 93, 118], 8e6);
}

#[test]
fn another_future_changes_no_past_decision() {
    let venues = wild(90, 4);
    let mut other = venues.clone();
    for venue in &mut other {
        for (_, quote) in venue.history.range_mut(first().after(51)..) {
            *quote = Quote::Set { supply_rate: 0.5 };
        }
    }
    let market = |venues| Market::new(venues, first(), first().after(89)).expect("a market");
    let (market, other) = (market(venues), market(other));

    for (mut one, mut two) in everybody().into_iter().zip(everybody()) {
        let walked = walk(&market, one.as_mut(), 8e6);
        let again = walk(&other, two.as_mut(), 8e6);

        assert_eq!(again.decisions[..=50], walked.decisions[..=50], "{}", walked.name);
        // The check can fail: the other future is seen once it is there.
        assert_ne!(again.values_usd, walked.values_usd, "{}", walked.name);
    }
}

#[test]
fn the_same_days_give_the_same_walk() {
    let market = Market::new(wild(60, 5), first(), first().after(59)).expect("a market");

    for (mut one, mut two) in everybody().into_iter().zip(everybody()) {
        assert_eq!(walk(&market, one.as_mut(), 1e6), walk(&market, two.as_mut(), 1e6));
    }
}
