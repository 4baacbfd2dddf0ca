//! Zones that stand behind a clock.
//!
//! In: the tokens behind a clock. Out: the zone they name, and its offset on a day. Not done here: zones that nobody states.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::Offset;

use super::tokens::Token;

/// A zone, as far as a page states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Minutes east of Greenwich, all year.
    Fixed(i32),
    /// Minutes in winter; an hour more in summer by the rule of the European Union.
    Europe(i32),
    /// Minutes in winter; an hour more in summer by the rule of the United States.
    America(i32),
}

impl Zone {
    /// The offset at a local time.
    pub(super) fn offset(self, local: DateTime) -> Offset {
        let minutes = match self {
            Zone::Fixed(minutes) => minutes,
            Zone::Europe(winter) => winter + if is_summer_in_europe(local.date()) { 60 } else { 0 },
            Zone::America(winter) => winter + if is_summer_in_america(local.date()) { 60 } else { 0 },
        };
        Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC)
    }
}

/// Names in capitals.
const ZONES: &[(&str, Zone)] = &[
    ("UTC", Zone::Fixed(0)),
    ("GMT", Zone::Fixed(0)),
    ("WET", Zone::Fixed(0)),
    ("WEST", Zone::Fixed(60)),
    ("CET", Zone::Fixed(60)),
    ("CEST", Zone::Fixed(120)),
    ("MEZ", Zone::Fixed(60)),
    ("MESZ", Zone::Fixed(120)),
    ("BST", Zone::Fixed(60)),
    ("EET", Zone::Fixed(120)),
    ("EEST", Zone::Fixed(180)),
    ("MSK", Zone::Fixed(180)),
    ("МСК", Zone::Fixed(180)),
    ("TRT", Zone::Fixed(180)),
    ("IST", Zone::Fixed(330)),
    ("WIB", Zone::Fixed(420)),
    ("HKT", Zone::Fixed(480)),
    ("SGT", Zone::Fixed(480)),
    ("JST", Zone::Fixed(540)),
    ("KST", Zone::Fixed(540)),
    ("AEST", Zone::Fixed(600)),
    ("AEDT", Zone::Fixed(660)),
    ("NZST", Zone::Fixed(720)),
    ("NZDT", Zone::Fixed(780)),
    ("SAST", Zone::Fixed(120)),
    ("BRT", Zone::Fixed(-180)),
    ("ART", Zone::Fixed(-180)),
    ("EST", Zone::Fixed(-300)),
    ("EDT", Zone::Fixed(-240)),
    ("CST", Zone::Fixed(-360)),
    ("CDT", Zone::Fixed(-300)),
    ("MST", Zone::Fixed(-420)),
    ("MDT", Zone::Fixed(-360)),
    ("PST", Zone::Fixed(-480)),
    ("PDT", Zone::Fixed(-420)),
    ("ET", Zone::America(-300)),
    ("CT", Zone::America(-360)),
    ("MT", Zone::America(-420)),
    ("PT", Zone::America(-480)),
    ("Z", Zone::Fixed(0)),
];
/// Beginnings of place names whose time a page may name: "heure de Paris", "Moscow time".
const PLACES: &[(&str, Zone)] = &[
    ("paris", Zone::Europe(60)),
    ("berlin", Zone::Europe(60)),
    ("madrid", Zone::Europe(60)),
    ("peninsular", Zone::Europe(60)),
    ("rom", Zone::Europe(60)),
    ("italian", Zone::Europe(60)),
    ("bruxelles", Zone::Europe(60)),
    ("brussel", Zone::Europe(60)),
    ("genève", Zone::Europe(60)),
    ("wien", Zone::Europe(60)),
    ("warszaw", Zone::Europe(60)),
    ("london", Zone::Europe(0)),
    ("lisboa", Zone::Europe(0)),
    ("kyiv", Zone::Europe(120)),
    ("київ", Zone::Europe(120)),
    ("києв", Zone::Europe(120)),
    ("киев", Zone::Europe(120)),
    ("moscow", Zone::Fixed(180)),
    ("moscou", Zone::Fixed(180)),
    ("моск", Zone::Fixed(180)),
    ("istanbul", Zone::Fixed(180)),
    ("beijing", Zone::Fixed(480)),
    ("pékin", Zone::Fixed(480)),
    ("北京", Zone::Fixed(480)),
    ("seoul", Zone::Fixed(540)),
    ("séoul", Zone::Fixed(540)),
    ("tokyo", Zone::Fixed(540)),
    ("日本", Zone::Fixed(540)),
    ("brasília", Zone::Fixed(-180)),
    ("eastern", Zone::America(-300)),
    ("pacific", Zone::America(-480)),
];
/// Words that make a place a zone.
const TIME_WORDS: &[&str] = &["heure", "heures", "time", "hora", "ora", "zeit", "ortszeit", "времени", "часом", "czasu"];
/// Tokens behind the clock in which a place is looked for.
const MAX_PLACE_TOKENS: usize = 6;

