//! Measures of risk, pure: numbers in, numbers out. Floats, because nothing here is money; every function states its error.
//!
//! - [`volatility`]: how far a price moves, from observations at any times.
//! - [`passage`]: how soon a price may pass a level, at a given chance.
//! - [`health`]: the two together: how far a threshold is, in price and in hours.
//! - [`lever`]: a levered position of a snapshot, as it stands.
//! - [`calendar`], [`day_count`], [`schedule`]: days of business, parts of years, periods of interest.
//! - [`bond`], [`flow`]: what a bond pays and when; price, yield, durations and convexity.
//! - [`curve`]: yield curves of any shape, fitted and bootstrapped; durations by them, spreads over them.
//! - [`credit`]: hazard rates, prices of what may fail, credit default swaps, margins.
//! - [`lending`]: floating-rate lending, whose rate hangs on how much is borrowed.
//! - [`frequency`]: hazard rates from what has failed, with how little is known of them.
//! - [`zscore`]: how far a value is from its own history.
//! - [`report`]: all of it for one holding, and for all together.
//! - [`amm`]: what pools of two tokens promise and cost.

pub mod amm;
pub mod attribution;
pub mod bond;
pub mod calendar;
pub mod credit;
pub mod curve;
pub mod day_count;
mod error;
pub mod flow;
pub mod frequency;
pub mod health;
pub mod lending;
pub mod lever;
pub mod passage;
pub mod report;
mod root;
pub mod schedule;
mod special;
pub mod volatility;
pub mod zscore;

pub use error::Error;
