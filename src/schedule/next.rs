//! The decision: a feed's state and the outcome of a poll go in, the state with the next date comes out. Waits are computed in
//! cadence.rs and backoff.rs.

use std::time::Duration;

use jiff::Timestamp;

use super::jitter::{scaled, share};
use super::state::{FeedState, FeedStatus, Hints, PollOutcome, PollSpec};
use super::{backoff, cadence};
use crate::types::later;

/// How far below `max_interval` capped waits reach: feeds that are all at the maximum stay apart.
const CAP_SPREAD: f64 = 0.1;
/// A last poll this far in the future means that the clock went back; less is the drift of a clock being set.
const CLOCK_DRIFT: Duration = Duration::from_secs(60);

/// What is known of a feed after a poll that ended at `now`.
pub fn next_poll(state: &FeedState, outcome: &PollOutcome, spec: &PollSpec, now: Timestamp) -> FeedState {
    let mut next = FeedState { last_polled_at: Some(now), ..state.clone() };
    let wait = match outcome {
        PollOutcome::Read { new_entries, hints } => {
            succeeded(&mut next, *new_entries > 0, now);
            cadence::wait(&next, true, hints, spec, now)
        }
        PollOutcome::NotModified { hints } => {
            succeeded(&mut next, false, now);
            cadence::wait(&next, false, hints, spec, now)
        }
        PollOutcome::Failed { error, hints, throttled } => {
            failed(&mut next, FeedStatus::Failing, error.clone(), now);
            backoff::wait(&next, hints, *throttled, spec, now)
        }
        PollOutcome::Gone => {
            failed(
                &mut next,
                FeedStatus::Gone,
                "the server says that this feed is gone for good (410): remove it or change its address".to_owned(),
                now,
            );
            // The status keeps it from being asked; the date is what a person who revives it meets.
            spec.max_interval
        }
    };
    next.next_poll_at = later(now, capped(wait, share(&next.feed, now), spec));
    next
}

/// A feed whose dates can only come of a clock that has jumped, or of a `max_interval` since shortened, with dates to go on from;
/// `None` for one whose dates make sense.
///
/// A last poll in the future means that the clock went back: the feed keeps the wait it was given then, unless a silence measured with that clock can
/// have earned it; such a wait is counted anew. A next poll further ahead than any
/// wait says nothing: the feed is due at its share of one interval, so that such feeds do not come together. The result makes sense, so
/// asking again changes nothing.
pub fn clamp_next_poll(state: &FeedState, spec: &PollSpec, now: Timestamp) -> Option<FeedState> {
    let went_back = state.last_polled_at.filter(|at| *at > later(now, CLOCK_DRIFT));
    if went_back.is_none() && state.next_poll_at <= later(now, spec.max_interval) {
        return None;
    }
    let given = went_back.and_then(|last| Duration::try_from(state.next_poll_at.duration_since(last)).ok());
    let mended = FeedState {
        last_polled_at: state.last_polled_at.map(|at| at.min(now)),
        last_new_at: state.last_new_at.map(|at| at.min(now)),
        status_since: state.status_since.map(|at| at.min(now)),
        ..state.clone()
    };
    let wait = match given.filter(|wait| *wait <= spec.max_interval) {
        Some(wait) if state.status == FeedStatus::Ok && wait <= cadence::longest_own_wait(state.interval, spec) => {
            wait.min(cadence::wait(&mended, false, &Hints::default(), spec, now))
        }
        Some(wait) => wait,
        None => scaled(cadence::base(state.interval, spec), share(&state.feed, now)),
    };
    Some(FeedState { next_poll_at: later(now, wait), ..mended })
}

fn succeeded(state: &mut FeedState, found: bool, now: Timestamp) {
    if state.status != FeedStatus::Ok {
        state.status_since = Some(now);
    }
    state.status = FeedStatus::Ok;
    state.failures = 0;
    state.last_error = None;
    cadence::note(state, found, now);
}

fn failed(state: &mut FeedState, status: FeedStatus, error: String, now: Timestamp) {
    if state.status == FeedStatus::Ok {
        state.status_since = Some(now);
    }
    state.status = status;
    state.failures = state.failures.saturating_add(1);
    state.last_error = Some(error);
}

