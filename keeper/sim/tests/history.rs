//! Reading histories: what they imply, what they survive, what they refuse.

use std::{io::Write, path::PathBuf};

use flate2::{Compression, write::GzEncoder};
use keeper_sim::{
    Source, Target,
    history::{ARBITRUM_USDC, Error, History},
};

const HEADER: &str =
    "snapshot_ts,network,symbol,asset_address,current_liquidity_rate,current_variable_borrow_rate,reserve_factor";

fn row(ts: &str, supply: &str, borrow: &str) -> String {
    format!("{ts},arbitrum,USDC,{ARBITRUM_USDC},{supply},{borrow},0.1")
}

fn parse(rows: &[String]) -> Result<History, Error> {
    History::parse(&format!("{HEADER}\n{}\n", rows.join("\n")), ARBITRUM_USDC)
}

/// Aave's two-slope curve: what borrowers pay and suppliers earn, for the kink at 90 % and a reserve factor of 10 %.
fn rates(utilisation: f64, slope1: f64, slope2: f64) -> (f64, f64) {
    let borrow =
        if utilisation <= 0.9 { slope1 * utilisation / 0.9 } else { slope1 + slope2 * (utilisation - 0.9) / 0.1 };
    (borrow * utilisation * 0.9, borrow)
}

#[test]
fn utilisation_comes_back_from_the_rates_of_any_curve() {
    for slope1 in [0.05, 0.06, 0.065] {
        for utilisation in [0.05, 0.45, 0.8, 0.9, 0.95, 1.0] {
            let (supply, borrow) = rates(utilisation, slope1, 0.4);

            let history = parse(&[row("2026-01-01T00:00:00Z", &supply.to_string(), &borrow.to_string())]).unwrap();

            let found = history.last(None).unwrap().utilisation;
            assert!((found - utilisation).abs() < 1e-12, "{utilisation} came back as {found}");
        }
    }
}

#[test]
fn utilisation_is_zero_where_suppliers_earn_nothing() {
    let history = parse(&[row("2026-01-01T00:00:00Z", "0.0", "0.0")]).unwrap();

    assert_eq!(history.last(None).unwrap().utilisation, 0.0);
}

#[test]
fn last_row_of_a_doubled_day_counts_in_any_order() {
    let rows = [
        row("2026-01-01T18:00:00Z", "0.0405", "0.05"),
        row("2026-01-01T06:00:00Z", "0.0045", "0.01"),
        row("2025-12-31T00:00:00Z", "0", "0"),
    ];

    let history = parse(&rows).unwrap();

    assert_eq!(history.observations().count(), 2);
    assert_eq!(history.last(None).unwrap().snapshot_ts, "2026-01-01T18:00:00Z");
}

#[test]
fn day_inside_a_gap_takes_the_last_one_before_it() {
    let rows = [row("2026-01-01T00:00:00Z", "0.01", "0.03"), row("2026-01-09T00:00:00Z", "0.02", "0.04")];

    let history = parse(&rows).unwrap();

    assert_eq!(history.last(Some("2026-01-05")).unwrap().day(), "2026-01-01");
    assert_eq!(history.last(Some("2026-01-09")).unwrap().day(), "2026-01-09");
    let error = history.last(Some("2025-12-31")).unwrap_err().to_string();
    assert!(error.ends_with("on arbitrum up to 2025-12-31"), "{error}");
}

#[test]
fn blank_rates_and_blank_lines_are_no_observation() {
    let rows = [row("2026-01-01T00:00:00Z", "0.01", "0.03"), String::new(), row("2026-01-02T00:00:00Z", "", "0.04")];

    let history = parse(&rows).unwrap();

    assert_eq!(history.last(None).unwrap().day(), "2026-01-01");
}

#[test]
fn rows_of_other_reserves_are_passed_over_whatever_they_hold() {
    let other = "2026-01-03T00:00:00Z,ethereum,USDC,0xa0b8,not,a,number";
    let case = row("2026-01-02T00:00:00Z", "0.01", "0.03").replace("0xaf88d0", "0xAF88D0");

    let history = parse(&[other.into(), case]).unwrap();

    assert_eq!(history.last(None).unwrap().day(), "2026-01-02");
}

