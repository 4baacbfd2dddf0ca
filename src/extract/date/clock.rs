//! The clock beside a date.
//!
//! In: the tokens of a line and the place of its date. Out: the time of day. Not done here: zones (`zones`).

use jiff::civil::Time;

use super::tokens::Token;

/// What may stand between a date and its clock.
const BEFORE_CLOCK: &[&str] = &[
    "t", "at", "um", "à", "a", "as", "às", "las", "alle", "ore", "ora", "om", "kl", "klo", "o", "в", "о", "od", "godz", "u",
    "saat", "klokken", "kello", "um", "the",
];
/// Marks that may stand there too.
const CLOCK_MARKS: &[char] = &[',', '|', '-', '–', '—', '·', '•', '(', ')', '（', '）', '.', '/', '@', ';'];

/// True when a clock of twelve hours follows.
pub(super) fn has_half(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.iter().skip(at).take(8).any(|t| matches!(t, Token::Word(w) if is_half_word(w).is_some()))
}

/// The half of the day that a word names: `Some(true)` is the afternoon.
fn is_half_word(word: &str) -> Option<bool> {
    match word {
        "오후" | "午後" | "下午" | "晚上" | "μμ" => Some(true),
        "오전" | "午前" | "上午" | "πμ" => Some(false),
        _ if word.eq_ignore_ascii_case("pm") => Some(true),
        _ if word.eq_ignore_ascii_case("am") => Some(false),
        _ => None,
    }
}

/// The clock behind a date, and where it ends.
pub(super) fn clock_after(tokens: &[Token<'_>], at: usize) -> Option<(Time, usize)> {
    // `20241106T1030` and `202411061030`.
    if let Some(found) = compact_clock(tokens, at) {
        return Some(found);
    }
    let mut half = None;
    for i in at..(at + 8).min(tokens.len()) {
        if let Some((time, end)) = clock_at(tokens, i) {
            return Some((with_half(time, half), end));
        }
        let may_pass = match tokens[i] {
            Token::Word(word) => {
                half = is_half_word(word).or(half);
                half.is_some() || tokens[i].is_word(BEFORE_CLOCK) || word.chars().count() == 1 || is_day_name(word)
            }
            Token::Mark { mark, .. } => CLOCK_MARKS.contains(&mark),
            Token::Number { .. } => false,
        };
        if !may_pass {
            return None;
        }
    }
    None
}

/// Short names of days that stand between date and clock.
fn is_day_name(word: &str) -> bool {
    word.len() == 3 && ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|day| day.eq_ignore_ascii_case(word))
}

