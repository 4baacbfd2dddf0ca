//! Beside the steps: tell operators which feeds break, fall quiet and recover.
//!
//! Polls record state only. This looks at what they committed, at most once a minute and only when a feed that is not well was polled, compares it with what
//! operators were told, and commits the difference with the mails that tell it. So one break is one report over restarts, and what breaks together is
//! one mail. While a mail waits (`group_wait`, `min_gap`) nothing is looked at: what has recovered by then was never worth a mail.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::engine::Engine;
use super::event::{Event, HealthEvent};
use crate::alert::OperatorsSpec;
use crate::compose::{self, FeedChange, FeedNews, HealthReport};
use crate::fetch::without_secrets;
use crate::schedule::{self, Change, FeedState, FeedStatus, Told};
use crate::store::{HealthRecord, StoreError, WatchedFeed};
use crate::types::{FeedId, later};

/// The least time between two looks at all feeds: 10,000 rows are read in a few milliseconds, which is nothing once a minute.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The same for operators who want to wait less than that.
const LOOK_SOONEST: Duration = Duration::from_secs(1);

/// When feeds are looked at; what is lost with it is found again by the look at the next start.
#[derive(Default)]
pub(super) struct HealthWatch {
    /// The next look; `None` while every feed polled is well.
    look_at: Option<Timestamp>,
    looked_at: Option<Timestamp>,
    /// When the change was first seen that waits to be told.
    noticed_at: Option<Timestamp>,
}

impl Engine {
    fn watch(&self) -> MutexGuard<'_, HealthWatch> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After a poll: has feeds looked at when this one is not well, or was not before.
    pub(super) fn note_health(&self, was_well: bool, state: &FeedState, now: Timestamp) {
        if was_well && schedule::is_well(state) {
            return;
        }
        let mut watch = self.watch();
        if watch.look_at.is_none() {
            let every = self.current().settings.operators.group_wait.clamp(LOOK_SOONEST, LOOK_EVERY);
            let again = watch.looked_at.map_or(now, |at| later(at, every));
            watch.look_at = Some(again.clamp(now, later(now, every)));
            self.wake().health.notify_one();
        }
    }

    /// Has feeds looked at as soon as may be: at start and after a reload.
    pub(super) fn look_at_health(&self, now: Timestamp) {
        self.watch().look_at = Some(now);
    }

    /// When feeds have to be looked at; `None` when nobody wants to know.
    pub fn next_health(&self) -> Option<Timestamp> {
        if self.current().settings.operators.recipients.is_empty() {
            return None;
        }
        self.watch().look_at
    }

    /// Looks at feeds when that is due, and mails operators what they do not know; returns how many mails that were.
    pub async fn tell_operators(&self, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        let wait = self.current().settings.operators.group_wait;
        self.tell_under(wait, events).await
    }

    /// [`Engine::tell_operators`] with `group_wait` taken as over: `vigie once` does not stay to wait.
    pub async fn tell_operators_at_once(&self, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        self.look_at_health(self.clock.now());
        self.tell_under(Duration::ZERO, events).await
    }

    async fn tell_under(&self, group_wait: Duration, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let current = self.current();
        if self.next_health().is_none() {
            return Ok(0);
        }
        let operators = OperatorsSpec { group_wait, ..current.settings.operators.clone() };
        if !self.begin_look(&operators, now) {
            return Ok(0);
        }
        let looked = self.look(&operators, now, events).await;
        if looked.is_err() {
            // Nothing was kept: the next turn looks again.
            self.look_at_health(now);
        }
        looked
    }

    /// True when a look is due; polls from now on ask for another.
    fn begin_look(&self, operators: &OperatorsSpec, now: Timestamp) -> bool {
        let mut watch = self.watch();
        let Some(at) = watch.look_at else { return false };
        // Further ahead than any wait: the clock went back.
        let longest = operators.group_wait.max(operators.min_gap).max(LOOK_EVERY);
        if at > now && at <= later(now, longest) {
            return false;
        }
        watch.look_at = None;
        watch.looked_at = Some(now);
        true
    }

