//! What a portfolio is to bring: income after what holding, moving and risk cost, each read from the snapshot and what the
//! operator says of it.
//!
//! ```text
//! maximise  sum_i f_i(x_i) - sum_i c_i(x_i) - a/2 * Var(x)/nav - t * max(CVaR(x), 0)     CVaR(x) <= w * nav
//! ```
//!
//! - `c_i`: expected losses (hazard times loss given default) less roll-down (`roll`); gas for each place that is moved (`gas`),
//!   and slippage where the curve does not have it, both by the year over the horizon.
//! - `Var`, `CVaR`: of what fails and of rates (`shock`).
//!
//! Slippage is charged where governance says that a price can be pushed (slack). A Pendle market's curve has what our own trade
//! does to the price, both ways, and a Hyperdrive pool's has it for what is bought: those are not charged again. What leaves
//! Hyperdrive is charged its slack. Elsewhere moving as much as the venue holds pushes its price by the whole slack, and less
//! in proportion; a venue that does not say what it holds is charged the slack of every unit.

use model::units::YEAR_SECS;
use model::{Assets, Charges, Position, RateModel, Snapshot};

use crate::charge::Charge;
use crate::covenants::expected_losses;
use crate::programme::Programme;
use crate::risk::{Factors, Tail};
use crate::roll::roll_downs;
use crate::shock::{self, Shock};
use crate::{Error, Settings};

/// What is weighed against income beside expected losses.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Seconds over which what is paid once is spread.
    pub horizon_secs: u64,
    /// What the gas of one moved place costs.
    pub gas_per_place: Assets,
    /// Standard deviation of the level of rates over a year; 0.01 = one percentage point.
    pub rate_volatility: f64,
    /// What half a unit of yearly variance costs a year, both as parts of all assets: the aversion to risk of mean and variance.
    pub variance_aversion: f64,
    /// What a unit of the mean of the worst scenarios costs a year: the price of the capital that bears it.
    pub tail_aversion: f64,
    /// The part of scenarios that this mean leaves out: 0.95 looks at the worst twentieth.
    pub tail_confidence: f64,
    /// The most that this mean may be, as a part of all assets; nothing where it is not bounded.
    pub most_worst: Option<f64>,
}

impl Default for Objective {
    /// A week, as plans are weighed over, and gas that costs nothing. Rates that move by a point a year, as those of short dollar
    /// bonds have. An aversion of two, the least that is usual; the worst twentieth at two percent a year, a third of what banks
    /// pay for capital, since variance weighs the same failures already. No bound.
    fn default() -> Self {
        Self {
            horizon_secs: 7 * 86_400,
            gas_per_place: Assets::ZERO,
            rate_volatility: 0.01,
            variance_aversion: 2.0,
            tail_aversion: 0.02,
            tail_confidence: 0.95,
            most_worst: None,
        }
    }
}

/// The objective of one snapshot, without the curves.
#[derive(Clone, Debug)]
pub struct Terms {
    expected_losses: Vec<f64>,
    roll_downs: Vec<f64>,
    charges: Vec<Charge>,
    factors: Option<Factors>,
    tail: Option<Tail>,
    most_worst_assets: Option<f64>,
}

impl Terms {
    /// The terms of a snapshot; expected losses alone where the settings have no objective.
    ///
    /// # Errors
    /// Where the objective's numbers are none.
    pub fn of(snapshot: &Snapshot, settings: &Settings) -> Result<Self, Error> {
        let expected_losses = expected_losses(snapshot);
        let Some(objective) = &settings.objective else {
            let charges = expected_losses.iter().map(|carry| Charge { carry: *carry, ..Charge::default() }).collect();
            let roll_downs = vec![0.0; expected_losses.len()];
            return Ok(Self {
                expected_losses,
                roll_downs,
                charges,
                factors: None,
                tail: None,
                most_worst_assets: None,
            });
        };
        let roll_downs = roll_downs(snapshot, &expected_losses, objective.years());
        let held = expected_losses.iter().zip(&roll_downs).map(|(loss, roll)| loss - roll);
        let charges = snapshot.positions.iter().zip(held).map(|(position, carry)| objective.charge(position, carry));
        let mut charges = charges.collect::<Vec<_>>();
        let (nav, shocks) = (snapshot.total_assets().to_f64(), shock::of(snapshot, objective.rate_volatility));
        let is_risky = nav > 0.0 && !shocks.is_empty();
        let aversion = objective.variance_aversion / nav;
        // What strikes one place alone is its own variance; the rest are factors that several share.
        let (own, shared) = shocks.iter().partition::<Vec<_>, _>(|shock| shock.place().is_some());
        let is_averse = is_risky && objective.variance_aversion != 0.0;
        for (place, variance) in own.iter().filter(|_| is_averse).filter_map(|shock| shock.place()) {
            charges[place].variance += aversion * variance;
        }
        let factors = (is_averse && !shared.is_empty()).then(|| Shock::factors(&shared, aversion));
        Ok(Self {
            charges,
            expected_losses,
            roll_downs,
            factors: factors.transpose().map_err(crate::programme::Error::from)?,
            tail: is_risky.then(|| Shock::tail(&shocks, objective.tail_confidence, objective.tail_aversion)),
            most_worst_assets: objective.most_worst.map(|most| most * nav),
        })
    }

