//! A feed that answers and yet brings nothing: in goes its state, out comes since when that is unusual for it.
//!
//! Silence is what was seen: it counts from the last find to the last poll, not to now, so that a night in which vigie itself was switched off
//! makes no feed quiet. Feeds that fail are not looked at here: what is broken is not also quiet.

use jiff::{SignedDuration, Timestamp};

use super::state::{FeedState, FeedStatus};

/// A silence is unusual from this many times the usual time between two finds.
const RHYTHMS: f64 = 3.0;
/// And from this share of the longest silence of late: a paper that prints its whole week on Monday has a rhythm of hours and is silent for days.
const LONGEST_GAPS: f64 = 1.5;
/// A shorter silence is never unusual, however lively the feed: from Friday noon to Monday noon an office says nothing.
pub const LEAST_SILENCE: SignedDuration = SignedDuration::from_hours(72);
/// The same for a feed that brought something once only, so that its rhythm is unknown: the slowest that are followed as news are monthly.
const LEAST_SILENCE_WITHOUT_RHYTHM: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The longest silence counts half as much after this time: the holidays of one summer do not excuse the whole year.
const GAP_HALF_LIFE_SECONDS: f64 = 30.0 * 86_400.0;

/// A silence that is unusual for its feed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quiet {
    /// The last find.
    pub since: Timestamp,
    /// The usual time between two finds, seconds; unknown for a feed that brought something once only.
    pub usual_seconds: Option<f64>,
}

/// Whether a feed is silent for longer than it usually is. One that never brought anything has no "usually": lists say so in other words.
pub fn quiet(state: &FeedState) -> Option<Quiet> {
    quiet_after(state, Timestamp::MIN)
}

/// [`quiet`], with nothing before `from` counted as silence.
pub(super) fn quiet_after(state: &FeedState, from: Timestamp) -> Option<Quiet> {
    if state.status != FeedStatus::Ok {
        return None;
    }
    let since = state.last_new_at?;
    let silence = state.last_polled_at?.duration_since(since.max(from));
    let least = match state.rhythm_seconds {
        None => LEAST_SILENCE_WITHOUT_RHYTHM,
        Some(rhythm) => {
            let seconds = (RHYTHMS * rhythm).max(LONGEST_GAPS * state.longest_gap_seconds.unwrap_or(0.0));
            SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX).max(LEAST_SILENCE)
        }
    };
    (silence >= least).then_some(Quiet { since, usual_seconds: state.rhythm_seconds })
}

/// The longest time between two finds of late, after one more of `gap` seconds.
pub(super) fn longest_gap(longest: Option<f64>, gap: f64) -> f64 {
    longest.map_or(gap, |longest| gap.max(longest * 0.5_f64.powf(gap / GAP_HALF_LIFE_SECONDS)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::types::FeedId;

    const HOUR: f64 = 3600.0;
    const DAY: f64 = 24.0 * HOUR;

    fn state(rhythm: Option<f64>, longest: Option<f64>, silence: f64) -> FeedState {
        let now: Timestamp = "2024-10-17T06:00:00Z".parse().expect("a test instant");
        FeedState {
            last_polled_at: Some(now),
            last_new_at: Some(now - SignedDuration::from_secs_f64(silence)),
            rhythm_seconds: rhythm,
            longest_gap_seconds: longest,
            ..FeedState::new(FeedId::from("asie"), Duration::from_secs(900), now)
        }
    }

    #[track_caller]
    fn check(rhythm: Option<f64>, longest: Option<f64>, silence: f64, expected: bool) {
        let state = state(rhythm, longest, silence);
        let expected = expected.then(|| Quiet { since: state.last_new_at.expect("it was set"), usual_seconds: rhythm });
        assert_eq!(quiet(&state), expected, "rhythm {rhythm:?}, longest {longest:?}, silent for {silence} s");
    }

    #[test]
    fn three_times_the_usual_rhythm_is_quiet() {
        check(Some(2.0 * DAY), Some(2.0 * DAY), 5.9 * DAY, false);
        check(Some(2.0 * DAY), Some(2.0 * DAY), 6.0 * DAY, true);
        check(Some(30.0 * DAY), None, 89.0 * DAY, false);
        check(Some(30.0 * DAY), None, 90.0 * DAY, true);
    }

    #[test]
    fn a_lively_feed_may_be_silent_over_a_weekend() {
        check(Some(60.0), Some(HOUR), 62.0 * HOUR, false);
        check(Some(60.0), Some(HOUR), 72.0 * HOUR, true);
        check(Some(0.0), Some(0.0), 72.0 * HOUR, true);
    }

    #[test]
    fn a_feed_that_comes_in_bursts_may_be_silent_as_long_as_before() {
        check(Some(HOUR), Some(7.0 * DAY), 10.4 * DAY, false);
        check(Some(HOUR), Some(7.0 * DAY), 10.5 * DAY, true);
    }

    #[test]
    fn an_unknown_rhythm_is_taken_for_a_slow_one() {
        check(None, None, 29.0 * DAY, false);
        check(None, None, 30.0 * DAY, true);
    }

    #[test]
    fn what_cannot_be_seen_is_not_quiet() {
        let silent = state(Some(HOUR), None, 300.0 * DAY);
        assert!(quiet(&silent).is_some());
        for status in [FeedStatus::Failing, FeedStatus::Gone, FeedStatus::Paused] {
            assert_eq!(quiet(&FeedState { status, ..silent.clone() }), None, "{status:?}");
        }
        assert_eq!(quiet(&FeedState { last_new_at: None, unchanged: 9999, ..silent.clone() }), None, "never brought anything");
        assert_eq!(quiet(&FeedState { last_polled_at: silent.last_new_at, ..silent.clone() }), None, "vigie was switched off");
        let broken = FeedState { rhythm_seconds: Some(f64::INFINITY), ..silent };
        assert_eq!(quiet(&broken), None, "a damaged row");
    }

    #[test]
    fn long_silences_fade() {
        assert_eq!(longest_gap(None, 5.0), 5.0);
        assert_eq!(longest_gap(Some(7.0), 9.0), 9.0);
        assert!((longest_gap(Some(100.0 * DAY), 30.0 * DAY) - 50.0 * DAY).abs() < 1.0);
    }
}
