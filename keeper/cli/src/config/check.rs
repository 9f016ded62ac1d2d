//! From the file to typed settings: every value is checked here, once, and named where it is wrong.

use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy_primitives::Address;
use chain::deployment::bps_to_wad;
use chain::endpoint::Endpoint;
use chain::rpc::Limits;
use model::ports::Fees;
use model::{Assets, Gas, Wei};

use super::deployment::{Deploy, deploy};
use super::file;
use super::governance::{Governance, governance};
use super::value::{Error, address, value, variable, within};
use super::watch::{Watch, watch};
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
    /// The Governor.
    pub governance: Governance,
    /// What makes the keeper careful.
    pub watch: Watch,
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
    /// Between two looks at what the vault owes.
    pub watch: Duration,
    /// Time after which a transaction is left to the next turn.
    pub patience_secs: u64,
}

/// Checks a file's values; relative paths are taken from `folder`.
pub fn check(file: file::File, folder: &Path) -> Result<Settings, Error> {
    let run = Run {
        interval: Duration::from_millis(within("run.interval_millis", file.run.interval_millis, 100, 86_400_000)?),
        watch: Duration::from_millis(within("run.watch_millis", file.run.watch_millis, 50, 86_400_000)?),
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
        governance: governance(file.governance)?,
        watch: watch(file.watch, folder)?,
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
    let engine::Settings { mut optimizer, mut planner } = engine::Settings::default();
    optimizer.objective = Some(objective(file)?);
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
    if let Some(factor) = file.go_on_factor {
        // Whoever starts at less than the gas has no band.
        let most = planner.gain_factor.max(1.0);
        if !(1.0..=most).contains(&factor) {
            return Err(value(
                "plan.go_on_factor",
                factor,
                format!("it must be a number from 1 to {most}, plan.gain_factor"),
            ));
        }
        planner.go_on_factor = factor;
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
    if let Some(hours) = file.protect_hours {
        if !(0.0..=8_760.0).contains(&hours) {
            return Err(value("plan.protect_hours", hours, "it must be a number from 0 to 8760"));
        }
        planner.protect_hours = hours;
    }
    if let Some(wei) = file.gas_reserve_wei {
        planner.gas_reserve = Wei::from(wei.0);
    }
    Ok(engine::Settings { optimizer, planner })
}

/// What is weighed against income; horizon and gas are the planner's.
fn objective(file: &file::Plan) -> Result<optimizer::Objective, Error> {
    let usual = optimizer::Objective::default();
    let part = |key, bps: Option<u64>, most: u64, usual: f64| match bps {
        Some(bps) => Ok::<_, Error>(within(key, bps, 0, most)? as f64 / 1e4),
        None => Ok(usual),
    };
    let variance_aversion = file.variance_aversion.unwrap_or(usual.variance_aversion);
    if !(0.0..=1_000.0).contains(&variance_aversion) {
        return Err(value("plan.variance_aversion", variance_aversion, "it must be a number from 0 to 1000"));
    }
    let most_worst = file.most_worst_bps.map(|bps| within("plan.most_worst_bps", bps, 1, 10_000)).transpose()?;
    Ok(optimizer::Objective {
        rate_volatility: part("plan.rate_volatility_bps", file.rate_volatility_bps, 10_000, usual.rate_volatility)?,
        variance_aversion,
        tail_aversion: part("plan.tail_aversion_bps", file.tail_aversion_bps, 10_000, usual.tail_aversion)?,
        tail_confidence: part("plan.tail_confidence_bps", file.tail_confidence_bps, 9_999, usual.tail_confidence)?,
        most_worst: most_worst.map(|bps| bps as f64 / 1e4),
        ..usual
    })
}