#[test]
fn malformed_field_is_named_by_row_column_and_value() {
    let good = row("2026-01-01T00:00:00Z", "0.01", "0.03");
    let cases = [
        (row("2026-01-02T00:00:00Z", "1.5%", "0.03"), "column current_liquidity_rate: '1.5%'"),
        (row("2026-01-02T00:00:00Z", "0.01", "NaN"), "column current_variable_borrow_rate: 'NaN'"),
        (row("2026-01-02T00:00:00Z", "-0.01", "0.03"), "column current_liquidity_rate: '-0.01'"),
        (row("2026-01-02T00:00:00Z", "0.01", "inf"), "column current_variable_borrow_rate: 'inf'"),
        (row("2026-01-02T00:00:00Z", "0.04", "0.03"), "column current_liquidity_rate: '0.04'"),
        (row("2026-13-02T00:00:00Z", "0.01", "0.03"), "column snapshot_ts: '2026-13-02T00:00:00Z'"),
        (row("02.01.2026", "0.01", "0.03"), "column snapshot_ts: '02.01.2026'"),
        (row("", "0.01", "0.03"), "column snapshot_ts: ''"),
        (row("2026-01-02T00:00:00Z", "0.01", "0.03").replace(",0.1", ",1.0"), "column reserve_factor: '1.0'"),
        ("2026-01-02T00:00:00Z,arbitrum".into(), "'2026-01-02T00:00:00Z,arbitrum' is not a row"),
    ];
    for (bad, expected) in cases {
        let error = parse(&[good.clone(), bad]).unwrap_err().to_string();

        assert!(error.starts_with("row 3 of the history") && error.contains(expected), "{error}");
    }
}

#[test]
fn missing_column_is_named() {
    let error = History::parse("snapshot_ts,network,asset_address\n", ARBITRUM_USDC).unwrap_err();

    assert!(matches!(error, Error::NoColumn { column: "current_liquidity_rate" }));
}

#[test]
fn history_without_the_reserve_has_no_row() {
    let error = parse(&[]).unwrap().last(None).unwrap_err().to_string();

    assert!(error.ends_with("on arbitrum at all"), "{error}");
}

/// A file of its own for each test, gone with its guard.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("the folder for temporary files can be written");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn gzipped_and_plain_files_give_the_same_target() {
    let text = format!("{HEADER}\n{}\n", row("2026-01-01T00:00:00Z", "0.0225", "0.05"));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let (packed, plain) =
        (Scratch::new("rates.csv.gz", &encoder.finish().unwrap()), Scratch::new("rates.csv", text.as_bytes()));

    let from_packed = Target::read(&packed.0, None).unwrap();

    assert_eq!(from_packed.utilisation_wad, Target::read(&plain.0, None).unwrap().utilisation_wad);
    assert_eq!(from_packed.utilisation_wad, 500_000_000_000_000_000);
    let file = packed.0.file_name().unwrap().to_string_lossy();
    assert_eq!(from_packed.source.to_string(), format!("history {file} 2026-01-01"));
}

#[test]
fn truncated_gzip_is_refused_with_its_name() {
    let file = Scratch::new("broken.csv.gz", &[0x1f, 0x8b, 8, 0]);

    let error = Target::read(&file.0, None).unwrap_err().to_string();

    assert!(error.starts_with("cannot read the history") && error.contains("broken.csv.gz"), "{error}");
}

#[test]
fn absent_file_gives_the_built_in_target() {
    let target = Target::read(&PathBuf::from("no/such/file.csv.gz"), None).unwrap();

    assert_eq!(target.source, Source::BuiltIn);
    assert_eq!(target.source.to_string(), "built-in");
    assert_eq!(target.utilisation_wad, 558_700_000_000_000_000);
}

/// The real history, where the checkout has it beside it.
fn real_history() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/aave_v3_reserves_daily.csv.gz");
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: no history at {}", path.display());
    None
}

#[test]
fn real_history_implies_the_built_in_target_on_its_last_day() {
    let Some(path) = real_history() else { return };

    let target = Target::read(&path, None).unwrap();

    assert_eq!(target.source.to_string(), "history aave_v3_reserves_daily.csv.gz 2026-02-28");
    assert!(target.utilisation_wad.abs_diff(Target::built_in().utilisation_wad) < 100_000_000_000_000, "{target:?}");
}

/// The check of the method: below the kink the curve that a day's rates imply must be one that governance can have
/// set, and those are whole steps of half a percent.
#[test]
fn real_history_implies_slopes_that_governance_sets() {
    let Some(path) = real_history() else { return };
    let history = History::read(&path, ARBITRUM_USDC).unwrap();

    let slopes: Vec<f64> = history
        .observations()
        .filter(|day| day.utilisation < 0.9)
        .map(|day| day.borrow_rate / day.utilisation * 0.9 * 200.0)
        .collect();

    assert!(slopes.len() > 200, "{}", slopes.len());
    for slope in slopes {
        assert!((slope - slope.round()).abs() < 2e-3, "a slope of {} %", slope / 2.0);
        assert!((10.0..=13.0).contains(&slope.round()), "a slope of {} %", slope / 2.0);
    }
}
