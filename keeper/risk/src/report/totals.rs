//! All holdings together: money adds up, rates and durations are weighted by it.

use serde::Serialize;

use super::Report;

/// All holdings together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// What the market pays for all.
    pub price: f64,
    /// Weighted by price.
    pub yield_rate: f64,
    /// Weighted by price.
    pub effective_years: f64,
    /// Weighted by price.
    pub spread_years: f64,
    /// Weighted by price.
    pub convexity: f64,
    /// What a basis point more on the curve costs.
    pub dv01: f64,
    /// What a basis point more at each key rate costs; their sum is the one above.
    pub key_rates_01: Vec<f64>,
    /// What a basis point more of every spread costs.
    pub cs01: f64,
    /// What the horizon earns at the yields.
    pub carry: f64,
    /// What the horizon earns by sliding down the curve.
    pub roll_down: f64,
    /// What all is worth by the curve and the hazards alone.
    pub hazard_adjusted_price: f64,
    /// What a basis point more of every issuer's hazard costs.
    pub issuer_01: f64,
    /// What a basis point more of every contract's hazard costs.
    pub contract_01: f64,
    /// What failure is expected to take in a year.
    pub expected_loss: f64,
}

impl Totals {
    /// Adds up reports that were made by one market, and money that is kept idle.
    #[must_use]
    pub fn of(reports: &[Report], idle: f64) -> Self {
        let sum = |of: fn(&Report) -> f64| reports.iter().map(of).sum::<f64>();
        let price = idle + sum(|report| report.price);
        let weighted = |sum: f64| if price > 0.0 { sum / price } else { 0.0 };
        let keys = reports.iter().map(|report| report.key_rates_years.len()).max().unwrap_or(0);
        let key = |index: usize| {
            let one = |report: &Report| report.key_rates_years.get(index).map_or(0.0, |years| years * report.price);
            reports.iter().map(one).sum::<f64>() * crate::flow::BASIS_POINT
        };
        Self {
            price,
            yield_rate: weighted(sum(|report| report.price * report.yield_rate)),
            effective_years: weighted(sum(|report| report.price * report.effective_years)),
            spread_years: weighted(sum(|report| report.price * report.spread_years)),
            convexity: weighted(sum(|report| report.price * report.convexity)),
            dv01: sum(|report| report.dv01),
            key_rates_01: (0..keys).map(key).collect(),
            cs01: sum(|report| report.cs01),
            carry: sum(|report| report.carry),
            roll_down: sum(|report| report.roll_down),
            hazard_adjusted_price: idle + sum(|report| report.hazard_adjusted.price),
            issuer_01: sum(|report| report.hazard_adjusted.issuer_01),
            contract_01: sum(|report| report.hazard_adjusted.contract_01),
            expected_loss: sum(|report| report.price * report.hazard_adjusted.expected_loss_rate),
        }
    }
}
