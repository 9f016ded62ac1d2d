//! A savings rate: a yearly yield in percent that governance sets.

use std::collections::BTreeMap;
use std::io::Read;

use super::table::Table;
use super::{Error, History, Quote, rate_of_percent_yield};

/// The history of one savings rate.
///
/// # Errors
/// Where a row is damaged.
pub fn read(file: &str, input: impl Read + 'static) -> Result<History, Error> {
    let mut found = BTreeMap::new();
    Table::open(file, input, &["date", "apy"])?.each(|row| {
        let day = row.day(0)?;
        if let Some(percent) = row.number(1, 0.0, 1_000.0)? {
            found.insert(day, Quote::Set { supply_rate: rate_of_percent_yield(percent) });
        }
        Ok(())
    })?;
    Ok(found)
}
