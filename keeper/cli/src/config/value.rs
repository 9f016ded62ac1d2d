//! Single values: the checks that every table shares, and the error that names key, value and rule.

use alloy_primitives::Address;
use model::RiskId;

use crate::env;

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

/// Reads an address; the zero address is a mistake everywhere here.
pub fn address(key: &str, text: &str) -> Result<Address, Error> {
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

/// Reads the name of a risk id.
pub(super) fn risk_id(key: &str, name: &str) -> Result<RiskId, Error> {
    let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    let id = RiskId::from_name(name).filter(|_| good);
    id.ok_or_else(|| value(key, format!("{name:?}"), "a risk id is 1 to 32 printable ASCII characters"))
}

pub(super) fn variable(key: &str, name: &str) -> Result<String, Error> {
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    // A wrong name may be the secret itself, pasted into the wrong place: it is not repeated.
    let shown = format!("{} characters", name.chars().count());
    good.then(|| name.to_owned()).ok_or_else(|| value(key, shown, "a variable's name is made of A-Z, 0-9 and _"))
}

pub(super) fn within<T: PartialOrd + ToString + Copy>(key: &str, found: T, least: T, most: T) -> Result<T, Error> {
    if (least..=most).contains(&found) {
        return Ok(found);
    }
    Err(value(key, found.to_string(), format!("it must be from {} to {}", least.to_string(), most.to_string())))
}

pub(super) fn value(key: &str, value: impl ToString, rule: impl ToString) -> Error {
    Error::Value { key: key.to_owned(), value: value.to_string(), rule: rule.to_string() }
}
