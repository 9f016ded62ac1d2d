//! Attempts: one row from the plan to its end.

use alloy_primitives::Address;
use model::ports::{Attempt, Fault, Journal, Settlement, Stage};
use rusqlite::{OptionalExtension, Row, params};

use crate::Store;
use crate::error::Error;

impl Store {
    fn insert(&self, attempt: &Attempt) -> Result<u64, Error> {
        let columns = Columns::of(attempt);
        let connection = self.connection();
        connection
            .execute(
                "INSERT INTO attempts (chain_id, vault, account, nonce, tx_hash, stage, settlement, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    self.integer(attempt.chain_id, "chain id")?,
                    attempt.vault.to_string(),
                    columns.account,
                    columns.nonce.map(|nonce| self.integer(nonce, "nonce")).transpose()?,
                    columns.tx_hash,
                    columns.stage,
                    columns.settlement,
                    self.body(attempt)?,
                ],
            )
            .map_err(|error| Error::from_sqlite(self.path(), error))?;
        Ok(connection.last_insert_rowid().unsigned_abs())
    }

    fn replace(&self, record: u64, stage: &Stage) -> Result<(), Error> {
        let fail = |error| Error::from_sqlite(self.path(), error);
        let mut connection = self.connection();
        let transaction = connection.transaction().map_err(fail)?;
        let row = transaction
            .query_row(&format!("{SELECT} WHERE id = ?1"), [self.integer(record, "record")?], read)
            .optional()
            .map_err(fail)?;
        let not_open = || Error::NotOpen { path: self.path().to_owned(), record };
        let (_, mut attempt) = self.decode(row.ok_or_else(not_open)?)?;
        if !may_follow(&attempt.stage, stage) {
            let (from, to) = (stage_name(&attempt.stage).to_owned(), stage_name(stage).to_owned());
            return Err(Error::OutOfOrder { record, from, to });
        }
        let mut columns = Columns::of(&attempt);
        attempt.stage = stage.clone();
        let after = Columns::of(&attempt);
        // A settlement does not carry the transaction: what was signed stays findable by account and nonce.
        if after.nonce.is_some() {
            (columns.account, columns.nonce, columns.tx_hash) = (after.account, after.nonce, after.tx_hash);
        }
        transaction
            .execute(
                "UPDATE attempts SET account = ?2, nonce = ?3, tx_hash = ?4, stage = ?5, settlement = ?6, body = ?7
                 WHERE id = ?1",
                params![
                    self.integer(record, "record")?,
                    columns.account,
                    columns.nonce.map(|nonce| self.integer(nonce, "nonce")).transpose()?,
                    columns.tx_hash,
                    after.stage,
                    after.settlement,
                    self.body(&attempt)?,
                ],
            )
            .map_err(fail)?;
        transaction.commit().map_err(fail)
    }

    /// Returns the newest attempts, newest first.
    ///
    /// # Errors
    /// When the file cannot be read, or a row contradicts itself.
    pub fn recent_attempts(&self, most: u32) -> Result<Vec<(u64, Attempt)>, Error> {
        self.query(&format!("{SELECT} ORDER BY id DESC LIMIT {most}"))
    }

    fn query(&self, sql: &str) -> Result<Vec<(u64, Attempt)>, Error> {
        let fail = |error| Error::from_sqlite(self.path(), error);
        let connection = self.connection();
        let mut statement = connection.prepare(sql).map_err(fail)?;
        let rows = statement.query_map([], read).map_err(fail)?;
        rows.map(|row| self.decode(row.map_err(fail)?)).collect()
    }

    fn decode(&self, row: StoredAttempt) -> Result<(u64, Attempt), Error> {
        let record = row.id.unsigned_abs();
        let damaged = |what: String| Error::damaged(self.path(), format!("record {record}: {what}"));
        let attempt: Attempt = serde_json::from_str(&row.body).map_err(|error| damaged(error.to_string()))?;
        let stage = stage_name(&attempt.stage);
        if stage != row.stage {
            return Err(damaged(format!("column says {}, body says {stage}", row.stage)));
        }
        Ok((record, attempt))
    }

    fn body(&self, attempt: &Attempt) -> Result<String, Error> {
        serde_json::to_string(attempt).map_err(|error| Error::damaged(self.path(), error))
    }

    pub(crate) fn integer(&self, value: u64, what: &str) -> Result<i64, Error> {
        i64::try_from(value).map_err(|_| Error::damaged(self.path(), format!("{what} {value} exceeds 63 bits")))
    }
}

