//! When to try again: a letter that was deferred, and a relay that cannot be used.
//!
//! In: how often it failed, when it began, and `now`. Out: a time, or the end. Pure: jitter is a hash, so a replay gives the same
//! times. Not done here: waiting, counting, storing.

use std::time::Duration;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::MailSpec;
use crate::types::later;

/// How far a delay may lie from the computed one, percent either way: spreads rows that failed together (RFC 5321 §4.5.4.1 leaves
/// the figure open; a fifth is enough to part a hundred rows over the first minute).
const JITTER_PERCENT: u64 = 20;

/// What becomes of a letter that was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It is tried again then.
    At(Timestamp),
    /// It was tried long enough.
    GiveUp,
}

/// When a letter is tried again after `attempts` failed ones (1 = it failed once).
///
/// The delay is `retry_min` × 2ⁿ ± 20 %, never under `retry_min` (greylisting counts from there) and never over `retry_max`;
/// `key` names the letter, so that letters that failed together part. The last try falls on the instant of giving up, not before.
pub fn next_attempt(attempts: u32, first_tried_at: Timestamp, spec: &MailSpec, key: &str, now: Timestamp) -> Retry {
    let deadline = later(first_tried_at, spec.give_up);
    if now >= deadline {
        return Retry::GiveUp;
    }
    Retry::At(later(now, delay(attempts, spec, key)).min(deadline))
}

/// The back-off that all letters share while the relay cannot be used.
///
/// One for the server, not one a letter: six letters that each tried to log in would lock the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelayHealth {
    failures: u32,
    not_before: Option<Timestamp>,
}

impl RelayHealth {
    /// Notes a [`SendError::Relay`](super::SendError::Relay): nothing goes before the time that follows from it.
    pub fn failed(&mut self, now: Timestamp, spec: &MailSpec) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(later(now, delay(self.failures, spec, &spec.host)));
    }

    /// Notes that the relay answered about a letter, whatever it said.
    pub fn ok(&mut self) {
        *self = RelayHealth::default();
    }

    /// Before this nothing is sent; `None` while the relay is well.
    pub fn not_before(&self) -> Option<Timestamp> {
        self.not_before
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

fn delay(attempts: u32, spec: &MailSpec, key: &str) -> Duration {
    let doublings = attempts.saturating_sub(1).min(32);
    let base = spec.retry_min.saturating_mul(2_u32.saturating_pow(doublings)).min(spec.retry_max);
    let mut seed = key.as_bytes().to_vec();
    seed.extend_from_slice(&attempts.to_le_bytes());
    let percent = 100 - JITTER_PERCENT + xxh3_64(&seed) % (2 * JITTER_PERCENT + 1);
    let jittered = base.saturating_mul(u32::try_from(percent).unwrap_or(100)) / 100;
    jittered.min(spec.retry_max).max(spec.retry_min)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).expect("a test instant")
    }

    fn seconds_until(retry: Retry, now: Timestamp) -> i64 {
        match retry {
            Retry::At(then) => then.as_second() - now.as_second(),
            Retry::GiveUp => panic!("gave up"),
        }
    }

    #[test]
    fn the_delay_doubles_from_a_minute_to_half_an_hour() {
        let spec = MailSpec::default();
        for (attempts, least, most) in
            [(1, 60, 72), (2, 96, 144), (3, 192, 288), (5, 768, 1152), (6, 1440, 1800), (60, 1440, 1800)]
        {
            let wait = seconds_until(next_attempt(attempts, at(0), &spec, "m1@rig.example", at(10)), at(10));
            assert!((least..=most).contains(&wait), "attempt {attempts}: {wait} s");
        }
    }

    #[test]
    fn the_last_try_is_at_the_deadline_and_then_it_is_given_up() {
        let spec = MailSpec { give_up: Duration::from_secs(100), ..MailSpec::default() };
        assert_eq!(next_attempt(4, at(0), &spec, "m", at(90)), Retry::At(at(100)));
        assert_eq!(next_attempt(5, at(0), &spec, "m", at(100)), Retry::GiveUp);
    }

    #[test]
    fn letters_that_failed_together_part() {
        let spec = MailSpec { retry_max: Duration::from_secs(86_400), ..MailSpec::default() };
        let mut waits: Vec<_> =
            (0..20).map(|n| seconds_until(next_attempt(4, at(0), &spec, &format!("m{n}"), at(0)), at(0))).collect();
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 8, "{waits:?}");
    }

    #[test]
    fn a_sick_relay_is_asked_ever_more_rarely_until_it_answers() {
        let spec = MailSpec { host: "relay.example".to_owned(), ..MailSpec::default() };
        let mut health = RelayHealth::default();
        assert_eq!(health.not_before(), None);
        health.failed(at(0), &spec);
        let first = health.not_before().expect("a back-off");
        assert!(first >= at(60) && first <= at(72));
        health.failed(first, &spec);
        assert!(health.not_before().expect("a back-off").as_second() - first.as_second() >= 96);
        assert_eq!(health.failures(), 2);
        health.ok();
        assert_eq!(health, RelayHealth::default());
    }

    proptest! {
        #[test]
        fn a_try_is_never_in_the_past_nor_after_the_deadline(
            attempts in 0_u32..=u32::MAX, waited in 0_i64..400_000, min in 0_u64..7_200, max in 0_u64..100_000, key in ".{0,12}"
        ) {
            let spec = MailSpec {
                retry_min: Duration::from_secs(min),
                retry_max: Duration::from_secs(max),
                ..MailSpec::default()
            };
            let now = at(waited);
            if let Retry::At(then) = next_attempt(attempts, at(0), &spec, &key, now) {
                prop_assert!(then >= now && then <= at(4 * 86_400));
                prop_assert_eq!(Retry::At(then), next_attempt(attempts, at(0), &spec, &key, now));
            } else {
                prop_assert!(waited >= 4 * 86_400);
            }
        }
    }
}
