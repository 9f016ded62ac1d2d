//! `keeper keepalive`: how long the chain keeps the vault's programs, and what extends it; how far back the pools of its oracles
//! remember, and what gives them more room. Anyone may.

use alloy_primitives::{Address, B256};
use chain::governance::{Life, Memory, Program, memories, programs};
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
    let pools = memories(&rpc, &found, &head).await?;
    let is_well =
        !found.iter().any(|program| program.life.needs_care()) && pools.iter().all(|pool| pool.care().is_none());
    if args.dry_run || is_well {
        let ending = if args.dry_run { Ending::Done } else { Ending::Idle };
        return Ok(report(ending, &found, &pools, &[], &[]));
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
    let mut grown = Vec::new();
    for pool in &pools {
        // What is grown once is grown for every oracle that reads it.
        let is_done = grown.iter().any(|(address, _)| *address == pool.pool);
        if let (false, Some(care)) = (is_done, pool.care()) {
            grown.push((pool.pool, sender.send(care).await?.tx_hash));
        }
    }
    let head = rpc.head().await.map_err(chain::Error::from)?;
    let after = programs(&rpc, vault, settings.governance.from_block, &head).await?;
    let pools = memories(&rpc, &after, &head).await?;
    Ok(report(Ending::Done, &after, &pools, &cared, &grown))
}

fn report(
    ending: Ending,
    programs: &[Program],
    pools: &[Memory],
    cared: &[(B256, B256)],
    grown: &[(Address, B256)],
) -> Report {
    let grown: Vec<Value> = grown.iter().map(|(pool, tx)| json!({ "pool": pool, "tx": tx })).collect();
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
        json: json!({ "programs": programs, "sent": sent, "pools": pools, "grown": grown }),
        text: [table(&["program", "account", "time left", ""], &rows), of_pools(pools)].join(""),
    }
}

/// The pools for people; nothing where no oracle reads one.
fn of_pools(pools: &[Memory]) -> String {
    if pools.is_empty() {
        return String::new();
    }
    let row = |memory: &Memory| {
        let care = if memory.care().is_some() { "can be given more room" } else { "" };
        let room = format!("{} of {}", memory.cardinality, memory.wanted);
        vec![memory.oracle.clone(), memory.pool.to_string(), room, care.to_owned()]
    };
    let rows: Vec<_> = pools.iter().map(row).collect();
    format!("\n\n{}", table(&["price", "pool", "observations", ""], &rows))
}
