//! The mandate file: what governance should set, in the words of the configuration's own `[deploy]` table. Unknown keys are
//! refused, numbers carry their unit; what is not mentioned stays as it is.

use std::path::Path;

use alloy_primitives::{Address, B256};
use chain::deployment::bps_to_wad;
use chain::governance::{Breaker, Function, Grant, Nest, Wanted, WantedCap, WantedPosition};
use model::{Assets, Terms, Timestamp, Wad};
use serde::Deserialize;

use super::amount::Amount;
use super::covenants::{self, DurationEntry, HazardEntry, PurchasesEntry, RungEntry};
use super::leverage::ThresholdsEntry;
use super::value::{Error, address, risk_id, value, within};
use crate::failure::Failure;

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    max_rate_bps: Option<u64>,
    loss_bps: Option<u64>,
    turnover_bps: Option<u64>,
    epoch_secs: Option<u64>,
    silence_secs: Option<u64>,
    health_floor_bps: Option<u16>,
    liquidity_floor_bps: Option<u64>,
    liquidity_cover_bps: Option<u64>,
    owner: Option<String>,
    curator: Option<String>,
    guardians: Option<Vec<String>>,
    admitted_codes: Option<Vec<String>>,
    abdicated: Vec<String>,
    caps: Vec<Cap>,
    nests: Vec<NestEntry>,
    breakers: Vec<BreakerEntry>,
    duration: Option<DurationEntry>,
    ladder: Option<Vec<RungEntry>>,
    credit_bps: Option<u64>,
    hazards: Vec<HazardEntry>,
    purchases: Option<PurchasesEntry>,
    positions: Vec<Position>,
    keepers: Vec<Keeper>,
    delays: Vec<Delay>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cap {
    risk_id: String,
    absolute_assets: Amount,
    relative_bps: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NestEntry {
    risk_id: String,
    parent: String,
    #[serde(default = "yes")]
    nested: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BreakerEntry {
    risk_id: String,
    feed: Option<String>,
    #[serde(default)]
    min_price_bps: u64,
    #[serde(default)]
    max_price_bps: u64,
    #[serde(default)]
    max_age_secs: u32,
    liquid_bps: u16,
    confirm_secs: u32,
    trip_secs: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    adapter: String,
    risk_ids: Vec<String>,
    instant_bps: u16,
    depth_bps: u16,
    slack_bps: u16,
    thresholds: Option<ThresholdsEntry>,
    term_days: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keeper {
    account: String,
    positions: Vec<u32>,
    #[serde(default)]
    turnover_bps: u64,
    #[serde(default)]
    loss_bps: u64,
    #[serde(default)]
    expiry_secs: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    function: String,
    secs: u64,
}

/// Reads and checks a mandate file.
///
/// # Errors
/// When the file cannot be read, has an unknown key, or a value is out of range; the message names it.
pub fn load(path: &Path) -> Result<Wanted, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::fault(format!("mandate {shown}: {error}"), "name a readable file"))?;
    let file = super::file::parse(&text).map_err(|error| {
        Failure::fault(format!("mandate {shown}, {error}"), "every key is described in keeper/cli/mandate.toml")
    })?;
    check(file).map_err(|error| Failure::fault(format!("mandate {shown}: {error}"), "correct this value"))
}

/// The most that a fraction may be: all of it.
const WHOLE_BPS: u64 = 10_000;
/// Turnover counts both ways, and more than once an epoch: ten times the vault, as the contracts bound it.
const MAX_TURNOVER_BPS: u64 = 100_000;
/// Gains of a thousand percent a year.
const MAX_RATE_BPS: u64 = 100_000;
const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 86_400;
/// Positions are bits of 64.
const MAX_POSITIONS: u32 = 64;

fn check(file: File) -> Result<Wanted, Error> {
    let part = |key: &str, found: Option<u64>, most| found.map(|bps| fraction(key, bps, most)).transpose();
    let secs = |key: &str, found: Option<u64>, most| found.map(|secs| within(key, secs, HOUR_SECS, most)).transpose();
    Ok(Wanted {
        max_rate: part("max_rate_bps", file.max_rate_bps, MAX_RATE_BPS)?,
        loss: part("loss_bps", file.loss_bps, WHOLE_BPS)?,
        turnover: part("turnover_bps", file.turnover_bps, MAX_TURNOVER_BPS)?,
        epoch_secs: secs("epoch_secs", file.epoch_secs, 30 * DAY_SECS)?,
        silence_secs: secs("silence_secs", file.silence_secs, 90 * DAY_SECS)?,
        health_floor_bps: file.health_floor_bps,
        liquidity_floor: part("liquidity_floor_bps", file.liquidity_floor_bps, WHOLE_BPS)?,
        liquidity_cover: part("liquidity_cover_bps", file.liquidity_cover_bps, WHOLE_BPS)?,
        owner: file.owner.map(|text| address("owner", &text)).transpose()?,
        curator: file.curator.map(|text| curator(&text)).transpose()?,
        guardians: file.guardians.map(|texts| each("guardians", &texts, address)).transpose()?,
        codes: file.admitted_codes.map(|texts| each("admitted_codes", &texts, codehash)).transpose()?,
        caps: unique("caps", numbered(file.caps, cap)?, |cap| cap.risk_id)?,
        nests: unique("nests", numbered(file.nests, nest)?, |(nest, _)| (nest.risk_id, nest.parent))?,
        breakers: unique("breakers", numbered(file.breakers, breaker)?, |breaker| breaker.risk_id)?,
        duration: file.duration.map(|entry| entry.check(&str::to_owned)).transpose()?,
        ladder: file.ladder.map(|entries| covenants::ladder(&entries, &str::to_owned)).transpose()?,
        credit: file.credit_bps.map(|bps| covenants::credit(bps, &str::to_owned)).transpose()?,
        hazards: covenants::hazards(&file.hazards, &str::to_owned)?,
        purchases: file.purchases.map(|entry| entry.check(&str::to_owned)).transpose()?,
        positions: unique("positions", numbered(file.positions, position)?, |position| position.adapter)?,
        keepers: unique("keepers", numbered(file.keepers, keeper)?, |grant| grant.keeper)?,
        delays: unique("delays", numbered(file.delays, delay)?, |(function, _)| function.name)?,
        abdicated: each("abdicated", &file.abdicated, function)?,
    })
}

fn cap(at: usize, cap: Cap) -> Result<WantedCap, Error> {
    Ok(WantedCap {
        risk_id: risk_id(&format!("caps[{at}].risk_id"), &cap.risk_id)?,
        absolute: Assets::from(cap.absolute_assets.0),
        relative: fraction(&format!("caps[{at}].relative_bps"), cap.relative_bps, WHOLE_BPS)?,
    })
}

fn nest(at: usize, entry: NestEntry) -> Result<(Nest, bool), Error> {
    let nest = Nest {
        risk_id: risk_id(&format!("nests[{at}].risk_id"), &entry.risk_id)?,
        parent: risk_id(&format!("nests[{at}].parent"), &entry.parent)?,
    };
    if nest.risk_id == nest.parent {
        return Err(value(&format!("nests[{at}].parent"), nest.parent, "an id counts against itself already"));
    }
    Ok((nest, entry.nested))
}

fn breaker(at: usize, entry: BreakerEntry) -> Result<Breaker, Error> {
    let key = |name: &str| format!("breakers[{at}].{name}");
    let feed = entry.feed.map(|text| address(&key("feed"), &text)).transpose()?;
    let has_price = (entry.min_price_bps, entry.max_price_bps, entry.max_age_secs) != (0, 0, 0);
    if feed.is_none() && has_price {
        return Err(value(&key("feed"), "missing", "there is no price without a feed"));
    }
    if entry.max_price_bps < entry.min_price_bps {
        let rule = format!("it must be at least min_price_bps, {}", entry.min_price_bps);
        return Err(value(&key("max_price_bps"), entry.max_price_bps, rule));
    }
    Ok(Breaker {
        risk_id: risk_id(&key("risk_id"), &entry.risk_id)?,
        feed: feed.unwrap_or(Address::ZERO),
        min_price: bps_to_wad(entry.min_price_bps),
        max_price: bps_to_wad(entry.max_price_bps),
        max_age_secs: entry.max_age_secs,
        liquid_bps: part_bps(&key("liquid_bps"), entry.liquid_bps)?,
        confirm_secs: within(&key("confirm_secs"), entry.confirm_secs, 60, 43_200)?,
        trip_secs: within(&key("trip_secs"), entry.trip_secs, 3_600, 604_800)?,
    })
}

fn position(at: usize, position: Position) -> Result<WantedPosition, Error> {
    let key = |name: &str| format!("positions[{at}].{name}");
    let thresholds = position.thresholds.map(|found| found.check_whole(&|name| key(&format!("thresholds.{name}"))));
    Ok(WantedPosition {
        adapter: address(&key("adapter"), &position.adapter)?,
        risk_ids: each(&key("risk_ids"), &position.risk_ids, risk_id)?,
        terms: Terms {
            instant_bps: part_bps(&key("instant_bps"), position.instant_bps)?,
            depth_bps: part_bps(&key("depth_bps"), position.depth_bps)?,
            slack_bps: part_bps(&key("slack_bps"), position.slack_bps)?,
        },
        thresholds: thresholds.transpose()?,
        term_secs: position.term_days.map(|days| covenants::term_secs(days, &key)).transpose()?,
        codehash: None,
    })
}

fn keeper(at: usize, keeper: Keeper) -> Result<Grant, Error> {
    let key = |name: &str| format!("keepers[{at}].{name}");
    let mut positions = 0_u64;
    for index in &keeper.positions {
        positions |= 1 << within(&key("positions"), *index, 0, MAX_POSITIONS - 1)?;
    }
    if positions != 0 && keeper.expiry_secs == 0 {
        return Err(value(&key("expiry_secs"), 0, "a grant ends at a unix time"));
    }
    Ok(Grant {
        keeper: address(&key("account"), &keeper.account)?,
        positions,
        turnover: fraction(&key("turnover_bps"), keeper.turnover_bps, MAX_TURNOVER_BPS)?,
        loss: fraction(&key("loss_bps"), keeper.loss_bps, WHOLE_BPS)?,
        expiry: Timestamp(within(&key("expiry_secs"), keeper.expiry_secs, 0, u64::from(u32::MAX))?),
    })
}

fn delay(at: usize, delay: Delay) -> Result<(Function, u64), Error> {
    let secs = within(&format!("delays[{at}].secs"), delay.secs, DAY_SECS, 30 * DAY_SECS)?;
    let key = format!("delays[{at}].function");
    let function = function(&key, &delay.function)?;
    if function.name == "setDelay" {
        return Err(value(&key, "\"setDelay\"", "it waits as long as the delay that it shortens"));
    }
    Ok((function, secs))
}

fn function(key: &str, name: &str) -> Result<Function, Error> {
    let names = || chain::governance::FUNCTIONS.map(|function| function.name).join(", ");
    Function::named(name).ok_or_else(|| value(key, format!("{name:?}"), format!("it must be one of {}", names())))
}

/// The empty text names nobody.
fn curator(text: &str) -> Result<Address, Error> {
    if text.is_empty() { Ok(Address::ZERO) } else { address("curator", text) }
}

fn codehash(key: &str, text: &str) -> Result<B256, Error> {
    text.parse().map_err(|_| value(key, format!("{text:?}"), "a code hash is 0x and 64 hex digits"))
}

fn fraction(key: &str, bps: u64, most: u64) -> Result<Wad, Error> {
    within(key, bps, 0, most).map(bps_to_wad)
}

fn part_bps(key: &str, bps: u16) -> Result<u16, Error> {
    within(key, bps, 0, 10_000)
}

fn each<T>(key: &str, texts: &[String], read: impl Fn(&str, &str) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    texts.iter().enumerate().map(|(at, text)| read(&format!("{key}[{at}]"), text)).collect()
}

fn numbered<F, T>(found: Vec<F>, read: impl Fn(usize, F) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    found.into_iter().enumerate().map(|(at, one)| read(at, one)).collect()
}

/// Two entries of one thing would contradict each other.
fn unique<T, K: PartialEq>(key: &str, all: Vec<T>, name: impl Fn(&T) -> K) -> Result<Vec<T>, Error> {
    for (at, one) in all.iter().enumerate() {
        if let Some(first) = all[..at].iter().position(|other| name(other) == name(one)) {
            return Err(value(&format!("{key}[{at}]"), "named twice", format!("{key}[{first}] is about the same")));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Wanted, String> {
        check(super::super::file::parse(text)?).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_names_every_key() {
        let wanted = read(include_str!("../../mandate.toml")).expect("the example is valid");

        assert_eq!(wanted.loss, Some(bps_to_wad(50)));
        assert_eq!((wanted.caps.len(), wanted.nests.len(), wanted.breakers.len()), (2, 1, 1));
        assert_eq!(wanted.keepers[0].positions, 0b11);
        let thresholds = wanted.positions[1].thresholds.expect("the second one owes");
        assert_eq!((thresholds.soft_bps, wanted.health_floor_bps), (13_000, Some(10_500)));
        assert_eq!((wanted.delays[0].0.name, wanted.abdicated[0].name), ("setCap", "setMaxRate"));
        assert_eq!(wanted.duration.map(|band| band.most_secs), Some(180 * 86_400));
        assert_eq!((wanted.ladder.map(|rungs| rungs.len()), wanted.hazards.len()), (Some(3), 1));
        assert_eq!(wanted.credit, Some(bps_to_wad(50)));
        assert_eq!(wanted.purchases.map(|purchases| purchases.spread_bps), Some(50));
        assert_eq!(wanted.positions[2].term_secs, Some(90 * 86_400));
        assert!(wanted.codes.is_some() && wanted.guardians.is_some() && wanted.curator.is_some());
    }

    #[test]
    fn an_empty_file_wants_nothing() {
        assert_eq!(read(""), Ok(Wanted::default()));
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let cap = "[[caps]]\nrisk_id = \"a\"\nabsolute_assets = 1\nrelative_bps = 1\n";
        let breaker = "[[breakers]]\nrisk_id = \"a\"\nliquid_bps = 1\nconfirm_secs = 3_600\ntrip_secs = 3_600\n";
        let thresholds = "target_bps = 15_000\nsoft_bps = 13_000\nhard_bps = 11_500\nchunk_assets = 1\ncooldown_secs = 60\n\
                          slip_bps = 1\nreward_bps = 0";
        let position = "[[positions]]\nadapter = \"0x5FbDB2315678afecb367f032d93F642f64180aa3\"\nrisk_ids = [\"a\"]\n\
                        instant_bps = 0\ndepth_bps = 0\nslack_bps = 1\n[positions.thresholds]\n";
        let levered = format!("{position}{thresholds}");
        read(&levered).expect("thresholds that can be");
        let cases = [
            (&*levered.replace("target_bps = 15_000\n", ""), "positions[0].thresholds.target_bps is missing"),
            (&levered.replace("slip_bps = 1\n", ""), "positions[0].thresholds.slip_bps is missing: thresholds are set"),
            (&levered.replace("soft_bps = 13_000", "soft_bps = 15_000"), "must be from 15001 to 65535"),
            ("loss_bp = 1", "unknown field `loss_bp`"),
            ("loss_bps = 10_001", "loss_bps is 10001"),
            ("epoch_secs = 3_599", "epoch_secs is 3599"),
            (&format!("{breaker}max_age_secs = 5"), "breakers[0].feed is missing"),
            (&breaker.replace("3_600", "59"), "breakers[0].confirm_secs is 59"),
            ("curator = \"0x12\"", "curator is \"0x12\""),
            ("admitted_codes = [\"0x12\"]", "admitted_codes[0] is \"0x12\""),
            ("abdicated = [\"setcap\"]", "abdicated[0] is \"setcap\""),
            ("[[delays]]\nfunction = \"open\"\nsecs = 86_400", "delays[0].function is \"open\""),
            ("[[delays]]\nfunction = \"setDelay\"\nsecs = 86_400", "delays[0].function is \"setDelay\""),
            ("[[delays]]\nfunction = \"nest\"\nsecs = 86_399", "delays[0].secs is 86399"),
            (&cap.repeat(2), "caps[1] is named twice"),
            (&cap.replace("\"a\"", "\"\""), "caps[0].risk_id is \"\""),
            ("[[nests]]\nrisk_id = \"a\"\nparent = \"a\"", "nests[0].parent is a"),
        ];
        for (text, expected) in cases {
            let error = read(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
