//! The file as it is written. Unknown keys are refused; numbers carry their unit in the key.

use serde::Deserialize;

use super::amount::Amount;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub chain: Chain,
    pub vault: Option<Vault>,
    pub key: Option<Key>,
    #[serde(default)]
    pub fees: Fees,
    #[serde(default)]
    pub journal: Journal,
    #[serde(default)]
    pub plan: Plan,
    #[serde(default)]
    pub run: Run,
    pub deploy: Option<super::deployment::File>,
    #[serde(default)]
    pub governance: super::governance::File,
    #[serde(default)]
    pub watch: super::watch::File,
}

/// The node.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    pub chain_id: u64,
    pub rpc_url: Option<String>,
    pub rpc_url_env: Option<String>,
    #[serde(default = "default_connect_timeout_millis")]
    pub connect_timeout_millis: u64,
    #[serde(default = "default_request_timeout_millis")]
    pub request_timeout_millis: u64,
    #[serde(default = "default_answer_max_bytes")]
    pub answer_max_bytes: u64,
}

fn default_connect_timeout_millis() -> u64 {
    5_000
}

fn default_request_timeout_millis() -> u64 {
    20_000
}

fn default_answer_max_bytes() -> u64 {
    16 << 20
}

/// The vault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    pub address: String,
}

/// The account and where its key is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub account: Option<String>,
    pub keystore_file: Option<String>,
    pub password_file: Option<String>,
    pub password_env: Option<String>,
    pub private_key_env: Option<String>,
}

/// The most that is offered for gas.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fees {
    pub max_fee_per_gas_wei: Amount,
    pub max_priority_fee_per_gas_wei: Amount,
    pub max_rebalance_gas: u64,
}

impl Default for Fees {
    fn default() -> Self {
        Self {
            max_fee_per_gas_wei: Amount(10_000_000_000),
            max_priority_fee_per_gas_wei: Amount(1_000_000_000),
            max_rebalance_gas: 16_000_000,
        }
    }
}

/// The journal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Journal {
    pub path: String,
}

impl Default for Journal {
    fn default() -> Self {
        Self { path: "keeper.sqlite".into() }
    }
}

/// When to act, and within which bounds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    pub deadline_secs: Option<u64>,
    pub tolerance_bps: Option<u64>,
    pub headroom_bps: Option<u64>,
    pub min_leg_assets: Option<Amount>,
    pub horizon_secs: Option<u64>,
    pub gain_factor: Option<f64>,
    pub go_on_factor: Option<f64>,
    pub base_gas: Option<u64>,
    pub per_leg_gas: Option<u64>,
    pub coin_price_assets: Option<Amount>,
    pub protect_hours: Option<f64>,
    pub gas_reserve_wei: Option<Amount>,
    pub rate_volatility_bps: Option<u64>,
    pub variance_aversion: Option<f64>,
    pub tail_aversion_bps: Option<u64>,
    pub tail_confidence_bps: Option<u64>,
    pub most_worst_bps: Option<u64>,
}

/// The loop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Run {
    pub interval_millis: u64,
    pub watch_millis: u64,
    pub poll_millis: u64,
    pub patience_secs: u64,
}

impl Default for Run {
    fn default() -> Self {
        Self { interval_millis: 15_000, watch_millis: 1_000, poll_millis: 250, patience_secs: 600 }
    }
}

/// Reads the file; an error names the line and what stands there.
pub fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let quoted = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default().trim();
        let quoted: String = quoted.chars().take(120).collect();
        match line {
            Some(line) => format!("line {line} ({quoted}): {}", error.message()),
            None => error.message().to_owned(),
        }
    })
}
