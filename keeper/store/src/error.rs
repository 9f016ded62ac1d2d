//! Why the journal cannot be used.

use std::path::{Path, PathBuf};

use model::ports::{Fault, FaultKind};

/// A journal that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file.
    #[error("journal {path} does not exist", path = path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds the writer's lock.
    #[error("journal {path} is in use by another keeper", path = path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a keeper's journal: application id {found:#x}, not {expected:#x}", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The id found.
        found: i64,
        /// Ours.
        expected: i64,
    },
    /// A later version wrote it.
    #[error("journal {path} has schema {found}; this keeper understands at most {known}", path = path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The newest that is understood.
        known: i64,
    },
    /// The file is damaged, or a row contradicts itself.
    #[error("journal {path} is damaged: {reason}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the row where there is one.
        reason: String,
    },
    /// A record that does not exist was to be advanced, or one that is settled.
    #[error("journal {path} has no open record {record}", path = path.display())]
    NotOpen {
        /// The file.
        path: PathBuf,
        /// The record's number.
        record: u64,
    },
    /// A stage that cannot follow the one before.
    #[error("record {record} cannot go from {from} to {to}")]
    OutOfOrder {
        /// The record's number.
        record: u64,
        /// Where it stands.
        from: String,
        /// Where it was to go.
        to: String,
    },
    /// The system or SQLite failed.
    #[error("journal {path}: {reason}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        reason: String,
    },
}

impl Error {
    pub(crate) fn from_sqlite(path: &Path, error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let (path, reason) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged { path, reason },
            _ => Self::Io { path, reason },
        }
    }

    pub(crate) fn from_io(path: &Path, error: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn damaged(path: &Path, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}

impl From<Error> for Fault {
    /// Without a journal nothing may be sent: every failure needs a person.
    fn from(error: Error) -> Self {
        Self { kind: FaultKind::Fatal, detail: error.to_string() }
    }
}
