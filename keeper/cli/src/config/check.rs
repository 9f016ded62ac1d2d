//! From the file to typed settings: every value is checked here, once, and named where it is wrong.

use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy_primitives::Address;
use chain::deployment::{CapTerms, Mandate, PositionTerms};
use chain::endpoint::Endpoint;
use chain::rpc::Limits;
use model::ports::Fees;
use model::{Assets, Gas, RiskId, VenueKind, Wad, Wei};

use super::file;
use crate::env;

/// Everything that commands may know of the configuration.
#[derive(Debug)]
pub struct Settings {
    /// The node.
    pub chain: Chain,
    /// The vault, once it is deployed.
    pub vault: Option<Address>,
    /// The account and its key.
    pub key: Key,
    /// The most that is offered for gas.
    pub fee_caps: Fees,
    /// The most gas of a rebalance.
    pub max_rebalance_gas: Gas,
    /// The journal's file.
    pub journal: PathBuf,
    /// The optimizer's and the planner's.
    pub engine: engine::Settings,
    /// The loop.
    pub run: Run,
    /// What is to be deployed.
    pub deploy: Option<Deploy>,
}

/// The node.
#[derive(Debug)]
pub struct Chain {
    /// The chain that alone is acted on.
    pub chain_id: u64,
    /// Where the node answers.
    pub endpoint: Endpoint,
    /// Bounds on its answers.
    pub limits: Limits,
}

/// The account and its key.
#[derive(Debug)]
pub struct Key {
    /// The account, where it is named; a key must fit it.
    pub account: Option<Address>,
    /// Where the key is.
    pub source: Option<KeySource>,
}

/// Where a key is.
#[derive(Debug)]
pub enum KeySource {
    /// An encrypted file.
    Keystore {
        /// The file.
        path: PathBuf,
        /// What opens it.
        password: PasswordSource,
    },
    /// An environment variable of this name.
    Env(String),
}

/// Where a password is.
#[derive(Debug)]
pub enum PasswordSource {
    /// A file; its line end does not count.
    File(PathBuf),
    /// An environment variable of this name.
    Env(String),
}

/// The loop.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Time between two turns.
    pub interval: Duration,
    /// Time between two looks at a transaction on its way.
    pub poll_millis: u64,
    /// Time after which a transaction is left to the next turn.
    pub patience_secs: u64,
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
    /// The mandate; owner and curator are filled in by the command.
    pub mandate: Mandate,
}

/// A value that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value, and why not.
    #[error("{key} is {value}: {rule}")]
    Value {
        /// The key with its table.
        key: String,
        /// The value.
        value: String,
        /// What it must be.
        rule: String,
    },
    /// A key that is missing, or one too many.
    #[error("{0}")]
    Keys(&'static str),
    /// An environment variable that the file names is not set.
    #[error("environment variable {name}, named by {key}, is not set")]
    Unset {
        /// The key.
        key: &'static str,
        /// The variable.
        name: String,
    },
    /// The variable is no text.
    #[error(transparent)]
    NotText(#[from] env::NotText),
}

impl Error {
    /// Returns what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Value { .. } => "correct this value",
            Self::Keys(_) => "every key is described in keeper/cli/example.toml",
            Self::Unset { .. } | Self::NotText(_) => "set the variable, or name another one",
        }
    }
}

/// Checks a file's values; relative paths are taken from `folder`.
pub fn check(file: file::File, folder: &Path) -> Result<Settings, Error> {
    let run = Run {
        interval: Duration::from_millis(within("run.interval_millis", file.run.interval_millis, 100, 86_400_000)?),
        poll_millis: within("run.poll_millis", file.run.poll_millis, 10, 60_000)?,
        patience_secs: within("run.patience_secs", file.run.patience_secs, 1, 86_400)?,
    };
    let fee_caps = Fees {
        max_fee: Wei::from(within("fees.max_fee_per_gas_wei", file.fees.max_fee_per_gas_wei.0, 1, MAX_FEE_WEI)?),
        max_priority_fee: Wei::from(within(
            "fees.max_priority_fee_per_gas_wei",
            file.fees.max_priority_fee_per_gas_wei.0,
            0,
            file.fees.max_fee_per_gas_wei.0,
        )?),
    };
    if file.journal.path.is_empty() {
        return Err(value("journal.path", "\"\"", "a file must be named"));
    }
    Ok(Settings {
        vault: file.vault.map(|vault| address("vault.address", &vault.address)).transpose()?,
        key: key(file.key.unwrap_or_default(), folder)?,
        fee_caps,
        max_rebalance_gas: Gas(within("fees.max_rebalance_gas", file.fees.max_rebalance_gas, 21_000, 1_000_000_000)?),
        journal: folder.join(file.journal.path),
        engine: engine_settings(&file.plan)?,
        run,
        deploy: file.deploy.map(|terms| deploy(terms, folder)).transpose()?,
        chain: node(file.chain)?,
    })
}

