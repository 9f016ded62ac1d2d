//! Decisions: every look at the world with what was decided and why.

use model::alloy_primitives::Address;
use model::ports::{Fault, Recorder};
use model::{Decision, Memory, Snapshot};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::Error;

/// A decision as it stands in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its number.
    pub id: u64,
    /// The block it rests on.
    pub block_number: u64,
    /// What was decided, in a line.
    pub summary: String,
    /// The decision with its figures.
    pub decision: Decision,
    /// What was remembered for the next one; nothing in a journal of an earlier version.
    pub memory: Memory,
}

/// A decision as it is written.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    decision: &'a Decision,
    memory: &'a Memory,
}

/// A decision as it is read.
#[derive(Deserialize)]
struct Read {
    #[serde(flatten)]
    decision: Decision,
    #[serde(default)]
    memory: Memory,
}

impl Recorder for Store {
    fn record(&self, snapshot: &Snapshot, decision: &Decision, memory: &Memory, summary: &str) -> Result<(), Fault> {
        let body =
            serde_json::to_string(&Written { decision, memory }).map_err(|error| Error::damaged(self.path(), error))?;
        self.connection()
            .execute(
                "INSERT INTO decisions (chain_id, vault, block_number, summary, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    self.integer(snapshot.chain_id, "chain id")?,
                    snapshot.vault.to_string(),
                    self.integer(snapshot.block.number, "block number")?,
                    summary,
                    body,
                ],
            )
            .map_err(|error| Error::from_sqlite(self.path(), error))?;
        Ok(())
    }
}

impl Store {
    /// Returns what was remembered after the last decision about a vault; nothing where there was none.
    ///
    /// # Errors
    /// When the file cannot be read, or the row is damaged.
    pub fn memory(&self, chain_id: u64, vault: Address) -> Result<Memory, Error> {
        let found: Option<(i64, String)> = self
            .connection()
            .query_row(
                "SELECT id, body FROM decisions WHERE chain_id = ?1 AND vault = ?2 ORDER BY id DESC LIMIT 1",
                params![self.integer(chain_id, "chain id")?, vault.to_string()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(|error| Error::from_sqlite(self.path(), error))?;
        found.map_or(Ok(Memory::default()), |(id, body)| self.read(id, &body).map(|read| read.memory))
    }

    fn read(&self, id: i64, body: &str) -> Result<Read, Error> {
        serde_json::from_str(body).map_err(|error| Error::damaged(self.path(), format!("decision {id}: {error}")))
    }

    /// Returns the newest decisions, newest first.
    ///
    /// # Errors
    /// When the file cannot be read, or a row is damaged.
    pub fn recent_decisions(&self, most: u32) -> Result<Vec<Recorded>, Error> {
        let fail = |error| Error::from_sqlite(self.path(), error);
        let connection = self.connection();
        let mut statement = connection
            .prepare("SELECT id, block_number, summary, body FROM decisions ORDER BY id DESC LIMIT ?1")
            .map_err(fail)?;
        let rows = statement
            .query_map([most], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
            })
            .map_err(fail)?;
        rows.map(|row| {
            let (id, block_number, summary, body) = row.map_err(fail)?;
            let Read { decision, memory } = self.read(id, &body)?;
            Ok(Recorded { id: id.unsigned_abs(), block_number: block_number.unsigned_abs(), summary, decision, memory })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Scratch, decision, snapshot};

    #[test]
    fn decisions_come_back_newest_first_with_their_figures() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");

        store.record(&snapshot(), &decision(), &Memory::default(), "first").expect("writes");
        store.record(&snapshot(), &decision(), &Memory::default(), "second").expect("writes");

        let found = store.recent_decisions(10).expect("reads");
        let summaries: Vec<_> = found.iter().map(|recorded| recorded.summary.as_str()).collect();
        assert_eq!(summaries, ["second", "first"]);
        assert_eq!((found[0].block_number, &found[0].decision), (9, &decision()));
    }

    #[test]
    fn what_was_remembered_comes_back_for_its_own_vault() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");
        let last_good = Some(model::Target::present(&snapshot(), &[]));
        let memory = Memory { stance: model::Stance::Moving, last_good };
        let vault = snapshot().vault;
        store.record(&snapshot(), &decision(), &Memory::default(), "first").expect("writes");
        store.record(&snapshot(), &decision(), &memory, "second").expect("writes");

        assert_eq!(store.memory(snapshot().chain_id, vault).expect("reads"), memory);
        assert_eq!(store.memory(snapshot().chain_id, Address::ZERO).expect("reads"), Memory::default());
        assert_eq!(store.recent_decisions(1).expect("reads")[0].memory, memory);
    }

    #[test]
    fn a_decision_of_an_earlier_version_remembers_nothing() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");
        store.record(&snapshot(), &decision(), &Memory::default(), "first").expect("writes");
        let body = serde_json::to_string(&decision()).expect("it is data");
        store.connection().execute("UPDATE decisions SET body = ?1", [body]).expect("writes");

        assert_eq!(store.memory(snapshot().chain_id, snapshot().vault).expect("reads"), Memory::default());
        assert_eq!(store.recent_decisions(1).expect("reads")[0].decision, decision());
    }
}
