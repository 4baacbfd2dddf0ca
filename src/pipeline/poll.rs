//! Step one: ask a feed, read it, keep its new entries with its validators.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::engine::Engine;
use crate::feed::{self, ParsedFeed};
use crate::fetch::{FetchError, Fetched, Headers, Page, Request, Target, Validators};
use crate::schedule::{self, FeedStatus, Hints, PollOutcome};
use crate::store::{DueFeed, PollRecord, StoreError};
use crate::types::FeedId;

/// What one poll came to.
#[derive(Debug, Clone, PartialEq)]
pub struct PollReport {
    /// The feed.
    pub feed: FeedId,
    /// Entries never seen before, and known ones with another headline.
    pub entries: usize,
    /// Why it failed, in words.
    pub error: Option<String>,
    /// When it is due again; `None` when it is gone.
    pub next_poll_at: Option<Timestamp>,
}

/// What the answer means, before it is known which entries are new.
struct Answer {
    /// When it is a feed, with no entry counted yet.
    outcome: PollOutcome,
    /// `None` keeps those of before.
    validators: Option<Validators>,
    moved_to: Option<Url>,
    /// Empty unless the answer is a feed.
    parsed: ParsedFeed,
}

impl Answer {
    /// One that brings no entries and leaves the feed's address alone.
    fn without_entries(outcome: PollOutcome, validators: Option<Validators>) -> Answer {
        Answer { outcome, validators, moved_to: None, parsed: ParsedFeed::default() }
    }
}

impl Engine {
    /// Claims up to `limit` feeds that were due at `due_by`: now, or the beginning of a round.
    pub async fn claim_feeds(&self, due_by: Timestamp, limit: usize) -> Result<Vec<DueFeed>, StoreError> {
        let now = self.clock.now();
        self.check_dates(now).await?;
        self.store.claim_feeds(due_by, self.lease_until(now), limit).await
    }

    /// Asks one feed and keeps what it brought.
    pub async fn poll(&self, due: DueFeed) -> Result<PollReport, StoreError> {
        let asked_at = self.clock.now();
        let request = Request { url: due.url.clone(), target: Target::Feed, validators: due.validators.clone() };
        let answer = match self.fetcher.fetch(&request, asked_at).await {
            Ok(Fetched::Page(page)) => self.read_feed(*page).await,
            Ok(Fetched::NotModified(headers)) => not_modified(&headers, &due.validators, self.clock.now()),
            Err(error) => failed(&error, self.clock.now()),
        };
        let now = ended_at(asked_at, self.clock.now());
        let spec = self.current().settings.poll.clone();
        let state = due.state;
        let feed = state.feed.clone();
        let was_well = schedule::is_well(&state);
        let Answer { mut outcome, validators, moved_to, parsed } = answer;
        for problem in &parsed.problems {
            tracing::debug!(feed.id = %feed, %problem, "mended while reading the feed");
        }
        let throttled = matches!(outcome, PollOutcome::Failed { throttled: true, .. });
        let ParsedFeed { title, language, entries, .. } = parsed;
        let record = PollRecord { feed: feed.clone(), at: now, validators, moved_to, title, language, entries };
        let decide = move |found| {
            if let PollOutcome::Read { new_entries, .. } = &mut outcome {
                *new_entries = found;
            }
            schedule::next_poll(&state, &outcome, &spec, now)
        };
        let committed = self.store.record_poll(record, decide).await?;
        self.note_health(was_well, &committed.state, now);
        if throttled {
            // The host sent us away: its other feeds and pages wait too.
            let pause = committed.state.next_poll_at.duration_since(now);
            self.fetcher.pause_host(&due.url, std::time::Duration::try_from(pause).unwrap_or_default());
        }
        let entries = committed.new_entries + committed.revised_entries;
        if entries > 0 {
            self.reads_waiting.store(true, Ordering::SeqCst);
            self.wake().read.notify_one();
            tracing::info!(feed.id = %feed, new = committed.new_entries, revised = committed.revised_entries, "polled");
        }
        let error = committed.state.last_error;
        if let Some(error) = &error {
            tracing::warn!(feed.id = %feed, failures = committed.state.failures, %error, "the poll failed");
        }
        let next_poll_at = (committed.state.status != FeedStatus::Gone).then_some(committed.state.next_poll_at);
        Ok(PollReport { feed, entries, error, next_poll_at })
    }

