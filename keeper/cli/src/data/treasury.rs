//! Par yields of the United States' Treasury, one day a line.
//!
//! Columns by their names in the first line, no field quoted: `date` (2026-02-02), and any number of tenors, `1M` for a month, `10Y` for
//! ten years: percent, bond equivalent (half-yearly). Blank fields are left out, other columns passed over. Lines in any order.

use std::path::Path;

use risk::calendar::Date;
use risk::curve::Quote;

use super::{malformed, text};
use crate::failure::Failure;

/// The file's name.
pub const PAR_YIELDS: &str = "us_treasury_par_yield_daily.csv";
/// Coupons a year of a bond-equivalent yield.
pub const COUPONS_A_YEAR: u16 = 2;
/// A percent that no Treasury has paid.
const MOST_PERCENT: f64 = 100.0;

/// One day's par yields.
#[derive(Debug, Clone, PartialEq)]
pub struct ParYields {
    /// The day.
    pub date: Date,
    /// The tenor's name, its years and the yield (0.04 = 4 %), by tenor.
    pub yields: Vec<(String, f64, f64)>,
}

impl ParYields {
    /// Returns them as quotes of a curve.
    pub fn quotes(&self) -> Result<Vec<Quote>, risk::Error> {
        self.yields.iter().map(|(_, years, rate)| Quote::par(*years, COUPONS_A_YEAR, *rate)).collect()
    }
}

/// Reads the newest day, or the last one up to `until`, that has a yield.
pub fn par_yields(folder: &Path, until: Option<Date>) -> Result<ParYields, Failure> {
    parse(&text(folder, PAR_YIELDS)?, until)
}

fn parse(text: &str, until: Option<Date>) -> Result<ParYields, Failure> {
    let mut lines = text.lines();
    let columns: Vec<_> = lines.next().unwrap_or_default().trim().split(',').collect();
    let Some(date_column) = columns.iter().position(|column| *column == "date") else {
        return Err(malformed(PAR_YIELDS, 1, "there is no column date"));
    };
    let tenors: Vec<_> = columns.iter().map(|column| tenor_years(column)).collect();
    let mut newest: Option<ParYields> = None;
    for (index, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let fault = |what: String| malformed(PAR_YIELDS, index + 2, what);
        let fields: Vec<_> = line.trim().split(',').collect();
        let date = fields.get(date_column).copied().unwrap_or_default();
        let date: Date = date.parse().map_err(|error: risk::Error| fault(error.to_string()))?;
        let is_wanted = until.is_none_or(|until| date <= until);
        if !is_wanted || newest.as_ref().is_some_and(|newest| newest.date >= date) {
            continue;
        }
        let mut yields = Vec::new();
        for ((field, column), years) in fields.iter().zip(&columns).zip(&tenors) {
            let (Some(years), false) = (years, field.is_empty()) else { continue };
            let percent: Option<f64> = field.parse().ok().filter(|percent: &f64| percent.abs() <= MOST_PERCENT);
            let percent =
                percent.ok_or_else(|| fault(format!("{column} is '{field}', which is no yield in percent")))?;
            yields.push(((*column).to_owned(), *years, percent / 100.0));
        }
        yields.sort_by(|one, other| one.1.total_cmp(&other.1));
        if !yields.is_empty() {
            newest = Some(ParYields { date, yields });
        }
    }
    newest.ok_or_else(|| {
        let when = until.map_or_else(String::new, |until| format!(" up to {until}"));
        Failure::fault(format!("{PAR_YIELDS} has no yields{when}"), "take a later --date")
    })
}

/// `1M` and `10Y` as years; nothing of any other column.
fn tenor_years(column: &str) -> Option<f64> {
    let months = column.strip_suffix('M').map(|count| (count, 12.0));
    let (count, a_year) = months.or_else(|| column.strip_suffix('Y').map(|count| (count, 1.0)))?;
    count.parse::<u16>().ok().filter(|count| *count > 0).map(|count| f64::from(count) / a_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "date,1M,6M,10Y,source\n2026-01-02,3.6,,4.2,x\n\n2026-02-02,3.69,3.6,4.29,x\n2026-02-03,,,,x\n";

    #[test]
    fn the_newest_day_with_a_yield_counts() {
        let found = parse(TEXT, None).expect("yields");

        assert_eq!(found.date.to_string(), "2026-02-02");
        let tenors: Vec<_> = found.yields.iter().map(|(name, years, _)| (name.as_str(), *years)).collect();
        assert_eq!(tenors, [("1M", 1.0 / 12.0), ("6M", 0.5), ("10Y", 10.0)]);
        assert_eq!(found.quotes().expect("quotes").len(), 3);
        let earlier = parse(TEXT, Some("2026-02-01".parse().expect("a day"))).expect("yields");
        assert_eq!((earlier.date.to_string().as_str(), earlier.yields.len()), ("2026-01-02", 2));
    }

    #[test]
    fn what_is_no_history_is_refused_by_line_and_value() {
        let refused = |text: &str| parse(text, None).expect_err("no history").message;

        assert!(refused("day,1M\n").contains("no column date"));
        assert!(refused("").contains("no column date"));
        assert!(refused("date,1M\n2026-02-30,4\n").contains("line 2: 2026-02-30 is no day"));
        assert!(refused("date,1M\n2026-02-02,4\n2026-02-03,four\n").contains("line 3: 1M is 'four'"));
        assert!(refused("date,1M\n2026-02-03,NaN\n").contains("'NaN'"));
        assert!(refused("date,1M\n2026-02-03,\n").contains("has no yields"));
    }
}
