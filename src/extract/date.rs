//! When it was published, and when it was changed.
//!
//! In: the page's statements, its address and its visible lines. Out: dates with the offset in which they were stated. A date of modification
//! is never passed off as one of publication.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use regex::{Captures, Regex};
use url::Url;

use super::article::PageDate;
use super::blocks::Block;
use super::date_words::{MODIFIED, MONTHS, PUBLISHED, ZONES};
use super::dom::{Dom, attr};
use super::metadata::Metadata;

/// Nothing on the web is older.
const FIRST_YEAR: i16 = 1990;
/// Pages are dated ahead of the reader's clock by time zones and embargoes, hours.
const MAX_AHEAD_HOURS: i64 = 48;
/// A stated date is no longer than this, bytes.
const MAX_STATEMENT_BYTES: usize = 200;

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:(?:[Tt]|\s+|\s*,\s*)(?P<h>\d{1,2}):(?P<i>\d{2})(?::(?P<s>\d{2}))?(?:[.,]\d+)?\s*(?P<z>[Zz]\b|[+-]\d{2}:?\d{2}|[+-]\d{1,2}\b|[A-Z]{3,4}\b)?)?",
    )
});
static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:[T ]?(?P<h>\d{2}):?(?P<i>\d{2})(?::?(?P<s>\d{2}))?(?P<z>Z|[+-]\d{2}:?\d{2})?)?$",
    )
});
const CLOCK: &str = r"(?:[\s,|·•–-]*(?:[Uu]m|at|à|a las|às|alle|ore|om|kl\.?|o|в|о|時間)?[\s,|·•–-]*(?P<h>\d{1,2})[:.hH時](?P<i>\d{2})(?::(?P<s>\d{2}))?\s*(?P<ap>[AaPp]\.?[Mm]\.?)?(?:\s*Uhr)?\s*\(?(?P<z>[+-]\d{2}:?\d{2}|[A-Z]{3,4}\b|МСК|Z\b)?)?";
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[^\d.,/])(?P<d>\d{{1,2}})(?:\.|er|st|nd|rd|th|º|ª)?[\s-]+(?:de |of )?(?P<mon>\p{{L}}{{3,12}})\.?,?[\s-]+(?:de |del )?(?P<y>(?:19|20)\d{{2}})\b(?:\s?(?:г\.|года|року|р\.))?{CLOCK}"
    ))
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?P<mon>\p{{L}}{{3,12}})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d{{2}})\b{CLOCK}"))
});
static NUMERIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?:^|[^\d./-])(?P<d>\d{{1,2}})(?P<sep>[./-])\s?(?P<m>\d{{1,2}})[./-]\s?(?P<y>(?:19|20)\d{{2}})\b{CLOCK}"))
});
static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<y>(?:19|20)\d{{2}})\s?[./年년-]\s?(?P<m>\d{{1,2}})\s?[./月월-]\s?(?P<d>\d{{1,2}})(?:\s?[日일])?(?:[\s(（.]*\p{{L}}?(?:曜日?)?[)）]?)?\s*(?:오전|오후|午前|午後)?{CLOCK}"
    ))
});
static IN_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[/_-](?P<y>(?:19|20)\d{2})[/_-]?(?P<m>0[1-9]|1[0-2]|[1-9]|[a-z]{3})[/_-]?(?P<d>0[1-9]|[12]\d|3[01]|[1-9])(?:[/_.-]|\b|$)",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(&text.replace(r"\b", r"(?-u:\b)")).expect("a pattern of ours compiles")
}

/// The dates of a page.
pub(super) struct Dates {
    pub(super) published: Option<PageDate>,
    pub(super) modified: Option<PageDate>,
}

