//! Operators and their feeds: one mail when a feed breaks, one when it is back, whatever happens in between.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use vigie::clock::Clock;
use vigie::config;
use vigie::fetch::{Fetcher, Headers, SavedAnswer, SavedBody, SavedFetcher};
use vigie::outbox::Courier;
use vigie::pipeline::{Engine, EngineParts, Event, HealthEvent};
use vigie::store::{CommitHook, Fate, Filter, Reader, Store, StoreError, StoreOptions};

use crate::support::{self, Answer, Daemon, Sink, Web, rss, run, text, wait_for};

/// Hours after the beginning.
fn hour(n: i64) -> Timestamp {
    let start: Timestamp = "2024-10-14T06:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(n)
}

/// A configuration of so many feeds, asked every quarter of an hour, with two operators.
fn settings(folder: &Path, feeds: usize) -> PathBuf {
    let urls: Vec<String> = (0..feeds).map(|n| format!("https://anna:secret@f{n}.example/rss?key=t0ken")).collect();
    let file = support::config(folder, &urls, None);
    let mut text = std::fs::read_to_string(&file).unwrap().replace("\"1s\"", "\"15m\"");
    text.push_str("[read]\npages = false\n[operators]\nrecipients = [\"ops@example.org\", \"night@example.org\"]\n");
    std::fs::write(&file, text).unwrap();
    file
}

/// What the web says: nothing but failures where nothing is said.
#[derive(Default)]
struct World(SavedFetcher);

impl World {
    fn says(&mut self, feed: usize, at: Timestamp, status: u16, titles: &[String]) {
        let url = format!("https://anna:secret@f{feed}.example/rss?key=t0ken").parse().unwrap();
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        let body = SavedBody::Bytes(rss(&format!("https://f{feed}.example"), &titles).into_bytes());
        self.0.insert(&url, at, SavedAnswer { status, headers: Headers::default(), body });
    }

    fn brings(&mut self, feed: usize, at: Timestamp, entries: usize) {
        let titles: Vec<String> = (0..entries).map(|n| format!("Item {n}")).collect();
        self.says(feed, at, 200, &titles);
    }
}

struct House {
    folder: tempfile::TempDir,
    file: PathBuf,
    clock: Clock,
    world: Arc<SavedFetcher>,
    told: Vec<HealthEvent>,
}

impl House {
    fn new(feeds: usize, world: World) -> House {
        let folder = tempfile::tempdir().unwrap();
        let file = settings(folder.path(), feeds);
        House { folder, file, clock: Clock::starting_at(hour(0)), world: Arc::new(world.0), told: Vec::new() }
    }

    async fn engine(&self, hook: Option<CommitHook>) -> Result<Engine, StoreError> {
        let settings = config::load(&self.file).expect("no mistakes");
        let store = Store::open(StoreOptions { path: Some(settings.database()), commit_hook: hook, ..StoreOptions::default() })?;
        Engine::start(EngineParts {
            settings,
            store,
            fetcher: Fetcher::Saved(self.world.clone()),
            courier: Courier::folder(self.folder.path().join("mails")),
            clock: self.clock.clone(),
            poll_at_once: true,
        })
        .await
    }

    /// Starts, does until `end` what a daemon would, and stops.
    async fn live(&mut self, end: Timestamp, hook: Option<CommitHook>) -> Result<(), StoreError> {
        let engine = self.engine(hook).await?;
        let mut events = Vec::new();
        let lived = day_to_day(&engine, end, &mut events).await;
        self.told.extend(events.into_iter().filter_map(|event| match event {
            Event::Health(event) => Some(event),
            Event::Article(_) | Event::Unmatched(_) | Event::Merge(_) | Event::Alert(_) => None,
        }));
        let store = engine.store().clone();
        drop(engine);
        store.close().await;
        lived
    }

    /// Subject, recipient and state of every mail to operators in the outbox, oldest first.
    fn mails(&self) -> Vec<(String, String, String)> {
        let database = config::load(&self.file).expect("no mistakes").database();
        let reader = Reader::open(&database).unwrap().expect("the store is there");
        let all = reader.messages(&Filter { limit: usize::MAX, ..Filter::default() }).unwrap();
        all.into_iter().rev().filter(|m| m.kind == "health").map(|m| (m.subject, m.recipient, m.state)).collect()
    }

    fn subjects(&self) -> Vec<String> {
        self.told.iter().map(|event| event.subject.clone()).collect()
    }
}

async fn day_to_day(engine: &Engine, end: Timestamp, events: &mut Vec<Event>) -> Result<(), StoreError> {
    engine.run_due(events).await?;
    loop {
        let next = [engine.store().next_poll().await?, engine.next_due().await?].into_iter().flatten().min();
        let Some(next) = next.filter(|at| *at <= end) else { break };
        engine.clock().advance_to(next);
        for due in engine.claim_feeds(engine.clock().now(), 10_000).await? {
            engine.poll(due).await?;
        }
        engine.run_due(events).await?;
    }
    engine.clock().advance_to(end);
    Ok(())
}

