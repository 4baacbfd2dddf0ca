//! One statement of a date, in any of the forms that pages use.
//!
//! In: a line for machines or readers. Out: the date it states, whether with its zone, and as what. Not done here: which line of a page to believe.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::clock::{clock_after, clock_at, clock_before, has_half};
use super::tokens::{Token, tokens};
use super::words::{MODIFIED_LABELS, MONTHS, PUBLISHED_LABELS};
use super::zones::{Zone, zone};
use crate::extract::article::PageDate;

/// A line with a year of two digits is no longer, bytes: longer ones hold scores and prices.
const MAX_SHORT_YEAR_LINE_BYTES: usize = 40;

/// The shortest date, 1 May 2024, has five.
const MIN_DIGITS: usize = 5;

/// How `/` orders day and month where both are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// 06/11/2024 is in November.
    DayFirst,
    /// 06/11/2024 is in June: pages of the United States.
    MonthFirst,
}

/// What a line calls the date in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    None,
    Published,
    Modified,
}

/// A date that a line states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) date: PageDate,
    /// False when the clock was stated without a zone; it is kept as if in UTC.
    pub(super) has_zone: bool,
    pub(super) label: Label,
}

/// Reads the first date of a line that is not one of a change.
pub(super) fn read(line: &str, order: Order) -> Option<Statement> {
    let line = line.trim();
    if line.bytes().filter(u8::is_ascii_digit).count() < MIN_DIGITS {
        return None;
    }
    let tokens = tokens(line);
    if let [Token::Number { value, digits: 9..=11 | 13, .. }] = tokens[..] {
        return seconds(value);
    }
    let may_be_short = line.len() <= MAX_SHORT_YEAR_LINE_BYTES;
    let mut label = Label::None;
    let mut first: Option<Statement> = None;
    let mut at = 0;
    while at < tokens.len() {
        if let Token::Word(word) = tokens[at] {
            label = label_of(word, &tokens[..at]).unwrap_or(label);
        }
        let Some((date, end)) = date_at(&tokens, at, order, may_be_short) else {
            at += 1;
            continue;
        };
        let (time, end) = clock_after(&tokens, end).map_or((clock_before(&tokens, at), end), |(time, end)| (Some(time), end));
        let zone = time.and_then(|_| zone(&tokens[end.min(tokens.len())..]));
        if let Some(date) = made(date, time, zone) {
            let statement = Statement { date, has_zone: zone.is_some(), label };
            match label {
                Label::Published => return Some(statement),
                Label::None if first.is_none() => first = Some(statement),
                _ => {}
            }
        }
        at = end.max(at + 1);
    }
    first
}

/// A day without a clock.
pub(super) fn day(year: i64, month: i64, day: i64) -> Option<PageDate> {
    made(civil(year, month, day)?, None, None)
}

