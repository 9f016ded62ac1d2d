//! What the operator decides about acting at all.

use model::{Assets, Gas, Wei};

use crate::Error;
use crate::band::Band;
use crate::economics::in_assets;

/// When to act, within which bounds, and what acting costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seconds after the snapshot's block at which an intent expires.
    pub deadline_secs: u64,
    /// What a leg's result may fall short of its amount; 10,000 = 100 %.
    pub tolerance_bps: u16,
    /// The least movement worth making.
    pub min_leg: Assets,
    /// Seconds for which the gain counts.
    pub horizon_secs: u64,
    /// How many times the gas the gain must be worth, to start moving.
    pub gain_factor: f64,
    /// How many times the gas it must be worth to go on, once money moves: no more than `gain_factor` counts. Without effect
    /// where that is below one.
    pub go_on_factor: f64,
    /// Gas of a rebalance without legs.
    pub gas_base: Gas,
    /// Gas of each leg.
    pub gas_per_leg: Gas,
    /// What one gas costs.
    pub gas_price: Wei,
    /// What one whole coin of the chain (1e18 wei) costs.
    pub coin_price: Assets,
    /// A debt is repaid to its target when its soft threshold may be passed within so many hours, with a chance of one in
    /// twenty at today's volatility.
    pub protect_hours: f64,
    /// What is kept for the gas of the worst hour, where the vault may owe.
    pub gas_reserve: Wei,
}

impl Default for Settings {
    /// For USDC on Arbitrum: a dollar is the least movement, a week the horizon, gas at 0.1 gwei and ether at 3,000
    /// dollars; the gas figures are estimates on the high side: two legs at real venues took 558,000 to 813,000 gas.
    /// A debt is repaid half a day before it may reach its soft threshold, and ten repayments at 5 gwei are kept for
    /// (fees on Arbitrum have been above that for minutes, not hours): 0.06 ether.
    fn default() -> Self {
        Self {
            deadline_secs: 300,
            tolerance_bps: 1,
            min_leg: Assets::from(1_000_000),
            horizon_secs: 7 * 86_400,
            gain_factor: 2.0,
            go_on_factor: 1.5,
            gas_base: Gas(400_000),
            gas_per_leg: Gas(400_000),
            gas_price: Wei::from(100_000_000),
            coin_price: Assets::from(3_000_000_000),
            protect_hours: 12.0,
            gas_reserve: Wei::from(60_000_000_000_000_000),
        }
    }
}

impl Settings {
    /// What one leg costs, in assets, rounded up.
    #[must_use]
    pub fn leg_cost(&self) -> Assets {
        in_assets(self.gas_per_leg.cost(self.gas_price), self)
    }

    /// When gain is worth gas.
    pub(crate) fn band(&self) -> Band {
        let go_on = self.go_on_factor.min(self.gain_factor);
        Band::new(go_on, self.gain_factor).unwrap_or_else(|_| Band::without_width(self.gain_factor))
    }

    /// Refuses what makes no sense.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let fault = |name, value: String, rule| Err(Error::Setting { name, value, rule });
        if self.tolerance_bps > 10_000 {
            return fault("tolerance_bps", self.tolerance_bps.to_string(), "at most 10000 is possible");
        }
        if !(self.gain_factor.is_finite() && self.gain_factor >= 0.0) {
            return fault("gain_factor", self.gain_factor.to_string(), "it must be a number of at least 0");
        }
        if !(self.go_on_factor.is_finite() && self.go_on_factor >= 1.0) {
            return fault("go_on_factor", self.go_on_factor.to_string(), "it must be a number of at least 1");
        }
        if !(self.protect_hours.is_finite() && self.protect_hours >= 0.0) {
            return fault("protect_hours", self.protect_hours.to_string(), "it must be a number of at least 0");
        }
        if self.deadline_secs == 0 {
            return fault("deadline_secs", "0".to_owned(), "an intent must live at least a second");
        }
        Ok(())
    }
}
