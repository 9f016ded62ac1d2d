//! The charter file: how a new governance works and who holds its votes.

use std::path::{Path, PathBuf};

use alloy_primitives::U256;
use chain::governance::Charter;
use serde::Deserialize;

use super::value::{Error, address, value, within};
use crate::failure::Failure;

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    token_name: String,
    token_symbol: String,
    voting_delay_secs: u64,
    voting_period_secs: u32,
    timelock_secs: u64,
    quorum_percent: u8,
    proposal_threshold_votes: u64,
    contracts_folder: String,
    holders: Vec<Holder>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holder {
    account: String,
    votes: u64,
}

/// Reads and checks a charter file; also returns the folder with the compiled contracts, relative to the file.
///
/// # Errors
/// When the file cannot be read, has an unknown key, or a value is out of range; the message names it.
pub fn load(path: &Path) -> Result<(Charter, PathBuf), Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::fault(format!("charter {shown}: {error}"), "name a readable file"))?;
    let file: File = super::file::parse(&text).map_err(|error| {
        Failure::fault(format!("charter {shown}, {error}"), "every key is described in keeper/cli/charter.toml")
    })?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default().join(&file.contracts_folder);
    let charter =
        check(file).map_err(|error| Failure::fault(format!("charter {shown}: {error}"), "correct this value"))?;
    Ok((charter, folder))
}

/// 30 days: longer than that nobody waits for a vote or its execution.
const MAX_WAIT_SECS: u64 = 30 * 86_400;

fn check(file: File) -> Result<Charter, Error> {
    let named = |key: &str, text: String| match text.is_empty() {
        true => Err(value(key, "\"\"", "a token has a name")),
        false => Ok(text),
    };
    let votes = |key: &str, whole: u64| {
        within(key, whole, 0, 1_000_000_000_000).map(|whole| U256::from(whole) * U256::from(10).pow(U256::from(18)))
    };
    let holders = file.holders.iter().enumerate().map(|(at, holder)| {
        let account = address(&format!("holders[{at}].account"), &holder.account)?;
        Ok((account, votes(&format!("holders[{at}].votes"), holder.votes)?))
    });
    let holders = holders.collect::<Result<Vec<_>, Error>>()?;
    let supply = holders.iter().fold(U256::ZERO, |sum, (_, votes)| sum.saturating_add(*votes));
    let threshold = votes("proposal_threshold_votes", file.proposal_threshold_votes)?;
    if supply.is_zero() || threshold > supply {
        return Err(value(
            "proposal_threshold_votes",
            file.proposal_threshold_votes,
            "all holders together have fewer",
        ));
    }
    Ok(Charter {
        name: named("token_name", file.token_name)?,
        symbol: named("token_symbol", file.token_symbol)?,
        holders,
        voting_delay_secs: within("voting_delay_secs", file.voting_delay_secs, 0, MAX_WAIT_SECS)?,
        voting_period_secs: within("voting_period_secs", file.voting_period_secs, 1, MAX_WAIT_SECS as u32)?,
        threshold,
        quorum_percent: within("quorum_percent", file.quorum_percent, 1, 100)?,
        timelock_secs: within("timelock_secs", file.timelock_secs, 0, MAX_WAIT_SECS)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Charter, String> {
        check(super::super::file::parse(text)?).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_is_a_charter() {
        let charter = read(include_str!("../../charter.toml")).expect("the example is valid");

        assert_eq!((charter.quorum_percent, charter.holders.len()), (10, 2));
        assert_eq!(charter.holders[0].1, U256::from(600_000) * U256::from(10).pow(U256::from(18)));
    }

    #[test]
    fn a_charter_that_nobody_could_act_under_is_refused() {
        let example = include_str!("../../charter.toml");
        let cases = [
            ("proposal_threshold_votes = 10_000", "proposal_threshold_votes = 2_000_000", "all holders together"),
            ("quorum_percent = 10 ", "quorum_percent = 101 ", "quorum_percent is 101"),
            ("voting_period_secs = 259_200", "voting_period_secs = 0", "voting_period_secs is 0"),
            ("timelock_secs", "timelock_sec", "unknown field"),
        ];
        for (from, to, expected) in cases {
            let error = read(&example.replace(from, to)).expect_err(to);
            assert!(error.contains(expected), "{to}: {error}");
        }
    }
}
