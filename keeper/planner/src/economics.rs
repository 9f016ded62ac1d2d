//! Whether acting pays: what the portfolio brings before and after, gain over the horizon, gas.
//!
//! What it brings is income less the charges that the optimizer weighed ([`Scales`]), so that both have one objective. Gas is
//! weighed twice and charged once: the optimizer leaves places alone whose movement does not gain its own leg's gas; here the plan
//! as a whole must gain all of its gas, what legs share included, by a factor. So the gain counts no gas.

use model::alloy_primitives::U256;
use model::units::{WAD, YEAR_SECS};
use model::{Assets, Charges, Curve, Gas, Snapshot, Stance, Target, Wei};

use crate::movements::Movements;
use crate::{Error, Scales, Settings};

/// The figures of one plan.
#[derive(Clone, Debug)]
pub(crate) struct Economics {
    pub(crate) curves: Vec<Curve>,
    pub(crate) values_after: Vec<Assets>,
    pub(crate) income_before_assets: f64,
    pub(crate) income_after_assets: f64,
    pub(crate) charges_before: Charges,
    pub(crate) charges_after: Charges,
    pub(crate) gain_assets: f64,
    pub(crate) gas_cost: Wei,
    pub(crate) gas_cost_assets: Assets,
    pub(crate) required_assets: f64,
    /// What to do, for income alone.
    stance: Stance,
}

impl Economics {
    /// The figures of `movements`; without any, of the target that they stop short of.
    pub(crate) fn of(
        snapshot: &Snapshot,
        target: &Target,
        settings: &Settings,
        scales: &Scales<'_>,
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
        let (charges_before, charges_after) = ((scales.charges)(&values_before), (scales.charges)(&values_after));
        let gain_a_year = (after - charges_after.total_assets()) - (before - charges_before.total_assets());
        let (band, cost) = (settings.band(), gas_cost_assets.to_f64());
        Ok(Self {
            curves,
            values_after,
            income_before_assets: before,
            income_after_assets: after,
            charges_before,
            charges_after,
            gain_assets: over_horizon(gain_a_year, settings),
            gas_cost,
            gas_cost_assets,
            required_assets: band.factor(scales.stance) * cost,
            stance: band.stance(scales.stance, gain_a_year, horizon_years(settings), cost),
        })
    }

    /// Whether the gain exceeds what it must.
    pub(crate) fn is_worth_it(&self) -> bool {
        self.stance == Stance::Moving
    }

    /// Whether the worst scenarios cost more than the operator allows now, and less after.
    pub(crate) fn is_mending(&self) -> bool {
        self.charges_before.is_over() && self.charges_after.worst_assets < self.charges_before.worst_assets
    }
}

/// What a gain a year comes to over the horizon.
pub(crate) fn over_horizon(gain_a_year: f64, settings: &Settings) -> f64 {
    gain_a_year * horizon_years(settings)
}

pub(crate) fn horizon_years(settings: &Settings) -> f64 {
    settings.horizon_secs as f64 / YEAR_SECS as f64
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
