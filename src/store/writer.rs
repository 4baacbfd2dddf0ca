//! The writing connection: opened with its settings, its work done in groups that share a transaction.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::db::StoreOptions;
use super::{StoreError, lock, migrate};

/// What must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What is lost is polled or read again (`synchronous=NORMAL`).
    Normal,
    /// What touches the outbox: on the disk before the call returns (`synchronous=FULL`).
    Full,
}

/// What happens at a commit: production always proceeds; the crash test does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The commit is made.
    Proceed,
    /// The process "dies" before it: nothing of the transaction is kept.
    DieBefore,
    /// The process "dies" after it: the transaction is kept, and nobody is told.
    DieAfter,
}

/// Asked at every commit with its number, from 1.
pub type CommitHook = Arc<dyn Fn(u64) -> Fate + Send + Sync>;

/// Work for the writer.
pub(super) struct Job {
    /// What its transaction must survive; `None` when it only reads.
    pub(super) durability: Option<Durability>,
    pub(super) work: Box<dyn FnOnce(&mut Writer) -> Answer + Send>,
}

/// Tells the caller what came of its work, once it is known whether the transaction was committed.
pub(super) type Answer = Box<dyn FnOnce(Result<(), StoreError>)>;

/// Jobs that share one transaction and one commit, when so many wait; more would make the first of them wait long.
pub(super) const MAX_GROUP: usize = 256;

/// What the writing connection keeps of the file in memory, KiB.
const CACHE_KIB: i64 = 8192;

/// Jobs between two commits of an unguarded store.
const UNGUARDED_JOBS: u32 = 10_000;
/// Bytes of a page of a temporary database: its texts fill fewer pages than those of a file, which others read piece by piece.
const TEMPORARY_PAGE: i64 = 16_384;

/// The jobs of one transaction.
#[derive(Default)]
struct Group {
    /// `None` while nothing was to be written.
    durability: Option<Durability>,
    answers: Vec<Answer>,
    /// Why no transaction could be opened.
    failed: Option<StoreError>,
}

/// The connection.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    durability: Option<Durability>,
    commits: u64,
    /// Whether any work of the open transaction succeeded.
    has_written: bool,
    hook: Option<CommitHook>,
    pub(super) dead: bool,
    unguarded: bool,
    /// Of an unguarded store: jobs since the last commit.
    uncommitted: u32,
}

impl Writer {
    pub(super) fn open(options: StoreOptions) -> Result<Writer, StoreError> {
        let StoreOptions { path, commit_hook, unguarded, .. } = options;
        let shown = path.clone().unwrap_or_else(|| PathBuf::from(if unguarded { "temporary file" } else { ":memory:" }));
        let mut connection = open_connection(path.as_deref(), unguarded).map_err(|e| e.sort(&shown))?;
        migrate::migrate(&mut connection, path.as_deref())?;
        if unguarded && path.is_none() {
            leave_index_unmerged(&connection).map_err(|e| e.sort(&shown))?;
        }
        Ok(Writer {
            connection,
            path: shown,
            durability: None,
            commits: 0,
            has_written: false,
            hook: commit_hook,
            dead: false,
            unguarded,
            uncommitted: 0,
        })
    }

    /// Does a job and those that wait behind it in one transaction, commits, and answers them all.
    pub(super) fn serve(&mut self, first: Job, mut next: impl FnMut(bool) -> Option<Job>) {
        let mut job = Some(first);
        while let Some(first) = job.take() {
            let mut group = Group::default();
            let mut waiting = Some(first);
            while let Some(one) = waiting.take() {
                if let Err(error) = self.begin(&mut group, one.durability) {
                    group.failed = Some(error.sort(&self.path));
                }
                let answer = (one.work)(self);
                group.answers.push(answer);
                if group.failed.is_some() || group.answers.len() >= MAX_GROUP {
                    break;
                }
                match next(group.durability == Some(Durability::Normal)) {
                    // A transaction keeps the durability it began with.
                    Some(one) if group.durability == Some(Durability::Normal) && one.durability == Some(Durability::Full) => {
                        job = Some(one);
                    }
                    other => waiting = other,
                }
            }
            let ended = self.end(&group).map_err(|e| e.sort(&self.path));
            for answer in group.answers {
                answer(ended.clone());
            }
        }
    }

    /// Does a job of an unguarded store. Its transaction stays open for those that follow, so a job that fails cannot be undone, and is the last.
    pub(super) fn serve_at_once<T>(
        &mut self,
        writes: bool,
        work: impl FnOnce(&mut Writer) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.dead {
            return Err(StoreError::Closed);
        }
        let result = self.join_transaction(writes).and_then(|()| work(self));
        self.dead = writes && result.is_err();
        result.map_err(|e| e.sort(&self.path))
    }

