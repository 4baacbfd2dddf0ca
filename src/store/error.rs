//! What can go wrong with the store, by what the caller does about it.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

/// Why the store did not do it. Nothing of the transaction was kept.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The disk is full or the file system refuses to write: try again later, send nothing meanwhile.
    #[error(
        "{path}: cannot be written: {reason}; free some space or make the state folder writable (nothing is lost, the work is tried again)"
    )]
    Unwritable {
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        reason: String,
    },
    /// Another process holds the state folder.
    #[error(
        "{path}: another vigie (process {pid}) uses this state folder; stop it first, or give this one a state_dir of its own"
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The owner, as it wrote itself into the file.
        pid: String,
    },
    /// The file was written by a newer program.
    #[error(
        "{path}: the database has schema version {found}, this program knows {known}: install the newer vigie again, or restore the backup made before the upgrade"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The file's schema version.
        found: i64,
        /// The last version this program knows.
        known: i64,
    },
    /// The file waits for a migration, which only a program that writes it makes.
    #[error(
        "{path}: the database has schema version {found}, this program needs {known}: restart vigie (or run `vigie once`), which copies the file and brings it up to date"
    )]
    Older {
        /// The database.
        path: PathBuf,
        /// The file's schema version.
        found: i64,
        /// The version that this program reads.
        known: i64,
    },
    /// The folder or file cannot be opened.
    #[error("{path}: cannot be opened: {reason}")]
    Open {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A migration failed.
    #[error("{path}: the migration failed, the copy beside it holds the former state: {reason}")]
    Migration {
        /// The database.
        path: PathBuf,
        /// What failed.
        reason: String,
    },
    /// The file is damaged.
    #[error("{path}: the database is damaged ({reason}): restore a backup, or move the file away to start anew")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        reason: String,
    },
    /// Anything else that SQLite refused.
    #[error("store: {0}")]
    Sql(Arc<rusqlite::Error>),
    /// The writer thread has ended.
    #[error("the store is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::Sql(Arc::new(error))
    }
}

impl StoreError {
    /// Sorts SQLite's error by what has to be done about it.
    pub(super) fn sort(self, path: &std::path::Path) -> StoreError {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly, SystemIoFailure};
        let StoreError::Sql(error) = &self else { return self };
        let rusqlite::Error::SqliteFailure(failure, _) = &**error else { return self };
        let path = path.to_owned();
        match failure.code {
            DiskFull | ReadOnly | SystemIoFailure => StoreError::Unwritable { path, reason: self.to_string() },
            DatabaseCorrupt | NotADatabase => StoreError::Damaged { path, reason: self.to_string() },
            CannotOpen => StoreError::Open { path, reason: self.to_string() },
            _ => self,
        }
    }
}
