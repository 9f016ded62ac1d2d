//! Prices of what may fail: by its issuer, and by the contract that holds it, each with a hazard and a recovery of its own.
//!
//! With discount `d`, chance to survive both `S` and cumulated hazards `H` of issuer and contract,
//!
//! ```text
//! P = sum of c d(t) S(t) + claim * sum over both of recovery * integral of d S dH, until the last payment
//! ```
//!
//! The claim is the face (recovery of face; Duffie and Singleton, Review of Financial Studies 12, 1999). Integrals are exact where
//! forwards and hazards are flat over a month, else their relative error is below 1e-6 for curves of this world.

use super::{
    HazardCurve,
    hazard::{Hazard, Stretch},
};
use crate::{
    bond::{Bond, FACE},
    calendar::Date,
    curve::{Curve, Pricing},
    error::{Error, fraction},
    flow::{BASIS_POINT, Flow, Response, effective},
};

/// The longest stretch that is taken for flat, years.
const STRETCH_YEARS: f64 = 1.0 / 12.0;

/// A way to fail, and what is left then.
#[derive(Clone, Debug, PartialEq)]
pub struct Peril {
    hazard: Hazard,
    recovery: f64,
}

/// The ways to fail of what the vault holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Perils {
    /// Who owes.
    pub issuer: Peril,
    /// The smart contract that holds it.
    pub contract: Peril,
}

/// A price with failure in it, and how it answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskyMeasures {
    /// By zero rates.
    pub rates: Response,
    /// `-dP/dh / P` by the issuer's hazard, years.
    pub issuer_years: f64,
    /// `-dP/dh / P` by the contract's hazard, years.
    pub contract_years: f64,
    /// The chance that all is paid.
    pub survival: f64,
}

impl Peril {
    /// Returns a way to fail that leaves `recovery` of the claim.
    ///
    /// # Errors
    /// Where the recovery is not from 0 to 1.
    pub fn new(hazard: Hazard, recovery: f64) -> Result<Self, Error> {
        Ok(Self { hazard, recovery: fraction("a recovery", recovery)? })
    }

    /// Returns its hazard.
    #[must_use]
    pub fn hazard(&self) -> &Hazard {
        &self.hazard
    }

    /// Returns what is left of a claim.
    #[must_use]
    pub fn recovery(&self) -> f64 {
        self.recovery
    }
}

impl Perils {
    /// Returns the chance that neither has failed by then.
    #[must_use]
    pub fn survival(&self, years: f64) -> f64 {
        (-self.issuer.hazard.until(years) - self.contract.hazard.until(years)).exp()
    }

    /// Returns what flows are worth of which `claim` is owed until the last is paid.
    #[must_use]
    pub fn value(&self, pricing: &Pricing<'_>, flows: &[Flow], claim: f64) -> f64 {
        let paid: f64 =
            flows.iter().map(|flow| flow.amount * pricing.discount(flow.years) * self.survival(flow.years)).sum();
        let last = flows.iter().map(|flow| flow.years).fold(0.0, f64::max);
        paid + claim * self.recovered(pricing, last)
    }

    /// Returns a price with failure in it, and how it answers to rates and to both hazards.
    ///
    /// Derivatives by rates are central differences over a basis point; their error is below 1e-6 of themselves. Those by hazards are
    /// forward ones over a thousandth of it.
    ///
    /// # Errors
    /// Where the value is not a number.
    pub fn measures(&self, pricing: &Pricing<'_>, flows: &[Flow], claim: f64) -> Result<RiskyMeasures, Error> {
        let shifted = |shift: f64| {
            let pricing = Pricing { spread: pricing.spread + shift, ..*pricing };
            self.value(&pricing, flows, claim)
        };
        let rates = effective(shifted, BASIS_POINT)?;
        let step = 1e-3 * BASIS_POINT;
        let fall = |perils: &Self| (rates.price - perils.value(pricing, flows, claim)) / (step * rates.price);
        let shift =
            |peril: &Peril| Ok::<_, Error>(Peril { hazard: peril.hazard.shifted(step)?, recovery: peril.recovery });
        let issuer = Self { issuer: shift(&self.issuer)?, contract: self.contract.clone() };
        let contract = Self { issuer: self.issuer.clone(), contract: shift(&self.contract)? };
        let last = flows.iter().map(|flow| flow.years).fold(0.0, f64::max);
        Ok(RiskyMeasures {
            rates,
            issuer_years: fall(&issuer),
            contract_years: fall(&contract),
            survival: self.survival(last),
        })
    }

    /// What failure until then pays of a claim of one.
    fn recovered(&self, pricing: &Pricing<'_>, last: f64) -> f64 {
        let mut cuts: Vec<f64> = self.issuer.hazard.knots().chain(self.contract.hazard.knots()).collect();
        cuts.extend(pricing.knots());
        let steps = (last / STRETCH_YEARS).ceil() as u32;
        cuts.extend((0..=steps).map(|step| last * f64::from(step) / f64::from(steps.max(1))));
        cuts.retain(|years| (0.0..=last).contains(years));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let value = |years: f64| pricing.discount(years) * self.survival(years);
        let stretch = |pair: &[f64]| {
            let (start, end) = (value(pair[0]), value(pair[1]));
            let of = |peril: &Peril| {
                let hazard = peril.hazard.until(pair[1]) - peril.hazard.until(pair[0]);
                peril.recovery * Stretch { start_value: start, hazard, fall: (start / end).ln() }.protection()
            };
            of(&self.issuer) + of(&self.contract)
        };
        cuts.windows(2).map(stretch).sum()
    }
}

/// Returns a bond's value on the curve's first day and its clean price at settlement, failure being possible at the middle day of each
/// coupon's period only and leaving `recovery` of the face.
///
/// # Errors
/// Where the recovery is not from 0 to 1.
pub fn midpoint_prices(
    bond: &Bond,
    curve: &Curve,
    hazard: &HazardCurve,
    recovery: f64,
    settlement: Date,
) -> Result<(f64, f64), Error> {
    fraction("a recovery", recovery)?;
    let (mut now, mut settled) = (0.0, 0.0);
    let mut start = bond.start().max(curve.reference);
    let mut add = |date: Date, value: f64| {
        now += value;
        settled += if date > settlement { value } else { 0.0 };
    };
    for coupon in bond.coupons().iter().filter(|coupon| coupon.payment > curve.reference) {
        let end = coupon.payment;
        let middle = start.plus_days(start.days_until(end) / 2);
        let failing = hazard.survival(start) - hazard.survival(end);
        add(end, coupon.amount * hazard.survival(end) * curve.discount(end));
        add(end, FACE * recovery * failing * curve.discount(middle));
        start = end;
    }
    for payment in bond.payments(curve.reference).iter().rev().take(1) {
        add(payment.date, FACE * hazard.survival(payment.date) * curve.discount(payment.date));
    }
    Ok((now, settled / curve.discount(settlement) - bond.accrued(settlement)))
}
