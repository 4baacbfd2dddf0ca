//! What is known of a feed between two polls.

use std::time::Duration;

use jiff::Timestamp;

use crate::types::FeedId;

/// The `[poll]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct PollSpec {
    /// How often a feed is asked that says nothing itself.
    pub interval: Duration,
    /// Never more often than this, whatever the feed's rhythm.
    pub min_interval: Duration,
    /// Never more rarely than this, whatever the server or the back-off says.
    pub max_interval: Duration,
    /// The whole of one request, connect to last byte.
    pub timeout: Duration,
    /// Requests in flight at once, all hosts together.
    pub concurrency: usize,
    /// Requests in flight at once to one host.
    pub per_host: usize,
    /// The least time between the starts of two requests to one host.
    pub host_gap: Duration,
}

impl Default for PollSpec {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        PollSpec {
            interval: minutes(15),
            min_interval: minutes(5),
            max_interval: minutes(24 * 60),
            timeout: Duration::from_secs(20),
            concurrency: 64,
            per_host: 2,
            host_gap: Duration::from_millis(100),
        }
    }
}

/// How a feed is doing, as `vigie feeds` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedStatus {
    /// The last poll gave a feed or 304.
    Ok,
    /// The last poll failed; it is asked again, ever more rarely.
    Failing,
    /// The server said 410: it is not asked again until the configuration changes.
    Gone,
    /// Switched off by a person.
    Paused,
}

/// What one feed's past says about its next poll.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedState {
    /// The feed.
    pub feed: FeedId,
    /// How it is doing.
    pub status: FeedStatus,
    /// Since when polls succeed, or since when they do not: the first of the present row; `None` for a feed that never changed.
    pub status_since: Option<Timestamp>,
    /// The interval asked for: the feed's own or that of `[poll]`.
    pub interval: Duration,
    /// The next time it is due.
    pub next_poll_at: Timestamp,
    /// The end of the last poll.
    pub last_polled_at: Option<Timestamp>,
    /// The last poll that brought a new entry.
    pub last_new_at: Option<Timestamp>,
    /// Failed polls in a row.
    pub failures: u32,
    /// Polls in a row that brought nothing new.
    pub unchanged: u32,
    /// The usual time between two polls that brought something: an exponential mean, seconds.
    pub rhythm_seconds: Option<f64>,
    /// The longest time of late between two polls that brought something, seconds; it fades.
    pub longest_gap_seconds: Option<f64>,
    /// The last failure, in words; `None` after a success.
    pub last_error: Option<String>,
}

impl FeedState {
    /// A feed that was never asked: due at `first_poll_at`.
    pub fn new(feed: FeedId, interval: Duration, first_poll_at: Timestamp) -> FeedState {
        FeedState {
            feed,
            status: FeedStatus::Ok,
            status_since: None,
            interval,
            next_poll_at: first_poll_at,
            last_polled_at: None,
            last_new_at: None,
            failures: 0,
            unchanged: 0,
            rhythm_seconds: None,
            longest_gap_seconds: None,
            last_error: None,
        }
    }
}

/// What server and feed say about the next poll.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// `Cache-Control: max-age` (or `Expires`) minus `Age`.
    pub max_age: Option<Duration>,
    /// RSS `<ttl>`, minutes in the feed.
    pub ttl: Option<Duration>,
    /// `Retry-After`, from now on.
    pub retry_after: Option<Duration>,
}

/// What one poll brought.
#[derive(Debug, Clone, PartialEq)]
pub enum PollOutcome {
    /// A feed that could be read, with this many entries never seen before.
    Read {
        /// Entries that were new.
        new_entries: usize,
        /// What server and feed say about the next poll.
        hints: Hints,
    },
    /// 304.
    NotModified {
        /// What the server says about the next poll.
        hints: Hints,
    },
    /// Anything else.
    Failed {
        /// In words, for people; no credentials in it.
        error: String,
        /// What the server says about the next poll.
        hints: Hints,
        /// 429: at least twice the interval even without `Retry-After`.
        throttled: bool,
    },
    /// 410.
    Gone,
}
