//! Dates as feeds write them: in goes any text, out comes an instant or nothing. RFC 822 in all its sloppiness, ISO 8601, Korean, and month
//! names of the languages we follow; never a guess between day and month.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::Offset;
use regex::{Captures, Regex};

use super::date_names::{MONTHS, ZONES};

/// Longer texts are no dates.
const MAX_DATE_BYTES: usize = 100;

/// Seoul, minutes east of Greenwich: a date in Korean words means it.
const KOREAN_OFFSET: i32 = 540;

/// Year first, any separator, zone optional.
static ISO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<y>\d{4})(?:[-/.]?(?P<m>\d{1,2})(?:[-/.]?(?P<d>\d{1,2}))?)?\.?(?:(?:t|\s)\s*(?P<h>\d{1,2}):?(?P<min>\d{2})(?::?(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]m\b)?)?\s*(?P<z>[a-z]+|(?:gmt|utc)?\s*[-+]\d{1,2}(?::?\d{2})?)?$",
    )
});

/// Year and day of the year.
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<y>\d{4})-?(?P<o>\d{3})$"));

/// Korean words for year, month and day; morning and afternoon.
static KOREAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<y>\d{4})\s*년\s*(?P<m>\d{1,2})\s*월\s*(?P<d>\d{1,2})\s*일(?:\s*\(?[월화수목금토일](?:요일)?\)?)?(?:\s*(?P<half>오전|오후)?\s*(?P<h>\d{1,2})(?::|시\s*)(?P<min>\d{2})(?:분)?(?::?\s*(?P<s>\d{2}))?)?",
    )
});

/// Day and month first, in digits; only dots say which is which.
static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<d>\d{1,2})\.\s*(?P<m>\d{1,2})\.\s*(?P<y>\d{4})(?:[\s,]+(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2}))?)?\s*(?P<z>[a-z]+|[-+]\d{2}:?\d{2})?$",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns are constants, and each is used by a test")
}

/// The instant that `text` names; without a zone it is taken for UTC.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_DATE_BYTES {
        return None;
    }
    if let Some(at) = parse_standard(text) {
        return Some(at);
    }
    let text = text.to_lowercase();
    if let Some(found) = ORDINAL.captures(&text) {
        let start = jiff::civil::Date::new(found["y"].parse().ok()?, 1, 1).ok()?;
        let day = start.checked_add(jiff::Span::new().try_days(found["o"].parse::<i64>().ok()? - 1).ok()?).ok()?;
        return instant(day.at(0, 0, 0, 0), 0);
    }
    if let Some(found) = ISO.captures(&text).or_else(|| DOTTED.captures(&text)) {
        return from_captures(&found, found.name("z").map_or(Some(0), |zone| offset(zone.as_str())).unwrap_or(0));
    }
    if let Some(found) = KOREAN.captures(&text) {
        return from_captures(&found, KOREAN_OFFSET);
    }
    parse_named(&text)
}

/// RFC 822 as RFC 2822 has it, and RFC 3339: nearly every feed keeps to one of them, and reading those needs no patterns.
fn parse_standard(text: &str) -> Option<Timestamp> {
    const RFC_2822: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let first = text.bytes().next()?;
    let at = if first.is_ascii_digit() && text.as_bytes().get(4) == Some(&b'-') {
        text.parse().ok()
    } else {
        RFC_2822.parse_timestamp(text).ok()
    };
    // Fractions of a second are nobody's.
    at.and_then(|at: Timestamp| Timestamp::from_second(at.as_second()).ok())
}

fn from_captures(found: &Captures<'_>, offset_minutes: i32) -> Option<Timestamp> {
    let number = |name: &str| found.name(name).and_then(|m| m.as_str().parse::<i8>().ok());
    let year: i16 = found["y"].parse().ok()?;
    let hour = number("h").unwrap_or(0);
    let hour = match found.name("half").map(|half| half.as_str()) {
        Some("오후" | "pm") if hour < 12 => hour + 12,
        Some("오전" | "am") if hour == 12 => 0,
        _ => hour,
    };
    civil(year, number("m").unwrap_or(1), number("d").unwrap_or(1), hour, number("min").unwrap_or(0), number("s").unwrap_or(0))
        .and_then(|at| instant(at, offset_minutes))
}

