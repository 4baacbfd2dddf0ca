//! The rhythm of a feed that answers: in go its past and what server and feed ask for, out comes the wait until the next poll.
//!
//! The rules, in order:
//! 1. The interval asked for, within `min_interval` and `max_interval`, is the middle.
//! 2. A feed that brings something at most polls is asked sooner: after half its usual time between two finds, never before `min_interval`.
//! 3. A feed that has been silent for long is asked later: after 1/24 of its silence (1/12 when it answers in full each time, for want
//!    of validators), at most four intervals. Silence counts in hours, not in polls, so that a feed asked every second
//!    is not slowed down by a minute without news.
//! 4. `max-age` and `<ttl>` win over both; `max_interval` wins over all.
//!
//! Failures are not handled here (backoff.rs).

use std::time::Duration;

use jiff::Timestamp;

use super::jitter::{scaled, share};
use super::quiet;
use super::state::{FeedState, Hints, PollSpec};
use crate::types::{FeedId, later};

/// Silence shorter than this slows nothing down: every desk has quiet hours.
const SILENCE_BEFORE_SLOWING: Duration = Duration::from_secs(3600);
/// The share of its silence after which a feed that answers 304 is asked again.
const SILENCE_SHARE: f64 = 1.0 / 24.0;
/// The same for a feed that sends its whole body each time: an unconditional answer costs both sides more.
const SILENCE_SHARE_IN_FULL: f64 = 1.0 / 12.0;
/// The longest wait that silence earns, in intervals: a feed that wakes up is noticed within an hour at the default interval.
const SLOWEST_INTERVALS: u32 = 4;
/// The share of the usual time between two finds after which a lively feed is asked again: at half, one poll in two finds something.
const RHYTHM_SHARE: f64 = 0.5;
/// How much the latest time between two finds weighs in the mean.
const RHYTHM_WEIGHT: f64 = 0.3;
/// The longest lengthening of an ordinary wait, which keeps feeds that started together from staying together.
const JITTER_SHARE: f64 = 0.05;
/// First polls that a starting daemon makes in one second.
const FIRST_POLLS_PER_SECOND: f64 = 10.0;
/// The longest time over which first polls are spread.
const LONGEST_FIRST_SPREAD: Duration = Duration::from_secs(60);

/// When a feed that was never asked is due: first polls are spread evenly over a span that grows with the number of such feeds
/// (ten a second) up to a minute or the interval, whichever is shorter.
///
/// Three feeds are so asked within a third of a second, a thousand within a minute, and `feeds = 1` at once.
pub fn first_poll_at(feed: &FeedId, interval: Duration, feeds: usize, now: Timestamp) -> Timestamp {
    let spread = Duration::from_secs_f64(feeds.saturating_sub(1) as f64 / FIRST_POLLS_PER_SECOND);
    later(now, scaled(spread.min(interval).min(LONGEST_FIRST_SPREAD), share(feed, now)))
}

/// The feed's own interval within the limits of `[poll]`.
pub(super) fn base(interval: Duration, spec: &PollSpec) -> Duration {
    interval.max(spec.min_interval).min(spec.max_interval)
}

/// The longest wait that a feed's own past can earn; a longer one was asked for.
pub(super) fn longest_own_wait(interval: Duration, spec: &PollSpec) -> Duration {
    scaled(base(interval, spec).saturating_mul(SLOWEST_INTERVALS), 1.0 + JITTER_SHARE)
}

/// Notes in `state` whether a poll found something: streaks and rhythm.
pub(super) fn note(state: &mut FeedState, found: bool, now: Timestamp) {
    if !found {
        state.unchanged = state.unchanged.saturating_add(1);
        return;
    }
    if let Some(last) = state.last_new_at {
        let gap = now.duration_since(last).as_secs_f64().max(0.0);
        state.rhythm_seconds = Some(state.rhythm_seconds.map_or(gap, |mean| mean + RHYTHM_WEIGHT * (gap - mean)));
        state.longest_gap_seconds = Some(quiet::longest_gap(state.longest_gap_seconds, gap));
    }
    state.last_new_at = Some(now);
    state.unchanged = 0;
}

