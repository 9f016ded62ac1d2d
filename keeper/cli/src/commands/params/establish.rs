//! `keeper params establish`: votes, timelock and Governor, and the hand-over of a vault that is still in set-up.

use std::path::Path;

use abi::board::IBoard;
use chain::governance::{Contracts, EstablishError, establish, verify};
use chain::sender::{Patience, RpcSender};
use chain::snapshot::view;
use serde_json::json;

use super::super::{Report, connect};
use crate::args::Signing;
use crate::config::{self, Settings};
use crate::failure::{Ending, Failure};
use crate::output::say;

/// Creates the three contracts; hands the configured vault over where the sender owns it and it is not open yet.
pub async fn run(settings: &Settings, file: &Path, signing: &Signing) -> Result<Report, Failure> {
    let (charter, folder) = config::charter(file)?;
    let contracts =
        Contracts::load(&folder).map_err(|error| Failure::fault(error, "build the contracts with scripts/setup"))?;
    let wallet = crate::key::open(settings, signing.key_env.as_deref())?;
    let rpc = connect(settings).await?;
    let vault = match settings.vault {
        None => None,
        Some(vault) => {
            let (account, head) = (wallet.address(), super::head(&rpc).await?);
            let owner = view(&rpc, account, vault, IBoard::ownerCall {}, &head).await?;
            let is_open = view(&rpc, account, vault, IBoard::isOpenCall {}, &head).await?;
            (owner == account && !is_open).then_some(vault)
        }
    };
    let sender = RpcSender::new(&rpc, &wallet, settings.fee_caps, Patience::default());
    let established = establish(&sender, &contracts, &charter, vault, |step| say(&format!("establish: {step}")));
    let established = established.await.map_err(failure)?;
    let head = super::head(&rpc).await?;
    if !verify(&rpc, &established, wallet.address(), &head).await? {
        let message = format!("the timelock {} has other proposers or executors than it should", established.timelock);
        return Err(Failure::fault(message, "trust nothing of this governance; establish another one"));
    }
    let next = match (vault, settings.vault) {
        (Some(vault), _) => format!("the timelock owns {vault}, which is open now"),
        (None, Some(_)) => {
            "next: let the vault's owner offer ownership to the timelock, then `keeper params propose`".into()
        }
        (None, None) => "next: deploy with deploy.owner set to the timelock, then `keeper params propose`".into(),
    };
    Ok(Report {
        ending: Ending::Done,
        json: json!({
            "votes": established.votes,
            "timelock": established.timelock,
            "governor": established.governor,
            "vault": vault,
            "next": next,
        }),
        text: format!(
            "votes     {}\ntimelock  {}\ngovernor  {}\n{next}\n\n[governance]\ngovernor = \"{}\"",
            established.votes, established.timelock, established.governor, established.governor
        ),
    })
}

fn failure(error: EstablishError<chain::Error>) -> Failure {
    let message = error.to_string();
    match error {
        EstablishError::Send { source, .. } => Failure { message, ..Failure::from(source) },
        EstablishError::NothingCreated { .. } => Failure::fault(message, "establish again; nothing owns anything yet"),
    }
}
