//! Quiet hours: is an instant quiet for a desk, and when does the quiet end? Right across changes of clocks.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::QuietHours;

impl QuietHours {
    /// Reads `22:00-07:00`: from the first minute that is quiet to the first that is not, possibly past midnight.
    pub fn parse(text: &str) -> Result<QuietHours, String> {
        let complaint = || format!("{text:?} is no quiet period: write \"22:00-07:00\"");
        let (from, to) = text.split_once(['-', '–']).ok_or_else(complaint)?;
        let hours = QuietHours { from: time_of_day(from)?, to: time_of_day(to)? };
        if hours.from == hours.to {
            return Err(format!("{text:?} begins and ends at the same minute: leave quiet_hours out, or write another end"));
        }
        Ok(hours)
    }

    /// True when `now` is quiet in `zone`.
    pub fn contains(&self, now: Timestamp, zone: &TimeZone) -> bool {
        let local = zone.to_datetime(now).time();
        if self.from < self.to { self.from <= local && local < self.to } else { self.from <= local || local < self.to }
    }

    /// The first instant after `now` that is not quiet in `zone`.
    pub fn end_after(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = zone.to_datetime(now).date();
        // The end may be skipped (clocks go forward) or come twice (back): then the change itself, or the second time, ends the quiet.
        let mut ends: Vec<Timestamp> = zone.following(now).take(1).map(|change| change.timestamp()).collect();
        for day in std::iter::successors(Some(today), |day| day.tomorrow().ok()).take(3) {
            let end = day.to_datetime(self.to);
            for at in [zone.to_ambiguous_zoned(end).earlier(), zone.to_ambiguous_zoned(end).later()].into_iter().flatten() {
                ends.push(at.timestamp());
            }
        }
        ends.into_iter().filter(|&end| end > now && !self.contains(end, zone)).min().unwrap_or(now)
    }
}

/// Reads a time of day such as `7:30`, `07:30` or `24:00` (midnight).
pub(super) fn time_of_day(text: &str) -> Result<Time, String> {
    let complaint = || format!("{:?} is no time of day: write \"07:30\"", text.trim());
    let (hour, minute) = text.trim().split_once(':').ok_or_else(complaint)?;
    let digits = |part: &str, least: usize| {
        ((least..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<i8>().ok())
            .flatten()
            .ok_or_else(complaint)
    };
    match (digits(hour, 1)?, digits(minute, 2)?) {
        (24, 0) => Ok(Time::midnight()),
        (hour, minute) => Time::new(hour, minute, 0, 0).map_err(|_| complaint()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").expect("a test zone")
    }

    #[track_caller]
    fn check(hours: &str, now: &str, quiet: bool, end: &str) {
        let hours = QuietHours::parse(hours).expect("test hours");
        let now: Timestamp = now.parse().expect("a test instant");
        assert_eq!(hours.contains(now, &paris()), quiet, "quiet at {now}");
        assert_eq!(hours.end_after(now, &paris()).to_string(), end, "end after {now}");
    }

    #[test]
    fn quiet_hours_span_midnight_and_end_on_the_minute() {
        check("22:00-07:00", "2026-01-10T21:00:00Z", true, "2026-01-11T06:00:00Z");
        check("22:00-07:00", "2026-01-10T20:59:59Z", false, "2026-01-11T06:00:00Z");
        check("22:00-07:00", "2026-01-11T05:59:59Z", true, "2026-01-11T06:00:00Z");
        check("22:00-07:00", "2026-01-11T06:00:00Z", false, "2026-01-12T06:00:00Z");
        check("12:30-14:00", "2026-07-01T11:00:00Z", true, "2026-07-01T12:00:00Z");
    }

    #[test]
    fn an_end_that_the_clocks_skip_is_the_change_itself() {
        check("22:00-02:30", "2026-03-29T00:30:00Z", true, "2026-03-29T01:00:00Z");
    }

    #[test]
    fn an_end_that_comes_twice_ends_twice() {
        check("22:00-02:30", "2026-10-24T22:00:00Z", true, "2026-10-25T00:30:00Z");
        check("22:00-02:30", "2026-10-25T01:10:00Z", true, "2026-10-25T01:30:00Z");
    }

    #[test]
    fn a_mistake_is_told_with_what_to_write() {
        for wrong in ["", "22:00", "22h-7h", "25:00-07:00", "22:0-07:00", "07:00-07:00", "-1:00-07:00"] {
            assert!(QuietHours::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(time_of_day("24:00"), Ok(Time::midnight()));
        assert_eq!(time_of_day(" 7:05 ").map(|t| t.to_string()).as_deref(), Ok("07:05:00"));
    }
}
