//! `keeper backtest` from outside, on a folder of small histories made here.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder that is removed with the test.
struct Folder(PathBuf);

impl Folder {
    /// One venue whose rate swings, and one that pays the same every day; 60 days.
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tenor-backtest-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the system's folder can be written");
        let (mut saved, mut pool) = ("date,apy\n".to_owned(), "date,apy,tvl_usd\n".to_owned());
        for day in 0..60 {
            let date = format!("2025-{:02}-{:02}", 3 + day / 30, 1 + day % 30);
            writeln!(saved, "{date},4.25").expect("memory takes it");
            writeln!(pool, "{date},{},5000000", 5 + day % 3).expect("memory takes it");
        }
        std::fs::write(path.join("susds_daily.csv"), saved).expect("the folder can be written");
        std::fs::write(path.join("compound_v3_arbitrum_usdc_daily.csv"), pool).expect("the folder can be written");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn backtest(folder: &Path, rest: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keeper"));
    command.args(["backtest", "--capital", "1000000", "--from", "2025-03-01", "--to", "2025-04-30", "--data"]);
    command.arg(folder).args(rest).output().expect("the program runs")
}

#[test]
fn every_strategy_is_answered_with_its_figures() {
    let folder = Folder::new("figures");
    let svg = folder.0.join("lines.svg");

    let output = backtest(&folder.0, &["--json", "--svg", svg.to_str().expect("the path is text")]);

    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stderr.contains("Assumed of the venues") && stderr.contains("susds"),
        "{stderr}"
    );
    let json: Value = serde_json::from_slice(&output.stdout).expect("one object");
    let names: Vec<_> = json.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(names, ["best-single", "equal-weights", "highest-quoted", "ours"]);
    for (name, line) in json.as_object().expect("an object") {
        for field in ["net_apr", "worst_drawdown", "turnover", "costs", "standard_error"] {
            assert!(line[field].is_number(), "{name} has no {field}: {line}");
        }
        let parts = line["attribution"].as_object().expect("parts");
        let sum: f64 = parts.values().map(|part| part.as_f64().expect("a number")).sum();
        assert!((sum - line["net_apr"].as_f64().expect("a number")).abs() < 1e-9, "{line}");
    }
    let drawn = std::fs::read_to_string(&svg).expect("it is drawn");
    assert!(drawn.starts_with("<svg") && drawn.contains("highest-quoted"), "{drawn:.200}");
}

#[test]
fn what_is_assumed_can_be_said_otherwise() {
    let folder = Folder::new("assumed");
    let costs = ["--cost", "susds=7,8,1.5,3", "--expected-loss", "compound-arbitrum=0.02", "--without", "susds"];

    let output = backtest(&folder.0, &costs[2..]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("2.00 %") && !text.contains("susds"), "{text}");

    let output = backtest(&folder.0, &costs[..2]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("7 / 8") && text.contains("1.50"), "{text}");
}

#[test]
fn what_cannot_be_is_refused_with_its_value() {
    let folder = Folder::new("refused");
    let damaged = Folder::new("damaged");
    std::fs::write(damaged.0.join("susds_daily.csv"), "date,apy\n2025-03-01,-4\n").expect("the folder can be written");
    let missing = std::env::temp_dir().join("tenor-backtest-nowhere");
    let cases: [(&Path, &[&str], &str); 7] = [
        (&missing, &[], "has none of aave_v3_reserves_daily.csv[.gz]"),
        (&damaged.0, &[], "susds_daily.csv, line 2, column apy: '-4' is no number from 0 to 1000"),
        (&folder.0, &["--max-share", "1.5"], "--max-share is 1.5, possible is 0.01 to 1"),
        (&folder.0, &["--pool-size", "aave-arbitrum=1e9"], "there is no venue \"aave-arbitrum\""),
        (&folder.0, &["--cost", "susds=1,2"], "'susds=1,2' is not VENUE= and 4 numbers"),
        (&folder.0, &["--split", "2025-02-01"], "--split 2025-02-01 is not after --from 2025-03-01"),
        (&folder.0, &["--split", "2025-02-30"], "'2025-02-30' is no day"),
    ];
    for (data, rest, words) in cases {
        let output = backtest(data, rest);

        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.starts_with("error: ") && stderr.contains("\nhint: ") && stderr.contains(words),
            "{words}: {stderr}"
        );
        assert!(output.stdout.is_empty());
    }
}
