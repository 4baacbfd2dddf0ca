//! Abort at every commit in turn, start again, and compare: nothing is lost, nothing is repeated.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use vigie::clock::Clock;
use vigie::config::{self, Settings};
use vigie::fetch::{Fetcher, Headers, SavedAnswer, SavedBody, SavedFetcher};
use vigie::outbox::Courier;
use vigie::pipeline::{Engine, EngineParts};
use vigie::store::{CommitHook, Fate, Filter, Reader, Store, StoreError, StoreOptions};
use vigie::types::FeedId;

use crate::support::fortnight;

/// Feeds enough for that, few enough that every commit of them can be died at in turn.
const FEEDS: [&str; 4] = ["courrier", "northdispatch", "hanbit", "delovoy"];

/// The beginning of the fortnight: the first alerts in two languages, a development, a digest.
const UNTIL: &str = "2024-10-19T08:30:00Z";

struct Saved {
    settings: Settings,
    polls: Vec<(Timestamp, FeedId)>,
    answers: Arc<SavedFetcher>,
}

fn saved() -> Saved {
    let folder = fortnight();
    let settings = config::load(&folder.join("vigie.toml")).expect("the fortnight's configuration");
    let until: Timestamp = UNTIL.parse().unwrap();
    let (mut polls, mut answers) = (Vec::new(), SavedFetcher::new());
    for line in std::fs::read_to_string(folder.join("polls.jsonl")).expect("the index").lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let at: Timestamp = line["at"].as_str().unwrap().parse().unwrap();
        let url: url::Url = line["url"].as_str().unwrap().parse().unwrap();
        let mut headers = Headers::default();
        for (name, value) in line["headers"].as_object().into_iter().flatten() {
            headers.push(name, value.as_str().unwrap_or_default().as_bytes());
        }
        let status = line["status"].as_u64().and_then(|s| u16::try_from(s).ok()).unwrap_or(200);
        let body = SavedBody::File(folder.join(line["file"].as_str().unwrap()));
        answers.insert(&url, at, SavedAnswer { status, headers, body });
        if let Some(feed) = settings.feeds.iter().find(|f| f.url == url).filter(|f| at < until && FEEDS.contains(&f.id.as_str()))
        {
            polls.push((at, feed.id.clone()));
        }
    }
    assert!(polls.len() >= 8, "the fortnight begins before {UNTIL}");
    Saved { settings, polls, answers: Arc::new(answers) }
}

async fn engine(saved: &Saved, folder: &Path, clock: &Clock, hook: Option<CommitHook>) -> Result<Engine, StoreError> {
    let store = Store::open(StoreOptions { path: Some(folder.join("vigie.db")), commit_hook: hook, ..StoreOptions::default() })?;
    Engine::start(EngineParts {
        settings: saved.settings.clone(),
        store,
        fetcher: Fetcher::Saved(saved.answers.clone()),
        courier: Courier::folder(folder.join("mails")),
        clock: clock.clone(),
        poll_at_once: true,
    })
    .await
}

/// One input: whatever is due before it, the poll, whatever follows from it.
async fn step(engine: &Engine, at: Timestamp, feed: Option<&FeedId>) -> Result<(), StoreError> {
    let mut events = Vec::new();
    engine.run_due(&mut events).await?;
    while let Some(due) = engine.next_due().await?.filter(|due| *due <= at) {
        engine.clock().advance_to(due);
        engine.run_due(&mut events).await?;
    }
    engine.clock().advance_to(at);
    if let Some(feed) = feed
        && let Some(due) = engine.store().feed(feed.clone()).await?
    {
        engine.poll(due).await?;
    }
    engine.run_due(&mut events).await
}

/// Plays everything; a death is followed by a new start at the same instant with the same input.
async fn play(saved: &Saved, folder: &Path, hook: Option<CommitHook>) {
    let clock = Clock::starting_at(saved.polls[0].0);
    let end: Timestamp = UNTIL.parse().unwrap();
    let mut hook = hook;
    let mut running: Option<Engine> = None;
    let inputs: Vec<(Timestamp, Option<&FeedId>)> =
        saved.polls.iter().map(|(at, feed)| (*at, Some(feed))).chain(std::iter::once((end, None))).collect();
    for (at, feed) in inputs {
        loop {
            let attempt = async {
                if running.is_none() {
                    running = Some(engine(saved, folder, &clock, hook.take()).await?);
                }
                step(running.as_ref().expect("it was just started"), at, feed).await
            };
            match attempt.await {
                Ok(()) => break,
                Err(StoreError::Closed) => running = None,
                Err(other) => panic!("{other}"),
            }
        }
    }
    if let Some(engine) = running {
        let store = engine.store().clone();
        drop(engine);
        store.close().await;
    }
}

/// What was decided and what was delivered.
#[derive(PartialEq, Eq)]
struct Sent {
    outbox: Vec<(String, String, String, String)>,
    mails: Vec<(String, Vec<u8>)>,
}

fn result(folder: &Path) -> Sent {
    let reader = Reader::open(&folder.join("vigie.db")).unwrap().expect("the store is there");
    let filter = Filter { limit: usize::MAX, ..Filter::default() };
    let mut outbox: Vec<_> =
        reader.messages(&filter).unwrap().into_iter().map(|m| (m.message_id, m.recipient, m.subject, m.state)).collect();
    outbox.sort();
    let mut mails: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder.join("mails"))
        .expect("mails were delivered")
        .map(|e| e.unwrap().path())
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap()))
        .collect();
    mails.sort();
    Sent { outbox, mails }
}

#[test]
fn a_death_at_any_commit_loses_and_repeats_nothing() {
    let saved = saved();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let commits = Arc::new(AtomicU64::new(0));
    let counter = commits.clone();
    let whole = tempfile::tempdir().unwrap();
    let count: CommitHook = Arc::new(move |n| {
        counter.store(n, Ordering::SeqCst);
        Fate::Proceed
    });
    runtime.block_on(play(&saved, whole.path(), Some(count)));
    let expected = result(whole.path());
    let commits = commits.load(Ordering::SeqCst);
    assert!(expected.outbox.len() >= 6, "only {} messages: the period shows too little", expected.outbox.len());
    assert!(expected.outbox.iter().all(|m| m.3 == "sent"));
    assert_eq!(expected.outbox.len(), expected.mails.len());
    let next = AtomicU64::new(1);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if n > commits {
                        return;
                    }
                    die_at(n, &saved, &expected, &runtime);
                }
            });
        }
    });
}

fn die_at(n: u64, saved: &Saved, expected: &Sent, runtime: &tokio::runtime::Runtime) {
    for fate in [Fate::DieBefore, Fate::DieAfter] {
        let folder = tempfile::tempdir().unwrap();
        let hook: CommitHook = Arc::new(move |commit| if commit == n { fate } else { Fate::Proceed });
        runtime.block_on(play(saved, folder.path(), Some(hook)));
        let got = result(folder.path());
        assert!(got.outbox == expected.outbox, "{fate:?} at commit {n}: the outbox differs");
        assert!(got.mails == expected.mails, "{fate:?} at commit {n}: the mails differ");
    }
}
