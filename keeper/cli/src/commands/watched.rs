//! Snapshots as a careful keeper has them: each look is judged, remembered, and makes the snapshot as careful as its alarms demand.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use chain::rpc::Rpc;
use chain::snapshot::Reader;
use model::ports::{Fault, FaultKind, SnapshotSource};
use model::{Decision, Idleness, Snapshot};
use watch::{AdminEvent, Alarm, Memory, Observed, Peg, Quote};

use crate::config::Watch;
use crate::failure::Failure;
use crate::output::say;

/// A reader that looks around.
pub struct Watched<'a> {
    reader: Reader<'a>,
    rpc: &'a Rpc,
    watch: &'a Watch,
    memory: Mutex<Memory>,
    /// Whether what was seen is written down: dry runs leave no trace.
    keeps: bool,
}

impl<'a> Watched<'a> {
    /// Begins with what is remembered.
    ///
    /// # Errors
    /// Where the memory's file is damaged.
    pub fn open(reader: Reader<'a>, rpc: &'a Rpc, watch: &'a Watch, keeps: bool) -> Result<Self, Failure> {
        Ok(Self { reader, rpc, watch, memory: Mutex::new(load(&watch.memory)?), keeps })
    }

    /// Judges what is seen now, without making anything careful; returns every alarm that stands.
    pub async fn alarms(&self) -> Result<Vec<Alarm>, Failure> {
        let snapshot = self.reader.read().await?;
        self.look(&snapshot).await.map_err(engine::Error::from)?;
        Ok(self.remembered().alarms().cloned().collect())
    }

    fn remembered(&self) -> Memory {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn look(&self, snapshot: &Snapshot) -> Result<Memory, Fault> {
        // What was released meanwhile stays so.
        let mut memory = if self.keeps { load(&self.watch.memory).map_err(damaged)? } else { self.remembered() };
        let (pegs, events) = (self.pegs(snapshot).await?, self.events(snapshot, &memory).await?);
        let new = memory.look(&Observed { snapshot, pegs: &pegs, events: &events }, &self.watch.settings);
        new.iter().for_each(|alarm| say(&line(alarm)));
        if self.keeps {
            save(&self.watch.memory, &memory)?;
        }
        *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = memory.clone();
        Ok(memory)
    }

    async fn pegs(&self, snapshot: &Snapshot) -> Result<Vec<Peg>, Fault> {
        let mut pegs = Vec::with_capacity(self.watch.pegs.len());
        for terms in &self.watch.pegs {
            let quotes = chain::watch::quotes(self.rpc, &terms.sources, &snapshot.block).await?;
            pegs.push(Peg {
                name: terms.name.clone(),
                positions: terms.positions.clone(),
                least: terms.least,
                most: terms.most,
                max_age_secs: terms.max_age_secs,
                posture: terms.posture,
                quotes: quotes.into_iter().map(|quote| quote.map(|(price, at)| Quote { price, at })).collect(),
            });
        }
        Ok(pegs)
    }

    async fn events(&self, snapshot: &Snapshot, memory: &Memory) -> Result<Vec<AdminEvent>, Fault> {
        let to = snapshot.block.number;
        // At the first look there is nothing to compare with: what was before is what governance agreed to.
        let Some(from) = memory.block.map(|block| block.saturating_add(1)).filter(|from| *from <= to) else {
            return Ok(Vec::new());
        };
        let mut events = Vec::new();
        for contract in &self.watch.contracts {
            let told = chain::watch::told(self.rpc, contract.address, from, to).await?;
            events.extend(told.into_iter().map(|told| AdminEvent {
                name: contract.name.clone(),
                contract: contract.address,
                topic: told.topic,
                block: told.block,
                positions: contract.positions.clone(),
                posture: contract.posture,
            }));
        }
        Ok(events)
    }
}

impl SnapshotSource for Watched<'_> {
    async fn snapshot(&self) -> Result<Snapshot, Fault> {
        let mut snapshot = self.reader.snapshot().await?;
        let memory = self.look(&snapshot).await?;
        memory.apply(&mut snapshot).map_err(|halted| Fault {
            kind: FaultKind::Refuse,
            detail: format!("{halted}; `keeper alarms --release {}` ends it once somebody has looked", halted.id),
        })?;
        Ok(snapshot)
    }

    async fn glance(&self, last: &Snapshot) -> Result<Snapshot, Fault> {
        self.reader.glance(last).await
    }
}

/// Writes down that a turn had no answer that could be acted on, where it is so: the next look is as careful as that demands.
///
/// # Errors
/// Where the memory cannot be read or written.
pub fn note(watch: &Watch, snapshot: &Snapshot, decision: &Decision) -> Result<(), Fault> {
    let Decision::NothingToDo { reason: Idleness::Unverified { detail }, .. } = decision else { return Ok(()) };
    let mut memory = load(&watch.memory).map_err(damaged)?;
    if let Some(alarm) = memory.unanswered(snapshot, detail) {
        say(&line(&alarm));
        save(&watch.memory, &memory)?;
    }
    Ok(())
}

fn damaged(failure: Failure) -> Fault {
    Fault { kind: FaultKind::Fatal, detail: format!("{}; {}", failure.message, failure.hint) }
}

/// An alarm in a line.
pub fn line(alarm: &Alarm) -> String {
    let Alarm { id, trigger, posture, reason, .. } = alarm;
    match id {
        0 => format!("notice ({trigger}): {reason}"),
        id => format!("ALARM {id} ({trigger}), {posture}: {reason}"),
    }
}

/// Reads what is remembered; nothing where there is no file yet.
///
/// # Errors
/// Where it cannot be read, or is damaged.
pub fn load(path: &Path) -> Result<Memory, Failure> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Memory::default()),
        Err(error) => return Err(Failure::fault(format!("{shown}: {error}"), "is watch.memory_path readable?")),
    };
    let hint = "look at `keeper alarms` of a copy, or remove the file: every alarm in it is released with it";
    serde_json::from_str(&text).map_err(|error| Failure::fault(format!("{shown} is damaged: {error}"), hint))
}

/// Writes what is remembered, whole or not at all.
///
/// # Errors
/// Where it cannot be written.
pub fn save(path: &Path, memory: &Memory) -> Result<(), Fault> {
    let fault = |error: String| Fault { kind: FaultKind::Fatal, detail: format!("{}: {error}", path.display()) };
    let text = serde_json::to_string(memory).map_err(|error| fault(error.to_string()))?;
    let beside = path.with_extension("new");
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| fault(error.to_string()))
}
