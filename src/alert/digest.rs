//! Digest times: how they are written, and when the next digest of a desk is due, in its zone and right across changes of clocks.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::quiet_hours::time_of_day;
use super::{DeskSpec, DigestTime, Weekdays};

/// Days looked back and ahead: a weekly time recurs within seven, and quiet hours may push one into the next day.
const DAYS_BACK: i64 = 2;
const DAYS_AHEAD: i64 = 8;

/// The days as people write them, Monday first; English and French, three letters are enough.
const DAY_NAMES: [[&str; 2]; 7] = [
    ["monday", "lundi"],
    ["tuesday", "mardi"],
    ["wednesday", "mercredi"],
    ["thursday", "jeudi"],
    ["friday", "vendredi"],
    ["saturday", "samedi"],
    ["sunday", "dimanche"],
];

impl DigestTime {
    /// Reads `18:00`, `Sat 10:00`, `Mon,Wed 09:00` or `Mon..Fri 07:30`.
    pub fn parse(text: &str) -> Result<DigestTime, String> {
        let text = text.trim();
        match text.rsplit_once(char::is_whitespace) {
            None => Ok(DigestTime { days: Weekdays([true; 7]), time: time_of_day(text)? }),
            Some((days, time)) => Ok(DigestTime { days: weekdays(days)?, time: time_of_day(time)? }),
        }
    }
}

/// When the first digest of `desk` after `after` is due; `None` when it gets no digest. One that would fall into quiet hours comes at their end.
pub fn next_digest(desk: &DeskSpec, after: Timestamp) -> Option<Timestamp> {
    let zone = &desk.timezone;
    let today = zone.to_datetime(after).date();
    let mut due: Vec<Timestamp> = Vec::new();
    for offset in -DAYS_BACK..=DAYS_AHEAD {
        let Ok(day) = today.checked_add(jiff::Span::new().days(offset)) else { continue };
        for digest in desk.digest.iter().filter(|digest| digest.days.contains(day.weekday())) {
            due.extend(zone.to_timestamp(day.to_datetime(digest.time)).ok());
        }
    }
    due.extend(desk.digest_every.and_then(|every| after.checked_add(every).ok()));
    due.into_iter().map(|at| out_of_quiet(desk, at, zone)).filter(|&at| at > after).min()
}

fn out_of_quiet(desk: &DeskSpec, at: Timestamp, zone: &TimeZone) -> Timestamp {
    match desk.quiet_hours {
        Some(hours) if hours.contains(at, zone) => hours.end_after(at, zone),
        _ => at,
    }
}

impl Weekdays {
    /// True when `day` is one of them.
    pub fn contains(&self, day: Weekday) -> bool {
        usize::try_from(day.to_monday_zero_offset()).is_ok_and(|index| self.0.get(index).copied().unwrap_or(false))
    }
}

fn weekdays(text: &str) -> Result<Weekdays, String> {
    let mut days = [false; 7];
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once("..").unwrap_or((part, part));
        let (mut day, last) = (day_index(first)?, day_index(last)?);
        days[day] = true;
        // `Sat..Mon` goes round the end of the week.
        while day != last {
            day = (day + 1) % 7;
            days[day] = true;
        }
    }
    Ok(Weekdays(days))
}

fn day_index(name: &str) -> Result<usize, String> {
    let lower = name.trim().trim_end_matches('.').to_lowercase();
    DAY_NAMES
        .iter()
        .position(|names| lower.len() >= 3 && names.iter().any(|day| day.starts_with(&lower)))
        .ok_or_else(|| format!("{name:?} is no day: write Mon, Tue, Wed, Thu, Fri, Sat or Sun"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::alert::QuietHours;
    use crate::alert::policy::tests::desk;

    #[track_caller]
    fn check(digest: &[&str], after: &str, expected: &[&str]) {
        let mut desk = desk();
        desk.digest = digest.iter().map(|text| DigestTime::parse(text).expect("a test time")).collect();
        let mut at: Timestamp = after.parse().expect("a test instant");
        for want in expected {
            at = next_digest(&desk, at).expect("a digest is due");
            assert_eq!(at.to_zoned(desk.timezone.clone()).strftime("%a %F %H:%M %z").to_string(), *want);
        }
    }

    #[test]
    fn digests_come_on_their_days_at_local_time() {
        check(
            &["Mon..Fri 07:30", "18:00"],
            "2026-11-20T10:00:00Z",
            &[
                "Fri 2026-11-20 18:00 +0100",
                "Sat 2026-11-21 18:00 +0100",
                "Sun 2026-11-22 18:00 +0100",
                "Mon 2026-11-23 07:30 +0100",
            ],
        );
        check(&["Mon,Wed 09:00"], "2026-11-20T10:00:00Z", &["Mon 2026-11-23 09:00 +0100", "Wed 2026-11-25 09:00 +0100"]);
        check(&["Sat 10:00"], "2026-11-21T09:00:00Z", &["Sat 2026-11-28 10:00 +0100"]);
        check(&["sam..lun 8:00"], "2026-11-22T12:00:00Z", &["Mon 2026-11-23 08:00 +0100", "Sat 2026-11-28 08:00 +0100"]);
    }

    #[test]
    fn the_local_hour_stays_when_clocks_change() {
        check(&["07:30"], "2026-03-28T07:00:00Z", &["Sun 2026-03-29 07:30 +0200", "Mon 2026-03-30 07:30 +0200"]);
        check(&["07:30"], "2026-10-24T06:00:00Z", &["Sun 2026-10-25 07:30 +0100"]);
    }

    #[test]
    fn a_skipped_minute_is_made_up_and_a_repeated_one_comes_once() {
        check(&["02:30"], "2026-03-28T12:00:00Z", &["Sun 2026-03-29 03:30 +0200", "Mon 2026-03-30 02:30 +0200"]);
        check(&["02:30"], "2026-10-24T12:00:00Z", &["Sun 2026-10-25 02:30 +0200", "Mon 2026-10-26 02:30 +0100"]);
    }

    #[test]
    fn a_digest_waits_for_quiet_hours_to_end() {
        let mut desk = desk();
        desk.quiet_hours = Some(QuietHours::parse("22:00-07:00").expect("test hours"));
        desk.digest_every = Some(Duration::from_secs(3600));
        let after: Timestamp = "2026-11-20T20:30:00Z".parse().expect("a test instant");
        assert_eq!(next_digest(&desk, after).map(|t| t.to_string()).as_deref(), Some("2026-11-21T06:00:00Z"));
        desk.digest_every = None;
        desk.digest = vec![DigestTime::parse("23:00").expect("a test time")];
        let night: Timestamp = "2026-11-21T01:00:00Z".parse().expect("a test instant");
        assert_eq!(next_digest(&desk, night).map(|t| t.to_string()).as_deref(), Some("2026-11-21T06:00:00Z"));
        desk.digest.clear();
        assert_eq!(next_digest(&desk, after), None);
    }

    #[test]
    fn a_mistake_is_told_with_what_to_write() {
        for wrong in ["", "Mon", "Mon..Fri", "7h30", "Mo 07:30", "Mon-Fri 07:30", "Mon..Xyz 07:30", "Mon.. 07:30", ", 07:30"] {
            assert!(DigestTime::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
