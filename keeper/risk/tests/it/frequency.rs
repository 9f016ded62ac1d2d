//! Hazard rates from what has failed. The record of real losses needs `../shared/data` beside the checkout; its test skips where it is
//! absent.

use std::{collections::BTreeMap, fs::File, path::PathBuf};

use flate2::read::GzDecoder;
use keeper_risk::{
    Error,
    calendar::Date,
    frequency::{Event, Prior, Record, frequencies},
};

use crate::bonds::{close, day};

fn event(date: &str, protocol: &str, loss: Option<f64>) -> Event {
    Event { day: day(date), protocol: protocol.to_owned(), class: "lending".to_owned(), loss }
}

fn record<'a>(events: &'a [Event], exposure_years: &'a BTreeMap<String, f64>) -> Record<'a> {
    Record {
        events,
        from: day("2020-01-01"),
        until: day("2025-01-01"),
        least_loss: 1e6,
        exposure_years,
        prior: Prior::JEFFREYS,
    }
}

fn years(of: f64) -> BTreeMap<String, f64> {
    BTreeMap::from([("lending".to_owned(), of)])
}

#[test]
fn what_counts_is_in_the_window_large_and_no_repetition() {
    let events = [
        event("2019-12-31", "early", Some(5e6)),
        event("2020-01-01", "one", Some(2e6)),
        event("2020-01-01", "one", Some(2e6)),
        event("2021-05-05", "small", Some(9e5)),
        event("2022-05-05", "two", Some(4e6)),
        event("2023-05-05", "silent", None),
        event("2025-01-01", "late", Some(5e6)),
    ];
    let exposure = years(50.0);

    let found = &frequencies(&record(&events, &exposure)).expect("frequencies")["lending"];

    assert_eq!((found.events, found.mean_loss), (3, Some(3e6)));
    let estimate = found.estimate(0.95).expect("an estimate");
    close(estimate.mean, 3.5 / 50.0, 1e-15);
    // Half of the chi-squared quantiles of seven degrees.
    close(estimate.low, 1.689_869_180_677_355 / 100.0, 1e-12);
    close(estimate.high, 16.012_764_274_629_326 / 100.0, 1e-12);
}

#[test]
fn no_event_is_no_proof() {
    let exposure = years(20.0);
    let found = &frequencies(&record(&[], &exposure)).expect("frequencies")["lending"];
    let estimate = found.estimate(0.9).expect("an estimate");

    close(estimate.mean, 0.025, 1e-15);
    close(estimate.high, 3.841_458_820_694_124 / 40.0, 1e-12);
    assert!(estimate.low > 0.0 && estimate.low < 1e-4);
    // (20 / 21)^(1/2) is the chance of none.
    close(found.chance_within(1.0), 1.0 - (20.0_f64 / 21.0).sqrt(), 1e-15);
    assert!(found.chance_within(1.0) < 1.0 - (-estimate.mean).exp());
    let [expected, feared] = found.hazards(0.9).expect("hazards");
    assert!(feared.until(1.0) > expected.until(1.0));
}

#[test]
fn a_prior_counts_as_that_many_events_in_that_many_years() {
    let exposure = years(30.0);
    let prior = Prior { events: 4.0, exposure_years: 70.0 };
    let record = Record { prior, ..record(&[], &exposure) };

    close(frequencies(&record).expect("frequencies")["lending"].estimate(0.5).expect("an estimate").mean, 0.04, 1e-15);
}

#[test]
fn impossible_records_are_refused() {
    let (exposure, none) = (years(50.0), BTreeMap::new());
    let events = [event("2020-05-05", "one", Some(2e6))];
    let good = record(&events, &exposure);

    assert_eq!(
        frequencies(&Record { exposure_years: &none, ..good.clone() }),
        Err(Error::NoExposure { class: "lending".to_owned() })
    );
    assert!(frequencies(&Record { exposure_years: &years(0.0), ..good.clone() }).is_err());
    assert!(frequencies(&Record { until: good.from, ..good.clone() }).is_err());
    assert!(frequencies(&Record { prior: Prior { events: 0.0, exposure_years: 1.0 }, ..good.clone() }).is_err());
    assert!(frequencies(&good).expect("frequencies")["lending"].estimate(1.0).is_err());
}

/// Losses of at least a million dollars, all kinds together, five hundred protocols being watched: tens a year, known to about a fifth.
#[test]
fn the_real_record_gives_a_rate_with_a_narrow_interval() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/defi_hacks_2016_2026.json.gz");
    let Ok(file) = File::open(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return;
    };
    let rows: Vec<serde_json::Value> = serde_json::from_reader(GzDecoder::new(file)).expect("a list");
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let event = |row: &serde_json::Value| Event {
        day: text(row, "date").parse::<Date>().expect("a day"),
        protocol: text(row, "protocol"),
        class: "any".to_owned(),
        // A million times the dollars.
        loss: row["loss_usd"].as_f64().map(|loss| loss / 1e6),
    };
    let events: Vec<_> = rows.iter().map(event).collect();
    let exposure = BTreeMap::from([("any".to_owned(), 5.0 * 500.0)]);
    let record = Record { from: day("2021-01-01"), until: day("2026-01-01"), ..record(&events, &exposure) };

    let found = &frequencies(&record).expect("frequencies")["any"];
    let estimate = found.estimate(0.9).expect("an estimate");

    println!("{} events, {estimate:?}", found.events);
    assert!((100..1000).contains(&found.events), "{}", found.events);
    assert!(estimate.low < estimate.mean && estimate.mean < estimate.high);
    assert!((estimate.high - estimate.low) / estimate.mean < 0.4);
    assert!(found.mean_loss.is_some_and(|loss| loss > 1e6 && loss < 1e9), "{:?}", found.mean_loss);
}
