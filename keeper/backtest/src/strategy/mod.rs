//! Who decides: the keeper, or one of three rules. Each sees the market up to today and its own money, nothing else.

mod ours;
mod rules;

use crate::account::{Account, Order};
use crate::market::Past;

pub use ours::{Ours, Settings};
pub use rules::{BestSingle, EqualWeights, HighestQuoted};

/// Decides at a day's end what is done at the next one's.
pub trait Strategy {
    /// Its name, for people and JSON.
    fn name(&self) -> &'static str;

    /// What should move.
    ///
    /// # Errors
    /// Where the keeper has no decision that it can verify.
    fn decide(&mut self, past: &Past<'_>, account: &Account) -> Result<Vec<Order>, engine::Error>;
}