    /// Opens a transaction when none is open; a long one is committed first.
    fn join_transaction(&mut self, writes: bool) -> Result<(), StoreError> {
        if !writes {
            return Ok(());
        }
        if self.uncommitted >= UNGUARDED_JOBS {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        if self.connection.is_autocommit() {
            self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            self.uncommitted = 0;
        }
        self.uncommitted += 1;
        Ok(())
    }

    /// Opens the group's transaction when the job writes and none is open.
    fn begin(&mut self, group: &mut Group, durability: Option<Durability>) -> Result<(), StoreError> {
        let Some(durability) = durability.filter(|_| group.durability.is_none() && !self.dead) else { return Ok(()) };
        if self.durability != Some(durability) {
            let mode = match durability {
                Durability::Normal => "NORMAL",
                Durability::Full => "FULL",
            };
            self.connection.pragma_update(None, "synchronous", mode)?;
            self.durability = Some(durability);
        }
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        group.durability = Some(durability);
        self.has_written = false;
        Ok(())
    }

    /// Runs one job's work; what it wrote is undone when it fails.
    pub(super) fn savepoint<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.dead || self.connection.is_autocommit() {
            // No transaction could be opened; the group's error is the answer.
            return Err(StoreError::Closed);
        }
        if self.unguarded {
            return work(&self.connection);
        }
        self.connection.prepare_cached("SAVEPOINT job")?.execute([])?;
        let result = work(&self.connection);
        if result.is_err() && !self.connection.is_autocommit() {
            self.connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
        }
        if !self.connection.is_autocommit() {
            self.connection.prepare_cached("RELEASE job")?.execute([])?;
        }
        self.has_written |= result.is_ok();
        result
    }

    /// Commits the group's transaction, when there is one and anything in it succeeded.
    fn end(&mut self, group: &Group) -> Result<(), StoreError> {
        if let Some(error) = &group.failed {
            return Err(error.clone());
        }
        if self.dead {
            return Err(StoreError::Closed);
        }
        // SQLite itself rolls back when the disk is full; then every job of the group has to be done again.
        if group.durability.is_none() {
            return Ok(());
        }
        if self.connection.is_autocommit() {
            return Err(StoreError::Unwritable { path: self.path.clone(), reason: "the transaction was rolled back".to_owned() });
        }
        if !self.has_written {
            self.connection.prepare_cached("ROLLBACK")?.execute([])?;
            return Ok(());
        }
        self.commits += 1;
        let fate = self.hook.as_ref().map_or(Fate::Proceed, |hook| hook(self.commits));
        let statement = if fate == Fate::DieBefore { "ROLLBACK" } else { "COMMIT" };
        if let Err(error) = self.connection.prepare_cached(statement).and_then(|mut s| s.execute([])) {
            if !self.connection.is_autocommit() {
                let _ = self.connection.execute_batch("ROLLBACK");
            }
            return Err(error.into());
        }
        if fate == Fate::Proceed {
            return Ok(());
        }
        self.dead = true;
        Err(StoreError::Closed)
    }

    pub(super) fn finish(&mut self) {
        if self.unguarded && !self.dead && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("COMMIT");
        }
        // Leaves one file behind instead of three; what fails here is done at the next start.
        let _ = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    }
}

fn open_connection(path: Option<&Path>, unguarded: bool) -> Result<Connection, StoreError> {
    let connection = match path {
        None if unguarded => Connection::open("")?,
        None => Connection::open_in_memory()?,
        Some(path) => {
            if let Some(folder) = path.parent() {
                lock::make_private_folder(folder)?;
            }
            make_private_file(path)?;
            Connection::open(path)?
        }
    };
    const BUSY_MS: u32 = 10_000;
    connection.busy_timeout(std::time::Duration::from_millis(u64::from(BUSY_MS)))?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    if unguarded {
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    if unguarded && path.is_none() {
        connection.pragma_update(None, "page_size", TEMPORARY_PAGE)?;
        connection.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
    }
    if path.is_some() {
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    }
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // What a savepoint may have to undo would otherwise go through a temporary file, page by page.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Plans do not follow the values that are bound, else a statement is prepared anew for each.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Nobody searches a temporary database: the segments of its full-text index are left as they are written.
fn leave_index_unmerged(connection: &Connection) -> Result<(), StoreError> {
    /// Segments of one level from which merging is forced; the format allows for 2,000.
    const MOST_SEGMENTS: i64 = 1500;
    let mut set = connection.prepare("INSERT INTO articles_text (articles_text, rank) VALUES (?1, ?2)")?;
    set.execute(("automerge", 0))?;
    set.execute(("crisismerge", MOST_SEGMENTS))?;
    Ok(())
}

/// Makes the database file with mode 0600; SQLite gives its `-wal` and `-shm` the same mode.
fn make_private_file(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt;
    let made = std::fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
    match made {
        Ok(_) => Ok(()),
        Err(e) if matches!(e.kind(), std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::StorageFull) => {
            Err(StoreError::Unwritable { path: path.to_owned(), reason: e.to_string() })
        }
        Err(e) => Err(StoreError::Open { path: path.to_owned(), reason: e.to_string() }),
    }
}
