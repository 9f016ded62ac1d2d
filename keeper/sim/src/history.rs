//! Daily rates of one Aave v3 reserve from a CSV file, and the utilisation that they imply.
//!
//! Columns read, by their names in the first line; others may stand between them, no field may be quoted:
//!
//! | column | meaning |
//! | --- | --- |
//! | `snapshot_ts` | time of the row, ISO 8601, UTC |
//! | `network` | `arbitrum` |
//! | `asset_address` | the reserve's asset |
//! | `current_liquidity_rate` | what suppliers earn, decimal a year |
//! | `current_variable_borrow_rate` | what borrowers pay, decimal a year |
//! | `reserve_factor` | the treasury's part of the interest, decimal |
//!
//! The file gives no amounts. But Aave pays its suppliers exactly what borrowers pay, less the reserve factor, spread
//! over everything supplied: `supply_rate = borrow_rate * utilisation * (1 - reserve_factor)` where nobody borrows at a
//! stable rate. So utilisation is the quotient, whatever the curve was on that day; governance moves the curve's
//! slopes every few weeks, and to invert the wrong one errs by ten points.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

/// USDC as Circle issues it on Arbitrum One (not the bridged USDC.e).
pub const ARBITRUM_USDC: &str = "0xaf88d065e77c8cc2239327c5edb3a432268e5831";

const NETWORK: &str = "arbitrum";
const COLUMNS: [&str; 6] = [
    "snapshot_ts",
    "network",
    "asset_address",
    "current_liquidity_rate",
    "current_variable_borrow_rate",
    "reserve_factor",
];
/// Rates in the file have six decimals: at a low rate the quotient may pass 1 by this much.
const ROUNDING: f64 = 1e-3;
/// No lending rate is above 100,000 % a year: what is, is in percent, or damaged.
const MAX_RATE: f64 = 1_000.0;

/// Why a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read or unpacked.
    #[error("cannot read the history {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The first line does not name a column that is needed.
    #[error("the history has no column {column}")]
    NoColumn {
        /// The column's name.
        column: &'static str,
    },
    /// A field does not hold what its column promises.
    #[error("row {row} of the history, column {column}: '{value}' is not {expected}")]
    Malformed {
        /// The line's number in the file, from 1.
        row: usize,
        /// The column's name.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
    /// No price of that time.
    #[error("the history has no prices from {from_secs} to {until_secs} (unix seconds)")]
    NoPrices {
        /// Its begin.
        from_secs: u64,
        /// Its end.
        until_secs: u64,
    },
    /// No row of the reserve on that day or before it.
    #[error("the history has no row of {asset} on {network} {when}")]
    NoRow {
        /// The reserve's asset.
        asset: String,
        /// The network's name.
        network: &'static str,
        /// "at all" or "up to DATE".
        when: String,
    },
}

/// The rates of one reserve on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The row's time as the file gives it; its first ten characters are the day.
    pub snapshot_ts: String,
    /// What suppliers earned, decimal a year.
    pub supply_rate: f64,
    /// What borrowers paid, decimal a year.
    pub borrow_rate: f64,
    /// Borrowed part of everything supplied, 0 to 1.
    pub utilisation: f64,
}

/// One observation a day, in order; days without a row are absent.
#[derive(Clone, Debug)]
pub struct History {
    network: &'static str,
    asset: String,
    days: BTreeMap<String, Observation>,
}

impl History {
    /// Reads the reserve of `asset` (a hexadecimal address) on Arbitrum from a CSV file, plain or gzipped.
    ///
    /// Rows of other reserves are passed over. Of several rows of one day the latest counts. A row with a blank rate
    /// is no observation.
    ///
    /// # Errors
    /// The file cannot be read, lacks a column, or holds a malformed field in a row of the reserve.
    pub fn read(path: &Path, asset: &str) -> Result<Self, Error> {
        Self::read_on(path, NETWORK, asset)
    }

    /// As [`History::read`], on another network, by the name that the file has for it.
    ///
    /// # Errors
    /// As for [`History::read`].
    pub fn read_on(path: &Path, network: &'static str, asset: &str) -> Result<Self, Error> {
        Self::parse_on(&unpacked(path)?, network, asset)
    }

    /// Reads the text of such a file; see [`History::read`].
    ///
    /// # Errors
    /// As for [`History::read`], but for the file.
    pub fn parse(text: &str, asset: &str) -> Result<Self, Error> {
        Self::parse_on(text, NETWORK, asset)
    }

