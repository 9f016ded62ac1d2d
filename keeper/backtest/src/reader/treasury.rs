//! Treasury par yields: what a fund of three-month bills earns, taken as a simple rate. Negative yields are possible.

use std::collections::BTreeMap;
use std::io::Read;

use super::table::Table;
use super::{Error, History, Quote};

/// The history of the three-month bill; a yield below zero counts as zero, for nobody must hold it.
///
/// # Errors
/// Where a row is damaged.
pub fn read(file: &str, input: impl Read + 'static) -> Result<History, Error> {
    let mut found = BTreeMap::new();
    Table::open(file, input, &["date", "3M"])?.each(|row| {
        let day = row.day(0)?;
        if let Some(percent) = row.number(1, -5.0, 100.0)? {
            found.insert(day, Quote::Set { supply_rate: percent.max(0.0) / 100.0 });
        }
        Ok(())
    })?;
    Ok(found)
}
