//! The three numbers against every second of a history.

use proptest::{collection::vec, prelude::*};
use tenor_mandate::Least;

const START_SECS: u32 = 1_000;

/// What happens: some seconds pass, then the value changes; a rise is recorded before.
#[derive(Clone, Copy, Debug)]
struct Step {
    secs: u32,
    nav_assets: u128,
}

fn step(epoch_secs: u32) -> impl Strategy<Value = Step> {
    let secs = prop_oneof![Just(0), Just(1), 0..=epoch_secs, Just(epoch_secs), 0..5 * epoch_secs];
    (secs, 0..50_u128).prop_map(|(secs, nav_assets)| Step { secs, nav_assets })
}

/// Every value with the second from which on it stood.
struct History(Vec<(u32, u128)>);

impl History {
    /// The least value that stood at any moment of the last `secs`, both ends included.
    fn least(&self, now_secs: u32, secs: u32) -> u128 {
        let from_secs = now_secs.saturating_sub(secs);
        let ends = self.0.iter().skip(1).map(|(since_secs, _)| *since_secs).chain([now_secs]);
        let stood = self.0.iter().zip(ends).filter(|(_, end_secs)| *end_secs >= from_secs);
        stood.map(|((_, nav), _)| *nav).min().expect("a value stands now")
    }
}

/// Calls `look` with the record, the history and the time after every step.
fn play(epoch_secs: u32, steps: &[Step], mut look: impl FnMut(&Least, &History, u32)) {
    let (mut least, mut nav, mut now_secs) = (Least::default(), 0, START_SECS);
    let mut history = History(vec![(0, 0)]);
    for step in steps {
        now_secs += step.secs;
        look(&least, &history, now_secs);
        if step.nav_assets > nav {
            least = least.recorded(nav, epoch_secs, now_secs);
        }
        nav = step.nav_assets;
        history.0.push((now_secs, nav));
        look(&least, &history, now_secs);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn it_lies_between_the_least_of_one_epoch_and_of_two(
        (epoch_secs, steps) in (1..40_u32).prop_flat_map(|epoch| (Just(epoch), vec(step(epoch), 0..40))),
    ) {
        play(epoch_secs, &steps, |least, history, now_secs| {
            let nav = history.0.last().expect("one stands").1;
            let found = least.assets(nav, epoch_secs, now_secs);
            assert!(found <= history.least(now_secs, epoch_secs), "above the least of the last epoch at {now_secs}");
            assert!(found >= history.least(now_secs, 2 * epoch_secs), "below the least of two epochs at {now_secs}");
        });
    }

    #[test]
    fn recording_more_often_than_needed_changes_nothing_for_later_readers(
        (epoch_secs, steps) in (1..40_u32).prop_flat_map(|epoch| (Just(epoch), vec(step(epoch), 0..40))),
        later_secs in 0..200_u32,
    ) {
        play(epoch_secs, &steps, |least, history, now_secs| {
            let nav = history.0.last().expect("one stands").1;
            let (again, later_secs) = (least.recorded(nav, epoch_secs, now_secs), now_secs + later_secs);
            // The value may have fallen by the time that somebody looks.
            for nav in [nav, nav / 2] {
                assert_eq!(again.assets(nav, epoch_secs, later_secs), least.assets(nav, epoch_secs, later_secs));
            }
        });
    }

    #[test]
    fn another_length_of_the_epoch_makes_no_new_money_count(
        (epoch_secs, new_secs, steps) in
            (2..40_u32, 1..80_u32).prop_flat_map(|(old, new)| (Just(old), Just(new), vec(step(old), 0..40))),
        later_secs in 0..200_u32,
    ) {
        play(epoch_secs, &steps, |least, history, now_secs| {
            let nav = history.0.last().expect("one stands").1;
            let rebased = least.rebased(nav, epoch_secs, now_secs);
            let before = least.assets(nav, epoch_secs, now_secs);
            let later = rebased.assets(nav, new_secs, now_secs + later_secs);
            if later_secs < new_secs {
                assert_eq!(later, before, "for one whole new epoch the least stays");
            } else {
                assert!(later <= history.least(now_secs + later_secs, new_secs));
            }
        });
    }
}

#[test]
fn a_first_deposit_counts_after_one_epoch_at_least_and_two_at_most() {
    let deposited = Least::default().recorded(0, 100, 1_050);

    assert_eq!(deposited.assets(9, 100, 1_050), 0);
    assert_eq!(deposited.assets(9, 100, 1_199), 0);
    assert_eq!(deposited.assets(9, 100, 1_200), 9);
}

#[test]
fn money_that_leaves_is_gone_at_once_without_a_record() {
    let full = Least { previous_assets: 100, current_assets: 100, since_secs: 0 };

    assert_eq!(full.assets(40, 100, 50), 40);
    // The record is made when it comes back.
    let back = full.recorded(40, 100, 60);
    assert_eq!(back.assets(100, 100, 199), 40);
    assert_eq!(back.assets(100, 100, 200), 100);
}

#[test]
fn a_flash_deposit_raises_nothing_whatever_the_epoch_edge() {
    let full = Least { previous_assets: 100, current_assets: 100, since_secs: 0 };
    for now_secs in [0, 99, 100, 101, 199, 200, 1_000_000] {
        let deposited = full.recorded(100, 100, now_secs);

        assert_eq!(deposited.assets(1_000_000, 100, now_secs), 100, "at {now_secs}");
    }
}

#[test]
fn edges_of_time_do_not_panic() {
    let least = Least { previous_assets: 5, current_assets: 6, since_secs: u32::MAX };

    assert_eq!(least.assets(7, 1, 0), 5, "a clock that went back is the same epoch");
    assert_eq!(least.assets(7, 0, u32::MAX), 5, "an epoch of no length never ends");
    assert_eq!(Least::default().recorded(8, u32::MAX, u32::MAX).assets(8, u32::MAX, u32::MAX), 0);
    assert_eq!(Least::default().recorded(8, 1, u32::MAX).assets(8, 1, u32::MAX), 8);
}