/// The wait after an answer, by the rules above; `in_full`: the answer was a whole body and not a 304.
pub(super) fn wait(state: &FeedState, in_full: bool, hints: &Hints, spec: &PollSpec, now: Timestamp) -> Duration {
    let base = base(state.interval, spec);
    let silence = match state.last_new_at {
        Some(last) => Duration::try_from(now.duration_since(last)).unwrap_or(Duration::ZERO),
        None => base.saturating_mul(state.unchanged),
    };
    let own = if state.unchanged > 0 && silence >= SILENCE_BEFORE_SLOWING {
        let share = if in_full { SILENCE_SHARE_IN_FULL } else { SILENCE_SHARE };
        scaled(silence, share).clamp(base, base.saturating_mul(SLOWEST_INTERVALS))
    } else if let Some(rhythm) = state.rhythm_seconds {
        let since_last = rhythm.max(silence.as_secs_f64());
        let sooner = Duration::try_from_secs_f64(since_last * RHYTHM_SHARE).unwrap_or(base);
        sooner.max(spec.min_interval).min(base)
    } else {
        base
    };
    let asked = own.max(hints.max_age.unwrap_or_default()).max(hints.ttl.unwrap_or_default());
    scaled(asked, 1.0 + JITTER_SHARE * share(&state.feed, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60;
    const HOUR: u64 = 3600;

    fn now() -> Timestamp {
        "2024-10-17T06:00:00Z".parse().expect("a test instant")
    }

    fn state(interval: u64, silent_for: Option<u64>, unchanged: u32, rhythm_seconds: Option<f64>) -> FeedState {
        let last_new_at = silent_for.map(|s| now() - jiff::SignedDuration::from_secs(s as i64));
        FeedState {
            unchanged,
            rhythm_seconds,
            last_new_at,
            ..FeedState::new(FeedId::from("asie"), Duration::from_secs(interval), now())
        }
    }

    #[track_caller]
    fn check(state: &FeedState, in_full: bool, expected_seconds: u64) {
        let wait = wait(state, in_full, &Hints::default(), &PollSpec::default(), now()).as_secs_f64();
        let expected = expected_seconds as f64;
        assert!((expected..=expected * 1.051).contains(&wait), "{wait} s, expected {expected} s and at most 5 % more");
    }

    #[test]
    fn long_silence_slows_a_feed_down_to_four_intervals() {
        check(&state(15 * MINUTE, Some(5 * HOUR), 20, None), false, 15 * MINUTE);
        check(&state(15 * MINUTE, Some(12 * HOUR), 40, None), false, 30 * MINUTE);
        check(&state(15 * MINUTE, Some(12 * HOUR), 40, None), true, HOUR);
        check(&state(15 * MINUTE, Some(30 * 24 * HOUR), 999, None), false, HOUR);
        check(&state(15 * MINUTE, None, 48, None), false, 30 * MINUTE);
    }

    #[test]
    fn a_feed_asked_every_second_is_not_slowed_by_minutes_without_news() {
        let spec = PollSpec { min_interval: Duration::from_secs(1), ..PollSpec::default() };
        let wait = wait(&state(1, Some(30 * MINUTE), 1800, None), true, &Hints::default(), &spec, now());
        assert!(wait <= Duration::from_millis(1051), "{wait:?}");
    }

    #[test]
    fn a_lively_feed_is_asked_after_half_its_rhythm_but_never_before_the_minimum() {
        check(&state(15 * MINUTE, Some(0), 0, Some(20.0 * 60.0)), false, 10 * MINUTE);
        check(&state(15 * MINUTE, Some(0), 0, Some(30.0)), false, 5 * MINUTE);
        check(&state(15 * MINUTE, Some(0), 0, Some(3.0 * 3600.0)), false, 15 * MINUTE);
        check(&state(15 * MINUTE, Some(28 * MINUTE), 2, Some(60.0)), false, 14 * MINUTE);
    }

    #[test]
    fn the_rhythm_is_a_mean_of_the_times_between_finds() {
        let mut state = state(15 * MINUTE, Some(1000), 3, None);
        note(&mut state, true, now());
        assert_eq!((state.rhythm_seconds, state.unchanged, state.last_new_at), (Some(1000.0), 0, Some(now())));
        note(&mut state, false, now());
        note(&mut state, true, now() + jiff::SignedDuration::from_secs(500));
        assert_eq!((state.rhythm_seconds, state.longest_gap_seconds.map(f64::round)), (Some(850.0), Some(1000.0)));
    }

    #[test]
    fn a_handful_of_feeds_starts_at_once_and_a_thousand_within_a_minute() {
        let interval = Duration::from_secs(15 * MINUTE);
        let latest = |feeds: usize, interval: Duration| {
            let delays = (0..feeds)
                .map(|n| first_poll_at(&FeedId(format!("f{n}")), interval, feeds, now()).duration_since(now()).as_secs_f64());
            delays.fold(0.0, f64::max)
        };
        assert_eq!(latest(1, interval), 0.0);
        assert!(latest(3, interval) <= 0.2);
        assert!((50.0..=60.0).contains(&latest(1000, interval)));
        assert!(latest(1000, Duration::from_secs(1)) <= 1.0);
    }
}
