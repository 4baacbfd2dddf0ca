//! The wait after a failure: in goes the number of failures and what the server asked for, out comes the wait. It grows, and
//! never becomes "never".

use std::time::Duration;

use super::cadence;
use super::jitter::{scaled, share};
use super::state::{FeedState, Hints, PollSpec};
use jiff::Timestamp;

/// Doublings after which the wait no longer grows: 2^16 intervals are past every maximum.
const MOST_DOUBLINGS: u32 = 16;
/// The longest lengthening of a back-off.
const JITTER_SHARE: f64 = 0.15;
/// The longest time over which feeds that were sent away together come back.
const LONGEST_SPREAD: Duration = Duration::from_secs(3600);

/// The wait after a failure that `state` already counts.
///
/// With `Retry-After` (429 and 503 alike): that long and at least the interval, plus the feed's share of one interval, so that
/// the feeds of one host, sent away together, do not come back together. Without: the interval doubled for each failure in a
/// row, so twice the interval at least; after a bare 429 spread in the same way.
pub(super) fn wait(state: &FeedState, hints: &Hints, throttled: bool, spec: &PollSpec, now: Timestamp) -> Duration {
    let base = cadence::base(state.interval, spec);
    let share = share(&state.feed, now);
    let spread = scaled(base.min(LONGEST_SPREAD), share);
    if let Some(retry_after) = hints.retry_after {
        return base.max(retry_after).saturating_add(spread);
    }
    let doubled = base.saturating_mul(1 << state.failures.clamp(1, MOST_DOUBLINGS));
    if throttled { doubled.saturating_add(spread) } else { scaled(doubled, 1.0 + JITTER_SHARE * share) }
}
