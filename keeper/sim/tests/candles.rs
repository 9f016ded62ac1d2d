//! Reading hourly prices: what is believed of them, what they survive, what they refuse.

use std::path::PathBuf;

use keeper_sim::{
    history::Error,
    stress::{Candle, Candles, Line},
};

const HEADER: &str = "timestamp,open,high,low,close,volume";
/// 2023-03-11 14:00:00 UTC.
const FIRST_SECS: u64 = 1_678_543_200;
const HOUR_SECS: u64 = 3_600;

fn parse(rows: &[&str]) -> Result<Candles, Error> {
    Candles::parse(&format!("{HEADER}\n{}\n", rows.join("\n")))
}

#[test]
fn a_falling_hour_sees_its_high_first_and_a_rising_one_its_low() {
    let rows = ["2023-03-11 14:00:00,10,12,7,8,1", "2023-03-11 15:00:00,8,11,6,9,1"];

    let line = parse(&rows).unwrap().line(FIRST_SECS..FIRST_SECS + 2 * HOUR_SECS).unwrap();

    let prices = (0..=6).map(|third| line.at(FIRST_SECS + third * 1_200));
    assert_eq!(prices.collect::<Vec<_>>(), [10.0, 12.0, 7.0, 8.0, 6.0, 11.0, 9.0]);
    assert_eq!(line.at(FIRST_SECS + 600), 11.0, "straight between them");
}

#[test]
fn times_are_read_as_every_file_writes_them() {
    for (column, time) in [
        ("timestamp", "2023-03-11 14:00:00"),
        ("date", "2023-03-11 14:00:00"),
        ("ts", "1678543200000"),
        ("timestamp", "2023-03-11T14:00:00Z"),
    ] {
        let candles = Candles::parse(&format!("{column},open,high,low,close\n{time},1,1,1,1")).unwrap();

        assert!(candles.at(FIRST_SECS).is_some(), "{time}");
    }
}

#[test]
fn a_tick_far_from_open_and_close_is_not_believed() {
    let low = parse(&["2023-03-11 14:00:00,1,1,0.2,0.999,1"]).unwrap();
    let high = parse(&["2023-03-11 14:00:00,1,5,0.9,0.999,1"]).unwrap();
    let fall = parse(&["2023-03-11 14:00:00,1,1,0.2,0.3,1"]).unwrap();

    assert_eq!(low.at(FIRST_SECS).unwrap().low, 0.999);
    assert_eq!(*high.at(FIRST_SECS).unwrap(), Candle { open: 1.0, high: 1.0, low: 0.9, close: 0.999 });
    assert_eq!(fall.at(FIRST_SECS).unwrap().low, 0.2, "it closed there");
}

#[test]
fn rows_in_any_order_and_doubled_ones_are_read_and_a_gap_is_crossed_straight() {
    let rows = ["2023-03-11 18:00:00,7,7,7,7,1", "2023-03-11 14:00:00,9,9,9,9,1", "", "2023-03-11 14:00:00,1,1,1,1,1"];

    let line = parse(&rows).unwrap().line(FIRST_SECS..FIRST_SECS + 5 * HOUR_SECS).unwrap();

    assert_eq!(
        [14, 15, 16, 17, 18].map(|hour| line.at(FIRST_SECS + (hour - 14) * HOUR_SECS)),
        [1.0, 1.0, 3.0, 5.0, 7.0]
    );
}

#[test]
fn a_time_without_prices_is_refused() {
    let candles = parse(&["2023-03-11 14:00:00,1,1,1,1,1"]).unwrap();

    for over in [FIRST_SECS - 1..FIRST_SECS + 10, FIRST_SECS..FIRST_SECS + 2 * HOUR_SECS] {
        assert!(matches!(candles.line(over), Err(Error::NoPrices { .. })));
    }
}

#[test]
fn malformed_field_is_named_by_row_column_and_value() {
    let cases = [
        ("11.03.2023 15:00,1,1,1,1,1", "column timestamp: '11.03.2023 15:00'"),
        ("2023-13-11 15:00:00,1,1,1,1,1", "column timestamp: '2023-13-11 15:00:00'"),
        ("2023-03-11 15:00:00,1,1,1,,1", "column close: ''"),
        ("2023-03-11 15:00:00,NaN,1,1,1,1", "column open: 'NaN'"),
        ("2023-03-11 15:00:00,1,1,0,1,1", "column low: '0'"),
        ("2023-03-11 15:00:00,1,1,1.5,1,1", "is not a row whose low and high hold open and close"),
        ("2023-03-11 15:00:00,1", "is not a row with as many fields"),
    ];
    for (bad, expected) in cases {
        let error = parse(&["2023-03-11 14:00:00,1,1,1,1,1", bad]).unwrap_err().to_string();

        assert!(error.starts_with("row 3 of the history") && error.contains(expected), "{error}");
    }
    let error = Candles::parse("timestamp,open,high,low\n2023-03-11 14:00:00,1,1,1").unwrap_err();
    assert!(matches!(error, Error::NoColumn { column: "close" }));
    assert!(matches!(Candles::parse(""), Err(Error::NoColumn { column: "timestamp" })));
}

#[test]
fn a_product_of_lines_is_exact_at_the_points_of_both() {
    let product = Line::through([(0, 2.0), (10, 4.0)]).times(&Line::through([(5, 1.0), (10, 0.5)]));

    assert_eq!([0, 5, 10, 20].map(|secs| product.at(secs)), [2.0, 3.0, 2.0, 2.0]);
    assert_eq!(Line::level(3.0).at(7), 3.0);
}

/// A real history, where the checkout has it beside it.
fn real(file: &str) -> Option<Candles> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    if !path.exists() {
        eprintln!("SKIPPED: no history at {}", path.display());
        return None;
    }
    Some(Candles::read(&path).expect("it can be read"))
}

#[test]
fn the_real_false_tick_is_not_believed_and_the_real_falls_are() {
    if let Some(usdc) = real("price_1h_USDCUSDT_2021_2023.csv.gz") {
        assert!(usdc.at(1_638_604_800).unwrap().low > 0.99, "2021-12-04 08:00");
        assert_eq!(usdc.at(FIRST_SECS).unwrap().low, 0.882);
        let gap = usdc.line(1_678_233_600..1_678_752_000).unwrap();
        assert!(gap.at(1_678_400_000) > 0.999, "nothing is known of 9 March");
    }
    if let Some(usde) = real("price_1h_USDEUSDT.csv.gz") {
        assert_eq!(usde.at(1_760_130_000).unwrap().low, 0.9207, "2025-10-10 21:00");
    }
    if let Some(ether) = real("price_1h_ETHUSDT_2022_2025.csv.gz") {
        let missing_secs = 1_679_662_800;
        assert_eq!(ether.at(missing_secs), None, "2023-03-24 13:00");
        let line = ether.line(missing_secs..missing_secs + HOUR_SECS).unwrap();
        let beside = [missing_secs - HOUR_SECS, missing_secs + HOUR_SECS].map(|secs| ether.at(secs).unwrap());
        let (before, after) = (beside[0].close, beside[1].open);
        let price = line.at(missing_secs + HOUR_SECS / 2);
        assert!((price - (before + after) / 2.0).abs() < 1e-9, "{before} {price} {after}");
    }
}
