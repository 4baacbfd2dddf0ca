//! The schedule under a clock that jumps: next polls that no wait can have set are pulled back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use vigie::clock::Clock;
use vigie::config;
use vigie::fetch::{Fetcher, SavedFetcher};
use vigie::outbox::Courier;
use vigie::pipeline::{Engine, EngineParts};
use vigie::store::{Store, StoreOptions};
use vigie::types::FeedId;

use crate::support;

const LONGEST: SignedDuration = SignedDuration::from_hours(24);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An engine whose feeds were never saved: every poll fails, which is enough to be polled. Its clock can be set to anything.
async fn engine(folder: &std::path::Path, clock: &Arc<AtomicI64>) -> Engine {
    let feeds = ["one", "two"].map(|name| format!("https://{name}.example/rss"));
    let file = support::config(folder, &feeds, None);
    let settings = std::fs::read_to_string(&file).unwrap().replace("\"1s\"", "\"15m\"");
    std::fs::write(&file, settings).unwrap();
    Engine::start(EngineParts {
        settings: config::load(&file).expect("a configuration"),
        store: Store::open(StoreOptions { path: Some(folder.join("vigie.db")), ..StoreOptions::default() }).unwrap(),
        fetcher: Fetcher::Saved(Arc::new(SavedFetcher::new())),
        courier: Courier::folder(folder.join("mails")),
        clock: Clock::Virtual(clock.clone()),
        poll_at_once: false,
    })
    .await
    .unwrap()
}

/// Claims and polls what is due, as the poll loop does at each turn; returns how many feeds that were.
async fn turn(engine: &Engine) -> usize {
    let due = engine.claim_feeds(engine.clock().now(), 10).await.unwrap();
    let count = due.len();
    for feed in due {
        engine.poll(feed).await.unwrap();
    }
    count
}

async fn next_polls(engine: &Engine) -> Vec<Timestamp> {
    let mut all = Vec::new();
    for id in ["f0", "f1"] {
        all.push(engine.store().feed(FeedId::from(id)).await.unwrap().expect("it is configured").state.next_poll_at);
    }
    all
}

/// Both feeds polled with the clock at `then`.
async fn polled_at(folder: &std::path::Path, clock: &Arc<AtomicI64>, then: Timestamp) -> Engine {
    clock.store(then.as_microsecond(), Ordering::SeqCst);
    let engine = engine(folder, clock).await;
    clock.store((then + SignedDuration::from_mins(2)).as_microsecond(), Ordering::SeqCst);
    assert_eq!(turn(&engine).await, 2);
    engine
}

#[tokio::test]
async fn a_store_of_the_year_2031_is_polled_within_the_longest_interval() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::default();
    let engine_then = polled_at(folder.path(), &clock, at("2031-05-01T08:00:00Z")).await;
    let store = engine_then.store().clone();
    drop(engine_then);
    store.close().await;
    let now = at("2024-10-18T06:00:00Z");
    clock.store(now.as_microsecond(), Ordering::SeqCst);
    let engine = engine(folder.path(), &clock).await;
    let next = next_polls(&engine).await;
    assert!(next.iter().all(|at| *at >= now && *at <= now + LONGEST), "{next:?}");
    assert_eq!(turn(&engine).await, 0, "a start is no reason to poll");
    clock.store((now + LONGEST).as_microsecond(), Ordering::SeqCst);
    assert_eq!(turn(&engine).await, 2);
}

#[tokio::test]
async fn a_clock_that_goes_back_under_a_running_daemon_freezes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::default();
    let engine = polled_at(folder.path(), &clock, at("2024-10-18T16:00:00Z")).await;
    let now = at("2024-10-18T06:00:00Z");
    clock.store(now.as_microsecond(), Ordering::SeqCst);
    assert_eq!(turn(&engine).await, 0, "the jump is no reason to poll either");
    let next = next_polls(&engine).await;
    let hour = SignedDuration::from_hours(1);
    assert!(next.iter().all(|at| *at > now && *at <= now + hour), "each feed keeps its wait: {next:?}");
    assert_eq!(turn(&engine).await, 0);
    assert_eq!(next_polls(&engine).await, next, "looking again moves nothing");
    clock.store((now + hour).as_microsecond(), Ordering::SeqCst);
    assert_eq!(turn(&engine).await, 2);
}

#[tokio::test]
async fn what_waits_for_a_day_that_never_came_is_done_today() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::default();
    let now = at("2024-10-18T06:00:00Z");
    drop(polled_at(folder.path(), &clock, now).await);
    let other = rusqlite::Connection::open(folder.path().join("vigie.db")).unwrap();
    let micros = |at: Timestamp| at.as_microsecond();
    let (then, now) = (micros(at("2031-05-01T08:00:00Z")), now + SignedDuration::from_mins(10));
    // What a daemon leaves that ran for a while with its clock in 2031: a page to be asked again, a mail to be tried again, claims, a digest.
    let left = format!(
        "INSERT INTO entries (id, feed_id, guid, title, title_hash, summary, authors, first_seen_at, last_seen_at)
             VALUES (1, 'f0', 'g', 't', 0, '', '[]', 1, 1), (2, 'f0', 'h', 't', 0, '', '[]', 1, 1);
         INSERT INTO read_queue (entry_id, revision, next_at, leased_until) VALUES (1, 1, {then}, NULL), (2, 1, 5, {then});
         INSERT INTO alerts (id, desk, kind, at, since) VALUES (1, 'd', 'immediate', {then}, 0);
         INSERT INTO outbox (alert_id, desk, recipient, kind, message_id, subject, created_at, next_at) VALUES (1, 'd', 'a', 'immediate', 'm', 's', 1, {then});
         UPDATE feeds SET leased_until = {then};
         INSERT OR REPLACE INTO desks (name, first_seen_at, last_digest_at) VALUES ('d', 1, {then});"
    );
    other.execute_batch(&left).unwrap();
    clock.store(micros(now), Ordering::SeqCst);
    let engine = engine(folder.path(), &clock).await;
    let soonest = micros(now + SignedDuration::from_mins(20));
    for (what, sql) in [
        ("a page", "SELECT max(next_at) FROM read_queue"),
        ("a claimed page", "SELECT coalesce(max(leased_until), 0) FROM read_queue"),
        ("a claimed feed", "SELECT coalesce(max(leased_until), 0) FROM feeds"),
        ("a mail", "SELECT max(next_at) FROM outbox"),
        ("an alert", "SELECT max(at) FROM alerts"),
        ("a digest", "SELECT max(last_digest_at) FROM desks"),
    ] {
        let latest: i64 = other.query_row(sql, [], |row| row.get(0)).unwrap();
        assert!(latest <= soonest, "{what} waits for {latest}");
    }
    drop(engine);
}
