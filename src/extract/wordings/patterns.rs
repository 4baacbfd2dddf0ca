//! Many patterns over many short texts, nearly none of which matches.
//!
//! In: regular expressions. Out: which of them match a text. Each pattern waits behind strings of which one stands in every text that it matches;
//! one scan for all of them spares nearly every text every pattern, and a pattern is compiled when it is first needed.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::{Captures, Regex};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Strings that one pattern waits behind; with more of them a shorter part of the pattern is taken.
const MAX_STRINGS: usize = 64;

/// A set of patterns.
#[derive(Debug, Default)]
pub(in crate::extract) struct Patterns {
    patterns: Vec<Pattern>,
    /// Finds the strings; `None` when there are none.
    strings: Option<AhoCorasick>,
    /// For each string the patterns that wait behind it.
    behind: Vec<Vec<usize>>,
    /// Patterns that nothing need stand before.
    unconditional: Vec<usize>,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern that is too large when compiled matches nothing; [`Patterns::add`] says so where it is asked to.
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }
}

impl Patterns {
    /// Reads the patterns; for those that are none, their places and what is wrong. `is_checked` compiles each at once, to find those that are too large.
    pub(in crate::extract) fn of(texts: impl IntoIterator<Item = String>, is_checked: bool) -> (Patterns, Vec<(usize, String)>) {
        let mut patterns = Patterns::default();
        let mut mistakes = Vec::new();
        let mut strings: Vec<String> = Vec::new();
        for (place, text) in texts.into_iter().enumerate() {
            let hir = match regex_syntax::parse(&text) {
                Ok(hir) => hir,
                Err(error) => {
                    mistakes.push((place, error.to_string()));
                    continue;
                }
            };
            let pattern = Pattern { text, compiled: OnceLock::new() };
            if is_checked {
                match Regex::new(&pattern.text) {
                    Ok(regex) => {
                        pattern.compiled.get_or_init(|| Some(regex));
                    }
                    Err(error) => mistakes.push((place, error.to_string())),
                }
            }
            let at = patterns.patterns.len();
            patterns.patterns.push(pattern);
            match shortest(required(&hir)) {
                Some(needed) => {
                    for string in needed {
                        let known = strings.iter().position(|s| *s == string).unwrap_or(strings.len());
                        if known == strings.len() {
                            strings.push(string);
                            patterns.behind.push(Vec::new());
                        }
                        patterns.behind[known].push(at);
                    }
                }
                None => patterns.unconditional.push(at),
            }
        }
        if !strings.is_empty() {
            patterns.strings = AhoCorasick::new(&strings).ok();
            if patterns.strings.is_none() {
                patterns.unconditional = (0..patterns.patterns.len()).collect();
            }
        }
        (patterns, mistakes)
    }

    /// True when one of the patterns matches.
    pub(in crate::extract) fn is_match(&self, text: &str) -> bool {
        self.matching(text, 1) > 0
    }

    /// How many of the patterns match, counted up to `enough`.
    pub(in crate::extract) fn matching(&self, text: &str, enough: usize) -> usize {
        let mut tried = Vec::new();
        let mut count = 0;
        let waiting =
            self.strings.iter().flat_map(|s| s.find_overlapping_iter(text)).flat_map(|m| &self.behind[m.pattern().as_usize()]);
        for at in waiting.chain(&self.unconditional) {
            if tried.contains(at) {
                continue;
            }
            tried.push(*at);
            count += usize::from(self.patterns[*at].regex().is_some_and(|regex| regex.is_match(text)));
            if count >= enough {
                break;
            }
        }
        count
    }

    /// What the first pattern, in the order of the file, that matches captures.
    pub(in crate::extract) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        let waiting =
            self.strings.iter().flat_map(|s| s.find_overlapping_iter(text)).flat_map(|m| &self.behind[m.pattern().as_usize()]);
        let mut candidates: Vec<usize> = waiting.chain(&self.unconditional).copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates.into_iter().find_map(|at| self.patterns[at].regex()?.captures(text))
    }
}

/// Without the strings that hold another one.
fn shortest(strings: Option<Vec<String>>) -> Option<Vec<String>> {
    let mut strings = strings?;
    strings.sort_unstable_by_key(String::len);
    strings.dedup();
    let all = strings.clone();
    strings.retain(|s| !all.iter().any(|other| other.len() < s.len() && s.contains(other.as_str())));
    Some(strings)
}