/// Dates with a month's name: day, month, year, time and zone in nearly any order.
fn parse_named(text: &str) -> Option<Timestamp> {
    let (mut day, mut month, mut year, mut time, mut zone) = (None, None, None, None, None);
    let words = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | ';'))
        .flat_map(split_dashes)
        .filter(|w| !w.is_empty());
    for word in words {
        if let Some((hours, rest)) = word.split_once(':').filter(|_| !word.starts_with(['+', '-'])) {
            time = time.or_else(|| clock(hours, rest));
        } else if time.is_some() && word.starts_with(['+', '-']) {
            // "GMT+0200" is two words, and the number is what counts.
            zone = offset(word).or(zone);
        } else if let Some(number) = ordinal(word) {
            match (day, year, number) {
                (_, None, 1000..) => year = Some(number),
                (None, _, 1..=31) => day = Some(number),
                // RFC 822's two digits, in the window of RFC 2822 §4.3.
                (Some(_), None, 0..=49) => year = Some(2000 + number),
                (Some(_), None, 50..=999) => year = Some(1900 + number),
                _ => {}
            }
        } else if let Some((hour, minute, second)) = time.filter(|_| matches!(word, "pm" | "p.m." | "am" | "a.m.")) {
            time = Some((hour % 12 + if word.starts_with('p') { 12 } else { 0 }, minute, second));
        } else if let Some(named) = zone_name(word).filter(|_| time.is_some()) {
            zone = zone.or(Some(named));
        } else if let Some((_, number)) = MONTHS.iter().find(|(name, _)| word.starts_with(name)) {
            // "mar., 03 juin": a day's name may look like a month's, and stands before it.
            month = Some(*number);
        }
    }
    let (hour, minute, second) = time.unwrap_or((0, 0, 0));
    let at = civil(year?, month?, i8::try_from(day?).ok()?, hour, minute, second)?;
    instant(at, zone.unwrap_or(0))
}

/// A number, as it is or in order: "3", "3.", "3rd", "1er".
fn ordinal(word: &str) -> Option<i16> {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || matches!(c, '.' | '°'));
    let suffix = &word[digits.len()..];
    if !matches!(suffix, "" | "." | "st" | "nd" | "rd" | "th" | "er" | "º" | "°") {
        return None;
    }
    digits.parse().ok()
}

/// "03-jun-2025" is three words, "-0500" and "gmt+0200" keep their sign.
fn split_dashes(word: &str) -> Vec<&str> {
    if word.starts_with(['+', '-']) {
        return vec![word];
    }
    if let Some(at) = word.find('+').or_else(|| {
        word.find('-').filter(|&at| {
            word[..at].chars().all(char::is_alphabetic) && word[at + 1..].chars().all(|c| c.is_ascii_digit() || c == ':')
        })
    }) {
        return vec![&word[..at], &word[at..]];
    }
    word.split(['-', '/']).collect()
}

/// "08:09", "8:09:10.5", "8:09pm", in two parts around the first colon.
fn clock(hours: &str, rest: &str) -> Option<(i8, i8, i8)> {
    let digits = rest.trim_end_matches(char::is_alphabetic);
    let half = &rest[digits.len()..];
    let (minutes, seconds) = digits.split_once(':').unwrap_or((digits, "0"));
    let seconds = seconds.split(['.', ',']).next().unwrap_or_default();
    let hour: i8 = hours.parse().ok()?;
    let hour = match half {
        "pm" => hour % 12 + 12,
        "am" => hour % 12,
        _ => hour,
    };
    Some((hour, minutes.parse().ok()?, seconds.parse().ok()?))
}

