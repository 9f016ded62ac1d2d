//! The `[watch]` table: when the keeper becomes careful, and what it looks at beside the vault.

use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use chain::deployment::bps_to_wad;
use model::Wad;
use serde::Deserialize;
use watch::Posture;

use super::value::{Error, address, value, within};

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    memory_path: Option<String>,
    spread_deviations: Option<f64>,
    spread_least_bps: Option<u32>,
    pegs: Vec<PegEntry>,
    contracts: Vec<ContractEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PegEntry {
    name: String,
    sources: Vec<String>,
    min_price_bps: u64,
    max_price_bps: u64,
    max_age_secs: u64,
    #[serde(default)]
    positions: Vec<u32>,
    posture: Posture,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContractEntry {
    name: String,
    address: String,
    #[serde(default)]
    positions: Vec<u32>,
    #[serde(default = "reduce_only")]
    posture: Posture,
}

fn reduce_only() -> Posture {
    Posture::ReduceOnly
}

/// What is watched.
#[derive(Debug)]
pub struct Watch {
    /// Where is remembered what was seen.
    pub memory: PathBuf,
    /// The bounds.
    pub settings: watch::Settings,
    /// Prices that should stay in a band.
    pub pegs: Vec<PegTerms>,
    /// Contracts of administrators.
    pub contracts: Vec<Contract>,
}

/// A price that should stay in a band.
#[derive(Debug)]
pub struct PegTerms {
    /// For people.
    pub name: String,
    /// Who says what it is.
    pub sources: Vec<Address>,
    /// The lowest.
    pub least: Wad,
    /// The highest.
    pub most: Wad,
    /// How old an answer may be.
    pub max_age_secs: u64,
    /// The positions that hang on it; none for the whole vault.
    pub positions: Vec<u32>,
    /// What a lost peg lets the keeper do.
    pub posture: Posture,
}

/// A contract of administrators.
#[derive(Debug)]
pub struct Contract {
    /// For people.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// The positions that depend on it; none for the whole vault.
    pub positions: Vec<u32>,
    /// What an event lets the keeper do.
    pub posture: Posture,
}

/// Sources that a lost peg must be confirmed by.
const LEAST_SOURCES: usize = 3;
const MEMORY: &str = "keeper.watch.json";

/// Checks the table; a relative path is taken from `folder`.
pub(super) fn watch(file: File, folder: &Path) -> Result<Watch, Error> {
    let mut settings = watch::Settings::default();
    if let Some(deviations) = file.spread_deviations {
        if !(1.0..=1_000.0).contains(&deviations) {
            return Err(value("watch.spread_deviations", deviations, "it must be a number from 1 to 1000"));
        }
        settings.spread_deviations = deviations;
    }
    if let Some(bps) = file.spread_least_bps {
        settings.spread_least = f64::from(within("watch.spread_least_bps", bps, 0, 100_000)?) / 1e4;
    }
    let pegs = file.pegs.into_iter().enumerate().map(|(at, entry)| peg(at, entry));
    let contracts = file.contracts.into_iter().enumerate().map(|(at, entry)| contract(at, entry));
    Ok(Watch {
        memory: folder.join(file.memory_path.as_deref().unwrap_or(MEMORY)),
        settings,
        pegs: pegs.collect::<Result<_, _>>()?,
        contracts: contracts.collect::<Result<_, _>>()?,
    })
}

fn peg(at: usize, entry: PegEntry) -> Result<PegTerms, Error> {
    let key = |name: &str| format!("watch.pegs[{at}].{name}");
    let sources = entry.sources.iter().enumerate();
    let sources = sources.map(|(of, text)| address(&key(&format!("sources[{of}]")), text));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    let is_twice = |(of, one): (usize, &Address)| sources[..of].contains(one);
    if sources.len() < LEAST_SOURCES || sources.iter().enumerate().any(is_twice) {
        let found = format!("{} addresses", sources.len());
        return Err(value(&key("sources"), found, "a lost peg is confirmed by three different sources at least"));
    }
    if entry.max_price_bps < entry.min_price_bps {
        let rule = format!("it must be at least min_price_bps, {}", entry.min_price_bps);
        return Err(value(&key("max_price_bps"), entry.max_price_bps, rule));
    }
    Ok(PegTerms {
        name: entry.name,
        sources,
        least: bps_to_wad(entry.min_price_bps),
        most: bps_to_wad(entry.max_price_bps),
        max_age_secs: within(&key("max_age_secs"), entry.max_age_secs, 1, 31_536_000)?,
        positions: entry.positions,
        posture: entry.posture,
    })
}

fn contract(at: usize, entry: ContractEntry) -> Result<Contract, Error> {
    Ok(Contract {
        address: address(&format!("watch.contracts[{at}].address"), &entry.address)?,
        name: entry.name,
        positions: entry.positions,
        posture: entry.posture,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Watch, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        watch(file, Path::new("")).map_err(|error| error.to_string())
    }

    #[test]
    fn without_the_table_nothing_but_the_venues_themselves_is_watched() {
        let watch = read("").expect("nothing is needed");

        assert_eq!(watch.memory, Path::new(MEMORY));
        assert!(watch.pegs.is_empty() && watch.contracts.is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let peg = |sources: &str| {
            format!(
                "[[pegs]]\nname = \"USDC\"\nsources = [{sources}]\nmin_price_bps = 9_900\nmax_price_bps = 10_100\n\
                 max_age_secs = 90_000\nposture = \"halt\"\n"
            )
        };
        let [one, two, three] = [1, 2, 3].map(|at| format!("\"0x{}{at}\"", "0".repeat(39)));
        read(&peg(&format!("{one}, {two}, {three}"))).expect("three sources");
        let cases = [
            (peg(&format!("{one}, {two}")), "watch.pegs[0].sources is 2 addresses"),
            (peg(&format!("{one}, {two}, {two}")), "three different sources"),
            (peg(&format!("{one}, {two}, {three}")).replace("10_100", "9_899"), "watch.pegs[0].max_price_bps is 9899"),
            (peg("").replace("\"halt\"", "\"stop\""), "unknown variant `stop`"),
            ("spread_deviations = 0.5".to_owned(), "watch.spread_deviations is 0.5"),
            ("[[contracts]]\nname = \"x\"\naddress = \"0x12\"".to_owned(), "watch.contracts[0].address is"),
        ];
        for (text, expected) in cases {
            let error = read(&text).map(drop).expect_err(&text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