/// Strings of which one stands in every text that the pattern matches; `None` when there are no such, or too many.
///
/// The parser bounds how deep a pattern is nested, and with it the recursion here.
fn required(hir: &Hir) -> Option<Vec<String>> {
    let whole = || exact(hir).filter(|strings| strings.iter().all(|s| !s.is_empty()));
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) => whole().or_else(|| required(&repetition.sub).filter(|_| repetition.min > 0)),
        HirKind::Alternation(branches) => {
            let all: Option<Vec<Vec<String>>> = branches.iter().map(required).collect();
            all.map(|all| all.concat()).filter(|strings| strings.len() <= MAX_STRINGS)
        }
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<String>> = None;
            let mut offer = |strings: Vec<String>| {
                if best.as_ref().is_none_or(|known| worth(&strings) > worth(known)) {
                    best = Some(strings);
                }
            };
            // Parts that stand for few strings make longer strings together.
            let mut run = vec![String::new()];
            for part in parts {
                let longer = exact(part).and_then(|strings| product(&run, &strings));
                match longer {
                    Some(longer) => run = longer,
                    None => {
                        offer(std::mem::replace(&mut run, vec![String::new()]));
                        match exact(part) {
                            Some(strings) => run = strings,
                            None => required(part).into_iter().for_each(&mut offer),
                        }
                    }
                }
            }
            offer(run);
            best.filter(|strings| worth(strings).0 > 0)
        }
        _ => whole(),
    }
}

/// The longer the shortest string and the fewer there are, the fewer texts hold one.
fn worth(strings: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    (strings.iter().map(String::len).min().unwrap_or(0), std::cmp::Reverse(strings.len()))
}

/// All texts that the pattern matches, when they are few.
fn exact(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![String::new()]),
        HirKind::Literal(literal) => Some(vec![std::str::from_utf8(&literal.0).ok()?.to_owned()]),
        HirKind::Class(Class::Unicode(class)) => {
            let letters = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            let letters: Vec<String> = letters.take(MAX_STRINGS / 8 + 1).map(String::from).collect();
            (letters.len() <= MAX_STRINGS / 8).then_some(letters)
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Repetition(repetition) if repetition.min == 0 && repetition.max == Some(1) => {
            let mut strings = exact(&repetition.sub)?;
            strings.push(String::new());
            Some(strings)
        }
        HirKind::Repetition(_) => None,
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![String::new()], |all, part| product(&all, &exact(part)?)),
        HirKind::Alternation(branches) => {
            let all: Option<Vec<Vec<String>>> = branches.iter().map(exact).collect();
            all.map(|all| all.concat()).filter(|strings| strings.len() <= MAX_STRINGS)
        }
    }
}

/// Every string followed by every other, when those are not too many.
fn product(first: &[String], second: &[String]) -> Option<Vec<String>> {
    (first.len() * second.len() <= MAX_STRINGS)
        .then(|| first.iter().flat_map(|a| second.iter().map(move |b| format!("{a}{b}"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: Option<&[&str]>) {
        let found = shortest(required(&regex_syntax::parse(pattern).expect("a pattern")));
        assert_eq!(
            found.as_ref().map(|all| all.iter().map(String::as_str).collect::<Vec<_>>()).as_deref(),
            expected,
            "{pattern}"
        );
    }

    #[test]
    fn what_must_stand_in_the_text_is_found() {
        check("abc", Some(&["abc"]));
        check("^ab[cd]?$", Some(&["ab"]));
        check("(?:the|a) .{0,40}(?:story|article)s?", Some(&["story", "article"]));
        check(r"([0-9]+) ?% of (?:it|them)", Some(&["% of it", "% of them"]));
        check("(?:long)+|short", Some(&["long", "short"]));
        check("(?:sub|un)?scrib(?:e|ing)", Some(&["scribe", "scribing"]));
        check(r"\p{L}+", None);
        check("a*", None);
        check("a|b*", None);
        check("(?i)no", Some(&["NO", "No", "nO", "no"]));
    }

    #[test]
    fn patterns_match_as_they_would_alone() {
        let texts = ["abc", "^x[0-9]+", r"\d{3} left", "a.{0,3}z", ".*"];
        let (patterns, mistakes) = Patterns::of(texts.map(str::to_owned), true);
        assert_eq!(mistakes, []);
        for text in ["", "abc", "x12", "ax12", "100 left", "a---z", "a----z", "abc 100 left a z"] {
            let alone = texts.iter().filter(|t| Regex::new(t).expect("a pattern").is_match(text)).count();
            assert_eq!(patterns.matching(text, usize::MAX), alone, "{text:?}");
        }
        let (_, mistakes) = Patterns::of(["fine", "a(b", r"(?:\p{L}{500}){500}"].map(str::to_owned), true);
        assert_eq!(mistakes.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2]);
    }
}
