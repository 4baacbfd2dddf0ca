//! Where the text of an element ends that holds text and no markup.
//!
//! In: what follows the opening tag of a script, style, title and their like. Out: how long the text inside is, by the rules of the HTML standard
//! (13.2.5, "RCDATA", "RAWTEXT" and "script data"). Not done here: knowing which elements these are; html5ever says so.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What counts inside a script, before and after `<!--`.
static SCRIPT_ENDS: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&["</script", "<!--"]));
static SCRIPT_MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&["</script", "-->", "<script"]));

fn finder(strings: &[&str]) -> AhoCorasick {
    AhoCorasick::builder().ascii_case_insensitive(true).build(strings).expect("a few short strings")
}

/// How long the text of an element that is no script is; all that follows when it is not closed.
pub(in crate::extract) fn inside(markup: &str, name: &str) -> usize {
    let is_end = |at: usize| {
        let begin = at + "</".len();
        let end = begin + name.len();
        markup.as_bytes().get(at + 1) == Some(&b'/')
            && markup.as_bytes().get(begin..end).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            && ends_name(markup, end)
    };
    markup.match_indices('<').map(|(at, _)| at).find(|at| is_end(*at)).unwrap_or(markup.len())
}

/// True when a tag's name ends here.
fn ends_name(markup: &str, at: usize) -> bool {
    markup.as_bytes().get(at).is_some_and(|b| matches!(b, b'\t' | b'\n' | b'\r' | b'\x0c' | b' ' | b'/' | b'>'))
}

/// How long a script is; one that holds `<!--` may hold `<script>…</script>` after it, which does not end it.
pub(in crate::extract) fn inside_script(markup: &str) -> usize {
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
    fn check(markup: &str, expected: &str) {
        assert_eq!(&markup[..inside_script(markup)], expected, "{markup}");
    }

    #[test]
    fn a_script_ends_where_the_standard_ends_it() {
        check("a<b</script>c", "a<b");
        check("a</scripts></SCRIPT\n>", "a</scripts>");
        check("a<!-- b</script>c", "a<!-- b");
        check("<!-- <script> </script> --></script>c", "<!-- <script> </script> -->");
        check("<!-- <script> </script> </script>c", "<!-- <script> </script> ");
        check("<!-- <script> --> </script>c</script>", "<!-- <script> --> ");
        check("<!--> <script> </script>", "<!--> <script> ");
        check("<!-- <!--> <script></script>", "<!-- <!--> <script>");
        check("<!-- <scripts> </script>", "<!-- <scripts> ");
        check("<!-- <script></script", "<!-- <script></script");
        check("", "");
    }

    #[test]
    fn other_texts_end_at_their_own_tag() {
        for (markup, expected) in
            [("a</script></style>", 10), ("<!-- </style> -->", 5), ("never closed", 12), ("</styles></STYLE/>", 9)]
        {
            assert_eq!(inside(markup, "style"), expected, "{markup}");
        }
    }
}
