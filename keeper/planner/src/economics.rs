//! Whether acting pays: income before and after, gain over the horizon, gas.

use model::alloy_primitives::U256;
use model::units::{WAD, YEAR_SECS};
use model::{Assets, Curve, Gas, Snapshot, Target, Wei};

use crate::movements::Movements;
use crate::{Error, Settings};

/// The figures of one plan.
#[derive(Clone, Debug)]
pub(crate) struct Economics {
    pub(crate) curves: Vec<Curve>,
    pub(crate) values_after: Vec<Assets>,
    pub(crate) income_before_assets: f64,
    pub(crate) income_after_assets: f64,
    pub(crate) gain_assets: f64,
    pub(crate) gas_cost: Wei,
    pub(crate) gas_cost_assets: Assets,
    pub(crate) required_assets: f64,
}

impl Economics {
    /// The figures of `movements`; without any, of the target that they stop short of.
    pub(crate) fn of(
        snapshot: &Snapshot,
        target: &Target,
        settings: &Settings,
        movements: &Movements,
    ) -> Result<Self, Error> {
        let curves = curves(snapshot)?;
        let values_before = snapshot.positions.iter().map(|position| position.value).collect::<Vec<_>>();
        let values_after = if movements.legs.is_empty() {
            target.positions.iter().map(|position| position.assets).collect()
        } else {
            movements.values_after.clone()
        };
        let income = |values: &[Assets]| {
            curves.iter().zip(values).map(|(curve, value)| curve.income(value.to_f64()).value).sum::<f64>()
        };
        let (before, after) = (income(&values_before), income(&values_after));
        let gas = settings.gas_per_leg.0.saturating_mul(movements.legs.len() as u64);
        let gas_cost = Gas(settings.gas_base.0.saturating_add(gas)).cost(settings.gas_price);
        let gas_cost_assets = in_assets(gas_cost, settings);
        Ok(Self {
            curves,
            values_after,
            income_before_assets: before,
            income_after_assets: after,
            gain_assets: gain(before, after, settings),
            gas_cost,
            gas_cost_assets,
            required_assets: settings.gain_factor * gas_cost_assets.to_f64(),
        })
    }

    /// Whether the gain exceeds what it must.
    pub(crate) fn is_worth_it(&self) -> bool {
        self.gain_assets > self.required_assets
    }
}

/// What another income a year gains over the horizon.
pub(crate) fn gain(before_assets: f64, after_assets: f64, settings: &Settings) -> f64 {
    (after_assets - before_assets) * (settings.horizon_secs as f64 / YEAR_SECS as f64)
}

/// A cost in the chain's coin in assets, rounded up.
pub(crate) fn in_assets(cost: Wei, settings: &Settings) -> Assets {
    let assets = model::math::mul_div_up(cost.0, settings.coin_price.0, U256::from(WAD));
    Assets(assets.unwrap_or(U256::MAX))
}

/// The income curve of each position.
pub(crate) fn curves(snapshot: &Snapshot) -> Result<Vec<Curve>, Error> {
    let curve = |position: &model::Position| {
        let curve = position.rate.curve(position.value, snapshot.now());
        curve.map_err(|source| Error::Rate { position: position.index, source })
    };
    snapshot.positions.iter().map(curve).collect()
}
