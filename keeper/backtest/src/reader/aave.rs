//! Aave v3 reserves: rates by network and asset; amounts are not given.

use std::collections::BTreeMap;
use std::io::Read;

use super::table::Table;
use super::{Error, History, Quote};

/// No lending rate is above 1,000 % a year: what is, is in percent, or damaged.
const MOST_RATE: f64 = 10.0;

/// Rates have six decimals: by this much the quotient of two may pass 1.
const ROUNDING: f64 = 1e-3;

/// The histories of some reserves, each (network, address of the asset), in the same order.
///
/// # Errors
/// Where a needed row is damaged, or suppliers earn more than borrowers pay.
pub fn read(file: &str, input: impl Read + 'static, reserves: &[(&str, &str)]) -> Result<Vec<History>, Error> {
    let columns = [
        "snapshot_ts",
        "network",
        "asset_address",
        "current_liquidity_rate",
        "current_variable_borrow_rate",
        "reserve_factor",
    ];
    let mut found = vec![BTreeMap::new(); reserves.len()];
    Table::open(file, input, &columns)?.each(|row| {
        let is_it =
            |(network, asset): &(&str, &str)| row.text(1) == *network && row.text(2).eq_ignore_ascii_case(asset);
        let Some(place) = reserves.iter().position(is_it) else { return Ok(()) };
        let day = row.day(0)?;
        let supply_rate = row.number(3, 0.0, MOST_RATE)?;
        let borrow_rate = row.number(4, 0.0, MOST_RATE)?;
        let reserve_factor = row.number(5, 0.0, 0.999_999)?;
        let (Some(supply_rate), Some(borrow_rate), Some(reserve_factor)) = (supply_rate, borrow_rate, reserve_factor)
        else {
            return Ok(());
        };
        let most = borrow_rate * (1.0 - reserve_factor);
        if supply_rate > most * (1.0 + ROUNDING) + 1e-6 {
            return Err(row.contradiction(3, supply_rate, most, "is all that the borrow rate can pay"));
        }
        found[place].insert(day, Quote::Rates { supply_rate, borrow_rate, reserve_factor });
        Ok(())
    })?;
    Ok(found)
}
