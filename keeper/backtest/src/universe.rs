//! The venues that known files speak of, with what has to be assumed of each.
//!
//! Defaults are for a vault at home on Arbitrum. A movement to or from another chain pays a bridge and a swap, and is on its
//! way for a day; bills are bought and sold through a fund, which takes two days and a fee (counted with the expected loss).
//! Sizes of Aave's pools are round figures of late 2025. All of it is to be overridden by whoever knows better.

use std::io::Read;

use crate::market::{Terms, Venue};
use crate::reader::{self, Error, History};

/// USDC on Arbitrum, Ethereum and Base: network and address, as `aave_v3_reserves_daily` names them.
const RESERVES: [(&str, &str); 3] = [
    ("arbitrum", "0xaf88d065e77c8cc2239327c5edb3a432268e5831"),
    ("ethereum", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
    ("base", "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"),
];

/// On the vault's own chain.
const HOME: Terms = Terms { entry_bps: 0.0, exit_bps: 0.0, gas_usd: 0.1, delay_days: 0, expected_loss: 0.001 };

/// On another chain.
const AWAY: Terms = Terms { entry_bps: 1.0, exit_bps: 1.0, gas_usd: 5.0, delay_days: 1, expected_loss: 0.001 };

/// The files that are looked for, by the names without `.csv` or `.csv.gz`.
pub const FILES: [&str; 5] = [
    "aave_v3_reserves_daily",
    "compound_v3_arbitrum_usdc_daily",
    "susds_daily",
    "us_treasury_par_yield_daily",
    "usdc_rates_ethereum_2020_2022",
];

/// Every venue of the files that `open` finds, with defaults.
///
/// `open` gets a name of [`FILES`] and returns the file's name and bytes, or nothing where there is none.
///
/// # Errors
/// Where a file cannot be used.
pub fn venues(mut open: impl FnMut(&str) -> Option<(String, Box<dyn Read>)>) -> Result<Vec<Venue>, Error> {
    let mut found = Vec::new();
    let mut add = |name: &str, optimal: f64, size_usd: f64, terms: Terms, history: History| {
        found.push(Venue { name: name.to_owned(), optimal, size_usd, terms, history });
    };
    if let Some((file, input)) = open(FILES[0]) {
        let [arbitrum, ethereum, base] = <[History; 3]>::try_from(reader::aave::read(&file, input, &RESERVES)?)
            .expect("one history a reserve comes back");
        add("aave-arbitrum", 0.90, 250e6, HOME, arbitrum);
        add("aave-ethereum", 0.92, 5_000e6, AWAY, ethereum);
        add("aave-base", 0.90, 600e6, Terms { gas_usd: 0.5, ..AWAY }, base);
    }
    if let Some((file, input)) = open(FILES[1]) {
        add("compound-arbitrum", 0.80, 0.0, HOME, reader::compound::read(&file, input)?);
    }
    if let Some((file, input)) = open(FILES[2]) {
        add(
            "susds",
            1.0,
            0.0,
            Terms { gas_usd: 8.0, expected_loss: 0.003, ..AWAY },
            reader::savings::read(&file, input)?,
        );
    }
    if let Some((file, input)) = open(FILES[3]) {
        let terms = Terms { entry_bps: 2.0, exit_bps: 2.0, gas_usd: 5.0, delay_days: 2, expected_loss: 0.002 };
        add("bills", 1.0, 0.0, terms, reader::treasury::read(&file, input)?);
    }
    if let Some((file, input)) = open(FILES[4]) {
        let [compound, first, second] = reader::ethereum::read(&file, input)?;
        let terms = Terms { gas_usd: 30.0, expected_loss: 0.002, ..AWAY };
        add("compound-v2-ethereum", 0.80, 0.0, terms, compound);
        add("aave-v1-ethereum", 0.90, 0.0, terms, first);
        add("aave-v2-ethereum", 0.90, 0.0, terms, second);
    }
    Ok(found)
}
