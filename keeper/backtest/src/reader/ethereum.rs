//! USDC on Ethereum from 2020 to 2022, with amounts: Compound v2, Aave v1 and v2, every 300 blocks.

use std::collections::BTreeMap;
use std::io::Read;

use super::table::Table;
use super::{Error, History, Quote};

/// No lending rate is above 1,000 % a year.
const MOST_RATE: f64 = 10.0;

/// The treasury's part of Compound v2's interest, about: 5 to 7.5 % in those years. The file gives that pool's supply in
/// its own units, so that usage follows from the rates.
const COMPOUND_RESERVE_FACTOR: f64 = 0.07;

/// The histories of Compound v2, Aave v1 and Aave v2, in this order.
///
/// # Errors
/// Where a row is damaged.
pub fn read(file: &str, input: impl Read + 'static) -> Result<[History; 3], Error> {
    let columns = [
        "timestamp",
        "variable_borrow_rate_comp",
        "supply_rate_comp",
        "total_borrows_comp",
        "supply_rate_aave_v1",
        "total_variable_borrows_aave_v1",
        "total_stable_borrows_aave_v1",
        "total_supply_aave_v1",
        "supply_rate_aave_v2",
        "total_variable_borrows_aave_v2",
        "total_stable_borrows_aave_v2",
        "total_supply_aave_v2",
    ];
    let mut found = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
    Table::open(file, input, &columns)?.each(|row| {
        let day = row.day(0)?;
        let rate = |column| row.number(column, 0.0, MOST_RATE);
        let amount = |column| row.number(column, 0.0, 1e12);
        if let (Some(borrow_rate), Some(supply_rate), Some(debt_usd)) = (rate(1)?, rate(2)?, amount(3)?) {
            let paid = borrow_rate * (1.0 - COMPOUND_RESERVE_FACTOR);
            let usage = if paid > 0.0 { (supply_rate / paid).min(1.0) } else { 0.0 };
            found[0].insert(day, Quote::Amounts { supply_rate, usage, debt_usd });
        }
        for (history, first) in [(1, 4), (2, 8)] {
            let (variable, stable) = (amount(first + 1)?, amount(first + 2)?);
            let (Some(supply_rate), Some(variable), Some(stable), Some(supply)) =
                (rate(first)?, variable, stable, amount(first + 3)?)
            else {
                continue;
            };
            let debt_usd = variable + stable;
            let usage = if supply > 0.0 { (debt_usd / supply).min(1.0) } else { 0.0 };
            found[history].insert(day, Quote::Amounts { supply_rate, usage, debt_usd });
        }
        Ok(())
    })?;
    Ok(found)
}