/// Minutes east of Greenwich of a zone's name or number.
fn offset(zone: &str) -> Option<i32> {
    let zone = zone.trim();
    if let Some(minutes) = zone_name(zone) {
        return Some(minutes);
    }
    let number = zone.trim_start_matches(|c: char| c.is_alphabetic()).trim();
    let sign = if number.starts_with('-') { -1 } else { 1 };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        3 | 4 => (digits[..digits.len() - 2].parse::<i32>().ok()?, digits[digits.len() - 2..].parse::<i32>().ok()?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(sign * (60 * hours + minutes))
}

fn zone_name(word: &str) -> Option<i32> {
    ZONES.iter().find(|(name, _)| *name == word).map(|(_, minutes)| *minutes)
}

fn civil(year: i16, month: i8, day: i8, hour: i8, minute: i8, second: i8) -> Option<DateTime> {
    // A leap second is the second before it, and midnight may be written as 24:00.
    let (hour, next_day) = if hour == 24 && minute == 0 { (0, 1) } else { (hour, 0) };
    let at = DateTime::new(year, month, day, hour, minute, second.min(59), 0).ok()?;
    at.checked_add(jiff::Span::new().days(next_day)).ok()
}

fn instant(at: DateTime, offset_minutes: i32) -> Option<Timestamp> {
    Offset::from_seconds(60 * offset_minutes).ok()?.to_timestamp(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).map(|at| at.to_string()).unwrap_or_default(), expected, "{text:?}");
    }

    #[test]
    fn rfc_822_is_read_however_sloppy() {
        for text in [
            "Tue, 03 Jun 2025 08:09:10 GMT",
            "Tue, 3 Jun 2025 8:09:10 GMT",
            "Tues, 03 June 2025 08:09:10 +0000",
            "Tue, 03 Jun 2025 03:09:10 EST",
            "Tue, 03 Jun 25 08:09:10 GMT",
            "Wed, 03 Jun 2025 08:09:10 GMT",
            "03-Jun-2025 08:09:10",
            "June 3, 2025 8:09:10 AM",
            "June 3, 2025 8:09:10am",
            "Jun 3 08:09:10 2025",
            "Tue, 03 Jun 2025 10:09:10 GMT+0200",
            "Tue, 03 Jun 2025 10:09:10 +02:00",
            "Tue,03 Jun 2025 08:09:10 GMT",
            "3rd Jun 2025 08:09:10 (UTC)",
        ] {
            check(text, "2025-06-03T08:09:10Z");
        }
        check("03 Jun 2025 08:09 Z", "2025-06-03T08:09:00Z");
        check("Tue, 03 Jun 2025 10:09 PM GMT", "2025-06-03T22:09:00Z");
        check("Tue, 03 Jun 2025", "2025-06-03T00:00:00Z");
        check("Mon, 31 Dec 1998 23:59:60 GMT", "1998-12-31T23:59:59Z");
        check("03 Jun 99 00:00:00 GMT", "1999-06-03T00:00:00Z");
    }

    #[test]
    fn iso_8601_and_its_relatives() {
        for text in [
            "2025-06-03T08:09:10Z",
            "2025-06-03 08:09:10",
            "2025-06-03T10:09:10+0200",
            "2025-06-03T10:09:10.123+02:00",
            "20250603T080910Z",
            "2025/06/03 08:09:10",
            "2025-06-03 10:09:10 +0200",
            "2025-06-03 08:09:10 UTC",
            "2025.06.03 08:09:10",
            "2025-06-03T03:09:10-05",
        ] {
            check(text, "2025-06-03T08:09:10Z");
        }
        check("2025-06-03", "2025-06-03T00:00:00Z");
        check("2025-06-03 08:09 PM", "2025-06-03T20:09:00Z");
        check("2025-06", "2025-06-01T00:00:00Z");
        check("2025-06-03T08:09Z", "2025-06-03T08:09:00Z");
        check("2025-06-03T24:00:00Z", "2025-06-04T00:00:00Z");
        check("2003-365", "2003-12-31T00:00:00Z");
        check("03.06.2025 08:09", "2025-06-03T08:09:00Z");
    }

    #[test]
    fn months_have_names_in_many_languages() {
        check("mar., 03 juin 2025 10:09:10 +0200", "2025-06-03T08:09:10Z");
        check("ven, 15 août 2025 08:00:00 GMT", "2025-08-15T08:00:00Z");
        check("Lun, 01 Déc 2025 09:00:00 +0100", "2025-12-01T08:00:00Z");
        check("jeu. 20 févr. 2025 09:00:00 +0100", "2025-02-20T08:00:00Z");
        check("1er juillet 2025 09:00", "2025-07-01T09:00:00Z");
        check("Вт, 03 июня 2025 11:09:10 MSK", "2025-06-03T08:09:10Z");
        check("Di, 03 Dez 2024 09:00:00 MEZ", "2024-12-03T08:00:00Z");
        check("3. März 2025 09:00:00 +0100", "2025-03-03T08:00:00Z");
        check("2025년 6월 3일 오후 05:09:10", "2025-06-03T08:09:10Z");
        check("2025년 6월 3일 (화) 17:09", "2025-06-03T08:09:00Z");
    }

    #[test]
    fn what_is_no_date_or_could_be_two_is_none() {
        for text in ["", "yesterday", "03/06/2025 10:00", "Tue, 31 Feb 2025 08:00:00 GMT", "2025-13-01", "99:99", "Tue"] {
            check(text, "");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}", near in "(mon|tue)?,? ?[0-9]{1,3}[ -](jan|juin|мая) ?[0-9]{1,5} [0-9]{1,2}:[0-9]{1,3}(:[0-9]{0,3})? ?[-+a-z0-9:]{0,6}") {
            let _ = (parse(&text), parse(&near));
        }
    }
}
