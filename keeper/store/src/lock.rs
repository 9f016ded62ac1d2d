//! One writer at a time, by a lock that the system lets go when the process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Held as long as the journal is open for writing.
pub(crate) struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the lock beside the journal, or says who cannot.
    pub(crate) fn take(journal: &Path) -> Result<Self, Error> {
        let path = beside(journal);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| Error::from_io(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { path: journal.to_owned() }),
            Err(TryLockError::Error(error)) => Err(Error::from_io(&path, error)),
        }
    }
}

fn beside(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use crate::testing::Scratch;
    use crate::{Error, Store};

    #[test]
    fn a_second_writer_is_refused_and_readers_are_not() {
        let scratch = Scratch::new();
        let first = Store::open(&scratch.file()).expect("opens");

        assert!(matches!(Store::open(&scratch.file()), Err(Error::InUse { .. })));
        assert!(Store::open_read_only(&scratch.file()).is_ok());

        drop(first);
        assert!(Store::open(&scratch.file()).is_ok());
    }
}
