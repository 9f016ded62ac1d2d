//! Every environment variable that this program reads, in one place; the help text lists them from here.

use secrecy::SecretString;

/// A variable that this program reads.
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// Where the configuration stands.
pub const CONFIG: Variable = Variable { name: "KEEPER_CONFIG", about: "configuration file (default: keeper.toml)" };
/// What is told on stderr.
pub const LOG: Variable = Variable { name: "KEEPER_LOG", about: "log filter, as in warn or keeper_chain=debug" };
/// The key, where the configuration names no other place.
pub const PRIVATE_KEY: Variable =
    Variable { name: "KEEPER_PRIVATE_KEY", about: "private key in hex, where no [key] table names another place" };

/// All of them. Secrets and URLs may also stand in variables that the configuration names (`*_env`).
pub const VARIABLES: [Variable; 3] = [CONFIG, LOG, PRIVATE_KEY];

/// Reads a variable; empty counts as unset.
///
/// # Errors
/// When its bytes are no text.
pub fn read(name: &str) -> Result<Option<String>, NotText> {
    match std::env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(NotText { name: name.to_owned() }),
    }
}

/// Reads a variable that holds a secret.
///
/// # Errors
/// When its bytes are no text.
pub fn read_secret(name: &str) -> Result<Option<SecretString>, NotText> {
    Ok(read(name)?.map(SecretString::from))
}

/// Returns the help text's part on variables.
pub fn help() -> String {
    let lines = VARIABLES.iter().map(|variable| format!("  {:20} {}\n", variable.name, variable.about));
    format!("Environment:\n{}", lines.collect::<String>())
}

/// A variable whose bytes are no text.
#[derive(Debug, thiserror::Error)]
#[error("environment variable {name} is not UTF-8 text")]
pub struct NotText {
    name: String,
}
