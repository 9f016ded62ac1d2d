//! The tables, their version, and the checks before anything in a file is believed.

use std::path::Path;

use rusqlite::Connection;

use crate::error::Error;

/// Marks the file as ours: "TENR".
const APPLICATION_ID: i64 = 0x5445_4e52;
/// The newest layout that this version reads and writes.
const VERSION: i64 = 1;

/// `body` is the record itself as JSON; the columns beside it are for queries, and must agree with it.
const TABLES: &str = "
CREATE TABLE attempts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    chain_id    INTEGER NOT NULL,
    vault       TEXT    NOT NULL,
    account     TEXT,
    nonce       INTEGER,
    tx_hash     TEXT,
    stage       TEXT    NOT NULL CHECK (stage IN ('planned', 'signed', 'sent', 'settled')),
    settlement  TEXT,
    body        TEXT    NOT NULL,
    begun_at    INTEGER NOT NULL DEFAULT (unixepoch()),
    CHECK ((stage = 'settled') = (settlement IS NOT NULL))
) STRICT;
CREATE INDEX unsettled ON attempts (id) WHERE stage <> 'settled';
CREATE TABLE decisions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    chain_id     INTEGER NOT NULL,
    vault        TEXT    NOT NULL,
    block_number INTEGER NOT NULL,
    summary      TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    decided_at   INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;
";

/// Readies a file for writing: settings, tables where it is new, checks where it is not.
pub(crate) fn prepare(path: &Path, connection: &Connection) -> Result<(), Error> {
    let fail = |error| Error::from_sqlite(path, error);
    connection.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(fail)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(fail)?;
    if tables == 0 && pragma(path, connection, "user_version")? == 0 {
        connection
            .execute_batch(&format!(
                "BEGIN; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
            ))
            .map_err(fail)?;
    }
    check(path, connection)
}

/// Refuses a file that is foreign, newer or damaged.
pub(crate) fn check(path: &Path, connection: &Connection) -> Result<(), Error> {
    let found = pragma(path, connection, "application_id")?;
    if found != APPLICATION_ID {
        return Err(Error::Foreign { path: path.to_owned(), found, expected: APPLICATION_ID });
    }
    let found = pragma(path, connection, "user_version")?;
    if found > VERSION {
        return Err(Error::Newer { path: path.to_owned(), found, known: VERSION });
    }
    if found < 1 {
        return Err(Error::damaged(path, format!("schema version {found}")));
    }
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| Error::from_sqlite(path, error))?;
    if verdict != "ok" {
        return Err(Error::damaged(path, verdict));
    }
    Ok(())
}

fn pragma(path: &Path, connection: &Connection, name: &str) -> Result<i64, Error> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| Error::from_sqlite(path, error))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::testing::Scratch;
    use crate::{Error, Store};

    fn refusal(scratch: &Scratch) -> Error {
        Store::open(&scratch.file()).err().expect("the file is refused")
    }

    #[test]
    fn a_new_file_is_created_and_opens_again() {
        let scratch = Scratch::new();

        drop(Store::open(&scratch.file()).expect("creates"));

        assert!(Store::open(&scratch.file()).is_ok());
    }

    #[test]
    fn writes_wait_for_the_disk() {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.file()).expect("creates");

        let connection = store.connection();
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("a mode");
        let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).expect("a level");

        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
    }

    #[test]
    fn a_newer_file_is_refused_with_both_versions() {
        let scratch = Scratch::new();
        drop(Store::open(&scratch.file()).expect("creates"));
        let connection = Connection::open(scratch.file()).expect("opens");
        connection.pragma_update(None, "user_version", 7).expect("writes");
        drop(connection);

        assert!(matches!(refusal(&scratch), Error::Newer { found: 7, known: 1, .. }));
        assert!(matches!(Store::open_read_only(&scratch.file()), Err(Error::Newer { .. })));
    }

    #[test]
    fn another_programs_database_is_refused_and_left_alone() {
        let scratch = Scratch::new();
        let connection = Connection::open(scratch.file()).expect("opens");
        connection.execute_batch("CREATE TABLE theirs (x)").expect("writes");
        drop(connection);

        assert!(matches!(refusal(&scratch), Error::Foreign { found: 0, .. }));
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let scratch = Scratch::new();
        std::fs::write(
            scratch.file(),
            "not a database, but long enough to have a header of a hundred bytes ".repeat(9),
        )
        .expect("writes");

        assert!(matches!(refusal(&scratch), Error::Damaged { .. }));
    }

    #[test]
    fn a_damaged_page_is_refused() {
        let scratch = Scratch::new();
        drop(Store::open(&scratch.file()).expect("creates"));
        let mut bytes = std::fs::read(scratch.file()).expect("reads");
        let page = 4096;
        for byte in &mut bytes[page..page + 64] {
            *byte = 0xff;
        }
        std::fs::write(scratch.file(), bytes).expect("writes");

        assert!(matches!(refusal(&scratch), Error::Damaged { .. }));
    }

    #[test]
    fn a_missing_file_is_not_created_for_a_reader() {
        let scratch = Scratch::new();

        assert!(matches!(Store::open_read_only(&scratch.file()), Err(Error::Missing { .. })));
        assert!(!scratch.file().exists());
    }
}
