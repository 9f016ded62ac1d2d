//! Day counts: what part of a year lies between two days (ISDA 2006 Definitions 4.16; ICMA Rule 251).

use crate::calendar::{Date, is_leap};

/// How years are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayCount {
    /// Days by 360.
    Actual360,
    /// Days by 365.
    Actual365Fixed,
    /// Days by those of the coupon's period (ISMA, ICMA).
    ActualActualIsma,
    /// Days of leap years by 366, others by 365.
    ActualActualIsda,
    /// Months of 30 days, the end of February being a 30th (United States, bonds).
    Thirty360UnitedStates,
    /// Months of 30 days, the end of February as it is (ISDA's bond basis, swaps).
    Thirty360BondBasis,
    /// Months of 30 days, every 31st being a 30th (eurobonds).
    ThirtyE360,
}

/// A regular period of interest, by which ISMA counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regular {
    /// Where it begins.
    pub start: Date,
    /// Where it ends.
    pub end: Date,
    /// How many months it has; at least one.
    pub months: u32,
}

impl Regular {
    /// Returns the period so many periods later; earlier where negative.
    #[must_use]
    pub fn shifted(self, periods: i32) -> Self {
        let by = periods.saturating_mul(i32::try_from(self.months).unwrap_or(i32::MAX));
        Self { start: self.start.plus_months(by), end: self.end.plus_months(by), months: self.months }
    }
}

impl DayCount {
    /// Returns the years from `from` to `to`; negative where that is earlier. ISMA, which needs one, counts by `regular`
    /// and its neighbours, all others leave it aside. Exact but for the quotient's rounding.
    #[must_use]
    pub fn years(self, from: Date, to: Date, regular: Regular) -> f64 {
        if to < from {
            return -self.years(to, from, regular);
        }
        let days = f64::from(from.days_until(to));
        match self {
            Self::Actual360 => days / 360.0,
            Self::Actual365Fixed => days / 365.0,
            Self::ActualActualIsma => isma(from, to, regular),
            Self::ActualActualIsda => isda(from, to),
            Self::Thirty360UnitedStates => thirty(from, to, Thirty::UnitedStates),
            Self::Thirty360BondBasis => thirty(from, to, Thirty::BondBasis),
            Self::ThirtyE360 => thirty(from, to, Thirty::European),
        }
    }

    /// Returns the years from `from` to `to` where there is no coupon; ISMA then counts as though one were paid a year,
    /// the last on `to`.
    #[must_use]
    pub fn years_between(self, from: Date, to: Date) -> f64 {
        self.years(from, to, Regular { start: to.plus_months(-12), end: to, months: 12 })
    }
}

/// The days of each regular period by all of that period's.
fn isma(from: Date, to: Date, regular: Regular) -> f64 {
    let part_year = f64::from(regular.months.max(1)) / 12.0;
    let step = Regular { months: regular.months.max(1), ..regular };
    // The regular period in which `from` lies: its neighbours take over where a stub is longer than one.
    let mut at = 0;
    while step.shifted(at).start > from {
        at -= 1;
    }
    while step.shifted(at).end <= from {
        at += 1;
    }
    let mut years = 0.0;
    loop {
        let period = step.shifted(at);
        let (begin, until) = (from.max(period.start), to.min(period.end));
        if begin < until {
            let whole = f64::from(period.start.days_until(period.end));
            years += part_year * f64::from(begin.days_until(until)) / whole;
        }
        if period.end >= to {
            return years;
        }
        at += 1;
    }
}

fn isda(from: Date, to: Date) -> f64 {
    let basis = |year: i32| if is_leap(year) { 366.0 } else { 365.0 };
    let (first, last) = (from.year(), to.year());
    if first == last {
        return f64::from(from.days_until(to)) / basis(first);
    }
    let new_year = |year: i32| Date::civil(year, 1, 1);
    let head = f64::from(from.days_until(new_year(first + 1))) / basis(first);
    let tail = f64::from(new_year(last).days_until(to)) / basis(last);
    head + f64::from(last - first - 1) + tail
}

enum Thirty {
    UnitedStates,
    BondBasis,
    European,
}

