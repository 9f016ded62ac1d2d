//! The Treasury's curve by the real program. Real days need `../shared/data` beside the checkout; that test skips where it is absent.

mod place;

use std::path::PathBuf;

use place::Place;
use serde_json::Value;

/// The par yields of 2018-01-02 and a day with a blank and an inversion.
const DAYS: &str = "date,1M,2M,3M,4M,6M,1Y,2Y,3Y,5Y,7Y,10Y,20Y,30Y,source\n\
    2018-01-02,1.29,,1.44,,1.61,1.83,1.92,2.01,2.25,2.38,2.46,2.64,2.81,x\n\
    2026-02-02,,,3.69,,,3.49,3.57,,3.83,,4.29,,4.9,x\n";

fn place(days: &str) -> Place {
    let place = Place::new("", "");
    std::fs::write(place.folder.join("us_treasury_par_yield_daily.csv"), days).expect("the folder is writable");
    place
}

#[track_caller]
fn json(place: &Place, arguments: &[&str]) -> Value {
    let output = place.keeper(&[&["curve", "--json", "--data"], arguments].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"))
}

#[track_caller]
fn check(day: &Value) {
    let miss = day["rms_miss"].as_f64().expect("a miss");
    assert!(miss < 8e-4, "within eight basis points: {day}");
    for tenor in day["tenors"].as_array().expect("tenors") {
        let of = |key: &str| tenor[key].as_f64().unwrap_or_else(|| panic!("{key} of {tenor}"));
        assert!((of("zero_exact") - of("zero_fitted")).abs() < 5e-3, "{tenor} of {day}");
        assert!((of("par_quoted") - of("par_fitted") + of("miss")).abs() < 1e-3, "{tenor} of {day}");
        assert!((-0.05..0.25).contains(&of("forward_fitted")), "{tenor}");
    }
}

#[test]
fn a_day_is_fitted_shown_and_drawn_without_any_configuration() {
    let place = place(DAYS);

    let newest = json(&place, &["."]);
    assert_eq!((newest["date"].as_str(), newest["tenors"].as_array().map(Vec::len)), (Some("2026-02-02"), Some(6)));
    check(&newest);
    let early = json(&place, &[".", "--date", "2019-01-01", "--svg", "curve.svg"]);
    assert_eq!(early["date"], "2018-01-02");
    check(&early);
    let picture = std::fs::read_to_string(place.folder.join("curve.svg")).expect("it was drawn");
    assert!(picture.starts_with("<svg") && picture.contains("United States Treasury, 2018-01-02"));
    assert!(picture.matches("<circle").count() >= 11 && picture.matches("<polyline").count() >= 3);

    let output = place.keeper(&["curve", "--data", "."]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("Treasury curve of 2026-02-02: ") && text.contains("zero fitted"), "{text}");
    assert!(text.contains("condition number") || text.contains("passed over"), "{text}");
}

#[test]
fn what_cannot_be_read_is_said_in_one_line() {
    let place = place("date,1M\n2026-02-02,four\n");
    for (arguments, words) in [
        (vec!["."], "line 2: 1M is 'four'"),
        (vec!["nowhere"], "nowhere/us_treasury_par_yield_daily.csv"),
        (vec![".", "--date", "2026-02-30"], "2026-02-30"),
    ] {
        let output = place.keeper(&[vec!["curve", "--data"], arguments].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(words) && stderr.contains("hint: ") && !stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn real_days_make_curves() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Some(folder) = folder.to_str().filter(|_| folder.join("us_treasury_par_yield_daily.csv.gz").exists()) else {
        eprintln!("skipped: ../shared/data is absent");
        return;
    };
    let place = Place::new("", "");
    for date in
        ["2018-06-01", "2019-09-03", "2020-03-09", "2020-08-04", "2021-12-31", "2022-10-24", "2023-07-03", "2024-09-16"]
    {
        let day = json(&place, &[folder, "--date", date]);
        assert!(day["date"].as_str() <= Some(date), "{day}");
        check(&day);
    }
}