impl Journal for Store {
    fn open(&self, attempt: &Attempt) -> Result<u64, Fault> {
        Ok(self.insert(attempt)?)
    }

    fn advance(&self, record: u64, stage: &Stage) -> Result<(), Fault> {
        Ok(self.replace(record, stage)?)
    }

    fn unsettled(&self) -> Result<Vec<(u64, Attempt)>, Fault> {
        Ok(self.query(&format!("{SELECT} WHERE stage <> 'settled' ORDER BY id"))?)
    }

    fn last_mined_nonce(&self, chain_id: u64, account: Address) -> Result<Option<u64>, Fault> {
        let connection = self.connection();
        let highest: Option<i64> = connection
            .query_row(
                "SELECT max(nonce) FROM attempts
                 WHERE chain_id = ?1 AND account = ?2 AND settlement IN ('done', 'reverted')",
                params![self.integer(chain_id, "chain id")?, account.to_string()],
                |row| row.get(0),
            )
            .map_err(|error| Error::from_sqlite(self.path(), error))?;
        Ok(highest.map(i64::unsigned_abs))
    }
}

const SELECT: &str = "SELECT id, stage, body FROM attempts";

struct StoredAttempt {
    id: i64,
    stage: String,
    body: String,
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredAttempt> {
    Ok(StoredAttempt { id: row.get(0)?, stage: row.get(1)?, body: row.get(2)? })
}

/// What a row shows beside its body.
struct Columns {
    account: Option<String>,
    nonce: Option<u64>,
    tx_hash: Option<String>,
    stage: &'static str,
    settlement: Option<&'static str>,
}

impl Columns {
    fn of(attempt: &Attempt) -> Self {
        let (account, nonce, tx_hash) = match &attempt.stage {
            Stage::Signed { transaction, signed, .. } | Stage::Sent { transaction, signed, .. } => {
                (Some(transaction.call.from.to_string()), Some(transaction.nonce), Some(signed.hash.to_string()))
            }
            Stage::Planned | Stage::Settled(_) => (None, None, None),
        };
        let settlement = match &attempt.stage {
            Stage::Settled(settlement) => Some(settlement_name(settlement)),
            _ => None,
        };
        Self { account, nonce, tx_hash, stage: stage_name(&attempt.stage), settlement }
    }
}

fn stage_name(stage: &Stage) -> &'static str {
    match stage {
        Stage::Planned => "planned",
        Stage::Signed { .. } => "signed",
        Stage::Sent { .. } => "sent",
        Stage::Settled(_) => "settled",
    }
}

fn settlement_name(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Done(_) => "done",
        Settlement::Reverted { .. } => "reverted",
        Settlement::Refused { .. } => "refused",
        Settlement::Rehearsed { .. } => "rehearsed",
        Settlement::Dropped { .. } => "dropped",
        Settlement::Replaced { .. } => "replaced",
        Settlement::Expired { .. } => "expired",
    }
}