/// A thousand gwei: beyond it a slip of the keyboard is likelier than a fee market.
const MAX_FEE_WEI: u128 = 1_000_000_000_000;

fn node(file: file::Chain) -> Result<Chain, Error> {
    let url = match (file.rpc_url, file.rpc_url_env) {
        (Some(url), None) => url,
        (None, Some(name)) => {
            variable("chain.rpc_url_env", &name)?;
            env::read(&name)?.ok_or(Error::Unset { key: "chain.rpc_url_env", name })?
        }
        _ => return Err(Error::Keys("exactly one of chain.rpc_url and chain.rpc_url_env must be given")),
    };
    let endpoint = Endpoint::parse(&url).map_err(|error| Error::Value {
        key: "chain.rpc_url".into(),
        value: "refused".into(),
        rule: error.to_string(),
    })?;
    let millis = |key, value| within(key, value, 1, 600_000).map(Duration::from_millis);
    let answer_bytes = within("chain.answer_max_bytes", file.answer_max_bytes, 1_024, 1 << 30)?;
    Ok(Chain {
        chain_id: within("chain.chain_id", file.chain_id, 1, u64::MAX / 2 - 36)?,
        endpoint,
        limits: Limits {
            connect_timeout: millis("chain.connect_timeout_millis", file.connect_timeout_millis)?,
            request_timeout: millis("chain.request_timeout_millis", file.request_timeout_millis)?,
            answer_bytes: usize::try_from(answer_bytes).unwrap_or(usize::MAX),
        },
    })
}

fn key(file: file::Key, folder: &Path) -> Result<Key, Error> {
    let account = file.account.map(|account| address("key.account", &account)).transpose()?;
    let password = match (file.password_file, file.password_env) {
        (Some(path), None) => Some(PasswordSource::File(folder.join(path))),
        (None, Some(name)) => Some(PasswordSource::Env(variable("key.password_env", &name)?)),
        (None, None) => None,
        _ => return Err(Error::Keys("only one of key.password_file and key.password_env may be given")),
    };
    let source = match (file.keystore_file, password, file.private_key_env) {
        (Some(path), Some(password), None) => Some(KeySource::Keystore { path: folder.join(path), password }),
        (Some(_), None, None) => {
            return Err(Error::Keys("key.keystore_file needs key.password_file or key.password_env"));
        }
        (None, None, Some(name)) => Some(KeySource::Env(variable("key.private_key_env", &name)?)),
        (None, None, None) => None,
        (Some(_), _, Some(_)) => {
            return Err(Error::Keys("only one of key.keystore_file and key.private_key_env may be given"));
        }
        (None, Some(_), _) => return Err(Error::Keys("a password without key.keystore_file opens nothing")),
    };
    Ok(Key { account, source })
}

fn engine_settings(file: &file::Plan) -> Result<engine::Settings, Error> {
    let mut planner = planner::Settings::default();
    let mut optimizer = optimizer::Settings::default();
    if let Some(secs) = file.deadline_secs {
        planner.deadline_secs = within("plan.deadline_secs", secs, 1, 86_400)?;
    }
    if let Some(bps) = file.tolerance_bps {
        // The bound fits sixteen bits.
        planner.tolerance_bps = within("plan.tolerance_bps", bps, 0, 1_000)? as u16;
    }
    if let Some(bps) = file.headroom_bps {
        optimizer.headroom = bps_to_wad(within("plan.headroom_bps", bps, 0, 5_000)?);
    }
    if let Some(assets) = file.min_leg_assets {
        planner.min_leg = Assets::from(assets.0);
    }
    if let Some(secs) = file.horizon_secs {
        planner.horizon_secs = within("plan.horizon_secs", secs, 1, 10 * 31_536_000)?;
    }
    if let Some(factor) = file.gain_factor {
        if !(0.0..=1_000.0).contains(&factor) {
            return Err(value("plan.gain_factor", factor, "it must be a number from 0 to 1000"));
        }
        planner.gain_factor = factor;
    }
    if let Some(gas) = file.base_gas {
        planner.gas_base = Gas(within("plan.base_gas", gas, 0, 1_000_000_000)?);
    }
    if let Some(gas) = file.per_leg_gas {
        planner.gas_per_leg = Gas(within("plan.per_leg_gas", gas, 0, 1_000_000_000)?);
    }
    if let Some(assets) = file.coin_price_assets {
        planner.coin_price = Assets::from(assets.0);
    }
    Ok(engine::Settings { optimizer, planner })
}