#[tokio::test]
async fn a_break_is_one_mail_and_its_end_another() {
    let mut world = World::default();
    world.brings(0, hour(0), 3);
    world.says(0, hour(24), 503, &[]);
    world.brings(0, hour(72), 3);
    let mut house = House::new(1, world);
    house.live(hour(26), None).await.unwrap();
    assert_eq!(house.mails(), [], "the first failures are silent");
    house.live(hour(40), None).await.unwrap();
    let told = |subject: &str| {
        ["ops@example.org", "night@example.org"].map(|to| (subject.to_owned(), to.to_owned(), "sent".to_owned())).to_vec()
    };
    let breaks = told("[vigie] 1 feed fails: Fil");
    assert_eq!(house.mails(), breaks);
    for end in [41, 55, 70] {
        house.live(hour(end), None).await.unwrap();
        assert_eq!(house.mails(), breaks, "more failures and restarts repeat nothing");
    }
    house.live(hour(120), None).await.unwrap();
    assert_eq!(house.mails(), [breaks, told("[vigie] 1 feed is back: Fil")].concat());
    assert_eq!(house.told.len(), 2);

    let config = house.file.to_str().unwrap();
    let listed = run(&["messages", "--format", "jsonl", "--config", config]);
    assert_eq!(text(&listed.stdout).lines().filter(|l| l.contains("\"kind\":\"health\"")).count(), 4);
    let alerts = run(&["alerts", "--config", config]);
    assert!(alerts.status.success() && text(&alerts.stdout).contains("operators     [vigie] 1 feed fails: Fil"));
    for mail in std::fs::read_dir(house.folder.path().join("mails")).unwrap() {
        let bytes = std::fs::read(mail.unwrap().path()).unwrap();
        let mail = text(&bytes);
        assert!(!mail.contains("secret") && !mail.contains("t0ken"), "{mail}");
    }
}

#[tokio::test]
async fn what_breaks_together_is_one_mail() {
    let mut house = House::new(300, World::default());
    house.live(hour(48), None).await.unwrap();
    assert_eq!(house.subjects(), ["[vigie] 300 feeds fail"]);
    assert_eq!((house.told[0].failing.len(), house.mails().len()), (300, 2));
}

#[tokio::test]
async fn a_feed_that_is_gone_is_told_at_once() {
    let mut world = World::default();
    world.says(0, hour(0), 410, &[]);
    let mut house = House::new(1, world);
    house.live(hour(0) + SignedDuration::from_mins(31), None).await.unwrap();
    assert_eq!(house.subjects(), ["[vigie] 1 feed fails: f0"]);
}

#[tokio::test]
async fn a_silence_is_one_mail_and_its_end_another() {
    let mut world = World::default();
    for n in 0..24 {
        world.brings(0, hour(2 * n), usize::try_from(n).unwrap() + 1);
    }
    world.brings(0, hour(200), 30);
    let mut house = House::new(1, world);
    house.live(hour(46 + 70), None).await.unwrap();
    assert_eq!(house.subjects(), [] as [&str; 0]);
    house.live(hour(130), None).await.unwrap();
    assert_eq!(house.subjects(), ["[vigie] 1 feed is quiet: Fil"]);
    let config = house.file.to_str().unwrap();
    let listed = run(&["feeds", "--state", "quiet", "--format", "jsonl", "--config", config]);
    let record: serde_json::Value = serde_json::from_str(text(&listed.stdout).trim()).expect("one feed");
    assert_eq!((&record["quiet"], &record["state"]), (&true.into(), &"ok".into()));
    assert!(record["quiet_since"].as_str().is_some_and(|at| at.starts_with("2024-10-16T")), "{record}");
    let status = run(&["status", "--config", config]);
    assert!(text(&status.stdout).contains("1 ok, of them 1 quiet"), "{}", text(&status.stdout));
    house.live(hour(198), None).await.unwrap();
    assert_eq!(house.told.len(), 1, "told once");
    house.live(hour(210), None).await.unwrap();
    assert_eq!(house.subjects(), ["[vigie] 1 feed is quiet: Fil", "[vigie] 1 feed is back: Fil"]);
}

