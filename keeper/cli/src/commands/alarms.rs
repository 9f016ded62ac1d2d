//! `keeper alarms`: what makes the keeper careful now, and the way back.

use alloy_primitives::Address;
use chain::governance::words::date;
use chain::snapshot::Reader;
use clap::Args;
use serde_json::json;
use watch::Alarm;

use super::watched::{Watched, load, save};
use super::{Report, connect, vault};
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::table;

/// Options of `alarms`.
#[derive(Debug, Args)]
pub struct Alarms {
    /// End this alarm: somebody has looked at what it tells of. A loop that runs goes on by it.
    #[arg(long, value_name = "ID")]
    pub release: Option<u64>,
}

/// Shows every alarm that stands, after a look; or ends one.
pub async fn run(settings: &Settings, args: &Alarms) -> Result<Report, Failure> {
    if let Some(id) = args.release {
        let path = &settings.watch.memory;
        let mut memory = load(path)?;
        let released = memory.release(id).ok_or_else(|| {
            Failure::refused(format!("there is no alarm {id} that waits for a release"), "see `keeper alarms`")
        })?;
        save(path, &memory).map_err(engine::Error::from)?;
        let text = format!("released: {}", released.reason);
        return Ok(Report { ending: Ending::Done, json: json!({ "released": released }), text });
    }
    let (rpc, vault) = (connect(settings).await?, vault(settings)?);
    let account = crate::key::account(settings).unwrap_or(Address::ZERO);
    let reader = Reader::open(&rpc, settings.chain.chain_id, vault, account).await?;
    let watched = Watched::open(reader, &rpc, &settings.watch, true)?;
    let alarms = watched.alarms().await?;
    let ending = if alarms.iter().any(|alarm| alarm.id != 0) { Ending::Idle } else { Ending::Done };
    Ok(Report { ending, json: json!({ "alarms": alarms }), text: told(&alarms) })
}

fn told(alarms: &[Alarm]) -> String {
    if alarms.is_empty() {
        return "nothing to be careful about".to_owned();
    }
    let positions = |alarm: &Alarm| match alarm.positions.as_slice() {
        [] => "all".to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let row = |alarm: &Alarm| {
        let id = if alarm.id == 0 { "-".to_owned() } else { alarm.id.to_string() };
        let (trigger, posture) = (alarm.trigger.to_string(), alarm.posture.to_string());
        vec![id, trigger, positions(alarm), posture, date(alarm.since), alarm.reason.clone()]
    };
    table(&["alarm", "trigger", "positions", "posture", "since", ""], &alarms.iter().map(row).collect::<Vec<_>>())
}
