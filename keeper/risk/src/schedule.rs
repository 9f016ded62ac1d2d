//! Periods of interest: regular ones, and stubs at either end.
//!
//! Dates are counted in months from one seed, so that a 31st does not become a 30th for ever. What lies between them and the ends is a
//! stub; a stub that the terms name may be longer than a period.

use crate::{
    calendar::{Adjustment, Calendar, Date},
    day_count::Regular,
    error::Error,
};

/// From which end periods are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roll {
    /// From the maturity: a short stub comes first.
    Backward,
    /// From the start: a short stub comes last.
    Forward,
}

/// What a schedule follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Where interest begins.
    pub start: Date,
    /// Where it ends.
    pub maturity: Date,
    /// The length of a regular period; at least one month.
    pub months: u32,
    /// From which end it is counted.
    pub roll: Roll,
    /// The end of the first period, where it is named.
    pub first: Option<Date>,
    /// The start of the last period, where it is named.
    pub penultimate: Option<Date>,
    /// Whether all dates are ends of months where the seed is one.
    pub is_end_of_month: bool,
    /// Who keeps business on which days.
    pub calendar: Calendar,
    /// Where the dates between start and maturity move to.
    pub adjustment: Adjustment,
    /// Where start and maturity move to.
    pub end_adjustment: Adjustment,
}

impl Terms {
    /// Returns terms without stubs or calendar, counted from the maturity.
    #[must_use]
    pub fn plain(start: Date, maturity: Date, months: u32) -> Self {
        Self {
            start,
            maturity,
            months,
            roll: Roll::Backward,
            first: None,
            penultimate: None,
            is_end_of_month: false,
            calendar: Calendar::EveryDay,
            adjustment: Adjustment::Unadjusted,
            end_adjustment: Adjustment::Unadjusted,
        }
    }
}

/// One period of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub start: Date,
    /// The day after its last.
    pub end: Date,
    /// The regular period by which its days are counted: itself, or for a stub the one with which it shares the regular end.
    pub regular: Regular,
}

/// Returns the periods in order of time, without gaps; at least one.
///
/// # Errors
/// Where the dates are out of order or a period has no length.
pub fn periods(terms: &Terms) -> Result<Vec<Period>, Error> {
    let before = |what, early, late| if early < late { Ok(()) } else { Err(Error::NotBefore { what, early, late }) };
    before("start and maturity", terms.start, terms.maturity)?;
    if terms.months == 0 {
        return Err(Error::OutOfBounds { what: "months of a period", value: 0.0, bound: "at least 1" });
    }
    let low = terms.first.unwrap_or(terms.start);
    let high = terms.penultimate.unwrap_or(terms.maturity);
    if terms.first.is_some() {
        before("start and end of the first period", terms.start, low)?;
    }
    if terms.penultimate.is_some() {
        before("start of the last period and maturity", high, terms.maturity)?;
    }
    if low != high {
        before("end of the first period and start of the last", low, high)?;
    }
    Ok(join(terms, &dates(terms, low, high)))
}

