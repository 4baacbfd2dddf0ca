//! Where scripts and styles begin and end in markup.
//!
//! In: markup. Out: where the next of their opening tags ends, and how long the text inside is, by the rules of the HTML standard (13.2.5, "script
//! data" and "RAWTEXT"). Not done here: knowing whether what looks like a tag is one; the parser is asked (`tree`).

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawKind {
    /// A script that some rule reads.
    ReadScript,
    /// Any other script.
    Script,
    Style,
}

/// True for a script whose `type` says that some rule reads it.
pub(super) fn is_read(kind: &str) -> bool {
    kind.to_ascii_lowercase().contains("ld+json")
}

/// How opening tags begin, and what else counts inside a script.
static OPENINGS: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&["<script", "<style"]));
static SCRIPT_MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&["</script", "<!--", "-->", "<script"]));
static SCRIPT_ENDS: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&["</script", "<!--"]));
static STYLE_ENDS: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&["</style"]));

fn finder(strings: &[&str]) -> AhoCorasick {
    AhoCorasick::builder().ascii_case_insensitive(true).build(strings).expect("a few short strings")
}

/// One past the `>` that may end the next opening tag of a script or style.
///
/// The `>` may stand in a quoted attribute; then the tag is not open yet and the next call, which begins after it, finds a later place.
pub(super) fn next_opening(markup: &str) -> Option<usize> {
    let tag = OPENINGS.find(markup)?;
    Some(markup[tag.end()..].find('>').map_or(markup.len(), |at| tag.end() + at + 1))
}

/// How long the text inside is; all that follows when it is not closed.
pub(super) fn inside(markup: &str, kind: RawKind) -> usize {
    match kind {
        RawKind::Style => closing(&STYLE_ENDS, markup).unwrap_or(markup.len()),
        RawKind::Script | RawKind::ReadScript => inside_script(markup),
    }
}

fn closing(ends: &AhoCorasick, markup: &str) -> Option<usize> {
    ends.find_iter(markup).find(|found| ends_name(markup, found.end())).map(|found| found.start())
}

/// True when a tag's name ends here.
fn ends_name(markup: &str, at: usize) -> bool {
    markup.as_bytes().get(at).is_some_and(|b| matches!(b, b'\t' | b'\n' | b'\r' | b'\x0c' | b' ' | b'/' | b'>'))
}

/// A script that holds `<!--` may hold `<script>…</script>` after it, which does not end it.
fn inside_script(markup: &str) -> usize {
    #[derive(PartialEq)]
    enum State {
        Plain,
        Escaped,
        Nested,
    }
    let mut state = State::Plain;
    let mut at = 0;
    loop {
        let marks = if state == State::Plain { &*SCRIPT_ENDS } else { &*SCRIPT_MARKS };
        let Some(found) = marks.find(&markup[at..]) else { return markup.len() };
        let (start, end) = (at + found.start(), at + found.end());
        at = end;
        match markup.as_bytes()[start + 1] {
            b'/' if ends_name(markup, end) => match state {
                State::Plain | State::Escaped => return start,
                State::Nested => state = State::Escaped,
            },
            b'!' if state == State::Plain => {
                state = State::Escaped;
                // The hyphens of `<!--` may be those of `-->`.
                at = start + 2;
            }
            b'-' => state = State::Plain,
            b's' | b'S' if state == State::Escaped && ends_name(markup, end) => state = State::Nested,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markup: &str, kind: RawKind, expected: &str) {
        assert_eq!(&markup[..inside(markup, kind)], expected, "{markup}");
    }

    #[test]
    fn the_inside_ends_where_the_standard_ends_it() {
        for kind in [RawKind::Script, RawKind::ReadScript] {
            check("a<b</script>c", kind, "a<b");
            check("a</scripts></SCRIPT\n>", kind, "a</scripts>");
            check("a<!-- b</script>c", kind, "a<!-- b");
            check("<!-- <script> </script> --></script>c", kind, "<!-- <script> </script> -->");
            check("<!-- <script> </script> </script>c", kind, "<!-- <script> </script> ");
            check("<!-- <script> --> </script>c</script>", kind, "<!-- <script> --> ");
            check("<!--> <script> </script>", kind, "<!--> <script> ");
            check("<!-- <scripts> </script>", kind, "<!-- <scripts> ");
            check("<!-- <script></script", kind, "<!-- <script></script");
            check("", kind, "");
        }
        check("a</script></style>", RawKind::Style, "a</script>");
        check("<!-- </style> -->", RawKind::Style, "<!-- ");
        check("never closed", RawKind::Style, "never closed");
    }

    #[test]
    fn an_opening_tag_is_found_in_any_case() {
        assert_eq!(next_opening("ab<SCRIPT a>b"), Some(12));
        assert_eq!(next_opening("<b><styl>"), None);
        assert_eq!(next_opening("<style"), Some(6));
    }
}
