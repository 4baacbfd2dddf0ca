//! The loops: each runs what is due, then waits.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
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
/// Places that are free before units are claimed: each claim is a question to the store and a transaction.
const LEAST_CLAIM: usize = 32;
/// The longest time for which units that end do not make a loop ask the store what is due.
const LONGEST_ROUND: SignedDuration = SignedDuration::from_secs(1);

/// How a unit ends: when the same work is due again, as far as it knows.
type Ended = Result<Option<Timestamp>, StoreError>;

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
    let mut in_hand: JoinSet<Ended> = JoinSet::new();
    let mut trouble = Trouble::default();
    while !stop.is_cancelled() {
        pulse.beat(Beat::Poll, engine.clock().now());
        let room = IN_HAND - in_hand.len();
        let claimed = if has_room(&in_hand) { engine.claim_feeds(engine.clock().now(), room).await } else { Ok(Vec::new()) };
        match claimed {
            Ok(due) => {
                trouble.over("poll");
                for feed in due {
                    let engine = engine.clone();
                    let metrics = metrics.clone();
                    in_hand.spawn(async move {
                        let report = engine.poll(feed).await?;
                        metrics.polled(report.error.is_none());
                        Ok(report.next_poll_at.map(on_beat))
                    });
                }
            }
            Err(error) => trouble.rest(&engine, "poll", &error, &stop).await,
        }
        let due = engine.store().next_poll().await.unwrap_or(None).map(on_beat);
        finish_some(&engine, &mut in_hand, due, &engine.wake().poll, &stop, &Unit { step: "poll", metrics: &metrics }).await;
    }
    finish_all(&engine, in_hand, &Unit { step: "poll", metrics: &metrics }).await;
}

/// Reads articles when they are due.
pub(super) async fn read(engine: Arc<Engine>, pulse: Arc<Pulse>, metrics: Metrics, stop: CancellationToken) {
    let mut in_hand: JoinSet<Ended> = JoinSet::new();
    let mut trouble = Trouble::default();
    while !stop.is_cancelled() {
        pulse.beat(Beat::Read, engine.clock().now());
        let room = IN_HAND - in_hand.len();
        let claimed = if has_room(&in_hand) { engine.claim_reads(room).await } else { Ok(Vec::new()) };
        match claimed {
            Ok(jobs) => {
                trouble.over("read");
                engine.read_claimed(jobs, |unit| {
                    // One that is put off is due long after the next question.
                    in_hand.spawn(async move { unit.await.map(|()| None) });
                });
            }
            Err(error) => trouble.rest(&engine, "read", &error, &stop).await,
        }
        let due = engine.next_read().await.unwrap_or(None);
        finish_some(&engine, &mut in_hand, due, &engine.wake().read, &stop, &Unit { step: "read", metrics: &metrics }).await;
    }
    finish_all(&engine, in_hand, &Unit { step: "read", metrics: &metrics }).await;
}

/// When a feed due at `at` is claimed: at the next quarter of a second, with all others that are due by then. Of two hundred polls a second, fifty so
/// share a claim and most of a commit, and none comes before its time.
fn on_beat(at: Timestamp) -> Timestamp {
    const BEAT_MICROS: i64 = 250_000;
    let beat = at.as_microsecond().saturating_add(BEAT_MICROS - 1).div_euclid(BEAT_MICROS).saturating_mul(BEAT_MICROS);
    Timestamp::from_microsecond(beat).unwrap_or(at)
}

/// Whether so many places are free that units are claimed.
fn has_room(in_hand: &JoinSet<Ended>) -> bool {
    in_hand.len() + LEAST_CLAIM <= IN_HAND
}

/// Waits until there may be something to claim: units have ended and left room, something is due, a ring, or the end. What is due next is known from
/// `due` and from the units that end, without a question to the store.
async fn finish_some(
    engine: &Engine,
    in_hand: &mut JoinSet<Ended>,
    mut due: Option<Timestamp>,
    bell: &Notify,
    stop: &CancellationToken,
    unit: &Unit<'_>,
) {
    let begun = engine.clock().now();
    let had_room = has_room(in_hand);
    loop {
        // With no room left nothing can be taken, due or not.
        let next = due.filter(|_| has_room(in_hand));
        tokio::select! {
            Some(ended) = in_hand.join_next() => due = earliest(due, unit.note(ended)),
            () = wait(engine, next, bell, stop) => return,
        }
        while let Some(ended) = in_hand.try_join_next() {
            due = earliest(due, unit.note(ended));
        }
        let spent = engine.clock().now().duration_since(begun);
        if has_room(in_hand) != had_room || spent.is_negative() || spent > LONGEST_ROUND {
            return;
        }
    }
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}

/// On the way out: what is in hand is given up by the fetcher's timeouts at the latest; the caller bounds the wait.
async fn finish_all(engine: &Engine, mut in_hand: JoinSet<Ended>, unit: &Unit<'_>) {
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
    /// Counts and says how a unit ended; when its work is due again.
    fn note(&self, ended: Result<Ended, tokio::task::JoinError>) -> Option<Timestamp> {
        let step = self.step;
        match ended {
            Ok(Ok(next)) => return next,
            Ok(Err(error)) => tracing::warn!(step, %error, "not kept; it is done again when its claim runs out"),
            Err(panic) if panic.is_panic() => tracing::error!(step, %panic, "a unit of work failed"),
            Err(_) => return None,
        }
        self.metrics.unit_failed(step);
        None
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
        Event::Unmatched(_) => metrics.judged(false),
        // Nothing is counted of it: neither story was opened or told by it.
        Event::Merge(_) => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(due: &str, claimed: &str) {
        let at = |text: &str| text.parse::<Timestamp>().expect("a test instant");
        assert_eq!(on_beat(at(due)), at(claimed));
    }

    #[test]
    fn feeds_are_claimed_four_times_a_second_and_never_early() {
        check("2024-10-17T06:00:00Z", "2024-10-17T06:00:00Z");
        check("2024-10-17T06:00:00.000001Z", "2024-10-17T06:00:00.25Z");
        check("2024-10-17T06:00:00.9Z", "2024-10-17T06:00:01Z");
        check("1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00Z");
        assert_eq!(on_beat(Timestamp::MAX), Timestamp::MAX);
    }
}
