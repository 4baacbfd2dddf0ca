//! The writing connection and the thread that owns it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::oneshot;

use super::queue::{self, JobSender};
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
    /// While there is much to do, a commit waits up to 25 ms for more work to share it: for callers that work on many things at once.
    pub gathers: bool,
}

/// Work for the writer.
struct Job {
    /// What its transaction must survive; `None` when it only reads.
    durability: Option<Durability>,
    work: Box<dyn FnOnce(&mut Writer) -> Answer + Send>,
}

/// Tells the caller what came of its work, once it is known whether the transaction was committed.
type Answer = Box<dyn FnOnce(Result<(), StoreError>)>;

/// Jobs that share one transaction and one commit, when so many wait; more would make the first of them wait long.
const MAX_GROUP: usize = 256;

/// What the writing connection keeps of the file in memory, KiB.
const CACHE_KIB: i64 = 8192;

/// The store: a handle to the one thread that writes.
#[derive(Clone)]
pub struct Store {
    jobs: JobSender<Job>,
    thread: Arc<std::sync::Mutex<Option<JoinHandle<()>>>>,
}

/// The jobs of one transaction.
#[derive(Default)]
struct Group {
    /// `None` while nothing was to be written.
    durability: Option<Durability>,
    answers: Vec<Answer>,
    /// Why no transaction could be opened.
    failed: Option<StoreError>,
}

/// The connection, on its thread.
pub(super) struct Writer {
    connection: Connection,
    path: PathBuf,
    durability: Option<Durability>,
    commits: u64,
    /// Whether any work of the open transaction succeeded.
    has_written: bool,
    hook: Option<CommitHook>,
    dead: bool,
}

impl Store {
    /// Opens (and makes, and migrates) the database and starts its thread.
    pub fn open(options: StoreOptions) -> Result<Store, StoreError> {
        let (jobs, mut queue) = queue::queue::<Job>(options.gathers);
        let mut writer = Writer::open(options)?;
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                while let Some(job) = queue.next() {
                    writer.serve(job, |may_wait| queue.more(may_wait));
                }
                writer.finish();
            })
            .map_err(|e| StoreError::Open { path: PathBuf::from("store thread"), reason: e.to_string() })?;
        Ok(Store { jobs, thread: Arc::new(std::sync::Mutex::new(Some(thread))) })
    }

    /// Runs `work` in one transaction and commits it, together with what else is waiting; returns after the commit.
    ///
    /// Work that fails leaves nothing behind and does not touch what shares its commit.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        durability: Durability,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.job(Some(durability), move |writer| writer.savepoint(work)).await
    }

    /// Runs `work` on the connection without a transaction: for reading what this store has just written.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.job(None, move |writer| if writer.dead { Err(StoreError::Closed) } else { work(&writer.connection) }).await
    }

    /// Whether a query with one instant finds a row: a claim that would find none is not worth a transaction.
    pub(super) async fn any_due(&self, sql: &'static str, now: jiff::Timestamp) -> Result<bool, StoreError> {
        self.read(move |connection| Ok(connection.prepare_cached(sql)?.exists([super::columns::micros(now)])?)).await
    }

    async fn job<T: Send + 'static>(
        &self,
        durability: Option<Durability>,
        work: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, waiting) = oneshot::channel();
        let work = Box::new(move |writer: &mut Writer| -> Answer {
            let result = work(writer).map_err(|e| e.sort(&writer.path));
            Box::new(move |committed| {
                let _ = answer.send(committed.and(result));
            })
        });
        if !self.jobs.send(Job { durability, work }).await {
            return Err(StoreError::Closed);
        }
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
        let StoreOptions { path, commit_hook, .. } = options;
        let shown = path.clone().unwrap_or_else(|| PathBuf::from(":memory:"));
        let mut connection = open_connection(path.as_deref()).map_err(|e| e.sort(&shown))?;
        migrate::migrate(&mut connection, path.as_deref())?;
        Ok(Writer { connection, path: shown, durability: None, commits: 0, has_written: false, hook: commit_hook, dead: false })
    }

    /// Does a job and those that wait behind it in one transaction, commits, and answers them all.
    fn serve(&mut self, first: Job, mut next: impl FnMut(bool) -> Option<Job>) {
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
    fn savepoint<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.dead || self.connection.is_autocommit() {
            // No transaction could be opened; the group's error is the answer.
            return Err(StoreError::Closed);
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
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // What a savepoint may have to undo would otherwise go through a temporary file, page by page.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Plans do not follow the values that are bound, else a statement is prepared anew for each.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands over `count` jobs at once, every third of which fails after it has written; how each of them ended.
    async fn write_all(store: &Store, count: i64) -> Vec<bool> {
        let jobs: Vec<_> = (0..count)
            .map(|n| {
                let store = store.clone();
                let durability = if n % 5 == 0 { Durability::Full } else { Durability::Normal };
                tokio::spawn(async move {
                    let work = move |connection: &Connection| {
                        connection.execute("INSERT INTO probe VALUES (?1)", [n])?;
                        if n % 3 == 0 { Err(StoreError::Closed) } else { Ok(()) }
                    };
                    store.write(durability, work).await.is_ok()
                })
            })
            .collect();
        let mut out = Vec::new();
        for job in jobs {
            out.push(job.await.expect("no panic"));
        }
        out
    }

    async fn store(hook: Option<CommitHook>) -> Store {
        let store = Store::open(StoreOptions { commit_hook: hook, ..StoreOptions::default() }).expect("a store in memory");
        store.write(Durability::Normal, |c| Ok(c.execute_batch("CREATE TABLE probe (n INTEGER)")?)).await.expect("a table");
        store
    }

    async fn kept(store: &Store) -> i64 {
        store.read(|c| Ok(c.query_row("SELECT count(*) FROM probe", [], |row| row.get(0))?)).await.expect("a count")
    }

    #[tokio::test]
    async fn work_that_shares_a_commit_fails_alone() {
        let store = store(None).await;
        let ended = write_all(&store, 300).await;
        assert!(ended.iter().enumerate().all(|(n, ok)| *ok == (n % 3 != 0)));
        assert_eq!(kept(&store).await, 200);
    }

    #[tokio::test]
    async fn nobody_hears_of_success_before_the_commit() {
        let commits = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let seen = Arc::clone(&commits);
        let hook: CommitHook = Arc::new(move |n| {
            seen.store(n, std::sync::atomic::Ordering::SeqCst);
            if n < 3 { Fate::Proceed } else { Fate::DieBefore }
        });
        let store = store(Some(hook)).await;
        let ended = write_all(&store, 300).await;
        // All that was told to be kept lies in the one commit that was made.
        let told = ended.iter().filter(|ok| **ok).count();
        assert!((1..=MAX_GROUP).contains(&told), "{told} of 300");
        assert_eq!(commits.load(std::sync::atomic::Ordering::SeqCst), 3);
        assert!(!ended[299]);
    }
}
