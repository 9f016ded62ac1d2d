//! Published values, reproduced; and what every measure must fulfil.

mod attribution;
mod bonds;
mod credit;
mod curves;
mod exposure;
mod frequency;
mod lending;
mod report;
mod zscore;
