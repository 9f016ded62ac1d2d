//! What a curve is made from: flows and what they cost.

use super::{Curve, Shape};
use crate::{
    bond::{Bond, FACE},
    error::{Error, finite, positive},
    flow::Flow,
    root,
};

/// Flows whose value now is known. What is paid later for them (a settlement, the start of a deposit) is a flow below zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    flows: Vec<Flow>,
    price: f64,
    own_rate: f64,
}

impl Quote {
    /// Returns flows, at least one of them later than now, at a price.
    ///
    /// # Errors
    /// Where no one rate gives the price.
    pub fn new(mut flows: Vec<Flow>, price: f64) -> Result<Self, Error> {
        let last = flows.iter().map(|flow| flow.years).fold(f64::NEG_INFINITY, f64::max);
        positive("the time to the last payment", last)?;
        flows.sort_by(|one, other| one.years.total_cmp(&other.years));
        let price = finite("the price of a quote", price)?;
        let miss = |rate: f64| Shape::Flat(rate).value(&flows) - price;
        let own_rate = root::falling("rate", price, (f64::NEG_INFINITY, -0.02, 0.1), miss)?;
        Ok(Self { flows, price, own_rate })
    }

    /// Returns what a zero rate says, continuous.
    ///
    /// # Errors
    /// Where the years are not above zero or the rate is not finite.
    pub fn zero(years: f64, rate: f64) -> Result<Self, Error> {
        let flow = Flow { years: positive("the years of a zero rate", years)?, amount: 1.0 };
        let price = (-finite("a zero rate", rate)? * years).exp();
        // Not by search, which would cost digits.
        Ok(Self { flows: vec![flow], price, own_rate: rate })
    }

    /// Returns what a par yield says: a bond of so many years costs its face if it pays `rate` a year, `per_year` times. What is left
    /// of the first period has a coupon in proportion; up to one period it is simple interest.
    ///
    /// # Errors
    /// Where years or coupons are not above zero or the rate is not finite.
    pub fn par(years: f64, per_year: u16, rate: f64) -> Result<Self, Error> {
        let step = 1.0 / positive("the number of coupons a year", f64::from(per_year))?;
        let mut left = positive("the years of a par yield", years)?;
        let mut flows = vec![Flow { years, amount: 1.0 }];
        while left > step * (1.0 + 1e-9) {
            flows.push(Flow { years: left, amount: rate * step });
            left -= step;
        }
        flows.push(Flow { years: left, amount: rate * left });
        Self::new(flows, 1.0)
    }

    /// Returns what a deposit says that begins and ends so many years from now and grows by `growth` (1.01 = 1 %).
    ///
    /// # Errors
    /// Where it ends before it begins, or shrinks to nothing.
    pub fn deposit(start_years: f64, end_years: f64, growth: f64) -> Result<Self, Error> {
        positive("the years of a deposit", end_years - start_years)?;
        positive("the growth of a deposit", growth)?;
        Self::new(vec![Flow { years: start_years, amount: -1.0 }, Flow { years: end_years, amount: growth }], 0.0)
    }

    /// Returns what a bond's clean price says to a curve that begins on `curve.reference`.
    ///
    /// # Errors
    /// Where it pays nothing after settlement, or no rate gives the price.
    pub fn bond(curve: &Curve, bond: &Bond, settlement: crate::calendar::Date, clean: f64) -> Result<Self, Error> {
        let dirty = (clean + bond.accrued(settlement)) / FACE;
        let mut flows = curve.flows(&bond.payments(settlement));
        flows.iter_mut().for_each(|flow| flow.amount /= FACE);
        let settled = curve.years(settlement);
        let later = if settled > 0.0 { vec![Flow { years: settled, amount: -dirty }] } else { Vec::new() };
        let price = if later.is_empty() { dirty } else { 0.0 };
        flows.extend(later);
        Self::new(flows, price)
    }

    /// Returns its flows in order of time.
    #[must_use]
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// Returns the one rate for all times that gives its price, continuous.
    #[must_use]
    pub fn own_rate(&self) -> f64 {
        self.own_rate
    }

    /// Returns the time of its last payment.
    #[must_use]
    pub fn years(&self) -> f64 {
        self.flows.last().map_or(0.0, |flow| flow.years)
    }

    /// Returns by how much a curve gives a higher rate than the quote: exactly for one payment, else the miss in price by the
    /// duration.
    #[must_use]
    pub fn miss(&self, shape: &Shape) -> f64 {
        match self.flows.as_slice() {
            [flow] => shape.zero(flow.years) - self.own_rate,
            flows => (self.price - shape.value(flows)) / self.money_duration(),
        }
    }

    /// What each payment weighs in the quote's rate: its time and its part of the duration, parts that come to one.
    pub(super) fn weights(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let whole = self.money_duration();
        let part = move |flow: &Flow| flow.amount * flow.years * (-self.own_rate * flow.years).exp() / whole;
        self.flows.iter().map(move |flow| (flow.years, part(flow)))
    }

    /// What each payment weighs at a curve.
    pub(super) fn weights_at<'a>(&'a self, shape: &'a Shape) -> impl Iterator<Item = (f64, f64)> + 'a {
        let whole = if self.flows.len() == 1 {
            self.flows.iter().map(|flow| flow.amount * flow.years * shape.discount(flow.years)).sum()
        } else {
            self.money_duration()
        };
        let part = move |flow: &Flow| flow.amount * flow.years * shape.discount(flow.years) / whole;
        self.flows.iter().map(move |flow| (flow.years, part(flow)))
    }

    /// By how much the price falls for a rise of the own rate.
    fn money_duration(&self) -> f64 {
        self.flows.iter().map(|flow| flow.amount * flow.years * (-self.own_rate * flow.years).exp()).sum()
    }

    /// The price that the flows should have.
    pub(super) fn price(&self) -> f64 {
        self.price
    }
}
