//! `keeper keepalive`: how long the chain keeps the vault's programs, and what extends it. Anyone may.

use chain::governance::{Life, Program, programs};
use chain::sender::{Patience, RpcSender, Sender};
use clap::Args;
use model::words::duration;
use serde_json::{Value, json};

use super::{Report, connect, vault};
use crate::args::Signing;
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::table;

/// Options of `keepalive`.
#[derive(Debug, Args)]
pub struct Keepalive {
    /// Show only; send nothing and need no key.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub signing: Signing,
}

/// Extends the life of every program that is old enough, and activates again what has expired.
pub async fn run(settings: &Settings, args: &Keepalive) -> Result<Report, Failure> {
    let rpc = connect(settings).await?;
    let vault = vault(settings)?;
    let head = rpc.head().await.map_err(chain::Error::from)?;
    let found = programs(&rpc, vault, settings.governance.from_block, &head).await?;
    if args.dry_run || !found.iter().any(|program| program.life.needs_care()) {
        let ending = if args.dry_run { Ending::Done } else { Ending::Idle };
        return Ok(report(ending, &found, &[]));
    }
    let wallet = crate::key::open(settings, args.signing.key_env.as_deref())?;
    let sender = RpcSender::new(&rpc, &wallet, settings.fee_caps, Patience::default());
    let mut cared = Vec::new();
    for program in &found {
        // Programs of one code live together: the first one's care is everybody's.
        let is_done = cared.iter().any(|(codehash, _)| *codehash == program.codehash);
        if let (false, Some(care)) = (is_done, program.care()) {
            cared.push((program.codehash, sender.send(care).await?.tx_hash));
        }
    }
    let head = rpc.head().await.map_err(chain::Error::from)?;
    let after = programs(&rpc, vault, settings.governance.from_block, &head).await?;
    Ok(report(Ending::Done, &after, &cared))
}

fn report(ending: Ending, programs: &[Program], cared: &[(alloy_primitives::B256, alloy_primitives::B256)]) -> Report {
    let sent: Vec<Value> = cared.iter().map(|(codehash, tx)| json!({ "codehash": codehash, "tx": tx })).collect();
    let rows: Vec<_> = programs
        .iter()
        .map(|program| {
            let (left, care) = match program.life {
                Life::Active { secs_left, can_extend } => {
                    let days = duration(secs_left - secs_left % 86_400);
                    (days, if can_extend { "can be kept alive" } else { "" })
                }
                Life::Expired => ("none".to_owned(), "EXPIRED"),
                Life::Inactive => ("none".to_owned(), "NOT ACTIVE"),
            };
            let was_cared = cared.iter().any(|(codehash, _)| *codehash == program.codehash);
            let care = if was_cared { "kept alive now" } else { care };
            vec![program.name.clone(), program.account.to_string(), left, care.to_owned()]
        })
        .collect();
    Report {
        ending,
        json: json!({ "programs": programs, "sent": sent }),
        text: table(&["program", "account", "time left", ""], &rows),
    }
}
