//! Notes whose coupons follow a rate: their margins, and why their durations differ.

use crate::{
    curve::Shape,
    error::{Error, positive},
    flow::{Flow, Response, effective},
    root,
};

/// A note per 100 of face that pays a reference rate and a margin over it, the rate being set at the begin of each period.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatingNote {
    /// The coupon that is already set, a year; paid at the end of the first period.
    pub set_rate: f64,
    /// How long it has accrued, years.
    pub accrued_years: f64,
    /// Where periods end, years from now, rising.
    pub ends_years: Vec<f64>,
    /// Over the reference rate, a year.
    pub margin: f64,
}

impl FloatingNote {
    /// Returns its flows where forwards come true, and each period's forward, simple.
    fn projected(&self, shape: &Shape) -> Vec<(Flow, f64, f64)> {
        let mut start = 0.0;
        let mut flows = Vec::with_capacity(self.ends_years.len());
        for (index, end) in self.ends_years.iter().enumerate() {
            let years = end - start;
            let forward = (shape.discount(start) / shape.discount(*end) - 1.0) / years;
            let coupon =
                if index == 0 { self.set_rate * (years + self.accrued_years) } else { (forward + self.margin) * years };
            let face = if index + 1 == self.ends_years.len() { 100.0 } else { 0.0 };
            flows.push((Flow { years: *end, amount: 100.0 * coupon + face }, forward, years));
            start = *end;
        }
        flows
    }

    /// Returns the dirty price where each period is discounted at its forward and a margin.
    #[must_use]
    pub fn price(&self, shape: &Shape, discount_margin: f64) -> f64 {
        let mut discount = 1.0;
        let mut price = 0.0;
        for (flow, forward, years) in self.projected(shape) {
            discount /= 1.0 + (forward + discount_margin) * years;
            price += flow.amount * discount;
        }
        price
    }

    /// Returns the margin over forwards at which it is worth a dirty price (discount margin; Fabozzi, Floating-Rate Securities, 2000).
    ///
    /// # Errors
    /// Where it has no periods, or no margin gives the price.
    pub fn discount_margin(&self, shape: &Shape, dirty: f64) -> Result<f64, Error> {
        let dirty = positive("the dirty price", dirty)?;
        let Some(first) = self.ends_years.first() else {
            return Err(Error::TooFew { what: "periods", found: 0, needed: 1 });
        };
        let floor = -1.0 / positive("the end of the first period", *first)?;
        root::falling("discount margin", dirty, (floor, -0.02, 0.1), |margin| self.price(shape, margin) - dirty)
    }

    /// Returns how it answers to a parallel move of rates, coupons moving along: little beyond the coupon that is set.
    ///
    /// # Errors
    /// Where the price is not a number.
    pub fn by_rates(
        &self,
        shape: &Shape,
        discount_margin: f64,
        move_of: impl Fn(&Shape, f64) -> Shape,
    ) -> Result<Response, Error> {
        effective(|shift| self.price(&move_of(shape, shift), discount_margin), 1e-4)
    }

    /// Returns how it answers to its margin: as a bond of its length.
    ///
    /// # Errors
    /// Where the price is not a number.
    pub fn by_margin(&self, shape: &Shape, discount_margin: f64) -> Result<Response, Error> {
        effective(|shift| self.price(shape, discount_margin + shift), 1e-4)
    }
}
