//! The world around the vault on the local chain: real venues, borrowers, histories.
//!
//! [`World::build`] deploys Aave v3 and Morpho (with a MetaMorpho vault) from the code that their publishers ship, lets
//! other lenders supply them and a borrower with collateral bring each to a given utilisation, which [`Target::read`]
//! takes from a history of real rates. Nothing of a venue is imitated, but for the prices: they are set by hand. For tests
//! of what goes wrong there are a venue whose price is steered, feeds that say what they are told, and, for those who ask
//! for it, Uniswap v3 with a pool of the world's tokens, Pendle v2 with bonds of several maturities, and our own reference of a
//! tokenised fund of treasuries, which no package ships. [`stress`] replays what has gone wrong in the real world, with
//! liquidators who liquidate.

pub mod artifact;
pub mod history;
pub mod stress;

mod aave;
mod error;
mod feed;
mod hyperdrive;
mod interfaces;
mod morpho;
mod pendle;
mod session;
mod steered;
mod treasury;
mod uniswap;
mod utilisation;
mod world;

pub use aave::{Aave, Curve};
pub use artifact::Artifacts;
pub use error::Error;
pub use hyperdrive::{Hyperdrive, HyperdriveConfig};
pub use morpho::Morpho;
pub use pendle::{Bond, BondConfig, LN_FEE_RATE_WAD, Pendle};
pub use treasury::Treasury;
pub use uniswap::{Depth, Uniswap};
pub use utilisation::{Source, Target, WAD};
pub use world::{MarketConfig, Tokens, Venue, World, WorldConfig};
