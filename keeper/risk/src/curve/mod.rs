//! Yield curves: zero rates, forwards, discounts and par rates of any shape, all continuously compounded unless it says otherwise.

mod bootstrap;
pub(crate) mod exposure;
mod fit;
mod nodes;
mod parametric;
mod quote;

use crate::{
    calendar::Date,
    day_count::DayCount,
    error::{Error, positive},
    flow::Flow,
};

pub use bootstrap::bootstrap;
pub use exposure::{Exposure, Passing, Pricing, z_spread};
pub use fit::{Choice, Doubt, Fit, Model, Settings, fit, fit_best};
pub use nodes::{Interpolation, Nodes};
pub use parametric::{NelsonSiegel, Svensson};
pub use quote::Quote;

/// A curve as a function of years.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One rate for all times.
    Flat(f64),
    /// Points, and what lies between them.
    Nodes(Nodes),
    /// Level, slope and one hump.
    NelsonSiegel(NelsonSiegel),
    /// Level, slope and two humps.
    Svensson(Svensson),
}

impl Shape {
    /// Returns the zero rate, continuous.
    #[must_use]
    pub fn zero(&self, years: f64) -> f64 {
        match self {
            Self::Flat(rate) => *rate,
            Self::Nodes(nodes) => nodes.zero(years),
            Self::NelsonSiegel(curve) => curve.zero(years),
            Self::Svensson(curve) => curve.zero(years),
        }
    }

    /// Returns the instantaneous forward rate, continuous; at a kink the later one.
    #[must_use]
    pub fn forward(&self, years: f64) -> f64 {
        match self {
            Self::Flat(rate) => *rate,
            Self::Nodes(nodes) => nodes.forward(years),
            Self::NelsonSiegel(curve) => curve.forward(years),
            Self::Svensson(curve) => curve.forward(years),
        }
    }

    /// Returns what one is worth now that is paid in so many years.
    #[must_use]
    pub fn discount(&self, years: f64) -> f64 {
        (-self.zero(years) * years).exp()
    }

    /// Returns the yearly coupon, paid `per_year` times, at which a bond of so many years costs its face; what is left of the first
    /// period has a coupon in proportion.
    ///
    /// # Errors
    /// Where the years or the number of coupons is not above zero.
    pub fn par(&self, years: f64, per_year: u16) -> Result<f64, Error> {
        positive("the time to maturity", years)?;
        let per_year = positive("the number of coupons a year", f64::from(per_year))?;
        let whole = (years * per_year - 1e-9).floor();
        let mut annuity = 0.0;
        let mut at = years;
        for _ in 0..whole as u32 {
            annuity += self.discount(at) / per_year;
            at -= 1.0 / per_year;
        }
        annuity += self.discount(at) * at;
        Ok((1.0 - self.discount(years)) / annuity)
    }

    /// Returns what flows are worth now.
    #[must_use]
    pub fn value(&self, flows: &[Flow]) -> f64 {
        flows.iter().map(|flow| flow.amount * self.discount(flow.years)).sum()
    }
}

/// A shape from a day on.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Where years begin.
    pub reference: Date,
    /// How they are counted; not ISMA, which needs a coupon.
    pub day_count: DayCount,
    /// The curve as a function of them.
    pub shape: Shape,
}

impl Curve {
    /// Returns the years from its first day.
    #[must_use]
    pub fn years(&self, date: Date) -> f64 {
        self.day_count.years_between(self.reference, date)
    }

    /// Returns what one is worth on its first day that is paid then.
    #[must_use]
    pub fn discount(&self, date: Date) -> f64 {
        self.shape.discount(self.years(date))
    }

    /// Returns payments as flows in the curve's own time.
    #[must_use]
    pub fn flows(&self, payments: &[crate::bond::Payment]) -> Vec<Flow> {
        payments.iter().map(|payment| Flow { years: self.years(payment.date), amount: payment.amount }).collect()
    }

    /// Returns what a buyer who settles then pays, accrued interest included, per 100 of face.
    #[must_use]
    pub fn dirty_price(&self, bond: &crate::bond::Bond, settlement: Date) -> f64 {
        self.shape.value(&self.flows(&bond.payments(settlement))) / self.discount(settlement)
    }

    /// Returns that price without accrued interest.
    #[must_use]
    pub fn clean_price(&self, bond: &crate::bond::Bond, settlement: Date) -> f64 {
        self.dirty_price(bond, settlement) - bond.accrued(settlement)
    }
}