/// The zone that the tokens behind a clock name.
pub(super) fn zone(behind: &[Token<'_>]) -> Option<Zone> {
    let opening = usize::from(behind.first().is_some_and(|t| t.is_mark(&['(', ',', '[', '（'])));
    let behind = behind.get(opening..)?;
    match behind.first()? {
        Token::Mark { mark: sign @ ('+' | '-' | '−'), .. } => offset(*sign, behind.get(1..)?, false),
        // Capitals only: "est" and "ist" are words, and no zone is called "Et".
        Token::Word(name) if name.chars().all(|c| c.is_uppercase()) || *name == "мск" => {
            let named = ZONES.iter().find(|(known, _)| *known == name.to_uppercase()).map(|(_, zone)| *zone);
            match behind.get(1) {
                Some(Token::Mark { mark: sign @ ('+' | '-' | '−'), after_space: false }) if matches!(*name, "GMT" | "UTC") => {
                    offset(*sign, behind.get(2..)?, true).or(named)
                }
                _ => named.or_else(|| of_place(behind)),
            }
        }
        Token::Word(_) => of_place(behind),
        _ => None,
    }
}

/// `+01:00`, `+0100`, `+01`, and `GMT+1`.
fn offset(sign: char, digits: &[Token<'_>], may_be_one: bool) -> Option<Zone> {
    let Token::Number { value, digits: count, after_space: false } = *digits.first()? else { return None };
    let minutes = match count {
        4 => value / 100 * 60 + value % 100,
        2 => {
            let minutes = digits.get(1).filter(|t| t.is_mark(&[':'])).and_then(|_| digits.get(2)?.number(2..=2));
            value * 60 + minutes.unwrap_or(0)
        }
        1 if may_be_one => value * 60,
        _ => return None,
    };
    let minutes = i32::try_from(minutes).ok().filter(|m| *m <= 14 * 60)?;
    Some(Zone::Fixed(if sign == '+' { minutes } else { -minutes }))
}

fn of_place(behind: &[Token<'_>]) -> Option<Zone> {
    let words: Vec<String> = behind
        .iter()
        .take(MAX_PLACE_TOKENS)
        .filter_map(|t| if let Token::Word(word) = t { Some(word.to_lowercase()) } else { None })
        .collect();
    if !words.iter().any(|w| TIME_WORDS.contains(&w.as_str()) || w.ends_with("時間") || w.ends_with("时间")) {
        return None;
    }
    words.iter().find_map(|w| PLACES.iter().find(|(place, _)| w.starts_with(place)).map(|(_, zone)| *zone))
}

/// From the last Sunday of March to the last Sunday of October; the hour of the change itself is not told apart.
fn is_summer_in_europe(date: Date) -> bool {
    let last_sunday = |month: i8| {
        let last = Date::new(date.year(), month, 31).unwrap_or(date);
        last.day() - last.weekday().since(Weekday::Sunday)
    };
    is_between((date.month(), date.day()), (3, last_sunday(3)), (10, last_sunday(10)))
}

/// From the second Sunday of March to the first Sunday of November.
fn is_summer_in_america(date: Date) -> bool {
    let sunday = |month: i8, which: i8| {
        let first = Date::new(date.year(), month, 1).unwrap_or(date);
        1 + first.weekday().until(Weekday::Sunday) + 7 * (which - 1)
    };
    is_between((date.month(), date.day()), (3, sunday(3, 2)), (11, sunday(11, 1)))
}

fn is_between(day: (i8, i8), from: (i8, i8), until: (i8, i8)) -> bool {
    day >= from && day < until
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::date::tokens::tokens;

    #[track_caller]
    fn check(behind: &str, month: i8, day: i8, expected: Option<i32>) {
        let local = DateTime::new(2024, month, day, 10, 30, 0, 0).expect("a day");
        assert_eq!(zone(&tokens(behind)).map(|z| z.offset(local).seconds() / 60), expected, "{behind}");
    }

    #[test]
    fn zones_are_read_by_offset_name_and_place() {
        check("+01:00", 7, 1, Some(60));
        check("-0330", 7, 1, Some(-210));
        check("GMT+9", 7, 1, Some(540));
        check("(MESZ)", 7, 1, Some(120));
        check("heure de Paris", 7, 1, Some(120));
        check("heure de Paris", 1, 1, Some(60));
        check("за київським часом", 1, 1, Some(120));
        check("ET", 7, 1, Some(-240));
        for (behind, month, day) in [("est une ville", 7, 1), ("in Paris", 7, 1), ("- 5 min", 7, 1), ("+9999", 7, 1), ("", 1, 1)]
        {
            check(behind, month, day, None);
        }
    }

    #[test]
    fn summer_begins_and_ends_on_sundays() {
        check("heure de Paris", 3, 30, Some(60));
        check("heure de Paris", 3, 31, Some(120));
        check("heure de Paris", 10, 26, Some(120));
        check("heure de Paris", 10, 27, Some(60));
        check("PT", 3, 9, Some(-480));
        check("PT", 3, 10, Some(-420));
        check("PT", 11, 3, Some(-480));
    }
}
