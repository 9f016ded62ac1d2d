//! What is held, in one report each: price, yield, durations, key rates, convexity, spread, time, and all of it with failure in it.
//!
//! Money is in the unit of whoever asks, for the whole holding. Rates are decimal a year; yields compound yearly, spreads and zero rates
//! continuously. Durations by the curve are taken at the spread that the market price implies.

mod totals;

use serde::Serialize;

pub use totals::Totals;

use crate::{
    bond::{self, Compounding},
    credit::{Hazard, Perils},
    curve::{Exposure, Pricing, Shape, exposure, z_spread},
    error::{Error, positive},
    flow::{BASIS_POINT, Flow},
    lending::LendingMeasures,
};

const YEARLY: Compounding = Compounding::Periodic(1);
/// What leaves at once is discounted over no less than an hour.
const LEAST_YEARS: f64 = 1.0 / 8_760.0;

/// What everything is measured by.
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    /// Zero rates of what does not fail, from now on.
    pub curve: &'a Shape,
    /// Key rates, years, rising; at least one.
    pub keys: &'a [f64],
    /// Over what time carry and roll-down are told.
    pub horizon_years: f64,
}

/// A holding with fixed payments.
#[derive(Clone, Copy, Debug)]
pub struct Fixed<'a> {
    /// For people.
    pub name: &'a str,
    /// All that will be paid, in the curve's time.
    pub flows: &'a [Flow],
    /// What is owed until the last payment.
    pub claim: f64,
    /// What the market pays for it now.
    pub price: f64,
    /// How it may fail.
    pub perils: &'a Perils,
}

/// Money lent at a floating rate.
#[derive(Clone, Copy, Debug)]
pub struct Floating<'a> {
    /// For people.
    pub name: &'a str,
    /// What it is worth.
    pub value: f64,
    /// Its rate, and how that answers.
    pub measures: &'a LendingMeasures,
    /// How long it takes to leave.
    pub years_to_leave: f64,
    /// How it may fail.
    pub perils: &'a Perils,
}

/// One holding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// For people.
    pub name: String,
    /// What the market pays for it.
    pub price: f64,
    /// What it earns at that price; of a floating holding, its rate now.
    pub yield_rate: f64,
    /// Over the curve.
    pub spread: f64,
    /// The mean time of its payments; nothing of a floating holding.
    pub macaulay_years: Option<f64>,
    /// By its yield; nothing of a floating holding.
    pub modified_years: Option<f64>,
    /// By a parallel move of the curve.
    pub effective_years: f64,
    /// By each key rate; their sum is the effective duration.
    pub key_rates_years: Vec<f64>,
    /// By its spread.
    pub spread_years: f64,
    /// By a parallel move of the curve; none of a floating holding.
    pub convexity: f64,
    /// What a basis point more on the curve costs.
    pub dv01: f64,
    /// What a basis point more of spread costs.
    pub cs01: f64,
    /// What the horizon earns at the yield.
    pub carry: f64,
    /// What the horizon earns by sliding down the curve.
    pub roll_down: f64,
    /// With failure in it.
    pub hazard_adjusted: HazardAdjusted,
}

/// A holding that may fail.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HazardAdjusted {
    /// What it is worth by the curve and the hazards alone.
    pub price: f64,
    /// What the market's price still pays over curve and hazards.
    pub spread: f64,
    /// The yield, less what failure is expected to take in a year.
    pub yield_rate: f64,
    /// By a parallel move of the curve.
    pub effective_years: f64,
    /// By a parallel move of the curve.
    pub convexity: f64,
    /// What a basis point more of the issuer's hazard costs.
    pub issuer_01: f64,
    /// What a basis point more of the contract's hazard costs.
    pub contract_01: f64,
    /// What failure is expected to take in a year, as a part of the claim.
    pub expected_loss_rate: f64,
    /// The chance that all is paid.
    pub survival: f64,
}

