//! Histories from CSV, plain or gzipped, by the columns that the first line names; others may stand between them.
//!
//! | file | columns read | what |
//! | --- | --- | --- |
//! | `aave_v3_reserves_daily` | `snapshot_ts`, `network`, `asset_address`, `current_liquidity_rate`, `current_variable_borrow_rate`, `reserve_factor` | [`aave`] |
//! | `compound_v3_arbitrum_usdc_daily` | `date`, `apy` (percent), `tvl_usd` | [`compound`] |
//! | `susds_daily` | `date`, `apy` (percent) | [`savings`] |
//! | `us_treasury_par_yield_daily` | `date`, `3M` (percent) | [`treasury`] |
//! | `usdc_rates_ethereum_2020_2022` | `timestamp`, rates and amounts of Compound v2, Aave v1 and v2 | [`ethereum`] |
//!
//! Of several rows of one day the last one counts. A blank field is no observation; a damaged one is an error that names
//! file, line, column, value and bound.

pub mod aave;
pub mod compound;
pub mod ethereum;
pub mod savings;
mod table;
pub mod treasury;

use std::collections::BTreeMap;

use crate::day::Day;

pub use table::Error;

/// What a file says of one venue, by day.
pub type History = BTreeMap<Day, Quote>;

/// What a file says of one venue on one day; rates are simple and yearly, with daily compounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quote {
    /// A two-slope pool of unknown size.
    Rates {
        /// What suppliers earn.
        supply_rate: f64,
        /// What borrowers pay.
        borrow_rate: f64,
        /// The treasury's part of the interest.
        reserve_factor: f64,
    },
    /// A two-slope pool with amounts.
    Amounts {
        /// What suppliers earn.
        supply_rate: f64,
        /// The part that is lent out, 0 to 1.
        usage: f64,
        /// What is lent out, in dollars.
        debt_usd: f64,
    },
    /// A pool of Compound III that names what it has left.
    Available {
        /// What suppliers earn, rewards included.
        supply_rate: f64,
        /// Money not lent out, in dollars.
        available_usd: f64,
    },
    /// A rate that somebody sets.
    Set {
        /// What every unit earns.
        supply_rate: f64,
    },
}

/// The simple yearly rate that grows to a yearly yield (percent) by daily compounding.
fn rate_of_percent_yield(percent: f64) -> f64 {
    365.0 * ((percent / 100.0).ln_1p() / 365.0).exp_m1()
}