/// Stages only go forward; signing again (at a new price) is the one step sideways.
fn may_follow(from: &Stage, to: &Stage) -> bool {
    !matches!((from, to), (Stage::Settled(_), _) | (_, Stage::Planned) | (Stage::Planned, Stage::Sent { .. }))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{B256, Bytes};
    use model::ports::{Call, Fees, Receipt, Signed, Transaction};
    use model::{Gas, Wei};

    use super::*;
    use crate::testing::{Scratch, attempt};

    fn signed(nonce: u64) -> (Transaction, Signed) {
        let account = Address::repeat_byte(1);
        let call = Call { from: account, to: Address::repeat_byte(2), data: Bytes::from_static(&[7]) };
        let fees = Fees { max_fee: Wei::from(9), max_priority_fee: Wei::ZERO };
        let transaction = Transaction { chain_id: 412_346, call, nonce, gas: Gas(5), fees };
        (transaction, Signed { hash: B256::repeat_byte(3), raw: Bytes::from_static(&[8]) })
    }

    fn stage_signed(nonce: u64) -> Stage {
        let (transaction, signed) = signed(nonce);
        Stage::Signed { transaction, signed, earlier: Vec::new() }
    }

    fn stage_sent(nonce: u64) -> Stage {
        let (transaction, signed) = signed(nonce);
        Stage::Sent { transaction, signed, earlier: vec![B256::repeat_byte(4)] }
    }

    fn done() -> Stage {
        Stage::Settled(Settlement::Done(Receipt {
            hash: B256::repeat_byte(3),
            block_number: 11,
            succeeded: true,
            gas_used: Gas(4),
            gas_price: Wei::from(1),
        }))
    }

    #[test]
    fn an_attempt_survives_the_process_at_every_stage() {
        let scratch = Scratch::new();
        let stages = [stage_signed(6), stage_sent(6)];
        let record = Store::open(&scratch.file()).expect("opens").open(&attempt()).expect("writes");

        for stage in stages {
            Store::open(&scratch.file()).expect("opens").advance(record, &stage).expect("writes");

            let unsettled = Store::open(&scratch.file()).expect("opens").unsettled().expect("reads");
            assert_eq!(unsettled, vec![(record, Attempt { stage, ..attempt() })]);
        }
    }

    #[test]
    fn a_settled_attempt_is_open_no_more_and_its_nonce_is_known() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");
        let record = store.open(&attempt()).expect("writes");
        let account = Address::repeat_byte(1);
        assert_eq!(store.last_mined_nonce(412_346, account), Ok(None));

        for stage in [stage_signed(6), stage_sent(6), done()] {
            store.advance(record, &stage).expect("writes");
        }

        assert_eq!(store.unsettled(), Ok(Vec::new()));
        assert_eq!(store.last_mined_nonce(412_346, account), Ok(Some(6)));
        assert_eq!(store.last_mined_nonce(1, account), Ok(None));
        assert_eq!(store.recent_attempts(5).expect("reads")[0].1.stage, done());
    }

    #[test]
    fn a_settlement_that_no_block_holds_uses_no_nonce() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");
        let record = store.open(&attempt()).expect("writes");

        store.advance(record, &stage_signed(6)).expect("writes");
        store.advance(record, &Stage::Settled(Settlement::Dropped { reason: "x".into() })).expect("writes");

        assert_eq!(store.last_mined_nonce(412_346, Address::repeat_byte(1)), Ok(None));
    }

    #[test]
    fn stages_do_not_go_back_or_jump() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");
        let record = store.open(&attempt()).expect("writes");

        let jump = store.advance(record, &stage_sent(6)).expect_err("nothing was signed");
        store.advance(record, &done()).expect("writes");
        let back = store.advance(record, &stage_signed(6)).expect_err("it is settled");

        assert_eq!(jump.detail, format!("record {record} cannot go from planned to sent"));
        assert_eq!(back.detail, format!("record {record} cannot go from settled to signed"));
    }

    #[test]
    fn a_record_that_is_not_there_cannot_be_advanced() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");

        let fault = store.advance(42, &done()).expect_err("no such record");

        assert!(fault.detail.contains("no open record 42"), "{fault}");
    }

    #[test]
    fn a_row_that_contradicts_itself_is_damage() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("opens");
        let record = store.open(&attempt()).expect("writes");
        store.connection().execute("UPDATE attempts SET stage = 'sent'", []).expect("writes");

        let fault = store.unsettled().expect_err("column and body differ");

        let words = format!("record {record}: column says sent, body says planned");
        assert!(fault.detail.ends_with(&words), "{fault}");
    }
}