/// Chooses the dates: JSON-LD, `meta`, microdata, `time`, address, visible lines.
pub(super) fn choose(
    dom: &Dom<'_>,
    metadata: &Metadata<'_>,
    blocks: &[Block],
    url: Option<&Url>,
    fetched_at: Timestamp,
) -> Dates {
    let sane = |date: PageDate| is_sane(date, fetched_at).then_some(date);
    let read = |text: &str| parse(text).and_then(sane);
    let modified = metadata
        .stated
        .modified
        .as_deref()
        .and_then(read)
        .or_else(|| MODIFIED.iter().find_map(|n| metadata.metas_of(n).find_map(read)));
    let of_element = |at: usize| -> Option<PageDate> {
        let element = dom.element(at)?;
        ["datetime", "content", "data-datetime", "data-timestamp", "title"]
            .iter()
            .find_map(|name| attr(element, name).and_then(read))
            .or_else(|| read(&dom.text(at, MAX_STATEMENT_BYTES)))
    };
    let itemprop = |name: &str| {
        metadata
            .itemprops
            .iter()
            .filter(|(p, _)| p.split_ascii_whitespace().any(|p| p.eq_ignore_ascii_case(name)))
            .find_map(|(_, at)| of_element(*at))
    };
    let stated = metadata.stated.published.as_deref().and_then(read);
    let meta = PUBLISHED.iter().find_map(|n| metadata.metas_of(n).find_map(read));
    let published = match (stated, meta) {
        // The same day, once with a time and once without: the time is worth having.
        (Some(a), Some(b)) if a.day_only && !b.day_only => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    };
    let published = published
        .or_else(|| itemprop("datePublished"))
        .or_else(|| itemprop("dateCreated"))
        .or_else(|| from_times(dom, metadata, of_element))
        .or_else(|| {
            let in_address = url
                .and_then(|u| in_address(u.path()))
                .or_else(|| metadata.canonical.and_then(in_address))
                .or_else(|| metadata.meta_of(&["og:url"]).and_then(in_address))
                .and_then(sane);
            let marked = metadata.bylines.iter().take(30).find_map(|at| {
                let text = dom.text(*at, MAX_STATEMENT_BYTES);
                (text.len() < 120).then(|| read(&text)).flatten()
            });
            match (in_address, marked) {
                (Some(day), Some(marked)) if same_day(day, marked) => Some(marked),
                (Some(day), _) => Some(day),
                (None, marked) => marked,
            }
        })
        .or_else(|| in_lines(blocks, read));
    let modified = modified.or_else(|| itemprop("dateModified"));
    Dates { published, modified }
}

/// `time` elements: one that says it is the publication's, else the first of the page that is no comment's and no change's.
fn from_times(dom: &Dom<'_>, metadata: &Metadata<'_>, of_element: impl Fn(usize) -> Option<PageDate>) -> Option<PageDate> {
    let names = |at: usize| -> String {
        let own = dom.element(at).map(|e| {
            e.attrs()
                .filter(|(n, _)| matches!(*n, "class" | "itemprop" | "pubdate" | "id"))
                .map(|(n, v)| format!("{n} {v} "))
                .collect::<String>()
        });
        let parent = dom
            .element(dom.nodes[at].parent)
            .map(|e| e.attrs().filter(|(n, _)| matches!(*n, "class" | "id")).map(|(_, v)| format!("{v} ")).collect::<String>());
        format!("{} {}", own.unwrap_or_default(), parent.unwrap_or_default()).to_ascii_lowercase()
    };
    let times = || metadata.times.iter().copied().take(40);
    let is_change = |at: usize| ["updat", "modif", "comment"].iter().any(|w| names(at).contains(w));
    let h1 = metadata.headings.first().copied();
    let near_title = h1
        .and_then(|h1| times().filter(|at| !is_change(*at)).min_by_key(|at| at.abs_diff(h1)).filter(|at| at.abs_diff(h1) < 150));
    times()
        .filter(|at| ["publish", "pubdate", "entry-date"].iter().any(|w| names(*at).contains(w)) && !is_change(*at))
        .find_map(&of_element)
        .or_else(|| near_title.and_then(&of_element))
        .or_else(|| times().filter(|at| !is_change(*at)).find_map(&of_element))
}

