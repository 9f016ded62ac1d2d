//! `keeper run`: the loop, live or dry, once or until told to stop.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alloy_primitives::Address;
use chain::node::LiveNode;
use chain::snapshot::Reader;
use engine::{Engine, Tick};
use executor::{Executor, Rehearsal};
use model::ports::{Clock, Fault, Recorder, Settlement, SnapshotSource, Submitter};
use model::{Decision, Memory, Purpose, Snapshot, Timestamp};
use serde_json::{Value, json};
use store::Store;

use super::settle::Settler;
use super::watched::{self, Watched};
use super::{connect, vault};
use crate::args::Run;
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::{print, print_json, say};

/// Runs the loop; prints one line, or one JSON object, a turn.
pub async fn run(settings: &Settings, args: &Run, as_json: bool) -> Result<Ending, Failure> {
    let vault = vault(settings)?;
    if args.dry_run {
        let account = crate::key::account(settings)?;
        let rpc = connect(settings).await?;
        let reader = Reader::open(&rpc, settings.chain.chain_id, vault, account).await?;
        let node = LiveNode::new(&rpc, None, settings.fee_caps);
        let rehearsal = Rehearsal::new(node, account, vault, settings.max_rebalance_gas);
        let reader = Watched::open(reader, &rpc, &settings.watch, false)?;
        let engine = Engine::new(reader, rehearsal, Unrecorded, settings.engine.clone());
        return turns(&engine, settings, args.once, as_json, None, remembered(settings, vault)?).await;
    }
    let wallet = crate::key::open(settings, None)?;
    let store = Store::open(&settings.journal)?;
    let rpc = connect(settings).await?;
    let reader = Reader::open(&rpc, settings.chain.chain_id, vault, wallet.address()).await?;
    let node = LiveNode::new(&rpc, Some(&wallet), settings.fee_caps);
    let executor = Executor::new(node, &store, SystemClock, sending(settings, vault, wallet.address()));
    let reader = Watched::open(reader, &rpc, &settings.watch, true)?;
    let engine = Engine::new(reader, executor, &store, settings.engine.clone());
    let settler = Settler { rpc: &rpc, wallet: &wallet, fee_caps: settings.fee_caps, vault };
    let memory = store.memory(settings.chain.chain_id, vault)?;
    turns(&engine, settings, args.once, as_json, Some(&settler), memory).await
}

/// What the journal remembers of the last decision, for those who write none; nothing where there is no journal yet.
pub fn remembered(settings: &Settings, vault: Address) -> Result<Memory, Failure> {
    match Store::open_read_only(&settings.journal) {
        Ok(store) => Ok(store.memory(settings.chain.chain_id, vault)?),
        Err(store::Error::Missing { .. }) => Ok(Memory::default()),
        Err(error) => Err(error.into()),
    }
}

/// How transactions are sent and followed.
pub fn sending(settings: &Settings, vault: Address, account: Address) -> executor::Settings {
    executor::Settings {
        chain_id: settings.chain.chain_id,
        vault,
        account,
        poll_millis: settings.run.poll_millis,
        looks_per_broadcast: LOOKS_PER_BROADCAST,
        looks_until_replaced: LOOKS_UNTIL_REPLACED,
        patience_secs: settings.run.patience_secs,
        max_gas: settings.max_rebalance_gas,
    }
}

/// Looks at the chain between two sendings of the same bytes.
const LOOKS_PER_BROADCAST: u32 = 8;
/// Looks at a used nonce before it counts as another transaction's: a receipt may come from a slower machine.
const LOOKS_UNTIL_REPLACED: u32 = 20;

