//! `gas`: measures what calls cost, prints the table, and compares it with the committed one.
//!
//! Exit codes: 0 done, 1 dearer than the table (`--check`), 2 a fault.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use tenor_measure::gas::{
    BARE, BARE_DELEVERAGE, BARE_DELEVERAGE_WRITES, CHECKS, DELEVERAGE, REBALANCE, Table, check, measure, over_target,
    over_venue, text,
};

/// Gas of whole transactions on the local chain.
#[derive(Parser)]
struct Arguments {
    /// One JSON object on stdout: {operation: {positions: gas}}.
    #[arg(long)]
    json: bool,
    /// Refuses what costs more than the committed table says.
    #[arg(long)]
    check: bool,
    /// Rewrites the committed table.
    #[arg(long)]
    update: bool,
}

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("gas.txt");
    let table = measure()?;
    if arguments.update {
        std::fs::write(&committed, text(&table))?;
    }
    if arguments.json {
        println!("{}", serde_json::to_string(&table)?)
    } else {
        print(&table)
    }
    if !arguments.check {
        return Ok(ExitCode::SUCCESS);
    }
    let mut faults = check(&table, &std::fs::read_to_string(&committed)?);
    faults.extend(over_target(&table));
    faults.extend(over_venue(&table));
    for fault in &faults {
        eprintln!("error: {fault}");
    }
    if !faults.is_empty() {
        eprintln!("hint: scripts/gas --update, and say why in the commit");
    }
    Ok(ExitCode::from(u8::from(!faults.is_empty())))
}

fn print(table: &Table) {
    print!("{}", text(table));
    let of = |operation: &str| table.get(operation).and_then(|row| row.get(&10)).copied().unwrap_or_default();
    let (whole, bare, checks) = (of(REBALANCE), of(BARE), of(CHECKS));
    let percent = |part: u64| part as f64 * 100.0 / whole as f64;
    println!("with 10 positions and 20 caps: venue calls alone {bare} ({:.1} % of the rebalance),", percent(bare));
    println!("positions and limits beyond the least {checks} ({:.1} %)", percent(checks));
    let rescue =
        |operation: &str| table.get(operation).and_then(|row| row.values().next()).copied().unwrap_or_default();
    let over = |bare: &str| rescue(DELEVERAGE).saturating_sub(rescue(bare));
    println!("a stranger's deleveraging costs {} more than all its venue calls,", over(BARE_DELEVERAGE));
    println!("and {} more than those alone that change something", over(BARE_DELEVERAGE_WRITES));
}
