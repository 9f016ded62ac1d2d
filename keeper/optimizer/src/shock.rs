//! What a year may bring, by governance's own numbers: each named hazard, and the level of rates. As variance, of one place or by
//! factors of several, and as scenarios.
//!
//! A hazard strikes whatever counts against its id, so that positions that share an id are held less together than others; two
//! hazards are independent as factors, and do not strike in one scenario.

use model::units::YEAR_SECS;
use model::{Hazard, Snapshot};

use crate::covenants::duration_secs;
use crate::risk::{Error, Factors, Tail};

/// By how many standard deviations rates rise in the scenario of their own.
const RISE: f64 = 2.0;
/// The chance of that or more in a year, of a normal distribution.
const RISE_CHANCE: f64 = 0.022_750_131_948_179_2;

/// Something that may happen within a year.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shock {
    /// What each unit of each place loses by it.
    losses: Vec<f64>,
    /// How likely it is.
    chance: f64,
    /// The variance of the factor that these losses are the loadings of.
    variance: f64,
}

/// Every shock that costs some position anything.
pub(crate) fn of(snapshot: &Snapshot, rate_volatility: f64) -> Vec<Shock> {
    let hazards = snapshot.covenants.iter().flat_map(|covenants| &covenants.hazards).filter(|hazard| hazard.is_said());
    let failure = |hazard: &Hazard| {
        let chance = -(-f64::from(hazard.hazard_bps) / 1e4).exp_m1();
        let loss = f64::from(hazard.loss_bps) / 1e4;
        let strikes = |ids: &[model::RiskId]| if ids.contains(&hazard.risk_id) { loss } else { 0.0 };
        let losses = snapshot.positions.iter().map(|position| strikes(&position.risk_ids)).collect();
        Shock { losses, chance, variance: chance * (1.0 - chance) }
    };
    let years = |secs: u32| f64::from(secs) / YEAR_SECS as f64;
    let durations = snapshot.positions.iter().map(|position| duration_secs(snapshot, position).map_or(0.0, years));
    let rise = Shock {
        losses: durations.map(|years| RISE * rate_volatility * years).collect(),
        chance: RISE_CHANCE,
        variance: 1.0 / (RISE * RISE),
    };
    let costs = |shock: &Shock| shock.losses.iter().any(|loss| *loss != 0.0);
    hazards.map(failure).chain([rise]).filter(costs).collect()
}

impl Shock {
    /// The one place that it strikes, and the variance of what a unit there loses by it; nothing where it strikes several.
    pub(crate) fn place(&self) -> Option<(usize, f64)> {
        let mut struck = self.losses.iter().enumerate().filter(|(_, loss)| **loss != 0.0);
        let (place, loss) = struck.next()?;
        struck.next().is_none().then_some((place, self.variance * loss * loss))
    }

    /// All of them as uncorrelated factors.
    pub(crate) fn factors(shocks: &[&Self], aversion: f64) -> Result<Factors, Error> {
        let places = shocks.first().map_or(0, |shock| shock.losses.len());
        let loadings = (0..places).map(|place| shocks.iter().map(|shock| shock.losses[place]).collect());
        let row =
            |at: usize| shocks.iter().zip(0..).map(move |(shock, of)| if at == of { shock.variance } else { 0.0 });
        let covariance = (0..shocks.len()).map(|at| row(at).collect());
        Factors::new(&loadings.collect::<Vec<_>>(), &covariance.collect::<Vec<_>>(), aversion)
    }

    /// All of them as scenarios, and one in which nothing happens; chances that come to more than one are taken in proportion.
    pub(crate) fn tail(shocks: &[Self], confidence: f64, aversion: f64) -> Tail {
        let places = shocks.first().map_or(0, |shock| shock.losses.len());
        let happens = shocks.iter().map(|shock| shock.chance).sum::<f64>();
        let all = happens.max(1.0);
        let chances = shocks.iter().map(|shock| shock.chance / all).chain([1.0 - happens / all]).collect();
        let losses = shocks.iter().map(|shock| shock.losses.clone()).chain([vec![0.0; places]]).collect();
        Tail { losses, chances, confidence, most: f64::INFINITY, aversion }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strikes_one_place_is_its_own_variance() {
        let shock = |losses: [f64; 3]| Shock { losses: losses.to_vec(), chance: 0.1, variance: 0.09 };

        assert_eq!(shock([0.0, 0.5, 0.0]).place(), Some((1, 0.09 * 0.25)));
        assert_eq!(shock([0.2, 0.5, 0.0]).place(), None, "it is a factor of two");
        assert_eq!(shock([0.0; 3]).place(), None);
        let factors = Shock::factors(&[&shock([0.0, 0.5, 0.0])], 4.0).expect("a variance");
        assert!(
            (factors.charge(&[7.0, 2.0, 7.0]) - 0.5 * 4.0 * 0.0225 * 4.0).abs() < 1e-15,
            "either way it costs the same"
        );
    }
}
