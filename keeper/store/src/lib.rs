//! The durable journal: what was begun, what was signed, what became of it, and every decision with its reason.
//!
//! One SQLite file in WAL mode with `synchronous = FULL`: a method returns when the bytes are on disk. One writer
//! at a time, held by a lock that the system lets go when the process dies. A file that is newer, foreign or
//! damaged is refused, never repaired on a guess.

mod attempts;
mod decisions;
mod error;
mod lock;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

pub use decisions::Recorded;
pub use error::Error;
use lock::WriterLock;

/// An open journal.
pub struct Store {
    connection: Mutex<Connection>,
    path: PathBuf,
    _lock: Option<WriterLock>,
}

impl Store {
    /// Opens the journal for writing, and creates it where there is none.
    ///
    /// # Errors
    /// When another process writes to it, or the file is not a journal that this version understands.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let lock = WriterLock::take(path)?;
        let connection = Connection::open(path).map_err(|error| Error::from_sqlite(path, error))?;
        schema::prepare(path, &connection)?;
        Ok(Self { connection: Mutex::new(connection), path: path.to_owned(), _lock: Some(lock) })
    }

    /// Opens an existing journal for reading, beside a writer.
    ///
    /// # Errors
    /// When there is no file, or it is not a journal that this version understands.
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Missing { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| Error::from_sqlite(path, error))?;
        schema::check(path, &connection)?;
        Ok(Self { connection: Mutex::new(connection), path: path.to_owned(), _lock: None })
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A panic elsewhere leaves no half-written state behind: every write is one transaction.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod testing;
