//! Reads TOML strictly: every mistake of a file is kept, with its line, and none stops the reading.
//!
//! In: a table of a parsed file. Out: typed values, and mistakes. A [`Section`] notes which keys it was asked for; [`Section::close`] reports the others
//! with the nearest key that would have been right.
//!
//! ```
//! use vigie::config::{document::Document, mistakes::Mistakes};
//! let mistakes = Mistakes::default();
//! let document = Document::parse("vigie.toml".as_ref(), "[poll]\nintervall = \"5m\"\n", &mistakes);
//! let root = document.root(&mistakes);
//! if let Some(poll) = root.table("poll") {
//!     poll.duration("interval");
//!     poll.close();
//! }
//! root.close();
//! assert_eq!(mistakes.list()[0].to_string(), "vigie.toml:2: unknown key \"intervall\" in [poll]; did you mean \"interval\"?");
//! ```

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::lines::Lines;
use super::mistakes::Mistakes;
use super::places::{self, Found};
use super::spelling::nearest;
use super::units;

/// A table of a document.
pub struct Section<'s> {
    file: &'s Path,
    lines: &'s Lines,
    name: String,
    start: usize,
    table: &'s DeTable<'s>,
    asked: RefCell<Vec<String>>,
    mistakes: &'s Mistakes,
}

impl<'s> Section<'s> {
    /// The top level of a file.
    pub(super) fn root(file: &'s Path, lines: &'s Lines, table: &'s DeTable<'s>, mistakes: &'s Mistakes) -> Section<'s> {
        Section { file, lines, name: String::new(), start: 0, table, asked: RefCell::default(), mistakes }
    }

    /// The file it stands in.
    pub fn file(&self) -> &'s Path {
        self.file
    }

    /// The name as written between brackets; empty for the top level.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line on which it begins.
    pub fn line(&self) -> usize {
        self.lines.line_at(self.start)
    }

    /// True when the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The keys that are there, in the order of the alphabet.
    pub fn keys(&self) -> Vec<String> {
        self.table.keys().map(|k| k.get_ref().to_string()).collect()
    }

    /// Notes a mistake on the line of what stands at `path`, a key or such as `aliases.fr[3]`, or else of its nearest parent.
    pub fn mistake(&self, path: &str, message: impl fmt::Display) {
        let at = match places::find(self.table, path) {
            Found::Exactly(at) | Found::Parent(at) => at,
            Found::Nowhere => self.start,
        };
        self.note(at, format!("{}: {message}", self.path(path)));
    }

    /// The line of what stands at `path`, when it is there.
    pub(super) fn line_of(&self, path: &str) -> Option<usize> {
        match places::find(self.table, path) {
            Found::Exactly(at) => Some(self.lines.line_at(at)),
            Found::Parent(_) | Found::Nowhere => None,
        }
    }

    /// Notes that `key` is missing, on the section's first line.
    pub fn missing(&self, key: &str, what: &str) {
        let place = if self.name.is_empty() { String::new() } else { format!(" in {}", self.bracketed()) };
        self.note(self.start, format!("\"{key}\" is missing{place}: {what}"));
    }

