//! Hourly prices from a CSV file, plain or gzipped, and which of them are believed.
//!
//! Columns read, by their names in the first line; others may stand between them, no field may be quoted:
//!
//! | column | meaning |
//! | --- | --- |
//! | `timestamp`, `date` or `ts` | when the hour begins, UTC: `2023-03-11 14:00:00`, or unix milliseconds |
//! | `open`, `high`, `low`, `close` | the first, highest, lowest and last price of the hour |
//!
//! Hours may be missing, doubled (the last row counts) and in any order.

use std::{collections::BTreeMap, ops::Range, path::Path};

use super::Line;
use crate::history::{Error, unpacked};

const TIMES: [&str; 3] = ["timestamp", "date", "ts"];
const PRICES: [&str; 4] = ["open", "high", "low", "close"];
/// The seconds of a candle.
const HOUR_SECS: u64 = 3_600;
/// An extreme that is less than half of both open and close, or more than twice both, is a false tick: nobody else saw it.
const FALSE_TICK: f64 = 2.0;
/// No price here is as high: what is, is damaged.
const MAX_PRICE: f64 = 1e6;

/// What was paid within an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candle {
    /// The first price.
    pub open: f64,
    /// The highest that is believed.
    pub high: f64,
    /// The lowest that is believed.
    pub low: f64,
    /// The last price.
    pub close: f64,
}

/// Hours of a market, in order.
#[derive(Clone, Debug)]
pub struct Candles {
    hours: BTreeMap<u64, Candle>,
}

impl Candles {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, lacks a column, or holds a malformed field.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::parse(&unpacked(path)?)
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As for [`Candles::read`], but for the file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        let header: Vec<&str> = lines.next().map_or(Vec::new(), |(_, line)| line.trim_end().split(',').collect());
        let place = |column: &str| header.iter().position(|name| name.trim() == column);
        let (time, times) =
            TIMES.iter().find_map(|name| Some((*name, place(name)?))).ok_or(Error::NoColumn { column: TIMES[0] })?;

        let mut hours = BTreeMap::new();
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.trim_end().split(',').collect();
            let malformed = |column, value: &str, expected| {
                Err(Error::Malformed { row: index + 1, column, value: value.into(), expected })
            };
            if fields.len() != header.len() {
                return malformed(time, line, "a row with as many fields as the first line");
            }
            let Some(at_secs) = utc_secs(fields[times]) else {
                return malformed(time, fields[times], "a time like 2023-03-11 14:00:00, or unix milliseconds");
            };
            let mut prices = [0.0; PRICES.len()];
            for (price, column) in prices.iter_mut().zip(PRICES) {
                let field = fields[place(column).ok_or(Error::NoColumn { column })?];
                match field.trim().parse::<f64>() {
                    Ok(number) if number > 0.0 && number < MAX_PRICE => *price = number,
                    _ => return malformed(column, field, "a price above 0 and below a million"),
                }
            }
            let [open, high, low, close] = prices;
            if low > open.min(close) || high < open.max(close) {
                return malformed("low", line, "a row whose low and high hold open and close");
            }
            hours.insert(at_secs, Candle { open, high, low, close }.believed());
        }
        Ok(Self { hours })
    }

    /// Returns the hour that begins then, in unix seconds.
    pub fn at(&self, secs: u64) -> Option<&Candle> {
        self.hours.get(&secs)
    }

    /// Returns the price over a time, in unix seconds.
    ///
    /// Within an hour it goes from the first price to the last by way of both extremes, a third of an hour each: a rising
    /// hour sees its low first, a falling one its high. Across a gap it goes straight.
    ///
    /// # Errors
    /// The file has nothing before the end of that time, or nothing after its begin.
    pub fn line(&self, over: Range<u64>) -> Result<Line, Error> {
        let none = || Error::NoPrices { from_secs: over.start, until_secs: over.end };
        let (first, _) = self.hours.range(..=over.start).next_back().ok_or_else(none)?;
        let (last, _) = self.hours.range(over.end.saturating_sub(HOUR_SECS)..).next().ok_or_else(none)?;
        let corners = self.hours.range(first..=last).flat_map(|(at, candle)| candle.corners(*at));
        Ok(Line::through(corners))
    }
}

impl Candle {
    /// Returns the hour without its false ticks.
    fn believed(self) -> Self {
        let (lower, upper) = (self.open.min(self.close), self.open.max(self.close));
        Self {
            low: if self.low * FALSE_TICK < lower { lower } else { self.low },
            high: if self.high > upper * FALSE_TICK { upper } else { self.high },
            ..self
        }
    }

    /// Returns when it had which price; the close gives way to the next hour's open.
    fn corners(&self, at_secs: u64) -> [(u64, f64); 4] {
        let (first, second) = if self.close >= self.open { (self.low, self.high) } else { (self.high, self.low) };
        let third = HOUR_SECS / 3;
        [
            (at_secs, self.open),
            (at_secs + third, first),
            (at_secs + 2 * third, second),
            (at_secs + HOUR_SECS, self.close),
        ]
    }
}

/// Returns the unix seconds of `2023-03-11 14:00:00`, also with a T between and a Z at the end, or of unix milliseconds.
pub(super) fn utc_secs(text: &str) -> Option<u64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<u64>().ok().map(|millis| millis / 1_000);
    }
    let number = |range: Range<usize>| text.get(range).and_then(|digits| digits.parse::<u64>().ok());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let is_time = (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_time || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years that begin in March, so that a leap day is the last of its year; every five months have 153 days.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    const DAYS_TO_1970: u64 = 719_468;
    Some((days - DAYS_TO_1970) * 86_400 + hour * 3_600 + minute * 60 + second)
}
