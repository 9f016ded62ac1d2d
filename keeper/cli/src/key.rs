//! Opens the key that a command signs with, from where the settings say it is.

use alloy_primitives::Address;
use chain::wallet::Wallet;
use secrecy::SecretString;

use crate::config::{KeySource, PasswordSource, Settings};
use crate::env;
use crate::failure::Failure;

const HINT: &str = "keys come from key.keystore_file or an environment variable, never from an argument";

/// Opens the key for the configured chain; `key_env` names a variable in place of the configured source.
///
/// # Errors
/// When there is no key, it cannot be opened, or it is not of `key.account`.
pub fn open(settings: &Settings, key_env: Option<&str>) -> Result<Wallet, Failure> {
    let chain_id = settings.chain.chain_id;
    let wallet = match (key_env, &settings.key.source) {
        (Some(name), _) => from_env(name, chain_id)?,
        (None, Some(KeySource::Env(name))) => from_env(name, chain_id)?,
        (None, Some(KeySource::Keystore { path, password })) => {
            let password = password_from(password)?;
            Wallet::from_keystore(path, &password, chain_id).map_err(|error| Failure::fault(error, HINT))?
        }
        (None, None) => from_env(env::PRIVATE_KEY.name, chain_id)?,
    };
    match settings.key.account {
        Some(account) if key_env.is_none() && account != wallet.address() => Err(Failure::fault(
            format!("the key is of {}, but key.account is {account}", wallet.address()),
            "correct key.account, or name the right key",
        )),
        _ => Ok(wallet),
    }
}

/// Returns the account without opening the key where it is named.
///
/// # Errors
/// When it is not named and the key cannot be opened.
pub fn account(settings: &Settings) -> Result<Address, Failure> {
    match settings.key.account {
        Some(account) => Ok(account),
        None => Ok(open(settings, None)?.address()),
    }
}

fn from_env(name: &str, chain_id: u64) -> Result<Wallet, Failure> {
    let secret = secret(name)?;
    Wallet::from_secret(&secret, chain_id)
        .map_err(|error| Failure::fault(format!("environment variable {name}: {error}"), HINT))
}

fn secret(name: &str) -> Result<SecretString, Failure> {
    let found = env::read_secret(name).map_err(|error| Failure::fault(error, HINT))?;
    found.ok_or_else(|| Failure::fault(format!("environment variable {name} is not set"), HINT))
}

fn password_from(source: &PasswordSource) -> Result<SecretString, Failure> {
    match source {
        PasswordSource::Env(name) => secret(name),
        PasswordSource::File(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::fault(format!("key.password_file {}: {error}", path.display()), "name a readable file")
            })?;
            Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
        }
    }
}