    /// What holding `amounts` costs a year, and what moving there does: one amount a position of the snapshot.
    #[must_use]
    pub fn charges(&self, amounts: &[Assets]) -> Charges {
        let amounts = amounts.iter().map(|amount| amount.to_f64()).collect::<Vec<_>>();
        let sum = |rates: &[f64]| rates.iter().zip(&amounts).map(|(rate, x)| rate * x).sum::<f64>();
        let slippage =
            |(charge, x): (&Charge, &f64)| Charge { carry: 0.0, variance: 0.0, fixed: 0.0, ..*charge }.at(*x);
        let own = self.charges.iter().zip(&amounts).map(|(charge, x)| 0.5 * charge.variance * x * x).sum::<f64>();
        let (worst, aversion) = self.tail.as_ref().map_or((0.0, 0.0), |tail| (tail.worst(&amounts).0, tail.aversion));
        Charges {
            expected_loss_assets: sum(&self.expected_losses),
            roll_down_assets: sum(&self.roll_downs),
            slippage_assets: self.charges.iter().zip(&amounts).map(slippage).sum(),
            variance_assets: own + self.factors.as_ref().map_or(0.0, |factors| factors.charge(&amounts)),
            tail_assets: aversion * worst.max(0.0),
            worst_assets: worst,
            most_worst_assets: self.most_worst_assets,
        }
    }

    /// A programme with this objective. The worst scenarios are bounded by what they come to at the least of every place where
    /// that is more than the operator's bound, which is kept with the headroom of any limit.
    pub(crate) fn on(self, programme: Programme, settings: &Settings) -> Result<Programme, Error> {
        let mut programme = programme.charged(self.charges)?;
        if let Some(factors) = self.factors {
            programme = programme.with_factors(factors)?;
        }
        let Some(mut tail) = self.tail else { return Ok(programme) };
        if let Some(most) = self.most_worst_assets {
            let least = tail.worst(programme.lower()).0 * (1.0 + SLIGHTLY);
            tail.most = (most * (1.0 - settings.headroom.to_fraction())).max(least);
        } else if tail.aversion == 0.0 {
            return Ok(programme);
        }
        Ok(programme.with_tail(tail)?)
    }
}

/// What keeps a bound that only one portfolio meets from being one that none does.
const SLIGHTLY: f64 = 1e-6;

impl Settings {
    /// The same without a bound on the worst scenarios.
    pub(crate) fn without_most_worst(&self) -> Self {
        let free = |objective: &Objective| Objective { most_worst: None, ..objective.clone() };
        Self { objective: self.objective.as_ref().map(free), ..self.clone() }
    }
}

impl Objective {
    fn years(&self) -> f64 {
        self.horizon_secs.max(1) as f64 / YEAR_SECS as f64
    }

    /// What a place is charged whose unit loses `carry` a year.
    fn charge(&self, position: &Position, carry: f64) -> Charge {
        let (years, slack) = (self.years(), f64::from(position.terms.slack_bps) / 1e4);
        let fixed = self.gas_per_place.to_f64() / years;
        let charge = Charge { carry, from: position.value.to_f64(), fixed, ..Charge::default() };
        match (market(&position.rate), position.depth) {
            (RateModel::PendlePrincipal(_), _) => charge,
            (RateModel::HyperdriveLong(_), _) => Charge { lowered: slack / years, ..charge },
            (_, Some(depth)) if !depth.is_zero() => Charge { slippage: slack / depth.to_f64() / years, ..charge },
            _ => Charge { raised: slack / years, lowered: slack / years, ..charge },
        }
    }
}

/// The model that a venue trades by, whatever it is net of, and whether or not it takes new money.
fn market(rate: &RateModel) -> &RateModel {
    match rate {
        RateModel::Closed { inner, .. } => market(inner),
        RateModel::Net(net) => market(&net.gross),
        rate => rate,
    }
}
