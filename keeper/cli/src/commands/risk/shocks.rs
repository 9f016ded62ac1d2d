//! What usage would do to a lending position: others leave, borrowers come, we grow.

use model::{Position, Snapshot};
use risk::Error;
use risk::lending::{Shock, State, state};
use serde_json::{Value, json};

use super::whole_tokens;

/// What part of the venue's supply leaves, or is borrowed in addition.
const PART: f64 = 0.1;

/// A position after a shock.
pub struct Shocked {
    /// What happened.
    pub name: &'static str,
    /// What became of the pool.
    pub state: State,
}

impl Shocked {
    /// Returns it for machines.
    pub fn to_json(&self, snapshot: &Snapshot) -> Value {
        json!({
            "shock": self.name,
            "supply_rate": self.state.supply_rate,
            "usage": self.state.usage,
            "liquid": self.liquid(snapshot),
        })
    }

    /// Returns what could be withdrawn at once, whole tokens.
    pub fn liquid(&self, snapshot: &Snapshot) -> f64 {
        whole_tokens(model::Assets::from_f64_down(self.state.liquid_assets()), snapshot)
    }
}

/// Returns the position after each shock by itself.
pub fn of(position: &Position, snapshot: &Snapshot) -> Result<Vec<Shocked>, Error> {
    let after = |shock: &Shock| state(&position.rate, position.value, snapshot.now(), shock);
    let now = after(&Shock::default())?;
    // All supply follows from what is free and the part that it is.
    let free_part = 1.0 - now.usage;
    let supply = if free_part > 0.0 { now.available_assets / free_part } else { position.value.to_f64() };
    let shocks = [
        ("a tenth of the supply leaves", Shock { withdrawn_assets: PART * supply, ..Shock::default() }),
        ("a tenth of the supply is borrowed", Shock { borrowed_assets: PART * supply, ..Shock::default() }),
        ("a tenth of the supply is repaid", Shock { borrowed_assets: -PART * supply, ..Shock::default() }),
        ("we double", Shock { own_assets: position.value.to_f64(), ..Shock::default() }),
    ];
    shocks.iter().map(|(name, shock)| Ok(Shocked { name, state: after(shock)? })).collect()
}
