//! The loops: each runs what is due, then waits.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::pulse::{Beat, LONGEST_WAIT, Pulse};
use crate::alert::AlertKind;
use crate::ops::metrics::Metrics;
use crate::pipeline::{Engine, Event};
use crate::store::StoreError;

/// After a failure of the store a loop rests this long: a full disk does not get better by asking.
const STORE_REST: Duration = Duration::from_secs(5);
/// A store that goes on failing is said once in so many rests: a line a minute.
const SAY_EVERY: u32 = 12;
/// Units in hand at once, beyond what the fetcher lets through, so that a free place is taken at once.
const IN_HAND: usize = 256;

/// Says once a minute that the store does not take anything.
#[derive(Default)]
struct Trouble {
    rests: u32,
}

impl Trouble {
    async fn rest(&mut self, engine: &Engine, step: &str, error: &StoreError, stop: &CancellationToken) {
        if self.rests.is_multiple_of(SAY_EVERY) {
            tracing::error!(step, %error, "the store failed; trying again");
        }
        self.rests += 1;
        tokio::select! {
            () = stop.cancelled() => {}
            () = engine.clock().sleep(STORE_REST) => {}
        }
    }

    fn over(&mut self, step: &str) {
        if self.rests > 0 {
            tracing::info!(step, "the store works again");
        }
        self.rests = 0;
    }
}

/// Waits until `due`, a ring of `bell`, the longest wait, or the end.
async fn wait(engine: &Engine, due: Option<Timestamp>, bell: &Notify, stop: &CancellationToken) {
    let now = engine.clock().now();
    let until =
        due.map_or(LONGEST_WAIT, |at| Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO).min(LONGEST_WAIT));
    tokio::select! {
        () = stop.cancelled() => {}
        () = bell.notified() => {}
        () = engine.clock().sleep(until) => {}
    }
}

/// Asks feeds when they are due.
pub(super) async fn poll(engine: Arc<Engine>, pulse: Arc<Pulse>, metrics: Metrics, stop: CancellationToken) {
    let mut in_hand: JoinSet<Result<(), StoreError>> = JoinSet::new();
    let mut trouble = Trouble::default();
    while !stop.is_cancelled() {
        pulse.beat(Beat::Poll, engine.clock().now());
        let room = IN_HAND - in_hand.len();
        let claimed = if room > 0 { engine.claim_feeds(engine.clock().now(), room).await } else { Ok(Vec::new()) };
        match claimed {
            Ok(due) => {
                trouble.over("poll");
                for feed in due {
                    let engine = engine.clone();
                    let metrics = metrics.clone();
                    in_hand.spawn(async move {
                        let report = engine.poll(feed).await?;
                        metrics.polled(report.error.is_none());
                        Ok(())
                    });
                }
            }
            Err(error) => trouble.rest(&engine, "poll", &error, &stop).await,
        }
        let due = engine.store().next_poll().await.unwrap_or(None);
        finish_some(&engine, &mut in_hand, due, &engine.wake().poll, &stop, &Unit { step: "poll", metrics: &metrics }).await;
    }
    finish_all(&engine, in_hand, &Unit { step: "poll", metrics: &metrics }).await;
}

/// Reads articles when they are due.
pub(super) async fn read(engine: Arc<Engine>, pulse: Arc<Pulse>, metrics: Metrics, stop: CancellationToken) {
    let mut in_hand: JoinSet<Result<(), StoreError>> = JoinSet::new();
    let mut trouble = Trouble::default();
    while !stop.is_cancelled() {
        pulse.beat(Beat::Read, engine.clock().now());
        let room = IN_HAND - in_hand.len();
        let claimed = if room > 0 { engine.claim_reads(room).await } else { Ok(Vec::new()) };
        match claimed {
            Ok(jobs) => {
                trouble.over("read");
                engine.read_claimed(jobs, |unit| {
                    in_hand.spawn(unit);
                });
            }
            Err(error) => trouble.rest(&engine, "read", &error, &stop).await,
        }
        let due = engine.next_read().await.unwrap_or(None);
        finish_some(&engine, &mut in_hand, due, &engine.wake().read, &stop, &Unit { step: "read", metrics: &metrics }).await;
    }
    finish_all(&engine, in_hand, &Unit { step: "read", metrics: &metrics }).await;
}

/// Waits for a unit to end, for the next due time, a ring, or the end.
async fn finish_some(
    engine: &Engine,
    in_hand: &mut JoinSet<Result<(), StoreError>>,
    due: Option<Timestamp>,
    bell: &Notify,
    stop: &CancellationToken,
    unit: &Unit<'_>,
) {
    // With no room left nothing can be taken, due or not.
    let due = due.filter(|_| in_hand.len() < IN_HAND);
    tokio::select! {
        Some(ended) = in_hand.join_next() => unit.note(ended),
        () = wait(engine, due, bell, stop) => {}
    }
    while let Some(ended) = in_hand.try_join_next() {
        unit.note(ended);
    }
}

