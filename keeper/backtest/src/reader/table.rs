//! Rows of a CSV file with the columns that are needed, and what can be wrong with them.

use std::io::{BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::day::Day;

/// Why a history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes cannot be read or unpacked.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The first line does not name a column that is needed.
    #[error("{file}: line 1 names no column {column}")]
    NoColumn {
        /// The file.
        file: String,
        /// The column's name.
        column: &'static str,
    },
    /// A line that is no row of the table.
    #[error("{file}, line {line}: {source}")]
    Row {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        source: csv::Error,
    },
    /// A field that is no number, or none within its bounds.
    #[error("{file}, line {line}, column {column}: '{value}' is no number from {least} to {most}")]
    Number {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What stands there.
        value: String,
        /// The least that is possible.
        least: f64,
        /// The most that is possible.
        most: f64,
    },
    /// A field that is no day.
    #[error("{file}, line {line}, column {column}: {source}")]
    Day {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What stands there.
        source: crate::day::NoDay,
    },
    /// Fields of one row that contradict each other.
    #[error("{file}, line {line}, column {column}: {value} is beyond {bound}, which {why}")]
    Contradiction {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// Its value.
        value: f64,
        /// What it may be at most.
        bound: f64,
        /// Where the bound comes from.
        why: &'static str,
    },
}

/// The rows of one file.
pub(super) struct Table {
    file: String,
    rows: csv::StringRecordsIntoIter<Box<dyn Read>>,
    columns: Vec<&'static str>,
    places: Vec<usize>,
}

/// One row.
pub(super) struct Row<'a> {
    table: &'a Table,
    record: csv::StringRecord,
    line: u64,
}

impl Table {
    /// Opens a table with at least these columns; `file` is its name in errors.
    pub(super) fn open(file: &str, mut input: impl Read + 'static, columns: &[&'static str]) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable { file: file.to_owned(), source };
        let mut magic = Vec::with_capacity(2);
        input.by_ref().take(2).read_to_end(&mut magic).map_err(unreadable)?;
        let is_packed = magic == [0x1f, 0x8b];
        let whole = Cursor::new(magic).chain(input);
        let text: Box<dyn Read> =
            if is_packed { Box::new(BufReader::new(MultiGzDecoder::new(whole))) } else { Box::new(whole) };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
        let header = reader.headers().map_err(|source| Error::Row { file: file.to_owned(), line: 1, source })?.clone();
        let place = |column: &&'static str| {
            let named = |name: &str| name.trim_start_matches('\u{feff}') == *column;
            header.iter().position(named).ok_or(Error::NoColumn { file: file.to_owned(), column })
        };
        let places = columns.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { file: file.to_owned(), rows: reader.into_records(), columns: columns.to_vec(), places })
    }

    /// Calls `read` with each row.
    pub(super) fn each(mut self, mut read: impl FnMut(&Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        while let Some(record) = self.rows.next() {
            let record = record.map_err(|source| {
                let line = source.position().map_or(0, csv::Position::line);
                Error::Row { file: self.file.clone(), line, source }
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            read(&Row { table: &self, record, line })?;
        }
        Ok(())
    }
}

impl Row<'_> {
    /// The text of the column of this place among those asked for.
    pub(super) fn text(&self, column: usize) -> &str {
        self.record.get(self.table.places[column]).unwrap_or_default()
    }

    /// A number from `least` to `most`; nothing where the field is blank.
    pub(super) fn number(&self, column: usize, least: f64, most: f64) -> Result<Option<f64>, Error> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(Error::Number {
                file: self.table.file.clone(),
                line: self.line,
                column: self.table.columns[column],
                value: text.to_owned(),
                least,
                most,
            }),
        }
    }

    /// The day with which the field begins.
    pub(super) fn day(&self, column: usize) -> Result<Day, Error> {
        self.text(column).parse().map_err(|source| Error::Day {
            file: self.table.file.clone(),
            line: self.line,
            column: self.table.columns[column],
            source,
        })
    }

    /// The error of a value that another column of the row contradicts.
    pub(super) fn contradiction(&self, column: usize, value: f64, bound: f64, why: &'static str) -> Error {
        let column = self.table.columns[column];
        Error::Contradiction { file: self.table.file.clone(), line: self.line, column, value, bound, why }
    }
}