fn thirty(from: Date, to: Date, rule: Thirty) -> f64 {
    let ((year1, month1, mut day1), (year2, month2, mut day2)) = (from.year_month_day(), to.year_month_day());
    let is_end_of_february = |date: Date, month: u32| month == 2 && date.is_end_of_month();
    match rule {
        Thirty::European => (day1, day2) = (day1.min(30), day2.min(30)),
        Thirty::UnitedStates if is_end_of_february(from, month1) => {
            day1 = 30;
            if is_end_of_february(to, month2) || day2 == 31 {
                day2 = 30;
            }
        }
        Thirty::UnitedStates | Thirty::BondBasis => {
            day1 = day1.min(30);
            if day1 == 30 {
                day2 = day2.min(30);
            }
        }
    }
    let months = 12 * (year2 - year1) + month2 as i32 - month1 as i32;
    f64::from(30 * months + day2 as i32 - day1 as i32) / 360.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-14, "{found} is not {expected}");
    }

    /// The worked cases of ISDA's memorandum "EMU and market conventions: recent developments" (1998).
    #[test]
    fn isma_and_isda_count_as_in_the_memorandum() {
        let half = |start: &str, end: &str| Regular { start: day(start), end: day(end), months: 6 };
        let isma = |from: &str, to: &str, regular| DayCount::ActualActualIsma.years(day(from), day(to), regular);
        let isda = |from: &str, to: &str| DayCount::ActualActualIsda.years_between(day(from), day(to));

        close(isda("2003-11-01", "2004-05-01"), 61.0 / 365.0 + 121.0 / 366.0);
        close(isma("2003-11-01", "2004-05-01", half("2003-11-01", "2004-05-01")), 0.5);
        // A short first period of a yearly coupon.
        let year = Regular { start: day("1998-07-01"), end: day("1999-07-01"), months: 12 };
        close(isma("1999-02-01", "1999-07-01", year), 150.0 / 365.0);
        close(isda("1999-02-01", "1999-07-01"), 150.0 / 365.0);
        // A long first period: a quarter's stub and a half-year.
        let long = half("2003-01-15", "2003-07-15");
        close(isma("2002-08-15", "2003-07-15", long), 0.5 + 153.0 / 184.0 * 0.5);
        close(isda("2002-08-15", "2003-07-15"), 334.0 / 365.0);
        // A short last period.
        close(isma("2000-01-30", "2000-06-30", half("2000-01-30", "2000-07-30")), 152.0 / 364.0);
        close(isda("2000-01-30", "2000-06-30"), 152.0 / 366.0);
    }

    #[test]
    fn thirty_day_months_differ_at_their_ends() {
        let days = |count: DayCount, from: &str, to: &str| (count.years_between(day(from), day(to)) * 360.0).round();
        let [us, basis, european] =
            [DayCount::Thirty360UnitedStates, DayCount::Thirty360BondBasis, DayCount::ThirtyE360];

        for (from, to, expected) in [
            ("2006-08-31", "2007-02-28", [178.0, 178.0, 178.0]),
            ("2007-02-28", "2007-08-31", [180.0, 183.0, 182.0]),
            ("2008-02-29", "2009-02-28", [360.0, 359.0, 359.0]),
            ("2007-01-15", "2007-01-31", [16.0, 16.0, 15.0]),
            ("2007-01-31", "2007-03-31", [60.0, 60.0, 60.0]),
            ("2017-02-13", "2017-07-31", [168.0, 168.0, 167.0]),
        ] {
            assert_eq!([us, basis, european].map(|count| days(count, from, to)), expected, "{from} {to}");
        }
    }

    #[test]
    fn actual_days_are_divided_by_their_year() {
        let (from, to) = (day("2024-01-01"), day("2025-01-01"));

        close(DayCount::Actual360.years_between(from, to), 366.0 / 360.0);
        close(DayCount::Actual365Fixed.years_between(from, to), 366.0 / 365.0);
        close(DayCount::ActualActualIsda.years_between(from, to), 1.0);
        close(DayCount::ActualActualIsma.years_between(from, to), 1.0);
        close(DayCount::Actual360.years_between(to, from), -366.0 / 360.0);
    }

    proptest! {
        #[test]
        fn actual_counts_add_up(first in 0..20_000_i32, second in 0..4_000_i32, third in 0..4_000_i32) {
            let regular = Regular { start: day("1999-03-15"), end: day("1999-09-15"), months: 6 };
            let from = Date::of_unix(0).plus_days(first);
            let (middle, to) = (from.plus_days(second), from.plus_days(second + third));
            let counts =
                [DayCount::Actual360, DayCount::Actual365Fixed, DayCount::ActualActualIsma, DayCount::ActualActualIsda];
            for count in counts {
                let parts = count.years(from, middle, regular) + count.years(middle, to, regular);
                prop_assert!((parts - count.years(from, to, regular)).abs() < 1e-12);
            }
        }
    }
}