/// On the way out: what is in hand is given up by the fetcher's timeouts at the latest; the caller bounds the wait.
async fn finish_all(engine: &Engine, mut in_hand: JoinSet<Result<(), StoreError>>, unit: &Unit<'_>) {
    const SHORT: Duration = Duration::from_secs(2);
    let ended = async {
        while let Some(ended) = in_hand.join_next().await {
            unit.note(ended);
        }
    };
    tokio::select! {
        () = ended => {}
        () = engine.clock().sleep(SHORT) => {}
    }
    in_hand.abort_all();
}

/// Whose units end, and where their failures are counted.
struct Unit<'a> {
    step: &'static str,
    metrics: &'a Metrics,
}

impl Unit<'_> {
    fn note(&self, ended: Result<Result<(), StoreError>, tokio::task::JoinError>) {
        let step = self.step;
        match ended {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::warn!(step, %error, "not kept; it is done again when its claim runs out"),
            Err(panic) if panic.is_panic() => tracing::error!(step, %panic, "a unit of work failed"),
            Err(_) => return,
        }
        self.metrics.unit_failed(step);
    }
}

fn count(metrics: &Metrics, event: &Event) {
    match event {
        Event::Article(article) => {
            metrics.judged(article.relevant);
            if article.opens {
                metrics.story_opened();
            }
        }
        Event::Alert(alert) => metrics.alerted(match alert.kind {
            AlertKind::Immediate => "immediate",
            AlertKind::Digest => "digest",
        }),
        Event::Health(_) => metrics.alerted("health"),
    }
}

/// Judges articles in order, and asks the desks when they are due.
pub(super) async fn judge(engine: Arc<Engine>, pulse: Arc<Pulse>, metrics: Metrics, stop: CancellationToken) {
    let mut trouble = Trouble::default();
    let mut events = Vec::new();
    while !stop.is_cancelled() {
        pulse.beat(Beat::Judge, engine.clock().now());
        let judged = async {
            engine.judge_due(&mut events).await?;
            engine.alert_due(&mut events).await
        };
        match judged.await {
            Ok(_) => trouble.over("judge"),
            Err(error) => trouble.rest(&engine, "judge", &error, &stop).await,
        }
        events.drain(..).for_each(|event| count(&metrics, &event));
        let due = engine.next_judge().await;
        wait(&engine, due, &engine.wake().judge, &stop).await;
    }
}

/// Sends messages when they are due.
pub(super) async fn send(engine: Arc<Engine>, pulse: Arc<Pulse>, metrics: Metrics, stop: CancellationToken) {
    let mut trouble = Trouble::default();
    while !stop.is_cancelled() {
        pulse.beat(Beat::Send, engine.clock().now());
        match engine.send_while(|| !stop.is_cancelled()).await {
            Ok(report) => {
                trouble.over("send");
                metrics.sent(report.tried as u64, report.sent as u64);
            }
            Err(error) => trouble.rest(&engine, "send", &error, &stop).await,
        }
        let due = engine.next_send().await.unwrap_or(None);
        wait(&engine, due, &engine.wake().send, &stop).await;
    }
}

/// Tells operators of feeds when there is something to tell.
pub(super) async fn health(engine: Arc<Engine>, metrics: Metrics, stop: CancellationToken) {
    let mut trouble = Trouble::default();
    let mut events = Vec::new();
    while !stop.is_cancelled() {
        match engine.tell_operators(&mut events).await {
            Ok(_) => trouble.over("health"),
            Err(error) => trouble.rest(&engine, "health", &error, &stop).await,
        }
        events.drain(..).for_each(|event| count(&metrics, &event));
        wait(&engine, engine.next_health(), &engine.wake().health, &stop).await;
    }
}

/// Rings every bell when the wall clock jumps: each loop waits for a date of the clock of before.
pub(super) async fn clock(engine: Arc<Engine>, stop: CancellationToken) {
    const EVERY: Duration = Duration::from_secs(1);
    const JUMP_SECONDS: i64 = 3;
    loop {
        let before = engine.clock().now();
        tokio::select! {
            () = stop.cancelled() => return,
            () = engine.clock().sleep(EVERY) => {}
        }
        let seconds = engine.clock().now().duration_since(before).as_secs();
        if !(0..=JUMP_SECONDS).contains(&seconds) {
            tracing::warn!(seconds, "the clock has jumped");
            engine.wake().all();
        }
    }
}

/// Throws away once an hour what the configuration does not keep.
pub(super) async fn house(engine: Arc<Engine>, stop: CancellationToken) {
    const EVERY: Duration = Duration::from_secs(3600);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = engine.clock().sleep(EVERY) => {}
        }
        let current = engine.current();
        let (retention, window) = (current.settings.retention.clone(), current.settings.story.window);
        match engine.store().purge(retention, window, engine.clock().now()).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "threw away what is older than [retention] keeps"),
            Err(error) => tracing::warn!(%error, "could not clean up"),
        }
    }
}