/// A date among the short lines of the page.
fn in_lines(blocks: &[Block], read: impl Fn(&str) -> Option<PageDate>) -> Option<PageDate> {
    let short =
        || blocks.iter().filter(|b| b.text.len() < 120 && b.text.bytes().filter(u8::is_ascii_digit).count() >= 5).take(80);
    let is_published = |text: &str| {
        let text = text.to_lowercase();
        [
            "publié",
            "publish",
            "veröffentlicht",
            "posted",
            "publicado",
            "pubblicato",
            "opublikowano",
            "опубликовано",
            "erstellt",
            "mis en ligne",
        ]
        .iter()
        .any(|w| text.contains(w))
    };
    short()
        .filter(|b| is_published(&b.text))
        .find_map(|b| read(&b.text))
        .or_else(|| short().filter(|b| b.link_share() < 0.5).find_map(|b| read(&b.text)))
}

fn same_day(a: PageDate, b: PageDate) -> bool {
    a.offset.to_datetime(a.at).date() == b.offset.to_datetime(b.at).date()
}

fn is_sane(date: PageDate, fetched_at: Timestamp) -> bool {
    let latest = fetched_at.checked_add(SignedDuration::from_hours(MAX_AHEAD_HOURS)).unwrap_or(Timestamp::MAX);
    // A saved file whose time nobody told has the epoch's: it bounds nothing.
    date.offset.to_datetime(date.at).year() >= FIRST_YEAR && (date.at <= latest || fetched_at <= Timestamp::UNIX_EPOCH)
}

fn in_address(path: &str) -> Option<PageDate> {
    let captures = IN_ADDRESS.captures(path)?;
    let month = captures.name("m")?.as_str();
    let month = month.parse().ok().or_else(|| month_of(month))?;
    day(captures.name("y")?.as_str().parse().ok()?, month, captures.name("d")?.as_str().parse().ok()?)
}

fn day(year: i16, month: i8, day: i8) -> Option<PageDate> {
    made(Date::new(year, month, day).ok()?, None, None)
}

fn made(date: Date, time: Option<Time>, offset: Option<Offset>) -> Option<PageDate> {
    let offset = offset.unwrap_or(Offset::UTC);
    let at = offset.to_timestamp(DateTime::from_parts(date, time.unwrap_or(Time::midnight()))).ok()?;
    Some(PageDate { at, offset, day_only: time.is_none() })
}

fn month_of(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    MONTHS
        .iter()
        .filter(|(beginning, _)| name.starts_with(beginning))
        .max_by_key(|(beginning, _)| beginning.len())
        .map(|(_, month)| *month)
}

/// Reads one statement of a date, in any of the forms that pages use.
pub(super) fn parse(text: &str) -> Option<PageDate> {
    let text = text.trim();
    let text = &text[..text.floor_char_boundary(MAX_STATEMENT_BYTES)];
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Ok(seconds) = text.parse::<i64>()
        && (9..=13).contains(&text.len())
    {
        let at = if text.len() > 11 { Timestamp::from_millisecond(seconds) } else { Timestamp::from_second(seconds) }.ok()?;
        return Some(PageDate { at, offset: Offset::UTC, day_only: false });
    }
    if let Some(found) = ISO.captures(text).or_else(|| COMPACT.captures(text)) {
        return numbers(&found);
    }
    for (pattern, has_name) in [(&*DAY_MONTH, true), (&*MONTH_DAY, true), (&*YEAR_FIRST, false), (&*NUMERIC, false)] {
        for found in pattern.captures_iter(text) {
            let date = if has_name { named(&found) } else { numbers(&found) };
            if date.is_some() {
                return date;
            }
        }
    }
    None
}

fn named(found: &Captures<'_>) -> Option<PageDate> {
    let month = month_of(found.name("mon")?.as_str())?;
    let date = Date::new(number(found, "y")?, month, number(found, "d")?).ok()?;
    made(date, clock(found), zone(found))
}

fn numbers(found: &Captures<'_>) -> Option<PageDate> {
    let (year, mut month, mut day): (i16, i8, i8) = (number(found, "y")?, number(found, "m")?, number(found, "d")?);
    let is_american = month > 12 || (found.name("sep").is_some_and(|s| s.as_str() == "/") && found.name("ap").is_some());
    if is_american && day <= 12 {
        std::mem::swap(&mut month, &mut day);
    }
    made(Date::new(year, month, day).ok()?, clock(found), zone(found))
}

