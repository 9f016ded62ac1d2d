//! A day of the proleptic Gregorian calendar, as the count of days since 1970-01-01.

use std::{fmt, str::FromStr};

use crate::error::Error;

const DAY_SECS: u64 = 86_400;
const MONTHS: i32 = 12;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Since 1970-01-01.
    days: i32,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

impl Date {
    /// Returns a day of the years 1 to 9999.
    ///
    /// # Errors
    /// Where there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Result<Self, Error> {
        let is_day =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= month_days(year, month);
        if is_day { Ok(Self::civil(year, month, day)) } else { Err(Error::NoSuchDay { year, month, day }) }
    }

    /// Returns the day of a moment, UTC.
    #[must_use]
    pub fn of_unix(secs: u64) -> Self {
        Self { days: i32::try_from(secs / DAY_SECS).unwrap_or(i32::MAX) }
    }

    /// Returns the days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i32 {
        self.days
    }

    /// Returns year, month (from 1) and day of the month (from 1).
    #[must_use]
    pub fn year_month_day(self) -> (i32, u32, u32) {
        // Years begin in March, so that the leap day is the last; eras have 400 years (146,097 days).
        let shifted = i64::from(self.days) + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as u32, day as u32)
    }

    /// Returns the year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year_month_day().0
    }

    /// Returns the day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        WEEK[(i64::from(self.days) + 3).rem_euclid(7) as usize]
    }

    /// Returns the days from here to `later`; negative where that is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i32 {
        later.days.saturating_sub(self.days)
    }

    /// Returns the day so many days later; earlier where negative.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self { days: self.days.saturating_add(days) }
    }

    /// Returns the same day of the month so many months later (earlier where negative), or the month's last.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let (year, month, day) = self.year_month_day();
        let count = year.saturating_mul(MONTHS).saturating_add(month as i32 - 1).saturating_add(months);
        let (year, month) = (count.div_euclid(MONTHS), count.rem_euclid(MONTHS) as u32 + 1);
        Self::civil(year, month, day.min(month_days(year, month)))
    }

    /// Returns whether it is its month's last day.
    #[must_use]
    pub fn is_end_of_month(self) -> bool {
        self == self.end_of_month()
    }

    /// Returns its month's last day.
    #[must_use]
    pub fn end_of_month(self) -> Self {
        let (year, month, _) = self.year_month_day();
        Self::civil(year, month, month_days(year, month))
    }

    /// The day of numbers that are known to name one.
    pub(crate) fn civil(year: i32, month: u32, day: u32) -> Self {
        let year = i64::from(year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let march_month = (i64::from(month) + 9) % 12;
        let of_year = (153 * march_month + 2) / 5 + i64::from(day) - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        Self { days: (era * 146_097 + of_era - 719_468) as i32 }
    }
}

/// Returns whether a year has a leap day.
#[must_use]
pub(crate) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_days(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let no_date = || Error::NoDate { text: text.to_owned() };
        let mut parts = text.split('-');
        let mut next = |digits: usize| {
            let part =
                parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()));
            part.and_then(|part| part.parse::<u32>().ok()).ok_or_else(no_date)
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        if parts.next().is_some() {
            return Err(no_date());
        }
        Self::new(year as i32, month, day)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(Date::new(1970, 1, 1).expect("a day").days(), 0);
        assert_eq!(Date::new(2000, 3, 1).expect("a day").days(), 11_017);
        assert_eq!(Date::of_unix(951_868_800 + 86_399).to_string(), "2000-03-01");
        assert_eq!("2013-06-07".parse::<Date>().expect("a day").weekday(), Weekday::Friday);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        assert_eq!(Date::new(2023, 2, 29), Err(Error::NoSuchDay { year: 2023, month: 2, day: 29 }));
        for text in ["", "2023-02", "2023-2-01", "2023-02-01-1", "+023-02-01", "20230201"] {
            assert_eq!(text.parse::<Date>(), Err(Error::NoDate { text: text.to_owned() }));
        }
    }

    #[test]
    fn months_end_where_there_is_no_such_day() {
        let day = |text: &str| text.parse::<Date>().expect("a day");

        assert_eq!(day("2024-08-31").plus_months(-6), day("2024-02-29"));
        assert_eq!(day("2024-02-29").plus_months(12), day("2025-02-28"));
        assert_eq!(day("2024-11-30").plus_months(3), day("2025-02-28"));
        assert!(day("2024-02-29").is_end_of_month() && !day("2024-02-28").is_end_of_month());
    }

    proptest! {
        #[test]
        fn a_day_after_the_other(days in -700_000..2_900_000_i32) {
            let date = Date { days };
            let (year, month, day) = date.year_month_day();
            prop_assert_eq!(Date::civil(year, month, day), date);
            let next = date.plus_days(1).year_month_day();
            let expected = if date.is_end_of_month() {
                if month == 12 { (year + 1, 1, 1) } else { (year, month + 1, 1) }
            } else { (year, month, day + 1) };
            prop_assert_eq!(next, expected);
        }
    }
}
