//! A levered position of a snapshot: what moves its health, and how far its thresholds are.

use model::{Collateral, Position, Thresholds};

use crate::{
    health::{Distance, Outlook},
    passage::Motion,
    volatility::{Observation, Volatility, realised},
};

/// What a price is taken to move by where its feed tells too little: 100 % a year, as much as ether in its worst months.
pub const ASSUMED_VOLATILITY: f64 = 1.0;
/// Returns below which an estimate is not taken for one.
const LEAST_RETURNS: usize = 8;
/// The health below which the venue lets liquidators in.
const LIQUIDATION: f64 = 1.0;
const WHOLE_BPS: f64 = 10_000.0;
/// The part of the way from the target to the soft threshold that is gone before a debt is repaid ahead of it: whoever repays
/// at every cent of interest pays for little but gas.
const LEAST_WAY: f64 = 0.25;

/// A position that owes, as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    /// What secures the debt, by the debt.
    pub health: f64,
    /// What governance says of it.
    pub thresholds: Thresholds,
    /// What moves it.
    pub outlook: Outlook,
    /// How far its price moves, by its feed; nothing where [`ASSUMED_VOLATILITY`] stands for it.
    pub volatility: Option<Volatility>,
    /// How far the soft threshold is.
    pub soft: Distance,
    /// How far the hard threshold is.
    pub hard: Distance,
    /// How far the venue's liquidators are.
    pub liquidation: Distance,
}

impl Watch {
    /// Returns whether it is time to repay: the soft threshold is passed, or may be within so many hours and a quarter of the
    /// way to it is gone.
    #[must_use]
    pub fn is_pressed(&self, hours: f64) -> bool {
        let [target, soft] =
            [self.thresholds.target_bps, self.thresholds.soft_bps].map(|bps| f64::from(bps) / WHOLE_BPS);
        let is_on_its_way = target - self.health >= LEAST_WAY * (target - soft);
        self.health < soft || is_on_its_way && self.soft.hours.is_some_and(|until| until < hours)
    }
}

/// Looks at a position; nothing where none can be owed, nothing is, or nobody says what.
#[must_use]
pub fn watch(position: &Position) -> Option<Watch> {
    let (lever, thresholds) = position.lever.and_then(|lever| Some((lever, lever.thresholds?)))?;
    let debt = lever.debt.filter(|debt| !debt.is_zero())?;
    let health = lever.backing.to_f64() / debt.to_f64();
    let volatility = position.collateral.as_ref().and_then(volatility);
    let drift = position.collateral.as_ref().map_or(0.0, carry);
    let motion = Motion { volatility: volatility.map_or(ASSUMED_VOLATILITY, |found| found.yearly), drift };
    let outlook = Outlook { health, motion };
    let at = |bps: u16| outlook.distance(f64::from(bps) / WHOLE_BPS);
    Some(Watch {
        health,
        thresholds,
        outlook,
        volatility,
        soft: at(thresholds.soft_bps),
        hard: at(thresholds.hard_bps),
        liquidation: outlook.distance(LIQUIDATION),
    })
}

/// How far the collateral's price moves, where its feed tells enough.
fn volatility(collateral: &Collateral) -> Option<Volatility> {
    let observe = |answer: &model::Answer| Observation { at_secs: answer.at.0, price: answer.price.to_fraction() };
    let observations: Vec<_> = collateral.answers.iter().map(observe).collect();
    realised(&observations).filter(|found| found.returns >= LEAST_RETURNS)
}

/// By how much health falls a year for sure: what the debt costs less what the collateral earns.
fn carry(collateral: &Collateral) -> f64 {
    collateral.borrow_rate.to_fraction() - collateral.supply_rate.to_fraction()
}
