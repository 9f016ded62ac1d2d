//! The ledger under random operations, against a model that sums position by position.

use proptest::prelude::*;
use tenor_book::{Ledger, MAX_ASSETS, Mark, Overflow, timestamp};

const WAD: u128 = 1_000_000_000_000_000_000;
const YEAR: u128 = 31_536_000;
const RATE_WAD: u64 = 200_000_000_000_000_000;

#[derive(Clone, Debug)]
enum Step {
    Pass(u32),
    Mark(usize, u32),
    Invest(usize, u32, u32),
    Divest(usize, u32, u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..5_000_000_u32).prop_map(Step::Pass),
        (0..3_usize, any::<u32>()).prop_map(|(position, real)| Step::Mark(position, real)),
        (0..3_usize, any::<u32>(), any::<u32>()).prop_map(|(position, put, real)| Step::Invest(position, put, real)),
        (0..3_usize, any::<u32>(), any::<u32>()).prop_map(|(position, paid, real)| Step::Divest(position, paid, real)),
    ]
}

/// What a position may have gained since its mark, times the divisor: no rounding.
fn gain(mark: &Mark, now_secs: u32) -> u128 {
    mark.value_assets * u128::from(now_secs - mark.at_secs)
}

proptest! {
    #[test]
    fn totals_are_the_sums_and_legs_never_raise_the_value(steps in prop::collection::vec(step(), 1..60)) {
        let idle_assets = u128::from(u32::MAX) * 4;
        let mut ledger = Ledger { idle_assets, max_rate_wad: RATE_WAD, now_secs: 1000, ..Ledger::default() };
        let mut marks = [Mark::default(); 3];

        for step in steps {
            let (before, was) = (ledger, marks);
            match step {
                Step::Pass(secs) => ledger.now_secs += secs,
                Step::Mark(position, real) => {
                    let mark = &mut marks[position];
                    ledger.mark(mark, real.into()).expect("fits");
                    let (old, new, real) = (was[position], *mark, u128::from(real));
                    let allowed = gain(&old, ledger.now_secs) * u128::from(RATE_WAD) / (WAD * YEAR);
                    prop_assert_eq!(new.value_assets, real.min(old.value_assets + allowed));
                    prop_assert!(new.at_secs == ledger.now_secs || new == old);
                }
                Step::Invest(position, put, real) => {
                    let put = u128::from(put).min(ledger.idle_assets);
                    ledger.invest(&mut marks[position], put, real.into()).expect("covered");
                    prop_assert_eq!(ledger.idle_assets, before.idle_assets - put);
                    let most = was[position].value_assets + put;
                    prop_assert_eq!(marks[position].value_assets, most.min(real.into()));
                    prop_assert_eq!(marks[position].at_secs, ledger.now_secs);
                }
                Step::Divest(position, paid, real) => {
                    ledger.divest(&mut marks[position], paid.into(), real.into()).expect("fits");
                    let counted = was[position].value_assets.min(paid.into());
                    prop_assert_eq!(ledger.idle_assets, before.idle_assets + counted);
                    prop_assert!(marks[position].value_assets <= was[position].value_assets - counted);
                    prop_assert_eq!(marks[position].at_secs, was[position].at_secs);
                }
            }
            if !matches!(step, Step::Mark(..)) {
                prop_assert!(ledger.nav_assets() <= before.nav_assets());
            }

            let marked: u128 = marks.iter().map(|mark| mark.value_assets).sum();
            prop_assert_eq!(ledger.marked_assets, marked);
            let value_time: u128 = marks.iter().map(|mark| mark.value_assets * u128::from(mark.at_secs)).sum();
            prop_assert_eq!(ledger.value_time, value_time);
            let value_secs: u128 = marks.iter().map(|mark| gain(mark, ledger.now_secs)).sum();
            let entry = ledger.nav_assets() + (value_secs * u128::from(RATE_WAD)).div_ceil(WAD * YEAR);
            prop_assert_eq!(ledger.nav_entry_assets(), entry);
        }
    }

    #[test]
    fn no_mark_raises_the_value_above_what_entry_paid(value in any::<u64>(), secs in any::<u32>(), real in any::<u64>()) {
        let mut mark = Mark::default();
        let mut ledger = Ledger { idle_assets: value.into(), max_rate_wad: RATE_WAD, ..Ledger::default() };
        ledger.invest(&mut mark, value.into(), value.into()).expect("covered");
        ledger.now_secs = secs;
        let entry = ledger.nav_entry_assets();

        ledger.mark(&mut mark, real.into()).expect("fits");

        prop_assert!(ledger.nav_assets() <= entry);
        prop_assert!(ledger.nav_entry_assets() <= entry);
    }
}

#[test]
fn the_largest_amounts_fit_and_one_more_does_not() {
    let mut mark = Mark::default();
    let mut ledger =
        Ledger { idle_assets: MAX_ASSETS, max_rate_wad: u64::MAX, now_secs: u32::MAX, ..Ledger::default() };

    assert_eq!(ledger.invest(&mut mark, MAX_ASSETS, MAX_ASSETS), Ok(()));
    assert_eq!(ledger.nav_assets(), MAX_ASSETS);
    assert_eq!(ledger.mark(&mut mark, MAX_ASSETS), Ok(()));
    assert_eq!(ledger.divest(&mut mark, MAX_ASSETS, 0), Ok(()));
    assert_eq!((ledger.idle_assets, ledger.marked_assets, ledger.value_time), (MAX_ASSETS, 0, 0));
    assert_eq!(ledger.invest(&mut mark, MAX_ASSETS + 1, 0), Err(Overflow));
}

#[test]
fn more_than_idle_cannot_be_invested() {
    let mut ledger = Ledger { idle_assets: 5, ..Ledger::default() };

    assert_eq!(ledger.invest(&mut Mark::default(), 6, 6), Err(Overflow));
}

#[test]
fn book_time_counts_from_its_epoch_and_is_clamped() {
    assert_eq!((timestamp(0), timestamp(1_700_000_000), timestamp(1_700_000_005)), (0, 0, 5));
    assert_eq!(timestamp(u64::MAX), u32::MAX);
    assert_eq!(Mark { at_secs: 5, ..Mark::default() }.unix_secs(), 1_700_000_005);
}
