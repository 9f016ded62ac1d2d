//! The standard model of credit default swaps: flat forwards and hazards between nodes, failure at any time (ISDA CDS Standard Model,
//! with the half day of its version 1.8.2).

use super::{
    Cds, HazardCurve, Legs,
    cds::Premium,
    hazard::{Hazard, Stretch},
};
use crate::{
    calendar::{Adjustment, Calendar, Date},
    curve::{Curve, Interpolation, Quote, Shape, bootstrap},
    day_count::DayCount,
    error::Error,
    flow::Flow,
    root, schedule,
};

/// Days of business from trade to the start of deposits and swaps.
const SPOT_DAYS: i32 = 2;
/// Days of business from trade to the payment of what is paid up front.
const CASH_DAYS: i32 = 3;
/// What the model adds to accruals, years.
const HALF_DAY: f64 = 1.0 / 730.0;
/// The highest hazard that is tried.
const MOST_HAZARD: f64 = 100.0;

/// What the buyer of protection pays up front.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Upfront {
    /// At the settlement, less what has accrued; below zero where the buyer receives it.
    pub amount: f64,
    /// What has accrued of the running premium, and is given to the buyer.
    pub accrued: f64,
    /// The flat hazard rate that the quoted spread implies.
    pub hazard: f64,
}

/// Returns the standard model's curve: deposits (months, rate; Act/360) and swaps (years, rate, 30/360, a coupon each
/// `coupon_months`), from two days of business after the trade, weekends only.
///
/// # Errors
/// Where a rate gives no curve.
pub fn standard_curve(
    trade: Date,
    deposits: &[(u16, f64)],
    swaps: &[(u16, f64)],
    coupon_months: u32,
) -> Result<Curve, Error> {
    let spot = Calendar::Weekdays.advance(trade, SPOT_DAYS);
    let day_count = DayCount::Actual365Fixed;
    let moved = |date: Date| Calendar::Weekdays.adjust(date, Adjustment::ModifiedFollowing);
    let years = |date: Date| day_count.years_between(trade, date);
    let mut quotes = Vec::with_capacity(deposits.len() + swaps.len());
    for (months, rate) in deposits {
        let end = moved(spot.plus_months(i32::from(*months)));
        let growth = 1.0 + rate * DayCount::Actual360.years_between(spot, end);
        quotes.push(Quote::deposit(years(spot), years(end), growth)?);
    }
    for (tenor, rate) in swaps {
        let terms = schedule::Terms {
            calendar: Calendar::Weekdays,
            adjustment: Adjustment::ModifiedFollowing,
            end_adjustment: Adjustment::ModifiedFollowing,
            ..schedule::Terms::plain(spot, spot.plus_months(12 * i32::from(*tenor)), coupon_months)
        };
        let periods = schedule::periods(&terms)?;
        // The floating side, all periods of it, is worth one at the start less one at the end.
        let mut flows = vec![Flow { years: years(spot), amount: -1.0 }];
        flows.extend(periods.iter().map(|period| {
            let part = DayCount::Thirty360BondBasis.years(period.start, period.end, period.regular);
            Flow { years: years(period.end), amount: rate * part }
        }));
        if let Some(last) = flows.last_mut() {
            last.amount += 1.0;
        }
        quotes.push(Quote::new(flows, 0.0)?);
    }
    let shape = Shape::Nodes(bootstrap(&quotes, Interpolation::LogLinear)?);
    Ok(Curve { reference: trade, day_count, shape })
}