#[tokio::test]
async fn changes_within_the_least_gap_share_a_mail() {
    let mut world = World::default();
    world.says(0, hour(0), 410, &[]);
    for feed in 1..4 {
        world.brings(feed, hour(0), 1);
        let minutes = SignedDuration::from_mins(31 + 6 * i64::try_from(feed).unwrap());
        world.says(feed, hour(0) + minutes, 410, &[]);
    }
    let mut house = House::new(4, world);
    house.live(hour(8), None).await.unwrap();
    assert_eq!(house.subjects(), ["[vigie] 1 feed fails: f0", "[vigie] 3 feeds fail"]);
    let gap = house.told[1].at.duration_since(house.told[0].at);
    assert!(gap >= SignedDuration::from_hours(1), "{gap}");
}

#[tokio::test]
async fn nobody_is_told_when_nobody_wants_to_know() {
    let mut house = House::new(2, World::default());
    let text = std::fs::read_to_string(&house.file).unwrap();
    std::fs::write(&house.file, text.replace("recipients = [\"ops@example.org\", \"night@example.org\"]\n", "")).unwrap();
    house.live(hour(48), None).await.unwrap();
    assert_eq!(house.mails(), []);
    assert!(config::load(&house.file).unwrap().operators.recipients.is_empty());
}

/// Dies at every commit in turn, before and after it, and goes on in a new process.
#[test]
fn a_death_at_any_commit_repeats_and_loses_no_report() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = || {
        let mut world = World::default();
        world.brings(0, hour(0), 1);
        world.says(0, hour(1), 503, &[]);
        world.brings(0, hour(12), 1);
        world.says(1, hour(0), 410, &[]);
        world
    };
    let play = |hook: Option<CommitHook>| {
        let mut house = House::new(2, world());
        runtime.block_on(async {
            let mut hook = hook;
            loop {
                match house.live(hour(20), hook.take()).await {
                    Ok(()) => return house.mails(),
                    Err(StoreError::Closed) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        })
    };
    let commits = Arc::new(AtomicU64::new(0));
    let counter = commits.clone();
    let expected = play(Some(Arc::new(move |n| {
        counter.store(n, Ordering::SeqCst);
        Fate::Proceed
    })));
    let subjects: Vec<&str> = expected.iter().map(|m| m.0.as_str()).step_by(2).collect();
    assert_eq!(subjects, ["[vigie] 1 feed fails: f1", "[vigie] 1 feed fails: Fil", "[vigie] 1 feed is back: Fil"]);
    for n in 1..=commits.load(Ordering::SeqCst) {
        for fate in [Fate::DieBefore, Fate::DieAfter] {
            let got = play(Some(Arc::new(move |commit| if commit == n { fate } else { Fate::Proceed })));
            assert_eq!(got, expected, "{fate:?} at commit {n}");
        }
    }
}

/// The whole way, from a server that is down to the mail on the wire, with a kill in between.
#[test]
fn a_daemon_tells_a_break_once_even_when_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (web, sink) = (Web::start(), Sink::start());
    web.route("/feed.xml", Answer::status(500));
    let file = support::config(folder.path(), &[format!("{}/feed.xml", web.base)], Some(sink.port));
    let more = "[operators]\nrecipients = [\"ops@example.org\"]\nlanguage = \"fr\"\nfeed_failures = 2\ngroup_wait = \"0s\"\nmin_gap = \"0s\"\n";
    let shortest = "min_interval = \"1s\"\n";
    let text = std::fs::read_to_string(&file).unwrap().replace(shortest, &format!("{shortest}max_interval = \"2s\"\n"));
    std::fs::write(&file, format!("{text}{more}")).unwrap();
    let subjects = || -> Vec<String> {
        let messages = sink.messages.lock().unwrap();
        let of = |mail: &str| mail.lines().find_map(|l| l.strip_prefix("Subject: ")).unwrap_or_default().trim().to_owned();
        messages.iter().filter(|(to, _)| to == "ops@example.org").map(|(_, mail)| of(mail)).collect()
    };
    let daemon = Daemon::start(&file, &[]);
    wait_for("the mail about the break", || !subjects().is_empty());
    // Killed only once the mail is marked as sent: before that a repeat of the same bytes is right.
    let marked = || support::text(&run(&["messages", "--state", "sent", "--config", file.to_str().unwrap()]).stdout);
    wait_for("the mark behind it", || marked().contains("health"));
    daemon.signal("KILL");
    daemon.end();
    let before = web.count("/feed.xml");
    let daemon = Daemon::start(&file, &[]);
    wait_for("another failure", || web.count("/feed.xml") > before);
    assert_eq!(subjects(), ["[vigie] 1 flux en panne : f0"]);
    web.route("/feed.xml", Answer::new("application/rss+xml", rss(&web.base, &["Item"])));
    wait_for("the mail about its end", || subjects().len() > 1);
    daemon.signal("TERM");
    daemon.end();
    assert_eq!(subjects().len(), 2, "{:?}", subjects());
    assert!(subjects()[1].starts_with("[vigie] 1 flux "), "{:?}", subjects());
}
