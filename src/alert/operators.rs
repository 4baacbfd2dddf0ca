//! The mails to operators about feeds: in goes when a change was noticed and when the last mail was decided, out comes when the next one is due.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Language;
use crate::types::later;

/// The name under which operators stand among the desks, in the outbox and in lists.
pub const OPERATORS: &str = "operators";

/// The `[operators]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorsSpec {
    /// One message each; empty means that nobody is told.
    pub recipients: Vec<String>,
    /// The language of their mails.
    pub language: Language,
    /// Their time zone.
    pub timezone: TimeZone,
    /// Failures in a row from which a feed is told to fail.
    pub feed_failures: u32,
    /// How long other changes are waited for before the mail goes: what breaks together is told together.
    pub group_wait: Duration,
    /// The least time between two mails; changes in between are joined.
    pub min_gap: Duration,
}

impl Default for OperatorsSpec {
    fn default() -> Self {
        OperatorsSpec {
            recipients: Vec::new(),
            language: Language::En,
            timezone: TimeZone::UTC,
            // The wait doubles at each failure: three and a half hours at an interval of 15 minutes, past a night's maintenance.
            feed_failures: 4,
            // A back-off is spread by 15 percent, so that feeds that broke at once count their fourth failure within half an hour of each other.
            group_wait: Duration::from_secs(30 * 60),
            // Feeds of different intervals break and recover hours apart when one network is down: a mail an hour is what a person reads.
            min_gap: Duration::from_secs(3600),
        }
    }
}

impl OperatorsSpec {
    /// When a change that was noticed at `noticed_at` is told, the last mail having been decided at `last`.
    pub fn tell_at(&self, noticed_at: Timestamp, last: Option<Timestamp>) -> Timestamp {
        let grouped = later(noticed_at, self.group_wait);
        // A last mail in the future is one of before the clock was set back.
        match last.filter(|last| *last <= noticed_at) {
            Some(last) => grouped.max(later(last, self.min_gap)),
            None => grouped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_collected_and_mails_keep_their_distance() {
        let at = |minute: i64| -> Timestamp {
            let start: Timestamp = "2024-10-17T06:00:00Z".parse().expect("a test instant");
            start + jiff::SignedDuration::from_mins(minute)
        };
        let spec = OperatorsSpec::default();
        assert_eq!(spec.tell_at(at(0), None), at(30));
        assert_eq!(spec.tell_at(at(0), Some(at(-300))), at(30));
        assert_eq!(spec.tell_at(at(0), Some(at(-10))), at(50));
        assert_eq!(spec.tell_at(at(0), Some(at(99_999))), at(30), "the clock went back");
    }
}
