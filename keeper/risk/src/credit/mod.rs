//! Credit: the chance that somebody fails, what that makes of prices, and what the market asks for it.

mod cds;
mod floating;
mod hazard;
mod risky;
mod standard;

pub use cds::{Cds, Legs};
pub use floating::FloatingNote;
pub use hazard::{Hazard, HazardCurve};
pub use risky::{Peril, Perils, RiskyMeasures, midpoint_prices};
pub use standard::{Upfront, standard_curve};
