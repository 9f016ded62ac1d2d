//! The committed table: read, written, compared.

use std::fmt::Write;

use super::{BARE_DELEVERAGE, DELEVERAGE, DELEVERAGE_OVER_BARE, REBALANCE, REBALANCE_TARGET, Table};

/// How much more than the table says a call may cost: compilers differ by less.
const TOLERANCE_PERCENT: u64 = 1;

/// Writes a table as it is committed: an operation a line, then pairs of positions and gas.
pub fn text(table: &Table) -> String {
    let mut text = String::from(
        "# Gas of whole transactions: operation, then positions and gas. scripts/gas --update writes it.\n",
    );
    for (operation, row) in table {
        let _ = write!(text, "{operation:<22}");
        for (positions, gas) in row {
            let _ = write!(text, "  {positions:>2} {gas:>7}");
        }
        text.push('\n');
    }
    text
}

/// Reads lines as [`text`] writes them: (operation, positions, gas).
pub fn read(text: &str) -> Vec<(String, usize, u64)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        let operation = words.next().unwrap_or_default().to_owned();
        let numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
        let pairs = numbers.chunks_exact(2).map(|pair| (operation.clone(), pair[0] as usize, pair[1]));
        pairs.collect::<Vec<_>>()
    };
    lines.flat_map(row).collect()
}

/// Returns what is wrong with a measured table: what costs more than the committed one says, and what is missing in it.
pub fn check(measured: &Table, committed: &str) -> Vec<String> {
    let known = read(committed);
    let mut faults = Vec::new();
    for (operation, row) in measured {
        for (positions, gas) in row {
            let allowed = known.iter().find(|(name, places, _)| name == operation && places == positions);
            match allowed {
                None => faults.push(format!("{operation} with {positions} positions is not in the table")),
                Some((_, _, allowed)) if *gas > allowed + allowed * TOLERANCE_PERCENT / 100 => {
                    faults
                        .push(format!("{operation} with {positions} positions costs {gas}, the table says {allowed}"));
                }
                Some(_) => {}
            }
        }
    }
    faults
}

/// Returns what a rebalance with ten positions costs where that is more than we want it to.
pub fn over_target(measured: &Table) -> Option<String> {
    let rebalance = measured.get(REBALANCE).and_then(|row| row.get(&10)).copied().unwrap_or(u64::MAX);
    let says = || format!("{REBALANCE} with 10 positions costs {rebalance}, over {REBALANCE_TARGET}");
    (rebalance > REBALANCE_TARGET).then(says)
}

/// Returns what a deleveraging costs more than all its bare venue calls, the asking ones too, where that is more than we want it to.
pub fn over_venue(measured: &Table) -> Option<String> {
    let of = |operation: &str| measured.get(operation).and_then(|row| row.values().next()).copied();
    let over = match (of(DELEVERAGE), of(BARE_DELEVERAGE)) {
        (Some(whole), Some(bare)) => whole.saturating_sub(bare),
        _ => u64::MAX,
    };
    let says = || format!("{DELEVERAGE} costs {over} more than all its venue calls, over {DELEVERAGE_OVER_BARE}");
    (over > DELEVERAGE_OVER_BARE).then(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rebalance: u64) -> Table {
        Table::from([(REBALANCE, [(2, 90), (10, rebalance)].into()), ("transfer", [(1, 5)].into())])
    }

    #[test]
    fn what_is_written_is_read() {
        let found = read(&text(&table(100)));

        assert_eq!(found, [(REBALANCE.into(), 2, 90), (REBALANCE.into(), 10, 100), ("transfer".into(), 1, 5)]);
    }

    #[test]
    fn dearer_than_the_table_or_than_the_target_or_unknown_is_a_fault() {
        let committed = text(&table(100));

        assert!(check(&table(101), &committed).is_empty());
        assert_eq!(check(&table(102), &committed).len(), 1);
        assert!(over_target(&table(320_001)).is_some() && over_target(&table(320_000)).is_none());
        assert_eq!(check(&table(100), "transfer 1 5\n").len(), 2);
    }

    #[test]
    fn a_deleveraging_far_above_its_venue_calls_or_unmeasured_is_a_fault() {
        let of = |whole| Table::from([(DELEVERAGE, [(3, whole)].into()), (BARE_DELEVERAGE, [(3, 500_000)].into())]);

        assert!(over_venue(&of(700_000)).is_none());
        assert!(over_venue(&of(700_001)).is_some_and(|fault| fault.contains("costs 200001 more")));
        assert!(over_venue(&table(1)).is_some());
    }
}
