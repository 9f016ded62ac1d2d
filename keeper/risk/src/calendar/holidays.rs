//! Calendars by rule: which days are days of business, and where the others move to.
//!
//! Holidays follow from their statutes: England's bank holidays (Banking and Financial Dealings Act 1971, with the days that
//! proclamations moved or added from 1995 to 2023), the days on which TARGET is closed (since 2002), and those on which the United
//! States' Treasury market is (its federal holidays and Good Friday; days of mourning are left out).

use super::{Date, Weekday};

/// Who keeps business on which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Business on all days.
    EveryDay,
    /// All days but Saturdays and Sundays.
    Weekdays,
    /// England and Wales.
    England,
    /// The euro's settlement system.
    Target,
    /// The United States' Treasury market.
    UnitedStates,
}

/// Where a date moves to that is no day of business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// It stays.
    Unadjusted,
    /// To the next day of business.
    Following,
    /// To the next one in its month, else the last one before it.
    ModifiedFollowing,
    /// To the last one before it.
    Preceding,
}

impl Calendar {
    /// Returns whether it is a day of business.
    #[must_use]
    pub fn is_business_day(self, date: Date) -> bool {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self {
            Self::EveryDay => true,
            Self::Weekdays => !is_weekend,
            Self::England => !is_weekend && !is_english_holiday(date),
            Self::Target => !is_weekend && !is_target_holiday(date),
            Self::UnitedStates => !is_weekend && !is_american_holiday(date),
        }
    }

    /// Returns the day, moved where it is no day of business.
    #[must_use]
    pub fn adjust(self, date: Date, adjustment: Adjustment) -> Date {
        let step = |from: Date, by: i32| {
            let mut day = from;
            while !self.is_business_day(day) {
                day = day.plus_days(by);
            }
            day
        };
        match adjustment {
            Adjustment::Unadjusted => date,
            Adjustment::Following => step(date, 1),
            Adjustment::Preceding => step(date, -1),
            Adjustment::ModifiedFollowing => {
                let next = step(date, 1);
                if next > date.end_of_month() { step(date, -1) } else { next }
            }
        }
    }

    /// Returns the day so many days of business later; earlier where negative.
    #[must_use]
    pub fn advance(self, date: Date, business_days: i32) -> Date {
        let by = business_days.signum();
        let mut day = date;
        for _ in 0..business_days.abs() {
            day = day.plus_days(by);
            while !self.is_business_day(day) {
                day = day.plus_days(by);
            }
        }
        day
    }
}

fn is_english_holiday(date: Date) -> bool {
    let (year, month, day) = date.year_month_day();
    let is_monday = date.weekday() == Weekday::Monday;
    let easter = easter_sunday(year);
    let is_early_may = match year {
        // Fifty and seventy-five years after the war in Europe ended.
        1995 | 2020 => (month, day) == (5, 8),
        _ => month == 5 && is_monday && day <= 7,
    };
    // Jubilees moved the spring holiday into June.
    let is_spring = match year {
        2002 | 2012 => (month, day) == (6, 4),
        2022 => (month, day) == (6, 2),
        _ => month == 5 && is_monday && day >= 25,
    };
    let is_extra = matches!(
        (year, month, day),
        (1999, 12, 31) | (2002, 6, 3) | (2011, 4, 29) | (2012, 6, 5) | (2022, 6, 3) | (2022, 9, 19) | (2023, 5, 8)
    );
    is_substituted(date, 1, 1, 1)
        || date == easter.plus_days(-2)
        || date == easter.plus_days(1)
        || is_early_may
        || is_spring
        || (month == 8 && is_monday && day >= 25)
        || is_substituted(date, 12, 25, 2)
        || is_extra
}

/// Whether a date is one of `count` holidays from a day of the year on, each that falls on a weekend moved past it.
fn is_substituted(date: Date, month: u32, day: u32, count: i32) -> bool {
    let first = Date::civil(date.year(), month, day);
    let last = Calendar::Weekdays.advance(first.plus_days(-1), count);
    (first..=last).contains(&date)
}

