//! The writing connection and the thread that owns it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

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

/// How a store is opened.
#[derive(Clone, Default)]
pub struct StoreOptions {
    /// The database file; `None` keeps everything in memory.
    pub path: Option<PathBuf>,
    /// For the crash test.
    pub commit_hook: Option<CommitHook>,
}

type Job = Box<dyn FnOnce(&mut Writer) + Send>;

/// Jobs that wait for the writer before a caller has to wait itself.
const QUEUE: usize = 256;

/// The store: a handle to the one thread that writes.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    thread: Arc<std::sync::Mutex<Option<JoinHandle<()>>>>,
}

/// The connection, on its thread.
pub(super) struct Writer {
    connection: Connection,
    path: PathBuf,
    durability: Option<Durability>,
    commits: u64,
    hook: Option<CommitHook>,
    dead: bool,
}

impl Store {
    /// Opens (and makes, and migrates) the database and starts its thread.
    pub fn open(options: StoreOptions) -> Result<Store, StoreError> {
        let mut writer = Writer::open(options)?;
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                while let Some(job) = queue.blocking_recv() {
                    job(&mut writer);
                }
                writer.finish();
            })
            .map_err(|e| StoreError::Open { path: PathBuf::from("store thread"), reason: e.to_string() })?;
        Ok(Store { jobs, thread: Arc::new(std::sync::Mutex::new(Some(thread))) })
    }

    /// Runs `work` in one transaction and commits it.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        durability: Durability,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.job(move |writer| writer.transaction(durability, work)).await
    }

    /// Runs `work` on the connection without a transaction: for reading what this store has just written.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.job(move |writer| if writer.dead { Err(StoreError::Closed) } else { work(&writer.connection) }).await
    }

    /// Whether a query with one instant finds a row: a claim that would find none is not worth a transaction.
    pub(super) async fn any_due(&self, sql: &'static str, now: jiff::Timestamp) -> Result<bool, StoreError> {
        self.read(move |connection| Ok(connection.prepare_cached(sql)?.exists([super::columns::micros(now)])?)).await
    }

    async fn job<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, waiting) = oneshot::channel();
        let job: Job = Box::new(move |writer| {
            let result = work(writer).map_err(|e| e.sort(&writer.path));
            let _ = answer.send(result);
        });
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        waiting.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits until everything handed over is written and the file is closed. Other handles to the store must be gone.
    pub async fn close(self) {
        let Store { jobs, thread } = self;
        drop(jobs);
        let handle = thread.lock().ok().and_then(|mut slot| slot.take());
        if let Some(handle) = handle {
            let _ = tokio::task::spawn_blocking(move || handle.join()).await;
        }
    }
}

impl Writer {
    fn open(options: StoreOptions) -> Result<Writer, StoreError> {
        let StoreOptions { path, commit_hook } = options;
        let shown = path.clone().unwrap_or_else(|| PathBuf::from(":memory:"));
        let mut connection = open_connection(path.as_deref()).map_err(|e| e.sort(&shown))?;
        migrate::migrate(&mut connection, path.as_deref())?;
        Ok(Writer { connection, path: shown, durability: None, commits: 0, hook: commit_hook, dead: false })
    }

    fn transaction<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.dead {
            return Err(StoreError::Closed);
        }
        if self.durability != Some(durability) {
            let mode = match durability {
                Durability::Normal => "NORMAL",
                Durability::Full => "FULL",
            };
            self.connection.pragma_update(None, "synchronous", mode)?;
            self.durability = Some(durability);
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        self.commits += 1;
        match self.hook.as_ref().map_or(Fate::Proceed, |hook| hook(self.commits)) {
            Fate::Proceed => transaction.commit()?,
            Fate::DieBefore => {
                drop(transaction);
                self.dead = true;
                return Err(StoreError::Closed);
            }
            Fate::DieAfter => {
                transaction.commit()?;
                self.dead = true;
                return Err(StoreError::Closed);
            }
        }
        Ok(result)
    }

    fn finish(&mut self) {
        // Leaves one file behind instead of three; what fails here is done at the next start.
        let _ = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    }
}

fn open_connection(path: Option<&Path>) -> Result<Connection, StoreError> {
    let connection = match path {
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
    if path.is_some() {
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
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
        Ok(Some(Reader { connection }))
    }
}