    async fn look(&self, operators: &OperatorsSpec, now: Timestamp, events: &mut Vec<Event>) -> Result<usize, StoreError> {
        let feeds = self.store.watched_feeds(operators.feed_failures).await?;
        let changed: Vec<(WatchedFeed, Change)> = feeds
            .into_iter()
            .filter_map(|feed| {
                let change = schedule::change(&feed.row.feed.state, feed.told.as_ref(), operators.feed_failures)?;
                Some((feed, change))
            })
            .collect();
        if changed.is_empty() {
            self.watch().noticed_at = None;
            return Ok(0);
        }
        let last = self.store.last_health_mail().await?;
        {
            let mut watch = self.watch();
            let noticed_at = watch.noticed_at.filter(|at| *at <= now).unwrap_or(now);
            let due = operators.tell_at(noticed_at, last);
            if due > now {
                watch.noticed_at = Some(noticed_at);
                watch.look_at = Some(due);
                return Ok(0);
            }
        }
        let mails = self.tell(operators, &changed, now, events).await?;
        self.watch().noticed_at = None;
        Ok(mails)
    }

    /// Writes one mail per recipient and keeps them with what they tell, in one transaction.
    async fn tell(
        &self,
        operators: &OperatorsSpec,
        changed: &[(WatchedFeed, Change)],
        now: Timestamp,
        events: &mut Vec<Event>,
    ) -> Result<usize, StoreError> {
        let current = self.current();
        let report = HealthReport { at: now, feeds: changed.iter().map(|(feed, change)| news(feed, *change)).collect() };
        let identity = &current.settings.identity;
        let notices: Vec<_> = operators.recipients.iter().map(|to| compose::health(&report, operators, to, identity)).collect();
        let of = |wanted: &[Change]| -> Vec<FeedId> {
            let told = changed.iter().filter(|(_, change)| wanted.contains(change));
            told.map(|(feed, _)| feed.row.feed.state.feed.clone()).collect()
        };
        let event = HealthEvent {
            at: now,
            failing: of(&[Change::Fails]),
            quiet: of(&[Change::FallsQuiet]),
            back: of(&[Change::Answers, Change::Speaks]),
            message_ids: notices.iter().map(|notice| notice.message_id.clone()).collect(),
            subject: notices.first().map(|notice| notice.subject.clone()).unwrap_or_default(),
        };
        let told = changed.iter().map(|(feed, change)| told(&feed.row.feed.state, *change, now)).collect();
        let mails = notices.len();
        self.store.record_health(HealthRecord { at: now, told, notices }).await?;
        self.messages_waiting.store(true, Ordering::SeqCst);
        self.wake().send.notify_one();
        tracing::info!(
            failing = event.failing.len(),
            quiet = event.quiet.len(),
            back = event.back.len(),
            "operators are told of feeds"
        );
        events.push(Event::Health(event));
        Ok(mails)
    }
}

fn told(state: &FeedState, change: Change, now: Timestamp) -> (FeedId, Told) {
    let since = match change {
        Change::Fails => state.status_since,
        Change::FallsQuiet => state.last_new_at,
        Change::Answers | Change::Speaks => None,
    };
    (state.feed.clone(), Told { trouble: change.trouble(), since, at: now })
}

fn news(feed: &WatchedFeed, change: Change) -> FeedNews {
    let due = &feed.row.feed;
    let state = &due.state;
    let known_since = feed.told.and_then(|told| told.since);
    let last_polled_at = state.last_polled_at.unwrap_or(state.next_poll_at);
    let told = match change {
        Change::Fails => FeedChange::Fails {
            since: state.status_since,
            failures: state.failures,
            error: state.last_error.clone().unwrap_or_default(),
            next_poll: (state.status != FeedStatus::Gone).then_some(state.next_poll_at),
        },
        Change::FallsQuiet => FeedChange::FallsQuiet {
            since: state.last_new_at.unwrap_or(last_polled_at),
            usual_seconds: state.rhythm_seconds,
            next_poll: state.next_poll_at,
        },
        Change::Answers => FeedChange::Answers { since: known_since, until: state.status_since.unwrap_or(last_polled_at) },
        Change::Speaks => FeedChange::Speaks { since: known_since, until: state.last_new_at.unwrap_or(last_polled_at) },
    };
    FeedNews { feed: state.feed.clone(), name: feed.row.name.clone(), address: without_secrets(&due.url), change: told }
}
