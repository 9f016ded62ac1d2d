//! Decisions: every look at the world with what was decided and why.

use model::Decision;
use model::Snapshot;
use model::ports::{Fault, Recorder};
use rusqlite::params;

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
}

impl Recorder for Store {
    fn record(&self, snapshot: &Snapshot, decision: &Decision, summary: &str) -> Result<(), Fault> {
        let body = serde_json::to_string(decision).map_err(|error| Error::damaged(self.path(), error))?;
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
            let decision = serde_json::from_str(&body)
                .map_err(|error| Error::damaged(self.path(), format!("decision {id}: {error}")))?;
            Ok(Recorded { id: id.unsigned_abs(), block_number: block_number.unsigned_abs(), summary, decision })
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

        store.record(&snapshot(), &decision(), "first").expect("writes");
        store.record(&snapshot(), &decision(), "second").expect("writes");

        let found = store.recent_decisions(10).expect("reads");
        let summaries: Vec<_> = found.iter().map(|recorded| recorded.summary.as_str()).collect();
        assert_eq!(summaries, ["second", "first"]);
        assert_eq!((found[0].block_number, &found[0].decision), (9, &decision()));
    }
}
