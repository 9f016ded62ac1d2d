//! What the keeper knows and says: units, snapshot, rate models, target, intent, plan and decision, and the
//! traits at which its other parts meet. No I/O, no clock, no runtime.
//!
//! Integers mirror the chain wherever they are compared with it; `f64` serves analytics only (`rate`). Its relative
//! error against the venues' own integer formulas is at most 1e-12 for Aave's rates, and 1e-7 for Morpho's, which
//! the chain itself rounds to whole wad a second (eight digits at its lowest rate).

pub mod bought;
mod charges;
mod collateral;
pub mod covenants;
pub mod decision;
pub mod drought;
pub mod governed;
pub mod intent;
pub mod lever;
pub mod limits;
mod memory;
pub mod ports;
pub mod position;
pub mod rate;
pub mod snapshot;
pub mod target;
pub mod trial;
pub mod units;
pub mod words;

pub use abi;
pub use alloy_primitives;
pub use mandate;
pub use math;

pub use bought::Bought;
pub use charges::Charges;
pub use collateral::{Answer, Collateral, Price};
pub use covenants::{Bond, Covenants, Hazard, Rung};
pub use decision::{Decision, Explanation, Idleness, Plan, PlannedLeg, Purpose, Stuck};
pub use governed::{Budgets, Cap, Grant, Level, Operator, Parameters, RiskId};
pub use intent::{Intent, Leg, Movement};
pub use lever::{Lever, Thresholds};
pub use limits::{Holdings, Mandate};
pub use memory::{Memory, Stance};
pub use position::{Position, Terms, VenueKind};
pub use rate::{Curve, RateModel};
pub use snapshot::{Asset, Block, Book, Snapshot};
pub use target::{Limit, LimitKind, Status, Target, TargetPosition, Unreachable};
pub use trial::{Trial, TrialError};
pub use units::{Assets, Gas, Ray, Timestamp, Wad, Wei};