    /// A string.
    pub fn string(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(s) => Some(s.to_string()),
            other => self.wrong(value, key, "a string", other),
        }
    }

    /// A string that `parse` reads; its `Err` says what would be right.
    pub fn parsed<T>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(s) => match parse(s) {
                Ok(parsed) => Some(parsed),
                Err(why) => {
                    self.note(value.span().start, format!("{}: {why}", self.path(key)));
                    None
                }
            },
            other => self.wrong(value, key, "a string", other),
        }
    }

    /// One word out of `words`.
    pub fn choice<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.parsed(key, |s| {
            words.iter().find(|(w, _)| *w == s).map(|(_, t)| *t).ok_or_else(|| {
                let all: Vec<String> = words.iter().map(|(w, _)| format!("\"{w}\"")).collect();
                format!("\"{s}\" is not one of {}", all.join(", "))
            })
        })
    }

    /// A path, relative to the file that names it.
    pub fn path_value(&self, key: &str) -> Option<PathBuf> {
        let text = self.string(key)?;
        Some(self.file.parent().unwrap_or(Path::new("")).join(text))
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Boolean(b) => Some(*b),
            other => self.wrong(value, key, "true or false", other),
        }
    }

    /// A whole number within `range`.
    pub fn integer(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Integer(i) => match i64::from_str_radix(&i.as_str().replace('_', ""), i.radix()) {
                Ok(n) if range.contains(&n) => Some(n),
                _ => {
                    let message = format!("{}: {i} is not between {} and {}", self.path(key), range.start(), range.end());
                    self.note(value.span().start, message);
                    None
                }
            },
            other => self.wrong(value, key, "a whole number", other),
        }
    }

    /// A number within `range`.
    pub fn number(&self, key: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.value(key)?;
        let written = match value.get_ref() {
            DeValue::Integer(i) => i.as_str(),
            DeValue::Float(f) => f.as_str(),
            other => return self.wrong(value, key, "a number", other),
        };
        match written.replace('_', "").parse::<f64>() {
            Ok(n) if range.contains(&n) => Some(n),
            _ => {
                let message = format!("{}: {written} is not between {} and {}", self.path(key), range.start(), range.end());
                self.note(value.span().start, message);
                None
            }
        }
    }

    /// A duration such as `"90s"`, `"15m"`, `"1h 30m"`, `"4d"`.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        self.parsed(key, units::parse_duration)
    }

    /// A size in bytes such as `"10MB"`, `"64kB"`, `"1GiB"`.
    pub fn size(&self, key: &str) -> Option<u64> {
        self.parsed(key, units::parse_size)
    }

    /// A list of strings.
    pub fn strings(&self, key: &str) -> Option<Vec<String>> {
        self.strings_at(key).map(|list| list.into_iter().map(|(s, _)| s).collect())
    }

    /// A list of strings, each with its line.
    pub fn strings_at(&self, key: &str) -> Option<Vec<(String, usize)>> {
        let value = self.value(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            return self.wrong(value, key, "a list of strings", value.get_ref());
        };
        Some(self.string_items(key, items.iter()))
    }

    /// A list of strings, each read by `parse`; the ones that cannot be read are noted and left out.
    pub fn parsed_list<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let list = self.strings_at(key)?;
        let read = |(text, line): (String, usize)| match parse(&text) {
            Ok(parsed) => Some(parsed),
            Err(why) => {
                self.mistakes.add(self.file, line, format!("{}: {why}", self.path(key)));
                None
            }
        };
        Some(list.into_iter().filter_map(read).collect())
    }

    /// A list of lists of strings.
    pub fn string_groups(&self, key: &str) -> Option<Vec<Vec<String>>> {
        let value = self.value(key)?;
        let DeValue::Array(groups) = value.get_ref() else {
            return self.wrong(value, key, "a list of lists of strings", value.get_ref());
        };
        let mut out = Vec::new();
        for group in groups.iter() {
            match group.get_ref() {
                DeValue::Array(items) => out.push(self.string_items(key, items.iter()).into_iter().map(|(s, _)| s).collect()),
                other => {
                    self.wrong::<()>(group, key, "a list of its own within the list, as in [[\"a\", \"b\"], [\"c\"]]", other);
                }
            }
        }
        Some(out)
    }

    /// A sub-table.
    pub fn table(&self, key: &str) -> Option<Section<'s>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(self.section(self.path(key), value.span().start, table)),
            other => self.wrong(value, key, &format!("a table [{}]", self.path(key)), other),
        }
    }

    /// An array of tables; absent means empty.
    pub fn tables(&self, key: &str) -> Vec<Section<'s>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong::<()>(value, key, &format!("tables [[{}]]", self.path(key)), value.get_ref());
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => out.push(self.section(format!("[{}]", self.path(key)), item.span().start, table)),
                other => {
                    self.wrong::<()>(item, key, "a table", other);
                }
            }
        }
        out
    }

    /// Reports every key that nobody asked for, with the nearest one that would have been right.
    pub fn close(self) {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if asked.iter().any(|a| a == name) {
                continue;
            }
            let place = if self.name.is_empty() { String::new() } else { format!(" in {}", self.bracketed()) };
            let hint = match nearest(name, asked.iter().map(String::as_str)) {
                Some(near) => format!("; did you mean \"{near}\"?"),
                None => format!("; known are {}", asked.iter().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ")),
            };
            self.note(key.span().start, format!("unknown key \"{name}\"{place}{hint}"));
        }
    }

    fn value(&self, key: &str) -> Option<&'s Spanned<DeValue<'s>>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.iter().any(|a| a == key) {
            asked.push(key.to_owned());
        }
        self.table.get(key)
    }

    fn string_items<'v>(&self, key: &str, items: impl Iterator<Item = &'v Spanned<DeValue<'v>>>) -> Vec<(String, usize)> {
        let mut out = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(s) => out.push((s.to_string(), self.lines.line_at(item.span().start))),
                other => {
                    self.wrong::<()>(item, key, "a string", other);
                }
            }
        }
        out
    }

    fn section(&self, name: String, start: usize, table: &'s DeTable<'s>) -> Section<'s> {
        Section { file: self.file, lines: self.lines, name, start, table, asked: RefCell::default(), mistakes: self.mistakes }
    }

    fn wrong<T>(&self, at: &Spanned<DeValue<'_>>, key: &str, wanted: &str, found: &DeValue<'_>) -> Option<T> {
        self.note(
            at.span().start,
            format!("{}: this should be {wanted}, not {} {}", self.path(key), article(found.type_str()), found.type_str()),
        );
        None
    }

    fn note(&self, at: usize, message: String) {
        self.mistakes.add(self.file, self.lines.line_at(at), message);
    }

    fn path(&self, key: &str) -> String {
        match self.name.trim_start_matches('[').trim_end_matches(']') {
            "" => key.to_owned(),
            name => format!("{name}.{key}"),
        }
    }

    fn bracketed(&self) -> String {
        format!("[{}]", self.name)
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'i']) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::document::Document;
    use crate::config::mistakes::Mistake;

    fn mistakes_of(text: &str, read: impl FnOnce(&Section<'_>)) -> Vec<String> {
        let mistakes = Mistakes::default();
        let document = Document::parse(Path::new("v.toml"), text, &mistakes);
        let root = document.root(&mistakes);
        read(&root);
        root.close();
        mistakes.list().iter().map(Mistake::to_string).collect()
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let found = mistakes_of("a = 1\nbb = \"x\"\n[poll]\ninterval = \"soon\"\nconcurency = 3\n", |root| {
            root.string("a");
            root.boolean("bb");
            let poll = root.table("poll").expect("the table is there");
            poll.duration("interval");
            poll.integer("concurrency", 1..=10);
            poll.close();
        });
        assert_eq!(
            found,
            [
                "v.toml:1: a: this should be a string, not an integer",
                "v.toml:2: bb: this should be true or false, not a string",
                "v.toml:4: poll.interval: \"soon\" is not a duration; write for example \"90s\", \"15m\", \"48h\" or \"4d\"",
                "v.toml:5: unknown key \"concurency\" in [poll]; did you mean \"concurrency\"?",
            ]
        );
    }

    #[test]
    fn broken_syntax_does_not_hide_the_other_mistakes() {
        let found = mistakes_of("x = = 3\nurll = \"a\"\n", |root| {
            root.string("url");
            root.string("x");
        });
        assert!(found.iter().any(|m| m.starts_with("v.toml:1: not valid TOML")), "{found:?}");
        assert!(found.iter().any(|m| m.contains("did you mean \"url\"?")), "{found:?}");
    }

    #[test]
    fn lists_report_the_item_that_is_wrong() {
        let found = mistakes_of("all_of = [[\"a\"], \"b\"]\nnames = [\n  \"a\",\n  3,\n]\n", |root| {
            assert_eq!(root.string_groups("all_of"), Some(vec![vec!["a".to_owned()]]));
            assert_eq!(root.strings("names"), Some(vec!["a".to_owned()]));
        });
        assert_eq!(
            found,
            [
                "v.toml:1: all_of: this should be a list of its own within the list, as in [[\"a\", \"b\"], [\"c\"]], not a string",
                "v.toml:4: names: this should be a string, not an integer"
            ]
        );
    }
}
