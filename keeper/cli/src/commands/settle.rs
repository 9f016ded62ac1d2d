//! `keeper settle`: brings home what is due. Anyone may; the loop does it too.

use abi::desk::IDesk;
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use chain::rpc::Rpc;
use chain::sender::{Outgoing, Patience, RpcSender, Sender};
use chain::snapshot::Reader;
use chain::wallet::Wallet;
use clap::Args;
use engine::amount;
use model::ports::Fees;
use model::{Position, Snapshot, Wei};
use serde_json::{Value, json};

use super::{Report, connect, vault};
use crate::args::Signing;
use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// Options of `settle`.
#[derive(Debug, Args)]
pub struct Settle {
    /// Show what is due only; send nothing and need no key.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub signing: Signing,
}

/// What became of a position that was due.
pub struct Settled {
    position: u32,
    outcome: Result<B256, String>,
}

/// Who settles: any account.
pub struct Settler<'a> {
    /// The node.
    pub rpc: &'a Rpc,
    /// The key that pays for it.
    pub wallet: &'a Wallet,
    /// The most that is offered for gas.
    pub fee_caps: Fees,
    /// The vault.
    pub vault: Address,
}

/// Settles every position that is due and still holds something.
pub async fn run(settings: &Settings, args: &Settle) -> Result<Report, Failure> {
    let (rpc, vault) = (connect(settings).await?, vault(settings)?);
    let read = async |account| {
        let reader = Reader::open(&rpc, settings.chain.chain_id, vault, account).await?;
        Ok::<_, Failure>(reader.read().await?)
    };
    if args.dry_run {
        let snapshot = read(Address::ZERO).await?;
        let ending = if due(&snapshot).next().is_some() { Ending::Done } else { Ending::Idle };
        return Ok(Report { ending, json: json!({ "due": indices(&snapshot) }), text: told(&snapshot) });
    }
    let wallet = crate::key::open(settings, args.signing.key_env.as_deref())?;
    let snapshot = read(wallet.address()).await?;
    let settler = Settler { rpc: &rpc, wallet: &wallet, fee_caps: settings.fee_caps, vault };
    let settled = settler.settle(&snapshot).await;
    let ending = if settled.iter().any(|settled| settled.outcome.is_ok()) { Ending::Done } else { Ending::Idle };
    let lines: Vec<_> = settled.iter().map(Settled::line).collect();
    let text = if lines.is_empty() { told(&snapshot) } else { lines.join("\n") };
    let settled: Vec<_> = settled.iter().map(Settled::to_json).collect();
    Ok(Report { ending, json: json!({ "due": indices(&snapshot), "settled": settled }), text })
}

impl Settler<'_> {
    /// Settles what is due, one after the other. A position that refuses keeps nothing from the others.
    pub async fn settle(&self, snapshot: &Snapshot) -> Vec<Settled> {
        let sender = RpcSender::new(self.rpc, self.wallet, self.fee_caps, Patience::default());
        let mut settled = Vec::new();
        for Position { index: position, .. } in due(snapshot) {
            let call = IDesk::settleCall { position: *position };
            let outgoing = Outgoing { to: Some(self.vault), data: call.abi_encode().into(), value: Wei::ZERO };
            let outcome = sender.send(outgoing).await.map(|landed| landed.tx_hash).map_err(|error| error.to_string());
            settled.push(Settled { position: *position, outcome });
        }
        settled
    }
}

impl Settled {
    /// What became of it, in a line.
    pub fn line(&self) -> String {
        match &self.outcome {
            Ok(tx) => format!("position {} was due and is settled ({tx})", self.position),
            Err(reason) => format!("position {} is due and could not be settled: {reason}", self.position),
        }
    }

    fn to_json(&self) -> Value {
        let (tx, refusal) = (self.outcome.as_ref().ok(), self.outcome.as_ref().err());
        json!({ "position": self.position, "tx": tx, "refusal": refusal })
    }
}

/// The positions that are due and still hold something.
pub fn due(snapshot: &Snapshot) -> impl Iterator<Item = &Position> {
    snapshot.positions.iter().filter(|position| position.is_due(snapshot.now()))
}

fn indices(snapshot: &Snapshot) -> Vec<u32> {
    due(snapshot).map(|position| position.index).collect()
}

fn told(snapshot: &Snapshot) -> String {
    let lines: Vec<_> = due(snapshot)
        .map(|position| {
            // Of a fund what was requested is due, as far as it is payable.
            let due = if position.requested.is_some() { position.liquidity } else { position.value };
            format!("position {} is due: {}", position.index, amount(due, &snapshot.asset))
        })
        .collect();
    if lines.is_empty() { "nothing is due".to_owned() } else { lines.join("\n") }
}