impl Cds {
    /// Returns what both sides are worth by the standard model; protection begins on the curve's first day.
    #[must_use]
    pub fn standard_legs(&self, curve: &Curve, hazard: &HazardCurve) -> Legs {
        let effective = curve.reference.plus_days(1);
        let cuts = self.cuts(curve, hazard);
        let between = |start: Date, end: Date| {
            let inside = cuts.iter().copied().filter(move |cut| (start < *cut) && (*cut < end));
            let dates: Vec<_> = [start].into_iter().chain(inside).chain([end]).collect();
            dates.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
        };
        let stretch = |start: Date, end: Date| {
            // Not by quotients of discounts, which may underflow.
            let rates = |date: Date| curve.shape.zero(curve.years(date)) * curve.years(date);
            let failing = hazard.until(end) - hazard.until(start);
            let start_value = curve.discount(start) * hazard.survival(start);
            Stretch { start_value, hazard: failing, fall: failing + rates(end) - rates(start) }
        };
        let maturity = self.periods.last().map_or(effective, |premium| premium.period.end);
        let protection: f64 = between(effective.plus_days(-1), maturity)
            .into_iter()
            .map(|(start, end)| stretch(start, end).protection())
            .sum();
        let mut premium = 0.0;
        for Premium { period, payment, years } in self.periods.iter().filter(|premium| premium.payment > effective) {
            // Chances are those of the end of a day: paid is who has survived the day before.
            premium += years * curve.discount(*payment) * hazard.survival(payment.plus_days(-1));
            let accrues = curve.years(period.start.plus_days(-1)) - HALF_DAY;
            let start = period.start.max(effective).plus_days(-1);
            for (start, end) in between(start, payment.plus_days(-1)) {
                let (from, to) = (curve.years(start) - accrues, curve.years(end) - accrues);
                premium += stretch(start, end).accrual(from, to) * 365.0 / 360.0;
            }
        }
        Legs {
            premium: self.notional * self.coupon * premium,
            protection: self.notional * (1.0 - self.recovery) * protection,
        }
    }

    /// Returns what the buyer pays up front where the market quotes a running spread: the quote gives a flat hazard, the hazard a value.
    ///
    /// # Errors
    /// Where no hazard rate gives the spread.
    pub fn upfront(&self, curve: &Curve, quoted_spread: f64) -> Result<Upfront, Error> {
        let trade = curve.reference;
        let cash = Calendar::Weekdays.advance(trade, CASH_DAYS);
        // What protection is worth to its buyer, who receives what has accrued.
        let worth = |swap: &Self, hazard: f64| {
            let hazard = Hazard::flat(hazard)?;
            let hazard = HazardCurve { reference: trade, day_count: DayCount::Actual365Fixed, hazard };
            let legs = swap.standard_legs(curve, &hazard);
            Ok::<_, Error>(legs.protection - legs.premium + curve.discount(cash) * swap.accrued(trade))
        };
        let quoted = Self { coupon: quoted_spread, ..self.clone() };
        let miss = |hazard: f64| worth(&quoted, hazard).unwrap_or(f64::NAN);
        let hazard = root::between("hazard rate", quoted_spread, (0.0, MOST_HAZARD), miss)?;
        let amount = worth(self, hazard)? / curve.discount(cash);
        Ok(Upfront { amount, accrued: self.accrued(trade), hazard })
    }

    /// Returns what has accrued of the running premium on the day after a trade in the first period.
    #[must_use]
    pub fn accrued(&self, trade: Date) -> f64 {
        let begin = self.periods.first().map_or(trade, |premium| premium.period.start);
        self.notional * self.coupon * f64::from(begin.days_until(trade.plus_days(1)).max(0)) / 360.0
    }

    /// The days at which forwards or hazards may jump.
    fn cuts(&self, curve: &Curve, hazard: &HazardCurve) -> Vec<Date> {
        let day = |reference: Date, years: f64| reference.plus_days((years * 365.0).round() as i32);
        let mut cuts: Vec<_> = match &curve.shape {
            Shape::Nodes(nodes) => nodes.points().iter().map(|point| day(curve.reference, point.0)).collect(),
            // What has no nodes is taken for flat over each period.
            Shape::Flat(_) | Shape::NelsonSiegel(_) | Shape::Svensson(_) => {
                self.periods.iter().map(|premium| premium.period.end).collect()
            }
        };
        cuts.extend(hazard.hazard.knots().map(|years| day(hazard.reference, years)));
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }
}
