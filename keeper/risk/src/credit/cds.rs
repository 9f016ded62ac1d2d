//! Credit default swaps: a premium until the issuer fails, against what is lost then.

use super::HazardCurve;
use crate::{
    calendar::{Adjustment, Calendar, Date},
    curve::Curve,
    day_count::DayCount,
    error::{Error, finite, fraction, positive},
    schedule::{self, Period},
};

/// A swap.
#[derive(Clone, Debug, PartialEq)]
pub struct Cds {
    pub(super) notional: f64,
    pub(super) coupon: f64,
    pub(super) recovery: f64,
    pub(super) periods: Vec<Premium>,
}

/// One premium, paid where the issuer has not failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Premium {
    pub(super) period: Period,
    pub(super) payment: Date,
    /// The part of a year that is paid for.
    pub(super) years: f64,
}

/// What both sides are worth, each above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Legs {
    /// What the buyer of protection pays.
    pub premium: f64,
    /// What the seller of protection pays.
    pub protection: f64,
}

impl Legs {
    /// Returns what the swap is worth to the seller of protection.
    #[must_use]
    pub fn seller_value(&self) -> f64 {
        self.premium - self.protection
    }

    /// Returns the coupon at which both sides are worth the same, given the one at which they were valued.
    #[must_use]
    pub fn fair_spread(&self, coupon: f64) -> f64 {
        coupon * self.protection / self.premium
    }
}

impl Cds {
    /// Returns a swap with premiums by a schedule, Act/360, paid on days of the schedule's own calendar.
    ///
    /// # Errors
    /// Where there is no such schedule, or a number is out of bounds.
    pub fn new(terms: &schedule::Terms, notional: f64, coupon: f64, recovery: f64) -> Result<Self, Error> {
        let premium = |period: Period| Premium {
            period,
            payment: terms.calendar.adjust(period.end, terms.adjustment),
            years: DayCount::Actual360.years(period.start, period.end, period.regular),
        };
        Self::of(schedule::periods(terms)?.into_iter().map(premium).collect(), notional, coupon, recovery)
    }

    /// Returns the standard contract traded on a day (ISDA, 2009): premiums on the 20th of March, June, September and December, moved
    /// off weekends; the first one in full; Act/360, the last day counted.
    ///
    /// # Errors
    /// Where it falls due before it is traded, or a number is out of bounds.
    pub fn standard(trade: Date, maturity: Date, notional: f64, coupon: f64, recovery: f64) -> Result<Self, Error> {
        if maturity <= trade {
            return Err(Error::NotBefore { what: "trade and maturity", early: trade, late: maturity });
        }
        let start = roll_day(trade, maturity);
        let terms = schedule::Terms {
            calendar: Calendar::Weekdays,
            adjustment: Adjustment::Following,
            ..schedule::Terms::plain(start, maturity, 3)
        };
        let mut periods = schedule::periods(&terms)?;
        if let Some(first) = periods.first_mut() {
            first.start = Calendar::Weekdays.adjust(first.start, Adjustment::Following);
        }
        let premium = |period: &Period| {
            let extra = i32::from(period.end == maturity);
            let days = period.start.days_until(period.end) + extra;
            let payment = Calendar::Weekdays.adjust(period.end, Adjustment::Following);
            Premium { period: *period, payment, years: f64::from(days) / 360.0 }
        };
        Self::of(periods.iter().map(premium).collect(), notional, coupon, recovery)
    }

    fn of(periods: Vec<Premium>, notional: f64, coupon: f64, recovery: f64) -> Result<Self, Error> {
        Ok(Self {
            notional: positive("the notional of a swap", notional)?,
            coupon: finite("the coupon of a swap", coupon)?,
            recovery: fraction("a recovery", recovery)?,
            periods,
        })
    }

    /// Returns what both sides are worth where failure is possible at the middle day of each period only, what has accrued of the
    /// premium being paid then.
    #[must_use]
    pub fn midpoint_legs(&self, curve: &Curve, hazard: &HazardCurve) -> Legs {
        let today = curve.reference;
        let mut legs = Legs { premium: 0.0, protection: 0.0 };
        for Premium { period, payment, years } in self.periods.iter().filter(|premium| premium.payment > today) {
            let start = if period.start <= today && today <= period.end { today } else { period.start };
            let middle = start.plus_days(start.days_until(period.end) / 2);
            let failing = hazard.survival(start) - hazard.survival(period.end);
            let accrued = DayCount::Actual360.years(period.start, middle, period.regular);
            let paid = years * hazard.survival(*payment) * curve.discount(*payment);
            let in_part = accrued * failing * curve.discount(middle);
            legs.premium += self.notional * self.coupon * (paid + in_part);
            legs.protection += self.notional * (1.0 - self.recovery) * failing * curve.discount(middle);
        }
        legs
    }
}

/// The 20th of March, June, September or December from which the running premium accrues on the day after the trade: the last one, moved
/// off weekends, that is not later, and before the maturity.
fn roll_day(trade: Date, maturity: Date) -> Date {
    let (year, month, _) = trade.year_month_day();
    let quarter = (month - 1) / 3 * 3 + 3;
    let mut twentieth = Date::civil(year, quarter, 20);
    while Calendar::Weekdays.adjust(twentieth, Adjustment::Following) > trade.plus_days(1) || twentieth >= maturity {
        twentieth = twentieth.plus_months(-3);
    }
    twentieth
}
