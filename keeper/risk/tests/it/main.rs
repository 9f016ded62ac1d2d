//! Published values, reproduced; and what every measure must fulfil.

mod bonds;
mod curves;
mod exposure;
