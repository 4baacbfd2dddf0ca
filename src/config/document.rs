//! One TOML file, parsed as far as it can be.
//!
//! In: its text. Out: its top level as a [`Section`]; faults of syntax are noted, and what stands around them is still read.

use std::path::Path;

use toml::Spanned;
use toml::de::DeTable;

use super::lines::Lines;
use super::mistakes::Mistakes;
use super::reader::Section;

/// One file, parsed as far as it can be.
pub struct Document<'a> {
    file: &'a Path,
    lines: Lines,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    /// Parses `text`; faults of syntax are noted and what stands around them is still read.
    pub fn parse(file: &'a Path, text: &'a str, mistakes: &Mistakes) -> Document<'a> {
        let (root, errors) = parse(text);
        let lines = Lines::of(text);
        for error in errors {
            let line = error.span().map_or(0, |span| lines.line_at(span.start));
            mistakes.add(file, line, format!("not valid TOML: {}", error.message().trim().replace('\n', "; ")));
        }
        Document { file, lines, root }
    }

    /// The top level.
    pub fn root<'s>(&'s self, mistakes: &'s Mistakes) -> Section<'s> {
        Section::root(self.file, &self.lines, self.root.get_ref(), mistakes)
    }
}

/// A file of this size lists feeds by the thousand.
const LARGE_BYTES: usize = 256 * 1024;

/// Parses on a thread of its own when the file is large. What parsing allocates is four times what stays of it, and in one heap what stays would lie above
/// it and keep it from going back to the system; a thread has a heap of its own, which goes back whole.
fn parse(text: &str) -> (Spanned<DeTable<'_>>, Vec<toml::de::Error>) {
    if text.len() < LARGE_BYTES {
        return DeTable::parse_recoverable(text);
    }
    std::thread::scope(|scope| match scope.spawn(|| DeTable::parse_recoverable(text)).join() {
        Ok(parsed) => parsed,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