fn deploy(file: file::Deploy, folder: &Path) -> Result<Deploy, Error> {
    let many = |key: &str, texts: &[String]| {
        texts.iter().enumerate().map(|(at, text)| address(&format!("{key}[{at}]"), text)).collect::<Result<Vec<_>, _>>()
    };
    let caps = file.caps.into_iter().enumerate().map(|(at, cap)| {
        Ok(CapTerms {
            risk_id: risk_id(&format!("deploy.caps[{at}].risk_id"), &cap.risk_id)?,
            absolute: Assets::from(cap.absolute_assets.0),
            relative: bps_to_wad(within(&format!("deploy.caps[{at}].relative_bps"), cap.relative_bps, 0, 10_000)?),
        })
    });
    let caps = caps.collect::<Result<Vec<_>, Error>>()?;
    let positions = file.positions.into_iter().enumerate().map(|(at, position)| {
        let ids = position.risk_ids.iter().enumerate();
        let ids = ids.map(|(id, name)| risk_id(&format!("deploy.positions[{at}].risk_ids[{id}]"), name));
        Ok(PositionTerms {
            kind: kind(&format!("deploy.positions[{at}].kind"), &position.kind)?,
            venue: address(&format!("deploy.positions[{at}].venue"), &position.venue)?,
            risk_ids: ids.collect::<Result<_, _>>()?,
        })
    });
    let positions: Vec<_> = positions.collect::<Result<_, Error>>()?;
    let uncapped =
        positions.iter().flat_map(|position| &position.risk_ids).find(|id| !caps.iter().any(|cap| cap.risk_id == **id));
    if let Some(id) = uncapped {
        return Err(value("deploy.positions", id, "this risk id has no [[deploy.caps]], so nothing could be invested"));
    }
    let floor = within("deploy.liquidity_floor_bps", file.liquidity_floor_bps, 0, 10_000)?;
    Ok(Deploy {
        programs: folder.join(file.programs_folder),
        deployer_artifact: folder.join(file.deployer_artifact_file),
        owner: file.owner.map(|text| address("deploy.owner", &text)).transpose()?,
        curator: file.curator.map(|text| address("deploy.curator", &text)).transpose()?,
        mandate: Mandate {
            asset: address("deploy.asset", &file.asset)?,
            owner: Address::ZERO,
            curator: Address::ZERO,
            guardians: many("deploy.guardians", &file.guardians)?,
            keepers: many("deploy.keepers", &file.keepers)?,
            max_rate: bps_to_wad(within("deploy.max_rate_bps", file.max_rate_bps, 0, 100_000)?),
            liquidity_floor: bps_to_wad(floor),
            caps,
            positions,
        },
    })
}

/// Reads an address; the zero address is a mistake everywhere here.
pub(crate) fn address(key: &str, text: &str) -> Result<Address, Error> {
    let refuse = |rule: &str| value(key, format!("{text:?}"), rule);
    let is_mixed =
        text.bytes().any(|b| b.is_ascii_lowercase() && b != b'x') && text.bytes().any(|b| b.is_ascii_uppercase());
    let found: Address = text.parse().map_err(|_| refuse("an address is 0x and 40 hex digits"))?;
    if !text.starts_with("0x") {
        return Err(refuse("an address is 0x and 40 hex digits"));
    }
    if is_mixed && found.to_checksum(None) != text {
        return Err(refuse("the checksum in its capitals is wrong"));
    }
    if found.is_zero() {
        return Err(refuse("this is the zero address"));
    }
    Ok(found)
}

fn risk_id(key: &str, name: &str) -> Result<RiskId, Error> {
    let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    let id = RiskId::from_name(name).filter(|_| good);
    id.ok_or_else(|| value(key, format!("{name:?}"), "a risk id is 1 to 32 printable ASCII characters"))
}

fn kind(key: &str, text: &str) -> Result<VenueKind, Error> {
    match text {
        "aave-v3" => Ok(VenueKind::AaveV3),
        "erc4626" => Ok(VenueKind::Erc4626),
        _ => Err(value(key, format!("{text:?}"), "known kinds are \"aave-v3\" and \"erc4626\"")),
    }
}

fn variable(key: &str, name: &str) -> Result<String, Error> {
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    // A wrong name may be the secret itself, pasted into the wrong place: it is not repeated.
    let shown = format!("{} characters", name.chars().count());
    good.then(|| name.to_owned()).ok_or_else(|| value(key, shown, "a variable's name is made of A-Z, 0-9 and _"))
}

fn bps_to_wad(bps: u64) -> Wad {
    Wad::from(u128::from(bps) * 100_000_000_000_000)
}

fn within<T: PartialOrd + ToString + Copy>(key: &str, found: T, least: T, most: T) -> Result<T, Error> {
    if (least..=most).contains(&found) {
        return Ok(found);
    }
    Err(value(key, found.to_string(), format!("it must be from {} to {}", least.to_string(), most.to_string())))
}

fn value(key: &str, value: impl ToString, rule: impl ToString) -> Error {
    Error::Value { key: key.to_owned(), value: value.to_string(), rule: rule.to_string() }
}