fn compact_clock(tokens: &[Token<'_>], at: usize) -> Option<(Time, usize)> {
    let (value, digits, end) = match (tokens.get(at)?, tokens.get(at + 1)) {
        (Token::Number { value, digits: digits @ (12 | 14), .. }, _) => {
            (value % if *digits == 12 { 10_000 } else { 1_000_000 }, digits - 8, at + 1)
        }
        (Token::Word("T"), Some(Token::Number { value, digits: digits @ (4 | 6), .. })) => (*value, *digits, at + 2),
        _ => return None,
    };
    let value = if digits == 4 { value * 100 } else { value };
    let time =
        Time::new((value / 10_000).try_into().ok()?, (value / 100 % 100).try_into().ok()?, (value % 100).try_into().ok()?, 0);
    Some((time.ok()?, end))
}

/// The clock that ends just before a date: "10:30, 6 November 2024".
pub(super) fn clock_before(tokens: &[Token<'_>], at: usize) -> Option<Time> {
    (at.saturating_sub(7)..at).find_map(|i| {
        if !matches!(tokens.get(i + 1), Some(t) if t.is_mark(&[':'])) || i > 0 && tokens[i - 1].is_mark(&[':']) {
            return None;
        }
        let (time, end) = clock_at(tokens, i)?;
        let gap = tokens.get(end..at)?;
        let is_near = gap.iter().all(|t| t.is_mark(CLOCK_MARKS) || t.is_word(&["on", "uhr", "gmt", "utc", "le", "am", "pm"]));
        (gap.len() <= 3 && is_near).then_some(time)
    })
}

/// A clock that begins at a token: 10:30, 10:30:05, 10.30, 10h30, 10 h, 14 Uhr, 2 p.m., 10時30分.
pub(super) fn clock_at(tokens: &[Token<'_>], at: usize) -> Option<(Time, usize)> {
    let hour = tokens.get(at)?.number(1..=2).filter(|h| *h < 24)?;
    let is_clock_word = |t: &Token<'_>| t.is_word(&["h", "時", "时", "點", "点", "시", "std"]);
    let separator = tokens.get(at + 1)?;
    let two = |i: usize| tokens.get(i).and_then(|t| t.number(2..=2)).filter(|v| *v < 60);
    let (minute, second, mut end) = if separator.is_mark(&[':']) {
        let minute = two(at + 2)?;
        let second = tokens.get(at + 3).filter(|t| t.is_mark(&[':'])).and_then(|_| two(at + 4));
        (minute, second.unwrap_or(0), if second.is_some() { at + 5 } else { at + 3 })
    } else if separator.is_mark(&['.']) {
        let is_date = tokens.get(at + 3).is_some_and(|t| t.is_mark(&['.']))
            && tokens.get(at + 4).is_some_and(|t| t.number(2..=4).is_some());
        (two(at + 2).filter(|_| !is_date)?, 0, at + 3)
    } else if is_clock_word(separator) {
        match tokens.get(at + 2).and_then(|t| t.number(1..=2)).filter(|m| *m < 60) {
            Some(minute) => (minute, 0, at + 3),
            None => (0, 0, at + 2),
        }
    } else if separator.is_word(&["uhr", "am", "pm", "a", "p"]) {
        (0, 0, at + 1)
    } else {
        return None;
    };
    // A fraction of a second.
    if tokens.get(end).is_some_and(|t| t.is_mark(&['.', ',']))
        && tokens.get(end + 1).is_some_and(|t| t.number(1..=9).is_some())
        && second_was_stated(tokens, at)
    {
        end += 2;
    }
    if tokens.get(end).is_some_and(|t| t.is_word(&["분", "分", "mn", "min"])) {
        end += 1;
    }
    let (half, end) = half_at(tokens, end);
    let end = if tokens.get(end).is_some_and(|t| t.is_word(&["uhr", "h", "hrs", "uur"])) { end + 1 } else { end };
    let time = Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0).ok()?;
    Some((with_half(time, half), end))
}

fn second_was_stated(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at + 3).is_some_and(|t| t.is_mark(&[':']))
}

/// "am", "p.m." behind a clock, and where it ends.
fn half_at(tokens: &[Token<'_>], at: usize) -> (Option<bool>, usize) {
    let Some(Token::Word(word)) = tokens.get(at) else { return (None, at) };
    if let Some(half) = is_half_word(word) {
        return (Some(half), at + 1);
    }
    let is_dotted =
        tokens.get(at + 1).is_some_and(|t| t.is_mark(&['.'])) && tokens.get(at + 2).is_some_and(|t| t.is_word(&["m"]));
    match word.to_ascii_lowercase().as_str() {
        "a" | "p" if is_dotted => {
            let end = at + 3 + usize::from(tokens.get(at + 3).is_some_and(|t| t.is_mark(&['.'])));
            (Some(word.eq_ignore_ascii_case("p")), end)
        }
        _ => (None, at),
    }
}

fn with_half(time: Time, half: Option<bool>) -> Time {
    let Some(is_afternoon) = half else { return time };
    if time.hour() > 12 {
        return time;
    }
    let hour = time.hour() % 12 + if is_afternoon { 12 } else { 0 };
    Time::new(hour, time.minute(), time.second(), 0).unwrap_or(time)
}
