//! The `[deploy]` table: what is to be put on the chain. What is not said has the defaults of `chain::deployment::defaults`.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256};
use chain::covenants::Agreed;
use chain::deployment::{
    BreakerTerms, CapTerms, GrantTerms, Mandate, OracleTerms, PositionTerms, bps_to_wad, defaults,
};
use model::{Assets, RiskId, Terms, Timestamp, VenueKind, Wad};
use serde::Deserialize;

use super::amount::Amount;
use super::bonds::BondEntry;
use super::covenants::{self, DurationEntry, HazardEntry, PurchasesEntry, RungEntry};
use super::leverage::{Loop, ThresholdsEntry};
use super::oracle::{Oracle, oracle};
use super::value::{Error, address, risk_id, value, within};

/// What `keeper deploy` puts on the chain, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    asset: String,
    owner: Option<String>,
    curator: Option<String>,
    #[serde(default)]
    guardians: Vec<String>,
    #[serde(default)]
    keepers: Vec<Keeper>,
    max_rate_bps: Option<u64>,
    liquidity_floor_bps: Option<u64>,
    liquidity_cover_bps: Option<u64>,
    loss_bps: Option<u64>,
    turnover_bps: Option<u64>,
    epoch_secs: Option<u64>,
    silence_secs: Option<u64>,
    health_floor_bps: Option<u16>,
    #[serde(default = "yes")]
    opens: bool,
    programs_folder: String,
    deployer_artifact_file: String,
    #[serde(default)]
    caps: Vec<Cap>,
    #[serde(default)]
    nests: Vec<Nest>,
    #[serde(default)]
    breakers: Vec<Breaker>,
    duration: Option<DurationEntry>,
    #[serde(default)]
    ladder: Vec<RungEntry>,
    #[serde(default)]
    credit_bps: u64,
    #[serde(default)]
    hazards: Vec<HazardEntry>,
    purchases: Option<PurchasesEntry>,
    #[serde(default)]
    oracles: Vec<Oracle>,
    #[serde(default)]
    positions: Vec<Position>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keeper {
    account: String,
    positions: Option<Vec<u32>>,
    turnover_bps: Option<u64>,
    loss_bps: Option<u64>,
    grant_secs: Option<u64>,
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
struct Nest {
    risk_id: String,
    parent: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Breaker {
    risk_id: String,
    feed: Option<String>,
    #[serde(default)]
    min_price_bps: u64,
    #[serde(default)]
    max_price_bps: u64,
    #[serde(default)]
    max_age_secs: u32,
    liquid_bps: u16,
    confirm_secs: Option<u32>,
    trip_secs: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    kind: String,
    venue: String,
    market: Option<String>,
    risk_ids: Vec<String>,
    instant_bps: Option<u16>,
    depth_bps: Option<u16>,
    slack_bps: Option<u16>,
    oracle: Option<String>,
    lender: Option<String>,
    e_mode: Option<u8>,
    target_bps: Option<u16>,
    slip_bps: Option<u16>,
    thresholds: Option<ThresholdsEntry>,
    maturity_secs: Option<u64>,
    decay_secs: Option<u32>,
    notice_secs: Option<u32>,
    term_days: Option<u32>,
}

/// What is to be deployed.
#[derive(Debug)]
pub struct Deploy {
    /// The programs' folder.
    pub programs: PathBuf,
    /// The deployer's artifact.
    pub deployer_artifact: PathBuf,
    /// Owner and curator may be left to the sender.
    pub owner: Option<Address>,
    /// The same.
    pub curator: Option<Address>,
    /// The mandate; the command fills in owner, curator and the ends of the grants.
    pub mandate: Mandate,
    /// How long each keeper's grant lasts, in the order of the mandate's.
    pub grants_secs: Vec<u64>,
}

/// The most that a fraction may be: all of it.
const WHOLE_BPS: u64 = 10_000;
/// Turnover counts both ways, and more than once an epoch.
const MAX_TURNOVER_BPS: u64 = 100_000;
/// Gains of a thousand percent a year.
const MAX_RATE_BPS: u64 = 100_000;
const YEAR_SECS: u64 = 31_536_000;
/// Positions are bits of 64.
const MAX_POSITIONS: u32 = 64;

/// Checks the table; relative paths are taken from `folder`.
pub(super) fn deploy(file: File, folder: &Path) -> Result<Deploy, Error> {
    let guardians = file.guardians.iter().enumerate();
    let guardians = guardians.map(|(at, text)| address(&format!("deploy.guardians[{at}]"), text));
    let asset = address("deploy.asset", &file.asset)?;
    let caps = each(file.caps, cap)?;
    let oracles = each(file.oracles, |at, entry| oracle(at, entry, asset))?;
    for (at, oracle) in oracles.iter().enumerate() {
        if oracles[..at].iter().any(|other| other.name == oracle.name) {
            let key = format!("deploy.oracles[{at}].name");
            return Err(value(&key, format!("{:?}", oracle.name), "another oracle has this name"));
        }
    }
    let positions = each(file.positions, |at, entry| position(at, entry, asset, &oracles))?;
    let uncapped =
        positions.iter().flat_map(|position| &position.risk_ids).find(|id| !caps.iter().any(|cap| cap.risk_id == **id));
    if let Some(id) = uncapped {
        return Err(value("deploy.positions", id, "this risk id has no [[deploy.caps]], so nothing could be invested"));
    }
    let (keepers, grants_secs) = each(file.keepers, keeper)?.into_iter().unzip();
    let part = |key: &str, found: Option<u64>, default, most| {
        fraction(&format!("deploy.{key}"), found.unwrap_or(default), most)
    };
    let secs = |key: &str, found: Option<u64>, default, most| {
        within(&format!("deploy.{key}"), found.unwrap_or(default), 3_600, most)
    };
    let named = |name: &str| format!("deploy.{name}");
    Ok(Deploy {
        programs: folder.join(file.programs_folder),
        deployer_artifact: folder.join(file.deployer_artifact_file),
        owner: file.owner.map(|text| address("deploy.owner", &text)).transpose()?,
        curator: file.curator.map(|text| address("deploy.curator", &text)).transpose()?,
        grants_secs,
        mandate: Mandate {
            asset,
            owner: Address::ZERO,
            curator: Address::ZERO,
            guardians: guardians.collect::<Result<_, _>>()?,
            keepers,
            max_rate: part("max_rate_bps", file.max_rate_bps, defaults::MAX_RATE_BPS, MAX_RATE_BPS)?,
            liquidity_floor: part(
                "liquidity_floor_bps",
                file.liquidity_floor_bps,
                defaults::LIQUIDITY_FLOOR_BPS,
                WHOLE_BPS,
            )?,
            liquidity_cover: part(
                "liquidity_cover_bps",
                file.liquidity_cover_bps,
                defaults::LIQUIDITY_COVER_BPS,
                WHOLE_BPS,
            )?,
            loss: part("loss_bps", file.loss_bps, defaults::LOSS_BPS, WHOLE_BPS)?,
            turnover: part("turnover_bps", file.turnover_bps, defaults::TURNOVER_BPS, MAX_TURNOVER_BPS)?,
            epoch_secs: secs("epoch_secs", file.epoch_secs, defaults::EPOCH_SECS, 30 * 86_400)?,
            silence_secs: secs("silence_secs", file.silence_secs, defaults::SILENCE_SECS, 90 * 86_400)?,
            health_floor_bps: file.health_floor_bps.unwrap_or(defaults::HEALTH_FLOOR_BPS),
            caps,
            nests: each(file.nests, nest)?,
            breakers: each(file.breakers, breaker)?,
            agreed: Agreed {
                duration: file.duration.map(|entry| entry.check(&named)).transpose()?.unwrap_or_default(),
                ladder: covenants::ladder(&file.ladder, &named)?,
                credit: covenants::credit(file.credit_bps, &named)?,
                hazards: covenants::hazards(&file.hazards, &named)?,
                purchases: file.purchases.map(|entry| entry.check(&named)).transpose()?.unwrap_or_default(),
                ..Agreed::default()
            },
            oracles,
            positions,
            opens: file.opens,
        },
    })
}

/// Checks the elements of a list, each with its place in it.
fn each<T, U>(entries: Vec<T>, check: impl Fn(usize, T) -> Result<U, Error>) -> Result<Vec<U>, Error> {
    entries.into_iter().enumerate().map(|(at, entry)| check(at, entry)).collect()
}

fn keeper(at: usize, entry: Keeper) -> Result<(GrantTerms, u64), Error> {
    let key = |name: &str| format!("deploy.keepers[{at}].{name}");
    let mask = |indices: Vec<u32>| {
        indices.into_iter().try_fold(0_u64, |mask, index| {
            Ok::<_, Error>(mask | 1 << within(&key("positions"), index, 0, MAX_POSITIONS - 1)?)
        })
    };
    let turnover = entry.turnover_bps.unwrap_or(defaults::TURNOVER_BPS);
    let terms = GrantTerms {
        account: address(&key("account"), &entry.account)?,
        positions: entry.positions.map(mask).transpose()?,
        turnover: fraction(&key("turnover_bps"), turnover, MAX_TURNOVER_BPS)?,
        loss: fraction(&key("loss_bps"), entry.loss_bps.unwrap_or(defaults::LOSS_BPS), WHOLE_BPS)?,
        expiry: Timestamp(0),
    };
    let secs = entry.grant_secs.unwrap_or(defaults::GRANT_SECS);
    Ok((terms, within(&key("grant_secs"), secs, 1, 10 * YEAR_SECS)?))
}

fn cap(at: usize, entry: Cap) -> Result<CapTerms, Error> {
    Ok(CapTerms {
        risk_id: risk_id(&format!("deploy.caps[{at}].risk_id"), &entry.risk_id)?,
        absolute: Assets::from(entry.absolute_assets.0),
        relative: fraction(&format!("deploy.caps[{at}].relative_bps"), entry.relative_bps, WHOLE_BPS)?,
    })
}

fn nest(at: usize, entry: Nest) -> Result<(RiskId, RiskId), Error> {
    let id = risk_id(&format!("deploy.nests[{at}].risk_id"), &entry.risk_id)?;
    let parent = risk_id(&format!("deploy.nests[{at}].parent"), &entry.parent)?;
    if id == parent {
        return Err(value(&format!("deploy.nests[{at}].parent"), parent, "an id counts against itself already"));
    }
    Ok((id, parent))
}

fn breaker(at: usize, entry: Breaker) -> Result<BreakerTerms, Error> {
    let key = |name: &str| format!("deploy.breakers[{at}].{name}");
    let feed = entry.feed.map(|text| address(&key("feed"), &text)).transpose()?;
    if entry.max_price_bps < entry.min_price_bps {
        let rule = format!("it must be at least min_price_bps, {}", entry.min_price_bps);
        return Err(value(&key("max_price_bps"), entry.max_price_bps, rule));
    }
    Ok(BreakerTerms {
        risk_id: risk_id(&key("risk_id"), &entry.risk_id)?,
        feed: feed.unwrap_or(Address::ZERO),
        min_price: bps_to_wad(entry.min_price_bps),
        max_price: bps_to_wad(entry.max_price_bps),
        max_age_secs: entry.max_age_secs,
        liquid_bps: part_bps(&key("liquid_bps"), entry.liquid_bps)?,
        confirm_secs: entry.confirm_secs.unwrap_or(defaults::CONFIRM_SECS),
        trip_secs: within(&key("trip_secs"), entry.trip_secs.unwrap_or(defaults::TRIP_SECS), 1, u32::MAX)?,
    })
}

fn position(at: usize, entry: Position, asset: Address, oracles: &[OracleTerms]) -> Result<PositionTerms, Error> {
    let key = |name: &str| format!("deploy.positions[{at}].{name}");
    let kind = kind(&key("kind"), &entry.kind)?;
    let ids = entry.risk_ids.iter().enumerate();
    let ids = ids.map(|(id, name)| risk_id(&key(&format!("risk_ids[{id}]")), name)).collect::<Result<_, _>>()?;
    let venue = address(&key("venue"), &entry.venue)?;
    let Position { oracle, lender, e_mode, target_bps, slip_bps, thresholds, maturity_secs, decay_secs, .. } = entry;
    let (market, notice_secs, term_days) = (entry.market.clone(), entry.notice_secs, entry.term_days);
    let bond = BondEntry { kind, market, oracle: oracle.clone(), maturity_secs, decay_secs, notice_secs, term_days };
    let bond = bond.check(&key, venue, asset, oracles)?;
    let market = match (kind, entry.market) {
        (VenueKind::PendlePt, _) => B256::ZERO,
        (VenueKind::MorphoBlue, None) => {
            return Err(value(&key("market"), "missing", "a position at morpho-blue names its market"));
        }
        (VenueKind::MorphoBlue, Some(text)) => text
            .parse()
            .map_err(|_| value(&key("market"), format!("{text:?}"), "a market's id is 0x and 64 hex digits"))?,
        (_, Some(text)) => {
            return Err(value(&key("market"), format!("{text:?}"), "only morpho-blue and pendle-pt have markets"));
        }
        (_, None) => B256::ZERO,
    };
    let oracle = oracle.filter(|_| !matches!(kind, VenueKind::PendlePt | VenueKind::Treasury));
    let debt = Loop { oracle, lender, e_mode, target_bps, slip_bps, thresholds };
    let lever = match kind {
        VenueKind::AaveV3Loop => Some(debt.check(&key, venue, asset, oracles)?),
        _ if debt.is_empty() => None,
        _ => {
            return Err(value(
                &key("kind"),
                kind,
                "only aave-v3-loop has lender, e_mode, targets and thresholds, and only it, pendle-pt and treasury an oracle",
            ));
        }
    };
    if lever.is_some() && entry.slack_bps.unwrap_or(0) == 0 {
        let found = entry.slack_bps.map_or("missing".to_owned(), |bps| bps.to_string());
        let rule = "a leveraged position is sold in a pool whose price can be pushed, and the vault refuses thresholds \
                    without it, so nothing could be invested: it must be from 1 to 10000";
        return Err(value(&key("slack_bps"), found, rule));
    }
    let term_secs = entry.term_days.map(|days| covenants::term_secs(days, &key)).transpose()?.unwrap_or(0);
    if bond.is_some() && kind != VenueKind::Treasury && term_secs != 0 {
        return Err(value(&key("term_days"), term_secs / 86_400, "its bonds have a date of their own"));
    }
    let terms = PositionTerms { lever, bond, term_secs, ..PositionTerms::in_market(kind, venue, market, ids) };
    // What exits pass over, and what is sold before its date, is not payable at once unless somebody says so.
    let is_lending = terms.lever.is_none() && terms.bond.is_none();
    let instant_default = |lending| if is_lending { lending } else { 0 };
    let bps = |name: &str, found: Option<u16>, default| part_bps(&key(name), found.unwrap_or(default));
    let Terms { instant_bps, depth_bps, slack_bps } = terms.terms;
    Ok(PositionTerms {
        terms: Terms {
            instant_bps: bps("instant_bps", entry.instant_bps, instant_default(instant_bps))?,
            depth_bps: bps("depth_bps", entry.depth_bps, depth_bps)?,
            slack_bps: bps("slack_bps", entry.slack_bps, slack_bps)?,
        },
        ..terms
    })
}

fn fraction(key: &str, bps: u64, most: u64) -> Result<Wad, Error> {
    within(key, bps, 0, most).map(bps_to_wad)
}

fn part_bps(key: &str, bps: u16) -> Result<u16, Error> {
    within(key, bps, 0, 10_000)
}

fn kind(key: &str, text: &str) -> Result<VenueKind, Error> {
    VenueKind::from_name(text).ok_or_else(|| {
        let known = VenueKind::KNOWN.map(|kind| format!("{:?}", kind.to_string())).join(", ");
        value(key, format!("{text:?}"), format!("known kinds are {known}"))
    })
}