fn number<T: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<T> {
    found.name(name)?.as_str().parse().ok()
}

fn clock(found: &Captures<'_>) -> Option<Time> {
    let (mut hour, minute): (i8, i8) = (number(found, "h")?, number(found, "i")?);
    if let Some(half) = found.name("ap") {
        let is_afternoon = half.as_str().starts_with(['p', 'P']);
        hour = hour % 12 + if is_afternoon { 12 } else { 0 };
    }
    Time::new(hour, minute, number(found, "s").unwrap_or(0).min(59), 0).ok()
}

fn zone(found: &Captures<'_>) -> Option<Offset> {
    let zone = found.name("z")?.as_str();
    if let Some(sign) = zone.strip_prefix(['+', '-']).map(|_| if zone.starts_with('-') { -1 } else { 1 }) {
        let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = if digits.len() > 2 { digits.split_at(2) } else { (digits.as_str(), "0") };
        let seconds = sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60);
        return Offset::from_seconds(seconds).ok();
    }
    let zone = zone.to_lowercase();
    ZONES.iter().find(|(name, _)| *name == zone).and_then(|(_, minutes)| Offset::from_seconds(minutes * 60).ok())
}

impl PageDate {
    /// RFC 3339 with the offset in which the page stated it.
    pub fn to_rfc3339(&self) -> String {
        let zoned = self.at.to_zoned(TimeZone::fixed(self.offset));
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).map(|d| d.to_rfc3339()).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn machine_forms() {
        check("2024-11-06T10:30:00+01:00", "2024-11-06T10:30:00+01:00");
        check("2024-11-06T10:30:00.123Z", "2024-11-06T10:30:00+00:00");
        check("2024-11-06 10:30", "2024-11-06T10:30:00+00:00");
        check("2024-11-06", "2024-11-06T00:00:00+00:00");
        check("20241106", "2024-11-06T00:00:00+00:00");
        check("Wed, 06 Nov 2024 10:30:00 GMT", "2024-11-06T10:30:00+00:00");
        check("Wed, 06 Nov 2024 10:30:00 +0900", "2024-11-06T10:30:00+09:00");
        check("1730889000", "2024-11-06T10:30:00+00:00");
    }

    #[test]
    fn forms_for_readers() {
        check("publié le 11/11/2024 Par Marie Dupont", "2024-11-11T00:00:00+00:00");
        check("Le 6 novembre 2024 à 10h30", "2024-11-06T10:30:00+00:00");
        check("November 6, 2024 at 2:05 p.m. EST", "2024-11-06T14:05:00-05:00");
        check("6. November 2024, 10:30 Uhr", "2024-11-06T10:30:00+00:00");
        check("06.11.2024", "2024-11-06T00:00:00+00:00");
        check("6 de noviembre de 2024", "2024-11-06T00:00:00+00:00");
        check("6 ноября 2024 г., 10:30", "2024-11-06T10:30:00+00:00");
        check("2024年11月6日", "2024-11-06T00:00:00+00:00");
        check("2024년 11월 6일 10:30", "2024-11-06T10:30:00+00:00");
        check("2024. 11. 6.", "2024-11-06T00:00:00+00:00");
        check("6 listopada 2024", "2024-11-06T00:00:00+00:00");
        check("no date in 2024", "");
        check("99/99/2024", "");
    }

    #[test]
    fn an_address_may_hold_the_day() {
        assert_eq!(in_address("/world/2024/11/06/slug").map(|d| d.to_rfc3339()).as_deref(), Some("2024-11-06T00:00:00+00:00"));
        assert_eq!(in_address("/world/20241106-slug").map(|d| d.to_rfc3339()).as_deref(), Some("2024-11-06T00:00:00+00:00"));
        assert_eq!(in_address("/world/12024-3"), None);
    }
}
