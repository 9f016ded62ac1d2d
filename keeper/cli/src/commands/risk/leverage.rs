//! A position that owes: what a fall of its collateral costs, and what it earns net of its debt.

use model::{Position, Snapshot};
use risk::lever::{Watch, watch};
use serde_json::{Value, json};

use super::whole_tokens;

/// A position that owes or may.
pub struct Leverage<'a> {
    /// The position.
    pub position: &'a Position,
    /// What it owns by what it is worth; nothing where it does not say what it owes.
    pub leverage: Option<f64>,
    /// What it earns on its own worth a year, the price standing still; nothing where rates cannot be read.
    pub carry_rate: Option<f64>,
    /// Its health, where anything is owed.
    pub watch: Option<Watch>,
}

impl<'a> Leverage<'a> {
    /// Measures it.
    pub fn of(position: &'a Position) -> Self {
        let (value, debt) = (position.value.to_f64(), position.lever.and_then(|lever| lever.debt));
        let owed = debt.map(model::Assets::to_f64);
        let leverage = owed.map(|owed| (value + owed) / value);
        let rates = position.collateral.as_ref();
        let rates = rates.map(|rates| (rates.supply_rate.to_fraction(), rates.borrow_rate.to_fraction()));
        let carry_rate = owed.zip(rates).map(|(owed, (earned, paid))| ((value + owed) * earned - owed * paid) / value);
        Self { position, leverage, carry_rate, watch: watch(position) }
    }

    /// Returns what a fall of the collateral by one percent costs, whole tokens.
    pub fn fall_of_one_percent(&self, snapshot: &Snapshot) -> Option<f64> {
        self.leverage.map(|leverage| 0.01 * leverage * whole_tokens(self.position.value, snapshot))
    }

    /// Returns it for machines.
    pub fn to_json(&self, snapshot: &Snapshot) -> Value {
        json!({
            "position": self.position.index,
            "venue": self.position.kind.to_string(),
            "value": whole_tokens(self.position.value, snapshot),
            "leverage": self.leverage,
            "carry_rate": self.carry_rate,
            "fall_of_one_percent_costs": self.fall_of_one_percent(snapshot),
            "health": self.watch.map(|watch| watch.health),
            "hours_to_soft_threshold": self.watch.and_then(|watch| watch.soft.hours),
        })
    }
}