fn civil(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

fn made(date: Date, time: Option<Time>, zone: Option<Zone>) -> Option<PageDate> {
    let local = DateTime::from_parts(date, time.unwrap_or(Time::midnight()));
    let offset = zone.map_or(Offset::UTC, |zone| zone.offset(local));
    Some(PageDate { at: offset.to_timestamp(local).ok()?, offset, day_only: time.is_none() })
}

fn seconds(value: i64) -> Option<Statement> {
    let at = if value > 99_999_999_999 { Timestamp::from_millisecond(value) } else { Timestamp::from_second(value) }.ok()?;
    Some(Statement { date: PageDate { at, offset: Offset::UTC, day_only: false }, has_zone: true, label: Label::None })
}

fn label_of(word: &str, before: &[Token<'_>]) -> Option<Label> {
    let word = word.to_lowercase();
    let starts = |list: &[&str]| list.iter().any(|stem| word.starts_with(stem));
    let follows = |words: &[&str]| before.last().is_some_and(|t| t.is_word(words));
    // "mis à jour", "mis en ligne".
    if starts(MODIFIED_LABELS) || (word == "jour" && follows(&["à", "a", "À"])) {
        Some(Label::Modified)
    } else if starts(PUBLISHED_LABELS) || (word == "ligne" && follows(&["en"])) {
        Some(Label::Published)
    } else {
        None
    }
}

/// The number of the month that a word begins.
pub(super) fn month_of(name: &str) -> Option<i64> {
    let name = name.to_lowercase();
    let fitting = |names: &&[&str]| names.iter().filter(|beginning| name.starts_with(**beginning)).map(|b| b.len()).max();
    (1..).zip(&MONTHS).filter_map(|(month, names)| Some((fitting(names)?, month))).max().map(|(_, month)| month)
}

fn is_year(year: i64) -> bool {
    (1900..2100).contains(&year)
}

/// The date that begins at a token, and where it ends.
fn date_at(tokens: &[Token<'_>], at: usize, order: Order, may_be_short: bool) -> Option<(Date, usize)> {
    match tokens[at] {
        Token::Number { value, digits: 4, .. } if is_year(value) => {
            year_first(tokens, at, value).or_else(|| year_month_name(tokens, at, value))
        }
        Token::Number { value, digits: 8 | 12 | 14, .. } => compact(tokens, at, value),
        Token::Number { value: 1..=31, digits: 1..=2, .. } => {
            day_month_name(tokens, at).or_else(|| three_numbers(tokens, at, order, may_be_short))
        }
        Token::Word(name) => month_name_day(tokens, at, name),
        _ => None,
    }
}

/// 2024-11-06, 2024/11/06, 2024. 11. 6., 2024年11月6日, 2024년 11월 6일.
fn year_first(tokens: &[Token<'_>], at: usize, year: i64) -> Option<(Date, usize)> {
    let is_between =
        |i: usize, words: &[&str]| tokens.get(i).is_some_and(|t| t.is_mark(&['-', '/', '.', '‐', '‑']) || t.is_word(words));
    if !is_between(at + 1, &["年", "년"]) || !is_between(at + 3, &["月", "월"]) {
        return None;
    }
    let (month, day) = (tokens[at + 2].number(1..=2)?, tokens.get(at + 4)?.number(1..=2)?);
    let end = at + 5;
    let end = if tokens.get(end).is_some_and(|t| t.is_word(&["日", "일"])) { end + 1 } else { end };
    Some((civil(year, month, day)?, end))
}

/// 2024. november 6.
fn year_month_name(tokens: &[Token<'_>], at: usize, year: i64) -> Option<(Date, usize)> {
    let name = at + 1 + usize::from(tokens.get(at + 1).is_some_and(|t| t.is_mark(&['.', ',', '-'])));
    let Token::Word(word) = tokens.get(name)? else { return None };
    let day = name + 1 + usize::from(tokens.get(name + 1).is_some_and(|t| t.is_mark(&['.', ',', '-'])));
    Some((civil(year, month_of(word)?, tokens.get(day)?.number(1..=2)?)?, day + 1))
}

/// 20241106, 202411061030, 20241106T1030.
fn compact(tokens: &[Token<'_>], at: usize, value: i64) -> Option<(Date, usize)> {
    let (value, digits) = match tokens[at] {
        Token::Number { digits: digits @ 8, .. } => (value, digits),
        Token::Number { digits: digits @ 12, .. } => (value / 10_000, digits),
        Token::Number { digits: digits @ 14, .. } => (value / 1_000_000, digits),
        _ => return None,
    };
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    // The clock stands in the same number: `clock_after` looks back for it.
    let end = if digits == 8 { at + 1 } else { at };
    is_year(year).then(|| civil(year, month, day)).flatten().map(|date| (date, end))
}

/// 6 November 2024, 6. Nov. 2024, 1er novembre 2024, 6 de noviembre de 2024, 06-Nov-2024.
fn day_month_name(tokens: &[Token<'_>], at: usize) -> Option<(Date, usize)> {
    let day = tokens[at].number(1..=2)?;
    let mut i = at + 1;
    let skip = |i: &mut usize, words: &[&str]| {
        while *i < at + 8 && tokens.get(*i).is_some_and(|t| t.is_mark(&['.', ',', '-', 'º', 'ª', '/', '°']) || t.is_word(words))
        {
            *i += 1;
        }
    };
    skip(&mut i, &["er", "st", "nd", "rd", "th", "de", "of", "di", "ème", "º", "ª"]);
    let Token::Word(name) = tokens.get(i)? else { return None };
    let month = month_of(name)?;
    i += 1;
    skip(&mut i, &["de", "del", "of"]);
    let year = tokens.get(i)?.number(4..=4).filter(|y| is_year(*y))?;
    Some((civil(year, month, day)?, after_year(tokens, i + 1)))
}

/// November 6, 2024; Nov. 6th 2024; `Nov 06 10:30:00 CET 2024`.
fn month_name_day(tokens: &[Token<'_>], at: usize, name: &str) -> Option<(Date, usize)> {
    if name.len() < 3 {
        return None;
    }
    let mut i = at + 1 + usize::from(tokens.get(at + 1).is_some_and(|t| t.is_mark(&['.', '-'])));
    let day = tokens.get(i)?.number(1..=2)?;
    let month = month_of(name)?;
    i += 1;
    while i < at + 6 && tokens.get(i).is_some_and(|t| t.is_mark(&[',', '-', '.']) || t.is_word(&["st", "nd", "rd", "th"])) {
        i += 1;
    }
    if let Some(year) = tokens.get(i)?.number(4..=4).filter(|y| is_year(*y)) {
        return Some((civil(year, month, day)?, i + 1));
    }
    // A clock between day and year, as `date` prints it.
    let clock = clock_at(tokens, i)?.1;
    let year = (clock..clock + 4).find_map(|i| tokens.get(i)?.number(4..=4).filter(|y| is_year(*y)))?;
    Some((civil(year, month, day)?, i))
}

/// 06.11.2024, 6/11/2024, 06-11-2024, and 06.11.24 on a short line.
fn three_numbers(tokens: &[Token<'_>], at: usize, order: Order, may_be_short: bool) -> Option<(Date, usize)> {
    let (Token::Mark { mark, .. }, Token::Mark { mark: second, .. }) = (tokens.get(at + 1)?, tokens.get(at + 3)?) else {
        return None;
    };
    if mark != second || !matches!(mark, '.' | '/' | '-' | '|') {
        return None;
    }
    // A number before it belongs to a longer one: 192.6.11.2024.
    if at >= 2 && tokens[at - 1].is_mark(&['.', '/']) && matches!(tokens[at - 2], Token::Number { .. }) {
        return None;
    }
    let (mut day, mut month) = (tokens[at].number(1..=2)?, tokens[at + 2].number(1..=2)?);
    let year = match tokens.get(at + 4)? {
        Token::Number { value, digits: 4, .. } if is_year(*value) => *value,
        Token::Number { value, digits: 2, .. }
            if may_be_short
                && matches!(mark, '.' | '/')
                && tokens[at].number(2..=2).is_some()
                && tokens[at + 2].number(2..=2).is_some() =>
        {
            2000 + value
        }
        _ => return None,
    };
    let is_american = month > 12 || (*mark == '/' && (order == Order::MonthFirst || has_half(tokens, at + 5)));
    if is_american && day <= 12 {
        std::mem::swap(&mut month, &mut day);
    }
    Some((civil(year, month, day)?, after_year(tokens, at + 5)))
}

/// Steps over "г.", "года", "року" behind a year.
fn after_year(tokens: &[Token<'_>], at: usize) -> usize {
    let words = ["г", "года", "р", "року", "m", "n", "г.", "j", "kl"];
    if tokens.get(at).is_some_and(|t| t.is_word(&words)) { at + 1 } else { at }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let found = read(line, Order::DayFirst).map(|s| s.date.to_rfc3339()).unwrap_or_default();
        assert_eq!(found, expected, "{line}");
    }

    #[track_caller]
    fn check_day(line: &str, expected: &str) {
        let found = read(line, Order::DayFirst).map(|s| s.date);
        assert!(found.is_none_or(|d| d.day_only), "a clock in {line}");
        assert_eq!(found.map(|d| d.to_rfc3339()[..10].to_owned()).unwrap_or_default(), expected, "{line}");
    }

    #[test]
    fn machine_forms() {
        for (line, expected) in [
            ("2024-11-06T10:30:00+01:00", "2024-11-06T10:30:00+01:00"),
            ("2024-11-06T10:30:00.123Z", "2024-11-06T10:30:00+00:00"),
            ("2024-11-06T10:30+0100", "2024-11-06T10:30:00+01:00"),
            ("2024-11-6T4:05:00-03:00", "2024-11-06T04:05:00-03:00"),
            ("2024-11-06 10:30", "2024-11-06T10:30:00+00:00"),
            ("2024-11-06 10:30:00.000000", "2024-11-06T10:30:00+00:00"),
            ("2024/11/06 10:30:05 +0900", "2024-11-06T10:30:05+09:00"),
            ("20241106T103000Z", "2024-11-06T10:30:00+00:00"),
            ("20241106T1030+0100", "2024-11-06T10:30:00+01:00"),
            ("202411061030", "2024-11-06T10:30:00+00:00"),
            ("20241106103005", "2024-11-06T10:30:05+00:00"),
            ("Wed, 06 Nov 2024 10:30:00 GMT", "2024-11-06T10:30:00+00:00"),
            ("Wed, 06 Nov 2024 10:30:00 +0900", "2024-11-06T10:30:00+09:00"),
            ("Wed Nov 06 2024 10:30:00 GMT+0100 (CET)", "2024-11-06T10:30:00+01:00"),
            ("Wed Nov 06 10:30:00 CET 2024", "2024-11-06T10:30:00+01:00"),
            ("1730889000", "2024-11-06T10:30:00+00:00"),
            ("1730889000000", "2024-11-06T10:30:00+00:00"),
        ] {
            check(line, expected);
        }
        check_day("2024-11-06", "2024-11-06");
        check_day("20241106", "2024-11-06");
    }

    #[test]
    fn days_for_readers() {
        for line in [
            "publié le 06/11/2024 Par Marie Dupont",
            "Le 6 novembre 2024",
            "November 6, 2024",
            "Nov. 6th, 2024",
            "6th of November, 2024",
            "Mittwoch, 6. November 2024",
            "06.11.2024",
            "06.11.24",
            "6 de noviembre de 2024",
            "6 novembre 2024",
            "6 november 2024",
            "6 listopada 2024",
            "6. listopadu 2024",
            "6 ноября 2024 г.",
            "6 листопада 2024 року",
            "6 лістапада 2024",
            "6 ноември 2024",
            "6 noiembrie 2024",
            "6. marraskuuta 2024",
            "6. nóvember 2024",
            "2024. november 6.",
            "6 Kasım 2024",
            "6 Νοεμβρίου 2024",
            "6 نوفمبر 2024",
            "2024年11月6日",
            "2024年11月6日（水）",
            "2024년 11월 6일",
            "2024. 11. 6.",
            "06 | 11 | 2024",
            "06-Nov-2024",
        ] {
            check_day(line, "2024-11-06");
        }
        check_day("mar 5 nov 2024", "2024-11-05");
        check_day("1er mai 2024", "2024-05-01");
    }

    #[test]
    fn clocks_for_readers() {
        for (line, clock) in [
            ("Le 6 novembre 2024 à 10h30", "10:30:00+00:00"),
            ("6 novembre 2024, 10 h 30 (heure de Paris)", "10:30:00+01:00"),
            ("November 6, 2024 at 2:05 p.m. EST", "14:05:00-05:00"),
            ("November 6, 2024, 2:05 PM ET", "14:05:00-05:00"),
            ("6. November 2024, 10:30 Uhr", "10:30:00+00:00"),
            ("06.11.2024 - 10.30 Uhr", "10:30:00+00:00"),
            ("06.11.2024 um 14 Uhr", "14:00:00+00:00"),
            ("6 ноября 2024 г., 10:30 МСК", "10:30:00+03:00"),
            ("10:30, 6 листопада 2024", "10:30:00+00:00"),
            ("2024년 11월 6일 오후 2:05", "14:05:00+00:00"),
            ("2024.11.06 10:30 KST", "10:30:00+09:00"),
            ("2024年11月6日 14時05分", "14:05:00+00:00"),
            ("2024年11月6日 午後2時5分", "14:05:00+00:00"),
            ("6 Nov 2024 10:30 CEST", "10:30:00+02:00"),
            ("6 November 2024, 10:30 Moscow time", "10:30:00+03:00"),
            ("06/11/2024 12:05 am", "00:05:00+00:00"),
        ] {
            let day = if line.contains("am") { "2024-06-11" } else { "2024-11-06" };
            check(line, &format!("{day}T{clock}"));
        }
        check("7 juillet 2024 à 10h30 (heure de Paris)", "2024-07-07T10:30:00+02:00");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for line in [
            "no date in 2024",
            "99/99/2024",
            "31.02.2024",
            "192.168.11.2024",
            "© 1999-2024",
            "12345678901234567890",
            "2024-11",
            "",
        ] {
            check(line, "");
        }
    }

    #[test]
    fn a_date_of_change_is_passed_over() {
        check_day("Updated 7 November 2024", "");
        check_day("mis à jour le 07/11/2024", "");
        check_day("Publié le 06/11/2024, mis à jour le 07/11/2024", "2024-11-06");
        check_day("Letzte Änderung: 05.11.2024. Erschienen am 06.11.2024", "2024-11-06");
        assert_eq!(read("veröffentlicht am 6.11.2024", Order::DayFirst).map(|s| s.label), Some(Label::Published));
    }

    #[test]
    fn american_pages_put_the_month_first() {
        let found = read("11/06/2024", Order::MonthFirst).map(|s| s.date.to_rfc3339());
        assert_eq!(found.as_deref(), Some("2024-11-06T00:00:00+00:00"));
        check_day("11/26/2024", "2024-11-26");
    }

    proptest! {
        #[test]
        fn any_line_is_read_without_panic(line in ".{0,300}") {
            let _ = read(&line, Order::DayFirst);
        }

        #[test]
        fn lines_that_look_like_dates_are_read_without_panic(
            line in "([0-9]{1,14}|[-+:/.,| T()年月日時分]|nov|am|p\\.m\\.|Uhr|GMT|heure de Paris|오후|a){0,24}",
        ) {
            let _ = read(&line, Order::MonthFirst);
        }
    }
}
