//! Histories as they are, and as they are damaged.

use std::io::{Cursor, Write};

use flate2::write::GzEncoder;
use keeper_backtest::Day;
use keeper_backtest::reader::{Quote, aave, compound, ethereum, savings, treasury};

const AAVE: &str =
    "snapshot_ts,network,symbol,asset_address,current_liquidity_rate,current_variable_borrow_rate,reserve_factor\n";

fn bytes(text: String) -> Cursor<Vec<u8>> {
    Cursor::new(text.into_bytes())
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

#[test]
fn of_a_doubled_day_the_last_row_counts_and_blanks_are_no_observation() {
    let rows = "2025-07-22T01:00:00Z,base,USDC,0xAB,0.03,0.05,0.1\n\
        2025-07-22T21:00:00Z,base,USDC,0xab,0.04,0.06,0.1\n\
        2025-07-23T00:00:00Z,base,USDC,0xab,,0.06,0.1\n\
        2025-07-24T00:00:00Z,linea,USDC,0xab,nonsense,0.06,0.1\n";

    let found =
        aave::read("a.csv", bytes(AAVE.to_owned() + rows), &[("base", "0xaB"), ("base", "0xcd")]).expect("it reads");

    let quote = Quote::Rates { supply_rate: 0.04, borrow_rate: 0.06, reserve_factor: 0.1 };
    assert_eq!(found[0].iter().collect::<Vec<_>>(), [(&day("2025-07-22"), &quote)]);
    assert!(found[1].is_empty());
}

#[test]
fn packed_and_plain_read_alike() {
    let text = "\u{feff}date,protocol,apy,tvl_usd\n2023-10-02,compound-v3,5,2530682\n".to_owned();
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).expect("memory takes it");
    let packed = Cursor::new(packed.finish().expect("memory takes it"));

    let plain = compound::read("c.csv", bytes(text)).expect("it reads");

    assert_eq!(compound::read("c.csv.gz", packed).expect("it reads"), plain);
    let Some(Quote::Available { supply_rate, available_usd }) = plain.get(&day("2023-10-02")) else {
        panic!("{plain:?}")
    };
    // (1 + r / 365)^365 = 1.05.
    assert!(((1.0 + supply_rate / 365.0).powi(365) - 1.05).abs() < 1e-12 && *available_usd == 2_530_682.0);
}

#[test]
fn percents_are_percents_and_blank_tenors_are_passed_over() {
    let saved = savings::read("s.csv", bytes("date,apy\n2025-02-21,0\n".into())).expect("it reads");
    let bills = bytes("date,1M,3M,6M\n2026-02-02,,3.69,\n2026-02-03,3.7,,3.6\n2026-02-04,,-0.05,\n".into());
    let bills = treasury::read("t.csv", bills).expect("it reads");

    assert_eq!(saved.get(&day("2025-02-21")), Some(&Quote::Set { supply_rate: 0.0 }));
    assert_eq!(bills.len(), 2);
    assert_eq!(bills.get(&day("2026-02-02")), Some(&Quote::Set { supply_rate: 3.69 / 100.0 }));
    assert_eq!(bills.get(&day("2026-02-04")), Some(&Quote::Set { supply_rate: 0.0 }));
}

#[test]
fn each_damage_is_named_with_file_line_column_value_and_bound() {
    let aave = |row: &str| {
        let text = format!("{AAVE}2025-07-22T01:00:00Z,base,USDC,0xab,0.03,0.05,0.1\n{row}\n");
        aave::read("a.csv", bytes(text), &[("base", "0xab")]).expect_err("it is damaged").to_string()
    };
    let cases = [
        (
            aave("2025-07-23,base,USDC,0xab,4.5,12,0.1"),
            "a.csv, line 3, column current_variable_borrow_rate: '12' is no number from 0 to 10",
        ),
        (
            aave("2025-07-23,base,USDC,0xab,NaN,0.05,0.1"),
            "a.csv, line 3, column current_liquidity_rate: 'NaN' is no number from 0 to 10",
        ),
        (
            aave("2025-07-23,base,USDC,0xab,0.05,0.05,0.1"),
            "a.csv, line 3, column current_liquidity_rate: 0.05 is beyond 0.045000000000000005, which is all that the borrow rate can pay",
        ),
        (
            aave("2025-02-30,base,USDC,0xab,0.03,0.05,0.1"),
            "a.csv, line 3, column snapshot_ts: '2025-02-30' is no day like 2026-02-28, from 1970 on",
        ),
        (
            compound::read("c.csv", bytes("date,apy\n".into())).expect_err("a column is missing").to_string(),
            "c.csv: line 1 names no column tvl_usd",
        ),
        (
            savings::read("s.csv", bytes("date,apy\n2025-02-21,-1\n".into())).expect_err("negative").to_string(),
            "s.csv, line 2, column apy: '-1' is no number from 0 to 1000",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
    let ragged = aave("2025-07-23,base");
    assert!(ragged.starts_with("a.csv, line 3: "), "{ragged}");
    let broken = Cursor::new(vec![0x1f, 0x8b, 0, 1, 2, 3]);
    let broken = savings::read("s.csv.gz", broken).expect_err("it is no gzip").to_string();
    assert!(broken.starts_with("s.csv.gz, line 1: "), "{broken}");
}

#[test]
fn amounts_of_2020_give_usage_and_debt() {
    let header = "timestamp,variable_borrow_rate_comp,supply_rate_comp,total_borrows_comp,supply_rate_aave_v1,\
        total_variable_borrows_aave_v1,total_stable_borrows_aave_v1,total_supply_aave_v1,supply_rate_aave_v2,\
        total_variable_borrows_aave_v2,total_stable_borrows_aave_v2,total_supply_aave_v2\n";
    let row = "2020-05-04 13:22:13,0.05,0.0093,100,0.04,300,100,500,,,,\n";

    let [compound, first, second] = ethereum::read("e.csv", bytes(format!("{header}{row}"))).expect("it reads");

    let Some(Quote::Amounts { usage, .. }) = compound.get(&day("2020-05-04")) else { panic!("{compound:?}") };
    assert!((usage - 0.2).abs() < 1e-12);
    let aave = Quote::Amounts { supply_rate: 0.04, usage: 0.8, debt_usd: 400.0 };
    assert_eq!(first.get(&day("2020-05-04")), Some(&aave));
    assert!(second.is_empty());
}
