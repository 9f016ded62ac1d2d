//! The configuration: TOML with units in the names, read strictly, checked value by value.

mod amount;
mod bonds;
mod charter;
mod check;
mod covenants;
mod deployment;
mod file;
mod governance;
mod leverage;
mod mandate;
mod oracle;
mod value;
mod watch;

pub use amount::tokens_to_assets;
pub use charter::load as charter;
pub use check::{KeySource, PasswordSource, Settings};
pub use mandate::load as mandate;
pub use value::address;
pub use watch::Watch;

use std::path::{Path, PathBuf};

use crate::env;
use crate::failure::Failure;

/// Where the configuration stands if nothing says otherwise.
const DEFAULT_FILE: &str = "keeper.toml";

/// Reads and checks the configuration.
///
/// # Errors
/// When the file cannot be read, has an unknown key, or a value is out of range; the message names it.
pub fn load(from_args: Option<&Path>) -> Result<Settings, Failure> {
    let path = match from_args {
        Some(path) => path.to_owned(),
        None => env::read(env::CONFIG.name)
            .map_err(|error| Failure::fault(error, "unset it, or set it to a file's path"))?
            .map_or_else(|| PathBuf::from(DEFAULT_FILE), PathBuf::from),
    };
    let shown = path.display();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::fault(format!("configuration {shown}: {error}"), "name the file with --config or KEEPER_CONFIG")
    })?;
    let file = file::parse(&text).map_err(|error| {
        Failure::fault(format!("configuration {shown}, {error}"), "every key is described in keeper/cli/example.toml")
    })?;
    // Relative paths are relative to the file, not to where the program happens to be started.
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    check::check(file, &folder).map_err(|error| Failure::fault(format!("configuration {shown}: {error}"), error.hint()))
}

#[cfg(test)]
mod tests {
    use model::{Assets, Wad};

    use super::*;

    #[test]
    fn the_example_is_valid_and_says_the_defaults() {
        let example = file::parse(include_str!("../../example.toml")).expect("the example parses");
        let plain = file::parse("[chain]\nchain_id = 1\nrpc_url = \"http://127.0.0.1:1\"").expect("this parses");

        let example = check::check(example, Path::new("base")).expect("the example is valid");
        let plain = check::check(plain, Path::new("base")).expect("this is valid");

        assert_eq!(example.engine, plain.engine);
        assert_eq!((example.fee_caps, example.max_rebalance_gas), (plain.fee_caps, plain.max_rebalance_gas));
        assert_eq!((&example.journal, example.chain.limits), (&plain.journal, plain.chain.limits));
        assert_eq!(format!("{:?}", example.run), format!("{:?}", plain.run));
    }

    #[test]
    fn units_become_what_the_contracts_count_in() {
        let example = file::parse(include_str!("../../example.toml")).expect("the example parses");

        let deploy = check::check(example, Path::new("")).expect("it is valid").deploy.expect("it deploys");

        assert_eq!(deploy.mandate.liquidity_floor, Wad::from(50_000_000_000_000_000));
        assert_eq!(deploy.mandate.caps[0].absolute, Assets::from(30_000_000_000_000));
        assert_eq!(deploy.mandate.caps[0].relative, Wad::from(600_000_000_000_000_000));
    }
}
