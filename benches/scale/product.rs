//! The program under measure: its configuration, tables as they are after a first round, the process, and what the kernel says of it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use vigie::feed::FeedEntry;
use vigie::fetch::Validators;
use vigie::schedule::FeedState;
use vigie::store::{FeedSeed, PollRecord, Store, StoreOptions};
use vigie::types::FeedId;

use super::world::World;

/// Time for the program to start before the first feed is due, and more of it for each feed.
const LEAD: Duration = Duration::from_secs(3);
const LEAD_PER_FEED: Duration = Duration::from_micros(60);
/// Clock ticks a second in /proc (`getconf CLK_TCK`), the same on every Linux of today.
const TICKS: f64 = 100.0;
/// Spreads feeds over the interval in another order than that of their rows.
const STRIDE: usize = 7919;
/// How long the start may take.
const START: Duration = Duration::from_secs(60);

/// A database in which every feed was polled once.
pub(crate) struct Table {
    path: PathBuf,
    feeds: usize,
}

fn id(feed: usize) -> FeedId {
    FeedId(format!("commune-{feed}"))
}

impl Table {
    /// Polls every feed of the world once, without the program.
    pub(crate) fn fill(folder: &Path, world: &World, feeds: usize) -> Table {
        let path = folder.join("var/vigie.db");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let store = Store::open(StoreOptions { path: Some(path.clone()), ..StoreOptions::default() }).expect("a store");
            let now = Timestamp::now();
            let interval = Duration::from_secs(3600);
            let seed = |feed| FeedSeed { id: id(feed), name: None, url: world.address(feed), interval, first_poll_at: now };
            store.sync_feeds((0..feeds).map(seed).collect(), now).await.expect("feeds");
            let mut tasks = tokio::task::JoinSet::new();
            for feed in 0..feeds {
                let record = record(world, feed, now);
                let state =
                    FeedState { last_polled_at: Some(now), last_new_at: Some(now), ..FeedState::new(id(feed), interval, now) };
                let store = store.clone();
                tasks.spawn(async move { store.record_poll(record, |_| state).await.map(|_| ()) });
                if tasks.len() >= 512 {
                    tasks.join_next().await.expect("a task").expect("no panic").expect("kept");
                }
            }
            while let Some(ended) = tasks.join_next().await {
                ended.expect("no panic").expect("kept");
            }
            store.close().await;
        });
        let table = Table { path, feeds };
        // What the first round brought was read long ago.
        table.connection().execute("DELETE FROM read_queue", []).expect("an empty queue");
        table
    }

    /// Makes the first `due` feeds due over `span`, soon, and the others an hour later; returns when the first is due.
    pub(crate) fn due_over(&self, span: Duration, due: usize) -> Instant {
        let lead = LEAD + LEAD_PER_FEED * u32::try_from(self.feeds).expect("few feeds");
        let begun = Instant::now();
        let first = Timestamp::now() + SignedDuration::try_from(lead).expect("a short time");
        let mut connection = self.connection();
        let change = connection.transaction().expect("a transaction");
        for feed in 0..self.feeds {
            let place = (feed * STRIDE) % self.feeds;
            let wait = if place < due { span.mul_f64(place as f64 / self.feeds as f64) } else { Duration::from_secs(3600) };
            let at = first + SignedDuration::try_from(wait).expect("a short time");
            change
                .prepare_cached("UPDATE feeds SET next_poll_at = ?2 WHERE id = ?1")
                .and_then(|mut update| update.execute((id(feed).as_str(), at.as_microsecond())))
                .expect("a date");
        }
        change.commit().expect("a commit");
        begun + lead
    }

    fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.path).expect("the database")
    }
}

fn record(world: &World, feed: usize, at: Timestamp) -> PollRecord {
    let entry = |entry: super::world::Entry| FeedEntry {
        guid: entry.guid,
        link: entry.link.parse().ok(),
        title: entry.title,
        summary: "Read long ago.".to_owned(),
        content: None,
        authors: Vec::new(),
        published: None,
        language: None,
    };
    let url = world.address(feed);
    PollRecord {
        feed: id(feed),
        at,
        validators: Some(Validators { etag: Some(world.etag(feed).into_bytes()), last_modified: None, issued_by: Some(url) }),
        moved_to: None,
        title: Some(format!("Commune {feed}")),
        language: None,
        entries: world.entries(feed).into_iter().map(entry).collect(),
    }
}

/// `vigie run`.
pub(crate) struct Product {
    child: Child,
}

impl Product {
    /// Starts the program on `feeds` feeds of the world, and waits until it is ready.
    pub(crate) fn start(folder: &Path, world: &World, feeds: usize, interval: Duration) -> Product {
        use std::fmt::Write as _;
        let topic = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics/russia-dprk.toml");
        let interval = format!("\"{}ms\"", interval.as_millis());
        let mut text = format!(
            "topics = [{topic:?}]\n[poll]\ninterval = {interval}\nmin_interval = {interval}\nmax_interval = {interval}\n\
             [network]\nallow_private = [\"127.0.0.0/8\"]\n[read]\npages = false\n[mail]\ntransport = \"folder\"\nfrom = \"vigie@example.org\"\n"
        );
        for feed in 0..feeds {
            let _ = write!(text, "[[feed]]\nid = \"{}\"\nurl = \"{}\"\n", id(feed), world.address(feed));
        }
        let (config, log) = (folder.join("vigie.toml"), folder.join("log"));
        std::fs::write(&config, text).expect("a configuration");
        let file = std::fs::File::create(&log).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
        command.arg("run").arg("--config").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        for name in ["VIGIE_LOG", "STATE_DIRECTORY", "NOTIFY_SOCKET", "JOURNAL_STREAM"] {
            command.env_remove(name);
        }
        let product = Product { child: command.spawn().expect("the program starts") };
        let begun = Instant::now();
        while !std::fs::read_to_string(&log).expect("a log").contains("ready") {
            assert!(begun.elapsed() < START, "it does not start: see {}", log.display());
            std::thread::sleep(Duration::from_millis(20));
        }
        product
    }

    /// Ends the program as systemd does.
    pub(crate) fn stop(mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }

    /// Processor time of all its threads, user and system.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = self.proc("stat");
        // The name in brackets may hold blanks; user and system time are the 12th and 13th field behind it.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
    }

    /// Resident memory.
    pub(crate) fn memory_mb(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most resident memory so far.
    pub(crate) fn peak_memory_mb(&self) -> f64 {
        self.status("VmHWM:")
    }

    /// Open files, connections included.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).map_or(0, Iterator::count)
    }

    fn status(&self, name: &str) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) * 1024.0 / 1e6
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("the program runs")
    }
}
