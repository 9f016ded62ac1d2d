//! Money at a time: what every measure is taken of.

use crate::error::{Error, finite};

/// One basis point.
pub const BASIS_POINT: f64 = 1e-4;

/// Money at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// From now, in years of whoever discounts it.
    pub years: f64,
    /// In whatever unit.
    pub amount: f64,
}

/// A price and how it answers to a parallel move of rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// In the unit of the flows.
    pub price: f64,
    /// `-dP/dr / P`, years.
    pub duration_years: f64,
    /// `d2P/dr2 / P`, years squared.
    pub convexity: f64,
}

impl Response {
    /// Returns what a price and its first two derivatives by a rate come to.
    #[must_use]
    pub(crate) fn of(price: f64, slope: f64, curvature: f64) -> Self {
        Self { price, duration_years: -slope / price, convexity: curvature / price }
    }

    /// Returns by how much the price falls where rates rise by a basis point, to first order, in its unit (DV01, basis-point
    /// value).
    #[must_use]
    pub fn dv01(&self) -> f64 {
        self.duration_years * self.price * BASIS_POINT
    }

    /// Returns the change of price for a move of rates, to second order, in its unit. The error is of third order in the move.
    #[must_use]
    pub fn change(&self, rates: f64) -> f64 {
        self.price * (-self.duration_years * rates + 0.5 * self.convexity * rates.powi(2))
    }

    /// Returns the move of the yield for a fall of the price by `fall`, to first order: the yield value of a price move.
    #[must_use]
    pub fn yield_value(&self, fall: f64) -> f64 {
        fall / (self.duration_years * self.price)
    }
}

/// Measures any instrument by pricing it again at rates `shift` lower and higher: effective duration and convexity (Fabozzi,
/// Handbook of Fixed Income Securities). The error of the duration is of second order in the shift.
///
/// # Errors
/// Where a price or the shift is not finite.
pub fn effective(price: impl Fn(f64) -> f64, shift: f64) -> Result<Response, Error> {
    let shift = crate::error::positive("the shift", shift)?;
    let [low, now, high] = [price(shift), price(0.0), price(-shift)];
    let slope = finite("the slope of the price", (low - high) / (2.0 * shift))?;
    let curvature = finite("the curvature of the price", (low + high - 2.0 * now) / shift.powi(2))?;
    Ok(Response::of(now, slope, curvature))
}
