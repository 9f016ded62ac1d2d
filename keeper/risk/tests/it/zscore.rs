//! Distances from one's own history.

use keeper_risk::zscore::{LEAST_OBSERVATIONS, rolling, standing};
use proptest::prelude::*;

use crate::bonds::close;

fn ramp() -> Vec<f64> {
    (1..=21).map(f64::from).collect()
}

#[test]
fn a_ramp_has_its_closed_forms() {
    let found = standing(&ramp(), 20.0, LEAST_OBSERVATIONS).expect("a standing");

    // Variance n (n + 1) / 12; the median distance of 0..10 twice is five.
    close(found.deviation, (21.0 * 22.0 / 12.0_f64).sqrt(), 1e-14);
    close(found.z.expect("it moves"), 9.0 / found.deviation, 1e-14);
    close(found.robust_deviation, 1.482_602_218_505_602 * 5.0, 1e-14);
    close(found.robust_z.expect("it moves"), 9.0 / found.robust_deviation, 1e-14);
    assert_eq!((found.mean, found.median, found.observations), (11.0, 11.0, 21));
}

#[test]
fn an_outlier_hides_the_next_one_only_from_the_plain_score() {
    let mut history = ramp();
    history[20] = 10_000.0;
    let found = standing(&history, 500.0, LEAST_OBSERVATIONS).expect("a standing");

    assert!(found.z.expect("it moves") < 1.0 && found.robust_z.expect("it moves") > 50.0, "{found:?}");
}

#[test]
fn a_history_that_is_short_or_still_says_so() {
    assert_eq!(
        standing(&ramp()[..19], 3.0, LEAST_OBSERVATIONS).expect_err("short").to_string(),
        "observations: 19 of at least 20"
    );
    let mut gaps = ramp();
    gaps.extend([f64::NAN, f64::INFINITY]);
    assert_eq!(standing(&gaps, 3.0, 21).expect("a standing").observations, 21);
    assert!(standing(&ramp(), f64::NAN, 2).is_err() && standing(&[1.0], 1.0, 0).is_err());
    let still = standing(&[0.1; 30], 0.2, LEAST_OBSERVATIONS).expect("a standing");
    assert_eq!((still.z, still.robust_z), (None, None));
}

#[test]
fn each_value_is_held_against_those_before_it_only() {
    let mut series = ramp();
    series.push(100.0);
    let found = rolling(&series, 10, 5);

    assert_eq!(found.iter().filter(|one| one.is_none()).count(), 5);
    let last = found[21].expect("a standing");
    assert_eq!((last.observations, last.mean), (10, 16.5));
    let unchanged = rolling(&series[..21], 10, 5);
    assert_eq!(found[..21], unchanged[..], "what comes later changes nothing");
}

proptest! {
    #[test]
    fn scale_and_place_do_not_matter(values in prop::collection::vec(-5.0..5.0_f64, 25..60), value in -9.0..9.0_f64) {
        let moved: Vec<_> = values.iter().map(|one| 3.0 + 0.01 * one).collect();
        let [one, other] =
            [standing(&values, value, 20), standing(&moved, 3.0 + 0.01 * value, 20)].map(|found| found.expect("a standing"));
        prop_assert!((one.z.expect("it moves") - other.z.expect("it moves")).abs() < 1e-9);
        prop_assert!((one.robust_z.expect("it moves") - other.robust_z.expect("it moves")).abs() < 1e-7);
    }
}