    fn parse_on(text: &str, on: &'static str, asset: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end()));
        let header: Vec<&str> = lines.next().map_or(Vec::new(), |(_, line)| line.split(',').collect());
        let places = places(&header)?;

        let mut days: BTreeMap<String, Observation> = BTreeMap::new();
        for (row, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let fields: Vec<&str> = line.split(',').collect();
            if fields.len() != header.len() {
                return Err(malformed(row, COLUMNS[0], line, "a row with as many fields as the first line"));
            }
            let [ts, network, address, supply, borrow, factor] = places.map(|place| fields[place].trim());
            if network != on || !address.eq_ignore_ascii_case(asset) {
                continue;
            }
            let Some(observation) = observation(row, ts, supply, borrow, factor)? else { continue };
            let day = observation.snapshot_ts[..DAY].to_owned();
            if days.get(&day).is_none_or(|known| known.snapshot_ts <= observation.snapshot_ts) {
                days.insert(day, observation);
            }
        }
        Ok(Self { network: on, asset: asset.into(), days })
    }

    /// Returns the last observation: of all, or of those up to the end of the day `until` ("2025-12-31").
    ///
    /// # Errors
    /// There is none.
    pub fn last(&self, until: Option<&str>) -> Result<&Observation, Error> {
        let found = match until {
            Some(day) => self.days.range(..=day.to_owned()).next_back(),
            None => self.days.last_key_value(),
        };
        found.map(|(_, observation)| observation).ok_or_else(|| Error::NoRow {
            asset: self.asset.clone(),
            network: self.network,
            when: until.map_or("at all".into(), |day| format!("up to {day}")),
        })
    }

    /// Returns every observation, oldest first.
    pub fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.days.values()
    }
}

impl Observation {
    /// Returns the day, as in "2026-02-28".
    pub fn day(&self) -> &str {
        &self.snapshot_ts[..DAY]
    }
}

/// Characters of a day: "2026-02-28".
const DAY: usize = 10;

/// Returns a file's text, unpacked where it is packed.
pub(crate) fn unpacked(path: &Path) -> Result<String, Error> {
    let unreadable = |source| Error::Unreadable { path: path.into(), source };
    let bytes = fs::read(path).map_err(unreadable)?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        (&bytes[..]).read_to_string(&mut text).map_err(unreadable)?;
    }
    Ok(text)
}

/// Where each needed column stands.
fn places(header: &[&str]) -> Result<[usize; COLUMNS.len()], Error> {
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let found = header.iter().position(|name| name.trim() == column);
        *place = found.ok_or(Error::NoColumn { column })?;
    }
    Ok(places)
}

/// Reads one row of the reserve; none where a rate is blank.
fn observation(
    row: usize,
    snapshot_ts: &str,
    supply: &str,
    borrow: &str,
    factor: &str,
) -> Result<Option<Observation>, Error> {
    if !is_day(snapshot_ts) {
        return Err(malformed(row, COLUMNS[0], snapshot_ts, "a time that starts with a day like 2026-02-28"));
    }
    if [supply, borrow, factor].contains(&"") {
        return Ok(None);
    }
    let supply_rate = decimal(row, COLUMNS[3], supply, MAX_RATE, "a rate from 0 to 1000")?;
    let borrow_rate = decimal(row, COLUMNS[4], borrow, MAX_RATE, "a rate from 0 to 1000")?;
    let reserve_factor = decimal(row, COLUMNS[5], factor, 0.999_999, "a part from 0 to below 1")?;

    let utilisation = if supply_rate == 0.0 { 0.0 } else { supply_rate / (borrow_rate * (1.0 - reserve_factor)) };
    if utilisation > 1.0 + ROUNDING {
        return Err(malformed(row, COLUMNS[3], supply, "a supply rate that the borrow rate can pay"));
    }
    let utilisation = utilisation.min(1.0);
    Ok(Some(Observation { snapshot_ts: snapshot_ts.into(), supply_rate, borrow_rate, utilisation }))
}

/// Whether the text starts with a day: four digits, month 01 to 12, day 01 to 31.
fn is_day(text: &str) -> bool {
    let Some(day) = text.get(..DAY) else { return false };
    let is_shaped = day.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    is_shaped && ("01"..="12").contains(&&day[5..7]) && ("01"..="31").contains(&&day[8..])
}

fn decimal(row: usize, column: &'static str, value: &str, max: f64, expected: &'static str) -> Result<f64, Error> {
    let number = value.parse::<f64>().ok().filter(|number| (0.0..=max).contains(number));
    number.ok_or_else(|| malformed(row, column, value, expected))
}

fn malformed(row: usize, column: &'static str, value: &str, expected: &'static str) -> Error {
    Error::Malformed { row, column, value: value.into(), expected }
}
