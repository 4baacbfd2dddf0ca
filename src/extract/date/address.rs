//! The day in an address.
//!
//! In: a path or a whole address. Out: the day that it names. Not done here: days that only look like one (`/2021_11_`, `/2021-22/`).

use super::read::{day, month_of};
use crate::extract::article::PageDate;

/// Addresses are read no further, bytes.
const MAX_ADDRESS_BYTES: usize = 1000;

/// The first day in an address: `/2024/11/06/`, `/2024/nov/6/`, `/2024-11-06-`, `/20241106-`, `-06-11-2024`.
pub(super) fn in_address(address: &str) -> Option<PageDate> {
    let address = &address[..address.floor_char_boundary(MAX_ADDRESS_BYTES)];
    let bytes = address.as_bytes();
    (0..bytes.len()).find_map(|at| {
        let is_start = bytes[at].is_ascii_digit() && at > 0 && matches!(bytes[at - 1], b'/' | b'-' | b'_' | b'.' | b'=' | b',');
        is_start.then(|| starting_at(&address[at..])).flatten()
    })
}

/// The day at the beginning of a text.
fn starting_at(text: &str) -> Option<PageDate> {
    let (first, rest) = digits(text);
    match first.len() {
        8 => {
            let number: i64 = first.parse().ok()?;
            in_range(number / 10_000, number / 100 % 100, number % 100)
        }
        4 => {
            let (separator, rest) = separator(rest)?;
            let (month, rest) = digits(rest);
            if month.is_empty() {
                return named(first.parse().ok()?, rest);
            }
            let rest = rest.strip_prefix(separator)?;
            let (day, after) = digits(rest);
            // Only folders leave the nought out; `2021-1-2` may be anything.
            let is_whole = separator == '/' && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len())
                || month.len() == 2 && day.len() == 2;
            let is_last = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
            (is_whole && is_last).then(|| in_range(first.parse().ok()?, month.parse().ok()?, day.parse().ok()?)).flatten()
        }
        2 => {
            let (separator, rest) = separator(rest).filter(|(s, _)| *s != '/')?;
            let (month, rest) = digits(rest);
            let (year, _) = digits(rest.strip_prefix(separator)?);
            (month.len() == 2 && year.len() == 4)
                .then(|| in_range(year.parse().ok()?, month.parse().ok()?, first.parse().ok()?))
                .flatten()
        }
        _ => None,
    }
}

/// `nov/06/` behind a year.
fn named(year: i64, text: &str) -> Option<PageDate> {
    let end = text.find(|c: char| !c.is_ascii_lowercase())?;
    let (name, rest) = text.split_at(end);
    if !(3..=9).contains(&name.len()) {
        return None;
    }
    let (day, after) = digits(rest.strip_prefix(['/', '-'])?);
    let is_last = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
    ((1..=2).contains(&day.len()) && is_last).then(|| in_range(year, month_of(name)?, day.parse().ok()?)).flatten()
}

fn in_range(year: i64, month: i64, day_of_month: i64) -> Option<PageDate> {
    (1990..2100).contains(&year).then(|| day(year, month, day_of_month)).flatten()
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn separator(text: &str) -> Option<(char, &str)> {
    let separator = text.chars().next().filter(|c| matches!(c, '/' | '-' | '_' | '.'))?;
    Some((separator, &text[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: &str) {
        let found = in_address(address).map(|d| d.to_rfc3339()[..10].to_owned()).unwrap_or_default();
        assert_eq!(found, expected, "{address}");
    }

    #[test]
    fn an_address_may_hold_the_day() {
        for address in [
            "/world/2024/11/06/slug",
            "/world/2024/11/6/slug",
            "/world/2024/nov/06/slug",
            "/world/20241106-slug",
            "/world/2024-11-06-slug",
            "/world/slug-2024-11-06.html",
            "/news/06-11-2024-slug",
            "https://pier.example/a/2024_11_06/",
        ] {
            check(address, "2024-11-06");
        }
    }

    #[test]
    fn what_only_looks_like_a_day_is_none() {
        for address in [
            "/world/12024-3",
            "/2021_11_harbour",
            "/season/2021-22/transfers",
            "/2024/11/slug",
            "/2024/11/123",
            "/a-1234-56-78/",
            "/20249906",
            "",
        ] {
            check(address, "");
        }
    }
}