fn is_target_holiday(date: Date) -> bool {
    let (year, month, day) = date.year_month_day();
    let easter = easter_sunday(year);
    matches!((month, day), (1, 1) | (5, 1) | (12, 25) | (12, 26))
        || date == easter.plus_days(-2)
        || date == easter.plus_days(1)
}

fn is_american_holiday(date: Date) -> bool {
    let (year, month, day) = date.year_month_day();
    let weekday = date.weekday();
    let is_monday = weekday == Weekday::Monday;
    // A fixed day on a Sunday moves to Monday, on a Saturday to Friday.
    let is_fixed = |holiday_month: u32, holiday: u32| {
        month == holiday_month
            && (day == holiday
                || (day == holiday + 1 && is_monday)
                || (day + 1 == holiday && weekday == Weekday::Friday))
    };
    // New Year's Saturday is not kept on the old year's last day.
    let is_new_year = month == 1 && (day == 1 || (day == 2 && is_monday));
    is_new_year
        || (month == 1 && is_monday && (15..=21).contains(&day) && year >= 1983)
        || (month == 2 && is_monday && (15..=21).contains(&day))
        || date == easter_sunday(year).plus_days(-2)
        || (month == 5 && is_monday && day >= 25)
        || (year >= 2022 && is_fixed(6, 19))
        || is_fixed(7, 4)
        || (month == 9 && is_monday && day <= 7)
        || (month == 10 && is_monday && (8..=14).contains(&day))
        || is_fixed(11, 11)
        || (month == 11 && weekday == Weekday::Thursday && (22..=28).contains(&day))
        || is_fixed(12, 25)
}

/// Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
fn easter_sunday(year: i32) -> Date {
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let moved = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moved + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    let count = epact + weekday - 7 * correction + 114;
    Date::civil(year, (count / 31) as u32, (count % 31) as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn closed(calendar: Calendar, year: i32) -> Vec<String> {
        let first = Date::civil(year, 1, 1);
        let days = (0..365).map(|count| first.plus_days(count)).filter(|date| date.year() == year);
        let holidays =
            days.filter(|date| Calendar::Weekdays.is_business_day(*date) && !calendar.is_business_day(*date));
        holidays.map(|date| date.to_string()[5..].to_owned()).collect()
    }

    #[test]
    fn easter_falls_where_the_tables_say() {
        let tables = ["1996-04-07", "2000-04-23", "2011-04-24", "2019-04-21", "2024-03-31", "2038-04-25", "2285-03-22"];
        for date in tables.map(day) {
            assert_eq!(easter_sunday(date.year()), date);
        }
    }

    #[test]
    fn english_bank_holidays_are_those_of_the_gazette() {
        let of = |year| closed(Calendar::England, year).join(" ");

        assert_eq!(of(2013), "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26");
        assert_eq!(of(2020), "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28");
        assert_eq!(of(2021), "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28");
        assert_eq!(of(2022), "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27");
        assert_eq!(of(2012), "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26");
    }

    #[test]
    fn the_treasury_market_keeps_federal_holidays_and_good_friday() {
        let of = |year| closed(Calendar::UnitedStates, year).join(" ");

        assert_eq!(of(2005), "01-17 02-21 03-25 05-30 07-04 09-05 10-10 11-11 11-24 12-26");
        assert_eq!(of(2022), "01-17 02-21 04-15 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26");
    }

    #[test]
    fn target_closes_six_days() {
        assert_eq!(closed(Calendar::Target, 2007).join(" "), "01-01 04-06 04-09 05-01 12-25 12-26");
    }

    #[test]
    fn dates_move_by_their_rule() {
        let saturday = day("2008-05-31");

        assert_eq!(Calendar::Weekdays.adjust(saturday, Adjustment::Following), day("2008-06-02"));
        assert_eq!(Calendar::Weekdays.adjust(saturday, Adjustment::ModifiedFollowing), day("2008-05-30"));
        assert_eq!(Calendar::Weekdays.adjust(saturday, Adjustment::Preceding), day("2008-05-30"));
        assert_eq!(Calendar::EveryDay.adjust(saturday, Adjustment::Following), saturday);
        assert_eq!(Calendar::England.advance(day("2013-06-07"), -6), day("2013-05-30"));
        assert_eq!(Calendar::England.advance(day("2013-05-24"), 1), day("2013-05-28"));
    }
}
