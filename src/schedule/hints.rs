//! What response headers say about the next poll: in go headers as received, out come durations from now on. Deciding is done in next.rs.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::state::Hints;

/// The longest wait that is believed, whatever a server says: past a month a number is a mistake (the schedule caps far lower).
const LONGEST_HINT: Duration = Duration::from_secs(31 * 24 * 3600);

impl Hints {
    /// Reads `Cache-Control: max-age` (minus `Age`; else `Expires`) and `Retry-After` (seconds or a date) out of headers whose
    /// names are in lower case.
    ///
    /// Dates are taken relative to the answer's own `Date`, so that a server whose clock is wrong is still understood.
    pub fn from_headers(headers: &[(String, Vec<u8>)], now: Timestamp) -> Hints {
        let get = |name: &str| {
            headers
                .iter()
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .and_then(|(_, v)| std::str::from_utf8(v).ok())
                .map(str::trim)
        };
        let sent_at = get("date").and_then(http_date).unwrap_or(now);
        let until =
            |date: Timestamp| Duration::try_from(date.duration_since(sent_at)).unwrap_or(Duration::ZERO).min(LONGEST_HINT);
        let age = get("age").and_then(seconds).unwrap_or(Duration::ZERO);
        let max_age = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("cache-control"))
            .filter_map(|(_, value)| std::str::from_utf8(value).ok())
            .find_map(max_age)
            .or_else(|| get("expires").and_then(http_date).map(until))
            .map(|span| span.saturating_sub(age))
            .filter(|span| !span.is_zero());
        let retry_after = get("retry-after").and_then(|value| seconds(value).or_else(|| http_date(value).map(until)));
        Hints { max_age, ttl: None, retry_after }
    }
}

/// The `max-age` directive of one `Cache-Control` field (RFC 9111 §5.2.2.1); quoted numbers occur.
fn max_age(value: &str) -> Option<Duration> {
    value.split(',').find_map(|directive| {
        let (name, number) = directive.split_once('=')?;
        name.trim().eq_ignore_ascii_case("max-age").then(|| seconds(number.trim().trim_matches('"')))?
    })
}

/// A whole number of seconds; digits too many to hold mean "very long".
fn seconds(text: &str) -> Option<Duration> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().map(Duration::from_secs).unwrap_or(LONGEST_HINT).min(LONGEST_HINT))
}

/// An HTTP-date in any of the three forms of RFC 9110 §5.6.7, always GMT.
fn http_date(text: &str) -> Option<Timestamp> {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].iter().find_map(|format| {
        let civil: DateTime = strtime::parse(format, text).ok()?.to_datetime().ok()?;
        // The last day of the year 9999 is past the end of our time, and means "very long".
        Some(civil.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(headers: &[(&str, &str)]) -> Hints {
        let headers: Vec<(String, Vec<u8>)> = headers.iter().map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec())).collect();
        Hints::from_headers(&headers, "2024-10-17T06:00:00Z".parse().expect("a test instant"))
    }

    #[track_caller]
    fn check_max_age(headers: &[(&str, &str)], expected: Option<u64>) {
        assert_eq!(read(headers).max_age, expected.map(Duration::from_secs), "{headers:?}");
    }

    #[track_caller]
    fn check_retry(headers: &[(&str, &str)], expected: Option<u64>) {
        assert_eq!(read(headers).retry_after, expected.map(Duration::from_secs), "{headers:?}");
    }

    #[test]
    fn freshness_is_max_age_minus_age_else_expires() {
        check_max_age(&[("cache-control", "public, max-age=600")], Some(600));
        check_max_age(&[("cache-control", "public, max-age=600"), ("age", "100")], Some(500));
        check_max_age(&[("cache-control", "max-age=60"), ("age", "100")], None);
        check_max_age(&[("cache-control", "Max-Age=\"30\"")], Some(30));
        check_max_age(&[("cache-control", "no-cache"), ("cache-control", "max-age=5")], Some(5));
        check_max_age(&[("cache-control", "s-maxage=600")], None);
        check_max_age(&[("expires", "Thu, 17 Oct 2024 06:10:00 GMT")], Some(600));
        check_max_age(&[("expires", "Thu, 17 Oct 2024 06:10:00 GMT"), ("date", "Thu, 17 Oct 2024 06:05:00 GMT")], Some(300));
        check_max_age(&[("cache-control", "max-age=7"), ("expires", "Thu, 17 Oct 2024 06:10:00 GMT")], Some(7));
        check_max_age(&[("expires", "0")], None);
        check_max_age(&[("expires", "Thu, 01 Jan 1970 00:00:00 GMT")], None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        check_retry(&[("retry-after", "120")], Some(120));
        check_retry(&[("retry-after", "Thu, 17 Oct 2024 06:02:00 GMT")], Some(120));
        check_retry(&[("retry-after", "Thursday, 17-Oct-24 06:02:00 GMT")], Some(120));
        check_retry(&[("retry-after", "Thu Oct 17 06:02:00 2024")], Some(120));
        check_retry(&[("retry-after", "Thu, 17 Oct 2024 05:00:00 GMT")], Some(0));
        check_retry(&[("retry-after", "soon")], None);
        check_retry(&[("retry-after", "-5")], None);
    }

    #[test]
    fn absurd_values_are_capped() {
        check_retry(&[("retry-after", "99999999999999999999999999")], Some(LONGEST_HINT.as_secs()));
        check_retry(&[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")], Some(LONGEST_HINT.as_secs()));
        check_max_age(&[("cache-control", "max-age=18446744073709551616")], Some(LONGEST_HINT.as_secs()));
    }

    proptest! {
        #[test]
        fn no_header_value_panics(value in ".{0,40}", name in "(cache-control|age|expires|date|retry-after)") {
            let hints = read(&[(&name, &value), ("cache-control", &format!("max-age={value}"))]);
            prop_assert!(hints.retry_after.unwrap_or_default() <= LONGEST_HINT);
        }
    }
}