async fn turns<S, X, R>(
    engine: &Engine<S, X, R>,
    settings: &Settings,
    once: bool,
    as_json: bool,
    settler: Option<&Settler<'_>>,
    mut memory: Memory,
) -> Result<Ending, Failure>
where
    S: SnapshotSource,
    X: Submitter,
    R: Recorder,
{
    // What was begun is reported even where the turn after it fails.
    let mut resolved = engine.resolve().await?;
    for resolved in &resolved {
        say(&engine::resolved_line(resolved));
    }
    // One listener for the whole loop: a signal that comes during a turn is heard at its end, so that a transaction
    // on its way is followed first.
    let mut last = None;
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let turn = engine.tick(&memory).await;
        match turn {
            Ok(mut tick) => {
                for late in &tick.resolved {
                    say(&engine::resolved_line(late));
                }
                resolved.append(&mut tick.resolved);
                tick.resolved = std::mem::take(&mut resolved);
                show(&tick, as_json);
                memory = tick.memory.clone();
                // What came home is for the next turn to invest.
                if let Some(settler) = settler {
                    watched::note(&settings.watch, &tick.snapshot, &tick.decision).map_err(engine::Error::from)?;
                    settler.settle(&tick.snapshot).await.iter().for_each(|settled| say(&settled.line()));
                }
                if once {
                    return Ok(ending(&tick));
                }
                // Where a turn has just tried what could not wait, the next one comes in its own time.
                let is_tried = matches!(&tick.decision, Decision::Rebalance(plan) if plan.purpose == Purpose::Protect);
                last = (!is_tried).then_some(tick.snapshot);
            }
            Err(error) if once => return Err(error.into()),
            Err(engine::Error::Fault(fault)) if fault.kind == model::ports::FaultKind::Fatal => {
                return Err(engine::Error::Fault(fault).into());
            }
            Err(error) => say(&format!("this turn failed and will be taken again: {error}")),
        }
        tokio::select! {
            () = rest(engine, settings, last.as_ref()) => {}
            _ = &mut stop => {
                say("stopped");
                return Ok(Ending::Done);
            }
        }
    }
}

/// Waits for the next turn, or until what the vault owes cannot wait for it. Glances are never lost to a fault: the next
/// turn tells of it.
async fn rest<S: SnapshotSource, X: Submitter, R: Recorder>(
    engine: &Engine<S, X, R>,
    settings: &Settings,
    last: Option<&Snapshot>,
) {
    let whole = tokio::time::sleep(settings.run.interval);
    let Some(last) = last else { return whole.await };
    let pressed = async {
        loop {
            tokio::time::sleep(settings.run.watch).await;
            match engine.is_pressed(last).await {
                Ok(true) => return say("a debt cannot wait for the next turn"),
                Ok(false) => {}
                Err(error) => say(&format!("what the vault owes could not be read: {error}")),
            }
        }
    };
    tokio::select! {
        () = whole => {}
        () = pressed => {}
    }
}

pub fn show(tick: &Tick, as_json: bool) {
    match as_json {
        true => print_json(&to_json(tick)),
        false => print(&format!("block {}: {}", tick.snapshot.block.number, tick.summary)),
    }
}

fn to_json(tick: &Tick) -> Value {
    json!({
        "block": tick.snapshot.block,
        "resolved": tick.resolved,
        "decision": tick.decision,
        "settlement": tick.settlement,
        "summary": tick.summary,
    })
}

pub fn ending(tick: &Tick) -> Ending {
    match &tick.settlement {
        Some(Settlement::Done(_) | Settlement::Rehearsed { .. }) => Ending::Done,
        // What an earlier run began and this one saw done is something done.
        None if tick.resolved.iter().any(|resolved| matches!(resolved.settlement, Settlement::Done(_))) => Ending::Done,
        _ => Ending::Idle,
    }
}

/// A recorder for dry runs, which leave no trace.
pub struct Unrecorded;

impl Recorder for Unrecorded {
    fn record(&self, _: &Snapshot, _: &Decision, _: &Memory, _: &str) -> Result<(), Fault> {
        Ok(())
    }
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }

    async fn sleep_millis(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}
