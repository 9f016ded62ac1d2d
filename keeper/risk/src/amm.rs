//! What pools of two tokens promise and cost, in closed form.

use crate::error::{Error, finite, positive};

/// A year as Pendle counts it, days.
const YEAR_DAYS: f64 = 365.0;

/// Returns what buying a principal token and keeping it to maturity earns, a year, compounded yearly: `(asset / token)^(365/days) - 1`.
///
/// Prices are in one unit: of the principal token, and of the asset that it becomes.
///
/// # Errors
/// Where a price or the days are not above zero.
pub fn principal_token_apy(token_price: f64, asset_price: f64, days_to_maturity: f64) -> Result<f64, Error> {
    let growth = positive("the asset's price", asset_price)? / positive("the principal token's price", token_price)?;
    let years = positive("the days to maturity", days_to_maturity)? / YEAR_DAYS;
    finite("the yield", (growth.ln() / years).exp_m1())
}

/// Returns what a constant-product pool loses to whoever trades it back to the market, as a part of its value over the time that the
/// volatility is told for: `sigma^2 / 8` (Milionis, Moallemi, Roughgarden and Zhang, 2022; no fees, continuous trading).
#[must_use]
pub fn loss_versus_rebalancing(volatility: f64) -> f64 {
    volatility.powi(2) / 8.0
}
