//! Compound III: a yearly yield in percent, rewards included, and the money that is not lent out.

use std::collections::BTreeMap;
use std::io::Read;

use super::table::Table;
use super::{Error, History, Quote, rate_of_percent_yield};

/// The history of one pool.
///
/// # Errors
/// Where a row is damaged.
pub fn read(file: &str, input: impl Read + 'static) -> Result<History, Error> {
    let mut found = BTreeMap::new();
    Table::open(file, input, &["date", "apy", "tvl_usd"])?.each(|row| {
        let day = row.day(0)?;
        if let (Some(percent), Some(available_usd)) = (row.number(1, 0.0, 1_000.0)?, row.number(2, 0.0, 1e12)?) {
            found.insert(day, Quote::Available { supply_rate: rate_of_percent_yield(percent), available_usd });
        }
        Ok(())
    })?;
    Ok(found)
}