/// The wait, or a little less than `max_interval` when it is longer.
fn capped(wait: Duration, share: f64, spec: &PollSpec) -> Duration {
    if wait > spec.max_interval { scaled(spec.max_interval, 1.0 - CAP_SPREAD * share) } else { wait }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Hints;
    use crate::types::FeedId;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        "2024-10-17T06:00:00Z".parse().expect("a test instant")
    }

    fn seconds(n: u64) -> Option<Duration> {
        Some(Duration::from_secs(n))
    }

    fn spec() -> PollSpec {
        PollSpec { interval: Duration::from_secs(3), min_interval: Duration::from_secs(1), ..PollSpec::default() }
    }

    fn fresh() -> FeedState {
        FeedState::new(FeedId::from("asie"), Duration::from_secs(3), now())
    }

    fn failure(hints: Hints, throttled: bool) -> PollOutcome {
        PollOutcome::Failed { error: "503".into(), hints, throttled }
    }

    #[track_caller]
    fn check(outcome: &PollOutcome, at_least: f64, at_most: f64) {
        let wait = next_poll(&fresh(), outcome, &spec(), now()).next_poll_at.duration_since(now()).as_secs_f64();
        assert!((at_least..=at_most).contains(&wait), "{wait} s is not within {at_least}..{at_most}");
    }

    #[test]
    fn the_longest_of_interval_max_age_and_ttl_decides() {
        let read = |max_age, ttl| PollOutcome::Read { new_entries: 1, hints: Hints { max_age, ttl, retry_after: None } };
        check(&read(None, None), 3.0, 3.2);
        check(&read(seconds(2), None), 3.0, 3.2);
        check(&read(seconds(12), None), 12.0, 12.7);
        check(&read(seconds(12), seconds(60)), 60.0, 63.1);
        check(&read(None, seconds(10 * 24 * 3600)), 0.9 * 86400.0, 86400.0);
        check(&PollOutcome::NotModified { hints: Hints { max_age: seconds(12), ..Hints::default() } }, 12.0, 12.7);
    }

    #[test]
    fn retry_after_is_a_promise_and_a_bare_429_doubles() {
        check(&failure(Hints { retry_after: seconds(12), ..Hints::default() }, true), 12.0, 15.0);
        check(&failure(Hints { retry_after: seconds(12), ..Hints::default() }, false), 12.0, 15.0);
        check(&failure(Hints { retry_after: seconds(0), ..Hints::default() }, true), 3.0, 6.0);
        check(&failure(Hints { retry_after: seconds(u64::MAX), ..Hints::default() }, true), 0.9 * 86400.0, 86400.0);
        check(&failure(Hints::default(), true), 6.0, 9.0);
        check(&failure(Hints::default(), false), 6.0, 6.9);
    }

    #[test]
    fn failures_back_off_to_the_maximum_and_one_success_forgives() {
        let mut state = fresh();
        let mut last = Duration::ZERO;
        for n in 1..=40 {
            state = next_poll(&state, &failure(Hints::default(), false), &spec(), now());
            let wait = Duration::try_from(state.next_poll_at.duration_since(now())).expect("a wait ahead");
            assert!(wait >= last && wait <= spec().max_interval, "failure {n}: {wait:?}");
            last = wait;
        }
        assert_eq!((state.status, state.failures, state.last_error.as_deref()), (FeedStatus::Failing, 40, Some("503")));
        assert_eq!(state.status_since, Some(now()));
        let later = now() + jiff::SignedDuration::from_hours(5);
        let gone = next_poll(&state, &PollOutcome::Gone, &spec(), later);
        assert_eq!(gone.status_since, Some(now()), "in trouble since the first failure");
        let state = next_poll(&state, &PollOutcome::NotModified { hints: Hints::default() }, &spec(), later);
        assert_eq!((state.status, state.failures, state.last_error), (FeedStatus::Ok, 0, None));
        assert_eq!(state.status_since, Some(later));
    }

    #[test]
    fn gone_is_gone_visibly() {
        let state = next_poll(&fresh(), &PollOutcome::Gone, &spec(), now());
        assert_eq!(state.status, FeedStatus::Gone);
        assert!(state.last_error.is_some());
    }

    #[test]
    fn a_date_beyond_every_wait_is_pulled_back() {
        let hours = |n: i64| now() + jiff::SignedDuration::from_hours(n);
        let seconds = |n: i64| now() + jiff::SignedDuration::from_secs(n);
        let mended = |next_poll_at, last_polled_at| {
            clamp_next_poll(&FeedState { next_poll_at, last_polled_at, ..fresh() }, &spec(), now())
        };
        for sensible in
            [(seconds(2), Some(now())), (hours(-72), Some(hours(-72))), (hours(24), Some(hours(-1))), (seconds(2), None)]
        {
            assert_eq!(mended(sensible.0, sensible.1), None, "{sensible:?}");
        }
        for (next, last) in
            [(hours(720), Some(now())), (hours(720), None), (hours(60_000), Some(hours(1))), (hours(6), Some(hours(7)))]
        {
            let state = mended(next, last).expect("dates that make no sense");
            assert!((now()..=seconds(3)).contains(&state.next_poll_at), "{} is not within an interval", state.next_poll_at);
            assert_eq!(clamp_next_poll(&state, &spec(), now()), None);
        }
        let asked = mended(hours(9), Some(hours(6))).expect("a poll in the future");
        assert_eq!(
            (asked.next_poll_at, asked.last_polled_at),
            (hours(3), Some(now())),
            "a wait that the server asked for is kept"
        );
        let twelve_seconds_later = hours(6) + jiff::SignedDuration::from_secs(12);
        let earned = mended(twelve_seconds_later, Some(hours(6))).expect("a poll in the future").next_poll_at;
        assert!((seconds(3)..=seconds(4)).contains(&earned), "{earned}: a silence of the wrong clock counts for nothing");
    }

    proptest! {
        #[test]
        fn the_next_poll_is_ahead_and_within_the_maximum(
            interval in 0u64..1_000_000, failures in 0u32..100, unchanged in 0u32..10_000, rhythm in proptest::option::of(0f64..1e7),
            silent in 0i64..10_000_000, retry in proptest::option::of(0u64..u64::MAX), max_age in proptest::option::of(0u64..u64::MAX), kind in 0..3,
        ) {
            let state = FeedState {
                failures, unchanged, rhythm_seconds: rhythm, last_new_at: Some(now() - jiff::SignedDuration::from_secs(silent)),
                interval: Duration::from_secs(interval), ..fresh()
            };
            let hints = Hints { max_age: max_age.map(Duration::from_secs), ttl: None, retry_after: retry.map(Duration::from_secs) };
            let outcome = match kind {
                0 => PollOutcome::Read { new_entries: 0, hints },
                1 => PollOutcome::NotModified { hints },
                _ => failure(hints, true),
            };
            let next = next_poll(&state, &outcome, &spec(), now());
            prop_assert!(next.next_poll_at >= now() + jiff::SignedDuration::from_secs(1));
            prop_assert!(next.next_poll_at <= later(now(), spec().max_interval));
            prop_assert_eq!(clamp_next_poll(&next, &spec(), now()), None);
        }
    }
}
