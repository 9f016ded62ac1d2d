//! Days of the Gregorian calendar, counted; histories have one state a day.

use std::fmt;
use std::str::FromStr;

use model::Timestamp;

/// Seconds of a day.
pub const DAY_SECS: u64 = 86_400;

/// Days of the year on which yearly rates rest.
pub const YEAR_DAYS: f64 = 365.0;

/// A day, by how many lie between it and 1970-01-01 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u32);

/// What is no day from 1970 on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no day like 2026-02-28, from 1970 on")]
pub struct NoDay(pub String);

impl Day {
    /// The day that comes so many days later.
    #[must_use]
    pub fn after(self, days: usize) -> Self {
        Self(self.0.saturating_add(u32::try_from(days).unwrap_or(u32::MAX)))
    }

    /// How many days lie between an earlier day and this one; none from a later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> usize {
        self.0.saturating_sub(earlier.0) as usize
    }

    /// Its end, the moment for which a state of this day stands.
    #[must_use]
    pub fn end(self) -> Timestamp {
        Timestamp((u64::from(self.0) + 1) * DAY_SECS)
    }
}

impl FromStr for Day {
    type Err = NoDay;

    /// Reads the first ten characters; what follows them (a time) does not matter.
    fn from_str(text: &str) -> Result<Self, NoDay> {
        let fault = || NoDay(text.to_owned());
        let day = text.get(..10).ok_or_else(fault)?;
        if day.len() != text.len() && !matches!(text.as_bytes()[10], b'T' | b' ') {
            return Err(fault());
        }
        let parts: Vec<&str> = day.split('-').collect();
        let [year, month, date] = parts[..] else { return Err(fault()) };
        let number = |part: &str, digits: usize| {
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u32>().ok()).flatten().ok_or_else(fault)
        };
        let (year, month, date) = (number(year, 4)?, number(month, 2)?, number(date, 2)?);
        let found = Self(days_of(year.max(1970), month.clamp(1, 12), date.max(1)));
        // A date that the calendar does not have would print as another.
        if found.to_string() == day { Ok(found) } else { Err(fault()) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The civil calendar from a count of days, in eras of 400 years that begin in March (Hinnant's algorithm).
        let shifted = u64::from(self.0) + 719_468;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let date = of_year - (153 * march + 2) / 5 + 1;
        let month = if march < 10 { march + 3 } else { march - 9 };
        let year = year + era * 400 + u64::from(month <= 2);
        write!(formatter, "{year:04}-{month:02}-{date:02}")
    }
}

/// The count of a date from 1970 on.
fn days_of(year: u32, month: u32, date: u32) -> u32 {
    let year = year - u32::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let march = (month + 9) % 12;
    let of_year = (153 * march + 2) / 5 + date - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    (era * 146_097 + of_era).saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_as_they_print() {
        for (text, count) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2020-05-04", 18_386), ("2026-02-28", 20_512)]
        {
            let day: Day = text.parse().expect("a day");

            assert_eq!((day.0, day.to_string().as_str()), (count, text));
        }
        let first: Day = "1970-01-01".parse().expect("a day");
        for count in 0..60_000 {
            let day = first.after(count);

            assert_eq!(day.to_string().parse(), Ok(day));
        }
    }

    #[test]
    fn a_time_may_follow_and_nothing_else() {
        let day: Day = "2025-07-22".parse().expect("a day");

        assert_eq!("2025-07-22T21:38:59Z".parse(), Ok(day));
        assert_eq!("2025-07-22 21:38:59".parse(), Ok(day));
        for text in ["2025-02-29", "2025-13-01", "2025-7-2", "1969-12-31", "", "2025-07-223", "20250722", "täglich-äöü"]
        {
            assert_eq!(text.parse::<Day>(), Err(NoDay(text.to_owned())));
        }
    }
}
