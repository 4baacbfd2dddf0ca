//! What there is to tell of a feed: in goes its state and what operators were told of it last, out comes what has changed since.
//!
//! One report a break, however long it lasts: a feed that was told to fail is told again only when it answers, and one that fails is not also quiet.

use jiff::Timestamp;

use super::quiet::{quiet, quiet_after};
use super::state::{FeedState, FeedStatus};

/// What operators were told of a feed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What was wrong with it; `None`: that it is well again.
    pub trouble: Option<Trouble>,
    /// Since when that was so.
    pub since: Option<Timestamp>,
    /// When they were told.
    pub at: Timestamp,
}

/// What can be wrong with a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Polls fail, or the server says that it is gone.
    Failing,
    /// It answers, and is silent for longer than it usually is.
    Quiet,
}

/// What operators do not know yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It fails.
    Fails,
    /// It is quiet.
    FallsQuiet,
    /// It failed, and answers again.
    Answers,
    /// It was quiet, and brought something.
    Speaks,
}

impl Change {
    /// What is wrong with the feed from now on.
    pub fn trouble(self) -> Option<Trouble> {
        match self {
            Change::Fails => Some(Trouble::Failing),
            Change::FallsQuiet => Some(Trouble::Quiet),
            Change::Answers | Change::Speaks => None,
        }
    }
}

/// True when nothing about the feed could ever be told: its last poll succeeded, and its silence is a usual one.
pub fn is_well(state: &FeedState) -> bool {
    state.status == FeedStatus::Ok && quiet(state).is_none()
}

/// What has changed since operators were told of a feed; it fails from `feed_failures` failures in a row, or from a 410 on.
pub fn change(state: &FeedState, told: Option<&Told>, feed_failures: u32) -> Option<Change> {
    let fails = match state.status {
        FeedStatus::Gone => true,
        FeedStatus::Failing => state.failures >= feed_failures,
        FeedStatus::Ok | FeedStatus::Paused => false,
    };
    match told.and_then(|told| told.trouble) {
        Some(Trouble::Failing) => (state.status == FeedStatus::Ok).then_some(Change::Answers),
        Some(Trouble::Quiet) | None if fails => Some(Change::Fails),
        Some(Trouble::Quiet) => {
            // A single failure in between, or a clock that was set, is not yet a find.
            let speaks = state.status == FeedStatus::Ok && state.last_new_at > told.and_then(|told| told.since);
            speaks.then_some(Change::Speaks)
        }
        // What was lost while it failed is no silence.
        None => quiet_after(state, told.map_or(Timestamp::MIN, |told| told.at)).map(|_| Change::FallsQuiet),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::SignedDuration;

    use super::*;
    use crate::types::FeedId;

    fn day(n: i64) -> Timestamp {
        let start: Timestamp = "2024-10-01T06:00:00Z".parse().expect("a test instant");
        start + SignedDuration::from_hours(24 * n)
    }

    /// A feed of a rhythm of two hours that brought something on day 0 and was polled last on day `polled`.
    fn state(status: FeedStatus, failures: u32, polled: i64) -> FeedState {
        FeedState {
            status,
            failures,
            last_new_at: Some(day(0)),
            last_polled_at: Some(day(polled)),
            rhythm_seconds: Some(7200.0),
            ..FeedState::new(FeedId::from("asie"), Duration::from_secs(900), day(polled))
        }
    }

    fn told(trouble: Option<Trouble>, since: i64, at: i64) -> Option<Told> {
        Some(Told { trouble, since: Some(day(since)), at: day(at) })
    }

    #[track_caller]
    fn check(state: &FeedState, told: Option<Told>, expected: Option<Change>) {
        assert_eq!(change(state, told.as_ref(), 4), expected, "{state:?} after {told:?}");
    }

    #[test]
    fn the_first_failures_are_silent_and_410_is_told_at_once() {
        use FeedStatus::{Failing, Gone, Ok, Paused};
        for (status, failures, expected) in [
            (Ok, 0, None),
            (Failing, 1, None),
            (Failing, 3, None),
            (Failing, 4, Some(Change::Fails)),
            (Failing, 400, Some(Change::Fails)),
            (Gone, 1, Some(Change::Fails)),
            (Paused, 9, None),
        ] {
            check(&state(status, failures, 1), None, expected);
            check(&state(status, failures, 1), told(None, 0, 0), expected);
        }
    }

    #[test]
    fn a_break_is_told_once_and_its_end_once() {
        let failing = told(Some(Trouble::Failing), 0, 1);
        check(&state(FeedStatus::Failing, 4, 2), failing, None);
        check(&state(FeedStatus::Failing, 2, 2), failing, None);
        check(&state(FeedStatus::Gone, 5, 2), failing, None);
        check(&state(FeedStatus::Ok, 0, 2), failing, Some(Change::Answers));
        check(&state(FeedStatus::Ok, 0, 2), told(None, 0, 2), None);
    }

    #[test]
    fn silence_is_told_once_and_its_end_once() {
        let quiet = told(Some(Trouble::Quiet), 0, 3);
        check(&state(FeedStatus::Ok, 0, 2), None, None);
        check(&state(FeedStatus::Ok, 0, 3), None, Some(Change::FallsQuiet));
        check(&state(FeedStatus::Ok, 0, 90), quiet, None);
        check(&state(FeedStatus::Failing, 1, 90), quiet, None);
        let speaks = FeedState { last_new_at: Some(day(90)), ..state(FeedStatus::Ok, 0, 90) };
        check(&speaks, quiet, Some(Change::Speaks));
        check(&FeedState { last_new_at: Some(day(-1)), ..speaks }, quiet, None);
    }

    #[test]
    fn a_quiet_feed_that_breaks_is_told_to_fail_and_a_failing_one_is_not_also_quiet() {
        check(&state(FeedStatus::Failing, 4, 9), told(Some(Trouble::Quiet), 0, 3), Some(Change::Fails));
        check(&state(FeedStatus::Failing, 3, 9), None, None);
        check(&state(FeedStatus::Failing, 9, 9), told(Some(Trouble::Failing), 0, 3), None);
    }

    #[test]
    fn the_time_of_a_break_is_no_silence() {
        let recovered = told(None, 0, 9);
        check(&state(FeedStatus::Ok, 0, 11), recovered, None);
        check(&state(FeedStatus::Ok, 0, 12), recovered, Some(Change::FallsQuiet));
    }
}
