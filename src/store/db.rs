//! The store's handle: work goes to the one thread that writes, and answers come back.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::StoreError;
use super::queue::{self, JobSender};
use super::writer::{Answer, CommitHook, Durability, Job, Writer};

/// How a store is opened.
#[derive(Clone, Default)]
pub struct StoreOptions {
    /// The database file; `None` keeps everything in memory.
    pub path: Option<PathBuf>,
    /// For the crash test.
    pub commit_hook: Option<CommitHook>,
    /// While there is much to do, a commit waits up to 25 ms for more work to share it: for callers that work on many things at once.
    pub gathers: bool,
    /// For a replay, which begins anew when it is broken off: the callers' threads write, a commit takes in thousands of jobs, the first failure ends the store,
    /// and without a `path` the database is a temporary file that no name leads to.
    pub unguarded: bool,
}

/// The store: a handle to the one writer.
#[derive(Clone)]
pub struct Store {
    hand: Hand,
}

/// How work reaches the writer.
#[derive(Clone)]
enum Hand {
    /// It has a thread of its own.
    Thread { jobs: JobSender<Job>, thread: Arc<Mutex<Option<JoinHandle<()>>>> },
    /// Whoever has work does it.
    Here(Arc<Mutex<Writer>>),
}

impl Store {
    /// Opens (and makes, and migrates) the database and starts its thread.
    pub fn open(options: StoreOptions) -> Result<Store, StoreError> {
        if options.unguarded {
            return Ok(Store { hand: Hand::Here(Arc::new(Mutex::new(Writer::open(options)?))) });
        }
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
        Ok(Store { hand: Hand::Thread { jobs, thread: Arc::new(Mutex::new(Some(thread))) } })
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
        let jobs = match &self.hand {
            Hand::Thread { jobs, .. } => jobs,
            Hand::Here(writer) => {
                let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
                return writer.serve_at_once(durability.is_some(), work);
            }
        };
        let (answer, waiting) = oneshot::channel();
        let work = Box::new(move |writer: &mut Writer| -> Answer {
            let result = work(writer).map_err(|e| e.sort(&writer.path));
            Box::new(move |committed| {
                let _ = answer.send(committed.and(result));
            })
        });
        if !jobs.send(Job { durability, work }).await {
            return Err(StoreError::Closed);
        }
        waiting.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits until everything handed over is written and the file is closed. Other handles to the store must be gone.
    pub async fn close(self) {
        match self.hand {
            Hand::Thread { jobs, thread } => {
                drop(jobs);
                let handle = thread.lock().ok().and_then(|mut slot| slot.take());
                if let Some(handle) = handle {
                    let _ = tokio::task::spawn_blocking(move || handle.join()).await;
                }
            }
            Hand::Here(writer) => writer.lock().unwrap_or_else(PoisonError::into_inner).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::writer::{Fate, MAX_GROUP};
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

    #[tokio::test]
    async fn an_unguarded_store_keeps_what_came_before_its_close_and_ends_with_a_failure() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = StoreOptions { path: Some(folder.path().join("a.db")), unguarded: true, ..StoreOptions::default() };
        let store = Store::open(options.clone()).expect("a store");
        store.write(Durability::Normal, |c| Ok(c.execute_batch("CREATE TABLE probe (n INTEGER)")?)).await.expect("a table");
        assert!(write_all(&store, 3).await.iter().all(|ok| !ok), "the first of them fails");
        store.close().await;
        assert!(Store::open(options.clone()).is_ok(), "what it left is no damaged file");

        let store = Store::open(options.clone()).expect("a store");
        store.write(Durability::Full, |c| Ok(c.execute_batch("CREATE TABLE probe (n INTEGER)")?)).await.expect("a table");
        for n in 0..5 {
            let insert = move |c: &Connection| Ok(c.execute("INSERT INTO probe VALUES (?1)", [n])?);
            store.write(Durability::Normal, insert).await.expect("it is kept");
        }
        assert_eq!(kept(&store).await, 5);
        store.close().await;
        assert_eq!(kept(&Store::open(options).expect("a store")).await, 5);
    }
}
