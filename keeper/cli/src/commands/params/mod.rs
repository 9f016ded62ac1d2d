//! `keeper params`: what governance sets, and the way from a mandate file to the vault through the Governor.

mod args;
mod diff;
mod establish;
mod execute;
mod proposals;
mod propose;
mod show;

pub use args::Params;

use alloy_primitives::{Address, U256};
use chain::governance::{self, Governed, House, Wanted};
use chain::rpc::Rpc;
use chain::sender::{Landed, Outgoing, Patience, RpcSender, Sender};
use chain::snapshot::Reader;
use chain::wallet::Wallet;
use model::Block;

use super::{Report, vault};
use crate::config::Settings;
use crate::failure::Failure;
use args::Action;

/// Runs one of the ways.
pub async fn run(settings: &Settings, params: &Params) -> Result<Report, Failure> {
    match &params.action {
        Action::Show { proposal: None } => show::run(settings).await,
        Action::Show { proposal: Some(proposal) } => proposals::show(settings, proposal).await,
        Action::Diff { file } => diff::run(settings, file).await,
        Action::Propose(args) => propose::run(settings, args).await,
        Action::Vote { proposal, vote, signing } => proposals::vote(settings, proposal, *vote, signing).await,
        Action::Queue { proposal, signing } => proposals::queue(settings, proposal, signing).await,
        Action::Execute { proposal, signing } => execute::run(settings, proposal.as_deref(), signing).await,
        Action::Establish { file, signing } => establish::run(settings, file, signing).await,
    }
}

/// Reads everything that governance sets, as seen by the configured account, or by nobody where there is none.
async fn governed(settings: &Settings, rpc: &Rpc) -> Result<Governed, Failure> {
    let account = crate::key::account(settings).unwrap_or(Address::ZERO);
    let reader = Reader::open(rpc, settings.chain.chain_id, vault(settings)?, account).await?;
    let snapshot = reader.read().await?;
    Ok(governance::read(rpc, snapshot, settings.governance.from_block).await?)
}

/// Looks up the code of the adapters that a mandate names.
async fn with_codes(rpc: &Rpc, wanted: Wanted, block: &Block) -> Result<Wanted, Failure> {
    let mut wanted = wanted;
    for position in &mut wanted.positions {
        let code = rpc.code(position.adapter, block.number).await.map_err(chain::Error::from)?;
        position.codehash = (!code.is_empty()).then(|| alloy_primitives::keccak256(&code));
    }
    Ok(wanted)
}

/// Reads the Governor that the configuration names.
async fn house(settings: &Settings, rpc: &Rpc, block: &Block) -> Result<House, Failure> {
    let governor = settings.governance.governor.ok_or_else(|| {
        let hint = "add [governance] with the address that `keeper params establish` printed";
        Failure::fault("governance.governor is missing", hint)
    })?;
    if rpc.code(governor, block.number).await.map_err(chain::Error::from)?.is_empty() {
        let message = format!("there is no contract at governance.governor {governor}");
        return Err(Failure::fault(message, "name the Governor's address"));
    }
    Ok(House::read(rpc, governor, block).await?)
}

async fn head(rpc: &Rpc) -> Result<Block, Failure> {
    Ok(rpc.head().await.map_err(chain::Error::from)?)
}

async fn send(settings: &Settings, rpc: &Rpc, wallet: &Wallet, outgoing: Outgoing) -> Result<Landed, Failure> {
    Ok(RpcSender::new(rpc, wallet, settings.fee_caps, Patience::default()).send(outgoing).await?)
}

/// A proposal's number, in decimal or hex digits.
fn number(text: &str) -> Result<U256, Failure> {
    let found = match text.strip_prefix("0x") {
        Some(digits) => U256::from_str_radix(digits, 16),
        None => U256::from_str_radix(text, 10),
    };
    found.map_err(|error| {
        Failure::fault(format!("proposal {text:?}: {error}"), "give the number that `keeper params propose` printed")
    })
}
