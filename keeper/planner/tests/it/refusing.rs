//! Each thing that does not fit is refused by itself, with its facts.

use keeper_planner::{Settings, plan};
use model::RateModel;

use crate::world::{FREE, misplaced, target};

fn refused(settings: &Settings) -> String {
    let snapshot = misplaced();
    plan(&snapshot, &target(&snapshot), settings, &FREE).expect_err("the setting makes no sense").to_string()
}

#[test]
fn tolerance_above_everything() {
    let line = refused(&Settings { tolerance_bps: 10_001, ..Settings::default() });

    assert_eq!(line, "tolerance_bps is 10001: at most 10000 is possible");
}

#[test]
fn factors_that_are_no_numbers() {
    for (gain_factor, text) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-1.0, "-1")] {
        let line = refused(&Settings { gain_factor, ..Settings::default() });

        assert_eq!(line, format!("gain_factor is {text}: it must be a number of at least 0"));
    }
}

#[test]
fn a_factor_to_go_on_that_pays_for_losses_is_refused() {
    for (go_on_factor, text) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (0.9, "0.9")] {
        let line = refused(&Settings { go_on_factor, ..Settings::default() });

        assert_eq!(line, format!("go_on_factor is {text}: it must be a number of at least 1"));
    }
}

#[test]
fn deadlines_that_have_passed() {
    let line = refused(&Settings { deadline_secs: 0, ..Settings::default() });

    assert_eq!(line, "deadline_secs is 0: an intent must live at least a second");
}

#[test]
fn a_target_for_another_snapshot() {
    let snapshot = misplaced();
    let mut target = target(&snapshot);
    target.positions.pop();

    let error = plan(&snapshot, &target, &Settings::default(), &FREE).expect_err("a position is missing");

    assert_eq!(error.to_string(), "the target has 2 positions, the snapshot 3");
}

#[test]
fn impossible_rate_parameters() {
    let mut snapshot = misplaced();
    let target = target(&snapshot);
    if let RateModel::AaveTwoSlope(pool) = &mut snapshot.positions[1].rate {
        pool.reserve_factor_bps = 20_000;
    }

    let error = plan(&snapshot, &target, &Settings::default(), &FREE).expect_err("it is no pool");

    assert_eq!(error.to_string(), "position 1: reserve factor is 2, at most 1 is possible");
}