/// The unadjusted dates, start and maturity included.
fn dates(terms: &Terms, low: Date, high: Date) -> Vec<Date> {
    let (seed, sign) = match terms.roll {
        Roll::Backward => (high, -1),
        Roll::Forward => (low, 1),
    };
    let mut between: Vec<_> =
        (0..).map(|count| at(terms, seed, sign * count)).take_while(|date| (low..=high).contains(date)).collect();
    if sign < 0 {
        between.reverse();
    }
    let mut dates = vec![terms.start];
    let named = [terms.first, terms.penultimate, Some(terms.maturity)];
    dates.extend(between.into_iter().chain(named.into_iter().flatten()));
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// The date so many periods from a seed.
fn at(terms: &Terms, seed: Date, periods: i32) -> Date {
    let months = i32::try_from(terms.months).unwrap_or(i32::MAX);
    let date = seed.plus_months(periods.saturating_mul(months));
    if terms.is_end_of_month && seed.is_end_of_month() { date.end_of_month() } else { date }
}

fn join(terms: &Terms, dates: &[Date]) -> Vec<Period> {
    let last = dates.len() - 1;
    let adjusted = |index: usize| {
        let is_end = index == 0 || index == last;
        terms.calendar.adjust(dates[index], if is_end { terms.end_adjustment } else { terms.adjustment })
    };
    let period = |index: usize| {
        let (start, end) = (dates[index], dates[index + 1]);
        let is_regular = at(terms, start, 1) == end || at(terms, end, -1) == start;
        // A stub at the front ends where regular periods do; one at the back begins there.
        let is_front = index == 0 && (terms.first.is_some() || terms.roll == Roll::Backward);
        let (start, end) = match (is_regular, is_front) {
            (true, _) => (start, end),
            (false, true) => (at(terms, end, -1), end),
            (false, false) => (start, at(terms, start, 1)),
        };
        let regular = Regular { start, end, months: terms.months };
        Period { start: adjusted(index), end: adjusted(index + 1), regular }
    };
    (0..last).map(period).filter(|period| period.start < period.end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn ends(terms: &Terms) -> String {
        let periods = periods(terms).expect("a schedule");
        let mut dates = vec![periods[0].start];
        dates.extend(periods.iter().map(|period| period.end));
        dates.iter().map(Date::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_short_stub_is_where_counting_ends() {
        let terms = Terms::plain(day("2020-01-10"), day("2021-04-30"), 6);

        assert_eq!(ends(&terms), "2020-01-10 2020-04-30 2020-10-30 2021-04-30");
        let forward = Terms { roll: Roll::Forward, ..terms };
        assert_eq!(ends(&forward), "2020-01-10 2020-07-10 2021-01-10 2021-04-30");
        let front = periods(&terms).expect("a schedule")[0].regular;
        assert_eq!((front.start, front.end), (day("2019-10-30"), day("2020-04-30")));
        let back = periods(&forward).expect("a schedule")[2].regular;
        assert_eq!((back.start, back.end), (day("2021-01-10"), day("2021-07-10")));
    }

    #[test]
    fn named_stubs_may_be_long() {
        let terms = Terms {
            first: Some(day("2020-12-15")),
            penultimate: Some(day("2021-12-15")),
            ..Terms::plain(day("2020-01-10"), day("2022-09-01"), 6)
        };

        assert_eq!(ends(&terms), "2020-01-10 2020-12-15 2021-06-15 2021-12-15 2022-09-01");
        let periods = periods(&terms).expect("a schedule");
        assert_eq!(periods[0].regular.start, day("2020-06-15"));
        assert_eq!(periods[3].regular.end, day("2022-06-15"));
    }

    #[test]
    fn ends_of_months_stay_ends_of_months_where_asked() {
        let terms = Terms::plain(day("2023-02-28"), day("2024-08-31"), 6);

        assert_eq!(ends(&terms), "2023-02-28 2023-08-31 2024-02-29 2024-08-31");
        let short = Terms::plain(day("2022-11-30"), day("2023-11-30"), 3);
        assert_eq!(ends(&short), "2022-11-30 2023-02-28 2023-05-30 2023-08-30 2023-11-30");
        let kept = Terms { is_end_of_month: true, ..short };
        assert_eq!(ends(&kept), "2022-11-30 2023-02-28 2023-05-31 2023-08-31 2023-11-30");
    }

    #[test]
    fn dates_move_off_weekends_and_holidays() {
        let terms = Terms {
            calendar: Calendar::England,
            adjustment: Adjustment::ModifiedFollowing,
            ..Terms::plain(day("2012-11-26"), day("2013-11-26"), 3)
        };

        assert_eq!(ends(&terms), "2012-11-26 2013-02-26 2013-05-28 2013-08-27 2013-11-26");
    }

    #[test]
    fn what_is_out_of_order_is_refused() {
        let terms = Terms::plain(day("2020-01-10"), day("2021-01-10"), 6);
        let refused = |terms: Terms| periods(&terms).expect_err("no schedule").to_string();

        assert_eq!(
            refused(Terms { start: terms.maturity, ..terms }),
            "start and maturity: 2021-01-10 is not before 2021-01-10"
        );
        assert_eq!(refused(Terms { months: 0, ..terms }), "months of a period is 0, which is not at least 1");
        assert_eq!(
            refused(Terms { first: Some(day("2021-02-01")), ..terms }),
            "end of the first period and start of the last: 2021-02-01 is not before 2021-01-10"
        );
    }
}
