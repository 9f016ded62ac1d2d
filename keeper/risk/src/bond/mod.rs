//! Bonds with fixed coupons, and without any: who is paid what and when, and what has accrued.
//!
//! All amounts are per 100 of face. Who settles on the ex-coupon date or later does not receive the next coupon; what has accrued is
//! then negative.

mod yields;

use crate::{
    calendar::{Adjustment, Calendar, Date},
    day_count::{DayCount, Regular},
    error::{Error, finite},
    flow::Flow,
    schedule::{self, Period},
};

pub use yields::{Compounding, YieldMeasures, measure, price, yield_of};

/// What amounts are told per.
pub const FACE: f64 = 100.0;

/// From when on a bond trades without its next coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExCoupon {
    /// From the payment on.
    Never,
    /// So many days before the payment.
    Days(u16),
    /// So many days of business before the payment.
    BusinessDays(Calendar, u16),
}

/// What a bond with fixed coupons follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The periods of interest.
    pub schedule: schedule::Terms,
    /// Each period's yearly coupon, 0.05 = 5 %; the last holds for all later periods. At least one.
    pub rates: Vec<f64>,
    /// How interest accrues and yields are compounded.
    pub day_count: DayCount,
    /// On which days payments are made.
    pub calendar: Calendar,
    /// Where others move to.
    pub adjustment: Adjustment,
    /// From when on the buyer does not receive the next coupon.
    pub ex_coupon: ExCoupon,
}

/// One coupon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coupon {
    /// When it accrues.
    pub period: Period,
    /// A year.
    pub rate: f64,
    /// Per 100 of face.
    pub amount: f64,
    /// When it is paid.
    pub payment: Date,
    /// Who settles from then on does not receive it.
    pub ex_date: Date,
}

/// A bond that repays its face at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Bond {
    coupons: Vec<Coupon>,
    start: Date,
    maturity: Date,
    repayment: Date,
    day_count: DayCount,
}

/// A payment that a buyer receives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payment {
    /// When it is made.
    pub date: Date,
    /// From settlement to the day on which it falls due, by the bond's own count: the time by which yields discount it.
    pub years: f64,
    /// Per 100 of face.
    pub amount: f64,
}

impl Bond {
    /// Returns a bond with fixed coupons.
    ///
    /// # Errors
    /// Where there is no such schedule, or no coupon rate.
    pub fn fixed(terms: &Terms) -> Result<Self, Error> {
        let periods = schedule::periods(&terms.schedule)?;
        let Some(last) = terms.rates.last() else {
            return Err(Error::TooFew { what: "coupon rates", found: 0, needed: 1 });
        };
        let coupon = |(index, period): (usize, &Period)| {
            let rate = finite("a coupon rate", *terms.rates.get(index).unwrap_or(last))?;
            let payment = terms.calendar.adjust(period.end, terms.adjustment);
            let ex_date = match terms.ex_coupon {
                ExCoupon::Never => payment,
                ExCoupon::Days(days) => payment.plus_days(-i32::from(days)),
                ExCoupon::BusinessDays(calendar, days) => calendar.advance(payment, -i32::from(days)),
            };
            let years = terms.day_count.years(period.start, period.end, period.regular);
            Ok(Coupon { period: *period, rate, amount: FACE * rate * years, payment, ex_date })
        };
        let coupons = periods.iter().enumerate().map(coupon).collect::<Result<Vec<_>, Error>>()?;
        let maturity = periods.last().map_or(terms.schedule.maturity, |period| period.end);
        let repayment = terms.calendar.adjust(maturity, terms.adjustment);
        Ok(Self { coupons, start: terms.schedule.start, maturity, repayment, day_count: terms.day_count })
    }

    /// Returns a bond without coupons.
    ///
    /// # Errors
    /// Where it ends before it begins.
    pub fn zero(start: Date, maturity: Date, day_count: DayCount) -> Result<Self, Error> {
        if start >= maturity {
            return Err(Error::NotBefore { what: "start and maturity", early: start, late: maturity });
        }
        Ok(Self { coupons: Vec::new(), start, maturity, repayment: maturity, day_count })
    }

    /// Returns its coupons in order of time.
    #[must_use]
    pub fn coupons(&self) -> &[Coupon] {
        &self.coupons
    }

    /// Returns where interest begins.
    #[must_use]
    pub fn start(&self) -> Date {
        self.start
    }

    /// Returns the day on which it falls due.
    #[must_use]
    pub fn maturity(&self) -> Date {
        self.maturity
    }

    /// Returns what has accrued of the coupon, per 100 of face; negative where the buyer does not receive it.
    #[must_use]
    pub fn accrued(&self, settlement: Date) -> f64 {
        let is_running = |coupon: &&Coupon| coupon.period.start <= settlement && settlement < coupon.period.end;
        self.coupons.iter().find(is_running).map_or(0.0, |coupon| {
            let Period { start, end, regular } = coupon.period;
            let years = if settlement < coupon.ex_date {
                self.day_count.years(start, settlement, regular)
            } else {
                -self.day_count.years(settlement, end, regular)
            };
            FACE * coupon.rate * years
        })
    }

    /// Returns what a buyer who settles then receives, in order of time; nothing once it is due.
    #[must_use]
    pub fn payments(&self, settlement: Date) -> Vec<Payment> {
        let (mut years, mut last) = (0.0, settlement);
        let mut payments = Vec::new();
        for coupon in self.coupons.iter().filter(|coupon| coupon.payment > settlement) {
            let Period { start, end, regular } = coupon.period;
            years += self.day_count.years(start, end, regular) - self.day_count.years(start, last, regular);
            last = end;
            if settlement < coupon.ex_date {
                payments.push(Payment { date: coupon.payment, years, amount: coupon.amount });
            }
        }
        if self.repayment > settlement {
            if self.coupons.is_empty() {
                let whole = Regular { start: self.maturity.plus_months(-12), end: self.maturity, months: 12 };
                years = self.day_count.years(settlement, self.maturity, whole);
            }
            payments.push(Payment { date: self.repayment, years, amount: FACE });
        }
        payments
    }

    /// Returns the payments as flows in the time of yields.
    #[must_use]
    pub fn yield_flows(&self, settlement: Date) -> Vec<Flow> {
        let flow = |payment: Payment| Flow { years: payment.years, amount: payment.amount };
        self.payments(settlement).into_iter().map(flow).collect()
    }
}
