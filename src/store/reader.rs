//! The connection for people's questions: it only reads, and disturbs no writer.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{StoreError, migrate};

/// A read-only connection for people's questions (lists, status page), beside a writer or without one.
pub struct Reader {
    pub(super) connection: Connection,
}

impl Reader {
    /// Copies the whole database to `to`, while another process may be writing it.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        migrate::backup(&self.connection, to)
    }

    /// Opens an existing database; `None` when there is none yet.
    pub fn open(path: &Path) -> Result<Option<Reader>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|e| StoreError::from(e).sort(path))?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        let found = migrate::version_of(&connection).map_err(|e| e.sort(path))?;
        let known = migrate::known_version();
        if found > known {
            return Err(StoreError::Newer { path: path.to_owned(), found, known });
        }
        if found < known {
            return Err(StoreError::Older { path: path.to_owned(), found, known });
        }
        Ok(Some(Reader { connection }))
    }
}