impl Report {
    /// Reports on fixed payments.
    ///
    /// # Errors
    /// Where there are none, no rate gives the price, or the key rates are impossible.
    pub fn fixed(market: &Market<'_>, held: &Fixed<'_>) -> Result<Self, Error> {
        let yield_rate = bond::yield_of(held.flows, held.price, YEARLY)?;
        let measures = bond::measure(held.flows, yield_rate, YEARLY)?;
        let spread = z_spread(market.curve, held.flows, held.price)?;
        let pricing = Pricing { shape: market.curve, spread };
        let Exposure { parallel, key_rates_years, spread_years } = pricing.exposure(held.flows, market.keys)?;
        let passing = pricing.passing(held.flows, market.horizon_years)?;
        let hazard_adjusted = HazardAdjusted::of(market, held, yield_rate)?;
        Ok(Self {
            name: held.name.to_owned(),
            price: held.price,
            yield_rate,
            spread,
            macaulay_years: Some(measures.macaulay_years),
            modified_years: Some(measures.response.duration_years),
            effective_years: parallel.duration_years,
            key_rates_years,
            spread_years,
            convexity: parallel.convexity,
            dv01: parallel.dv01(),
            cs01: spread_years * held.price * BASIS_POINT,
            carry: passing.carry * held.price,
            roll_down: passing.roll_down * held.price,
            hazard_adjusted,
        })
    }

    /// Reports on money lent at a floating rate: to leave takes its time, for which rates may run ahead and the venue may fail.
    ///
    /// # Errors
    /// Where the value is not above zero or the key rates are impossible.
    pub fn floating(market: &Market<'_>, held: &Floating<'_>) -> Result<Self, Error> {
        let value = positive("the value of a holding", held.value)?;
        exposure::check_keys(market.keys)?;
        let years = held.years_to_leave.max(LEAST_YEARS);
        let rate = held.measures.state.supply_rate;
        let earned = rate.ln_1p();
        let flows = [Flow { years, amount: value * (earned * years).exp() }];
        let as_fixed = Fixed { name: held.name, flows: &flows, claim: value, price: value, perils: held.perils };
        let effective_years = held.measures.effective_years(years);
        let mut hazard_adjusted = HazardAdjusted::of(market, &as_fixed, rate)?;
        hazard_adjusted.effective_years = effective_years;
        hazard_adjusted.convexity = 0.0;
        let mut key_rates_years = vec![0.0; market.keys.len()];
        for (key, part) in exposure::weights(market.keys, years) {
            key_rates_years[key] = part * effective_years;
        }
        Ok(Self {
            name: held.name.to_owned(),
            price: value,
            yield_rate: rate,
            spread: earned - market.curve.zero(years),
            macaulay_years: None,
            modified_years: None,
            effective_years,
            key_rates_years,
            spread_years: years,
            convexity: 0.0,
            dv01: effective_years * value * BASIS_POINT,
            cs01: years * value * BASIS_POINT,
            carry: value * (earned * market.horizon_years).exp_m1(),
            roll_down: 0.0,
            hazard_adjusted,
        })
    }
}

impl HazardAdjusted {
    fn of(market: &Market<'_>, held: &Fixed<'_>, yield_rate: f64) -> Result<Self, Error> {
        let pricing = |spread: f64| Pricing { shape: market.curve, spread };
        let value = |spread: f64| held.perils.value(&pricing(spread), held.flows, held.claim);
        let found = held.perils.measures(&pricing(0.0), held.flows, held.claim)?;
        let spread = crate::root::falling("spread", held.price, (f64::NEG_INFINITY, -0.05, 0.05), |spread| {
            value(spread) - held.price
        })?;
        let loss = |hazard: &Hazard, recovery: f64| hazard.until(1.0) * (1.0 - recovery);
        let (issuer, contract) = (&held.perils.issuer, &held.perils.contract);
        let expected_loss_rate =
            loss(issuer.hazard(), issuer.recovery()) + loss(contract.hazard(), contract.recovery());
        let price = found.rates.price;
        Ok(Self {
            price,
            spread,
            yield_rate: yield_rate - expected_loss_rate,
            effective_years: found.rates.duration_years,
            convexity: found.rates.convexity,
            issuer_01: found.issuer_years * price * BASIS_POINT,
            contract_01: found.contract_years * price * BASIS_POINT,
            expected_loss_rate,
            survival: found.survival,
        })
    }
}
