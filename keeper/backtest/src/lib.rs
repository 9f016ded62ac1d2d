//! Backtests: the keeper's own decision, and three simple rules, walked through real histories day by day.
//!
//! - [`reader`]: histories from CSV, plain or gzipped, and errors that name file, line, column, value and bound.
//! - [`market`]: each venue's pool on each day, its curve rebuilt from that day's observation and those before it.
//! - [`strategy`]: the keeper, deciding by the very function that decides live ([`engine::decide`]), and the rules.
//! - [`run`]: the walk. Nobody sees past today; what is decided today is carried out tomorrow, at tomorrow's pools.
//! - [`account`]: our money, and what movements, own impact, gas and expected losses take of it.
//! - [`report`], [`bootstrap`], [`mod@compare`]: figures with their standard errors.
//! - [`chart`]: the value lines as SVG.
//!
//! Money is counted in doubles here: this is analysis. Every dollar is accounted for to 1e-9 of the capital.
//!
//! What is assumed: other people's money does not answer to ours; a pool pays the rate of a day's beginning for the day;
//! where a history does not say how large a pool is, somebody has to; no loss happened in the histories, so that expected
//! losses are set aside from everybody's interest day by day.

pub mod account;
pub mod bootstrap;
pub mod chart;
pub mod compare;
pub mod day;
pub mod forecast;
pub mod market;
pub mod reader;
pub mod report;
pub mod run;
pub mod slopes;
pub mod state;
pub mod strategy;
pub mod universe;

pub use compare::{Comparison, Line, Question, choose, compare};
pub use day::Day;
pub use market::{Market, Terms, Venue};
pub use strategy::Settings;