    /// Parses off the async threads; a panic in a parser is this feed's error.
    async fn read_feed(&self, page: Page) -> Answer {
        let failed = |error: String, hints| Answer::without_entries(PollOutcome::Failed { error, hints, throttled: false }, None);
        let Ok(_permit) = self.parsing.acquire().await else {
            return failed("the program is stopping".to_owned(), Hints::default());
        };
        let now = page.fetched_at;
        let hints = Hints::from_headers(&page.headers.0, now);
        let validators = page.validators();
        let moved_to = page.moved_to.clone();
        match tokio::task::spawn_blocking(move || feed::parse(&page)).await {
            Ok(Ok(parsed)) => {
                let hints = Hints { ttl: parsed.hints.ttl, ..hints };
                let outcome = PollOutcome::Read { new_entries: 0, hints };
                Answer { outcome, validators: Some(validators), moved_to, parsed }
            }
            Ok(Err(problem)) => failed(problem.to_string(), hints),
            Err(panic) => failed(format!("the feed made its reader fail ({panic}); please report the address"), hints),
        }
    }
}

/// When a poll ended that was begun at `asked_at`. A clock that jumped meanwhile says nothing of how long it took, and a wait that began with one clock and ran
/// to a date of the other would be anything: the poll counts as one of the clock of before, and the dates of that clock are seen to.
fn ended_at(asked_at: Timestamp, now: Timestamp) -> Timestamp {
    const LONGEST: SignedDuration = SignedDuration::from_mins(10);
    if (SignedDuration::ZERO..=LONGEST).contains(&now.duration_since(asked_at)) { now } else { asked_at }
}

/// A 304 updates the validators it carries and keeps the others (RFC 9111 §4.3.4); to a request without validators it is the server's mistake.
fn not_modified(headers: &Headers, sent: &Validators, now: Timestamp) -> Answer {
    let hints = Hints::from_headers(&headers.0, now);
    if sent.is_empty() {
        let error = "the server says \"not modified\" (304) though it was not asked conditionally".to_owned();
        return Answer::without_entries(PollOutcome::Failed { error, hints, throttled: false }, None);
    }
    let carried = Validators::of(headers);
    let validators = Validators {
        etag: carried.etag.or_else(|| sent.etag.clone()),
        last_modified: carried.last_modified.or_else(|| sent.last_modified.clone()),
        issued_by: sent.issued_by.clone(),
    };
    Answer::without_entries(PollOutcome::NotModified { hints }, Some(validators))
}

fn failed(error: &FetchError, now: Timestamp) -> Answer {
    const GONE: u16 = 410;
    const TOO_MANY_REQUESTS: u16 = 429;
    let mut hints = error.headers().map(|h| Hints::from_headers(&h.0, now)).unwrap_or_default();
    if let Some(until) = error.paused_until() {
        hints.retry_after = std::time::Duration::try_from(until.duration_since(now)).ok();
    }
    let outcome = match error.status() {
        Some(GONE) => PollOutcome::Gone,
        status => PollOutcome::Failed { error: error.to_string(), hints, throttled: status == Some(TOO_MANY_REQUESTS) },
    };
    Answer::without_entries(outcome, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_during_which_the_clock_jumps_is_one_of_the_clock_of_before() {
        let asked: Timestamp = "2024-10-17T06:00:00Z".parse().expect("a test instant");
        let after = |seconds| asked + SignedDuration::from_secs(seconds);
        for (seconds, expected) in [(0, 0), (25, 25), (600, 600), (601, 0), (30 * 86_400, 0), (-1, 0), (-30 * 86_400, 0)] {
            assert_eq!(ended_at(asked, after(seconds)), after(expected), "{seconds} s");
        }
    }
}
