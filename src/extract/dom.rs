//! The page as a flat list of nodes in reading order.
//!
//! In: decoded markup. Out: a bounded tree, parsed once, and the flat view that every rule walks without recursion. Not done here: judging nodes.

use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::{StrTendril, TendrilSink};
use scraper::{Html, HtmlTreeSink, node};

/// Markup beyond this is not read, bytes; the text of a longer page stands before its endless lists.
const MAX_MARKUP_BYTES: usize = 3 * 1024 * 1024;
/// Parse errors are kept by the parser one by one; a page with more is noise.
const MAX_PARSE_ERRORS: usize = 100_000;
/// Nodes beyond this are not made: markup that multiplies itself (unclosed formatting elements) is cut here.
const MAX_NODES: usize = 120_000;
/// Elements inside one another; the parser's work per tag grows with depth.
const MAX_DEPTH: usize = 400;
/// The limits are looked at after so many bytes.
const CHUNK_BYTES: usize = 2 * 1024;
/// Attributes of one element; the parser compares each new one with all earlier ones.
const MAX_ATTRIBUTES: usize = 400;

/// Parses markup, stopping at the limits; what was read until then is kept.
pub(super) fn parse(markup: &str, problems: &mut Vec<String>) -> Html {
    let mut parser = driver::parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut rest = markup;
    if rest.len() > MAX_MARKUP_BYTES {
        problems.push(format!("only the first {MAX_MARKUP_BYTES} bytes were read"));
        rest = &rest[..rest.floor_char_boundary(MAX_MARKUP_BYTES)];
    }
    if let Some(end) = first_swollen_tag(rest) {
        problems.push(format!("an element with more than {MAX_ATTRIBUTES} attributes: the page was read up to it"));
        rest = &rest[..end];
    }
    while !rest.is_empty() {
        let end = if rest.len() <= CHUNK_BYTES { rest.len() } else { rest.floor_char_boundary(CHUNK_BYTES) };
        let (chunk, later) = rest.split_at(end);
        rest = later;
        parser.process(StrTendril::from_slice(chunk));
        let html = parser.tokenizer.sink.sink.0.borrow();
        if html.tree.values().len() > MAX_NODES || html.errors.len() > MAX_PARSE_ERRORS || is_too_deep(&html) {
            problems.push("too many or too deeply nested elements: the rest of the page was not read".to_owned());
            break;
        }
    }
    parser.finish()
}

fn is_too_deep(html: &Html) -> bool {
    let mut node = html.tree.root();
    for _ in 0..MAX_DEPTH {
        match node.last_child() {
            Some(child) => node = child,
            None => return false,
        }
    }
    true
}

/// Where the first tag with too many attributes begins. Script and style are jumped over, for `a<b` in them begins no tag.
fn first_swollen_tag(markup: &str) -> Option<usize> {
    let bytes = markup.as_bytes();
    let mut at = 0;
    while let Some(open) = bytes[at..].iter().position(|b| *b == b'<').map(|i| at + i) {
        at = open + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (end, attributes) = tag_end(bytes, at);
        if attributes > MAX_ATTRIBUTES {
            return Some(open);
        }
        for raw in ["script", "style"] {
            if bytes[at..].get(..raw.len()).is_some_and(|name| name.eq_ignore_ascii_case(raw.as_bytes())) {
                // The next `</` that closes it; none: nothing but raw text follows.
                let close = (end..bytes.len()).find(|&i| {
                    bytes[i] == b'<'
                        && bytes.get(i + 1) == Some(&b'/')
                        && bytes.get(i + 2..i + 2 + raw.len()).is_some_and(|name| name.eq_ignore_ascii_case(raw.as_bytes()))
                });
                match close {
                    Some(close) => at = close,
                    None => return None,
                }
            }
        }
        at = at.max(end);
    }
    None
}

/// The end of a tag and how many attributes it seems to have.
fn tag_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let (mut attributes, mut quote, mut after_space, mut after_equals) = (0, None, false, false);
    for (at, &b) in bytes.iter().enumerate().skip(start) {
        match quote {
            Some(q) if b == q => {
                quote = None;
                after_space = true;
            }
            Some(_) => {}
            None => {
                match b {
                    b'>' => return (at, attributes),
                    b'"' | b'\'' if after_equals => quote = Some(b),
                    b if !b.is_ascii_whitespace() && b != b'/' && after_space && b != b'=' && !after_equals => attributes += 1,
                    _ => {}
                }
                if !b.is_ascii_whitespace() {
                    after_equals = b == b'=';
                }
                after_space = b.is_ascii_whitespace() || b == b'/';
                if attributes > MAX_ATTRIBUTES {
                    return (at, attributes);
                }
            }
        }
    }
    (bytes.len(), attributes)
}

/// One node; its subtree is the run of nodes up to `end`.
pub(super) struct Node<'a> {
    /// Where its parent stands; the root is its own parent.
    pub(super) parent: usize,
    /// One past the last node of its subtree.
    pub(super) end: usize,
    pub(super) kind: Kind<'a>,
}

/// What a node is.
#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    Text(&'a str),
    Element(&'a node::Element),
}

/// The flat view of a tree: elements and texts in reading order.
pub(super) struct Dom<'a> {
    pub(super) nodes: Vec<Node<'a>>,
}

impl<'a> Dom<'a> {
    /// Lays a tree out flat.
    pub(super) fn of(html: &'a Html) -> Dom<'a> {
        let mut nodes: Vec<Node<'a>> = Vec::with_capacity(html.tree.values().len());
        let mut open: Vec<usize> = Vec::new();
        let mut next = html.tree.root().first_child();
        while let Some(mut node) = next {
            let parent = open.last().copied().unwrap_or(0);
            let kind = match node.value() {
                scraper::Node::Text(text) => Some(Kind::Text(text)),
                scraper::Node::Element(element) => Some(Kind::Element(element)),
                _ => None,
            };
            if let Some(kind) = kind {
                if matches!(kind, Kind::Element(_)) {
                    open.push(nodes.len());
                }
                nodes.push(Node { parent, end: nodes.len() + 1, kind });
            }
            next = node.first_child();
            while next.is_none() {
                if node.value().is_element()
                    && let Some(at) = open.pop()
                {
                    nodes[at].end = nodes.len();
                }
                next = node.next_sibling();
                match node.parent() {
                    Some(parent) if next.is_none() => node = parent,
                    _ => break,
                }
            }
        }
        Dom { nodes }
    }

    /// The element at `at`, when it is one.
    pub(super) fn element(&self, at: usize) -> Option<&'a node::Element> {
        match self.nodes.get(at)?.kind {
            Kind::Element(element) => Some(element),
            Kind::Text(_) => None,
        }
    }

    /// The name of the element at `at`; empty for a text.
    pub(super) fn name(&self, at: usize) -> &'a str {
        self.element(at).map_or("", node::Element::name)
    }

    /// The text under `at`, white space collapsed, no more than `limit` bytes; scripts and styles left out.
    pub(super) fn text(&self, at: usize, limit: usize) -> String {
        let mut out = String::new();
        let mut i = at;
        while i < self.nodes[at].end && out.len() < limit {
            match self.nodes[i].kind {
                Kind::Text(text) => push_collapsed(&mut out, text),
                Kind::Element(element) => {
                    if matches!(element.name(), "script" | "style" | "noscript" | "template" | "svg") && i != at {
                        i = self.nodes[i].end;
                        continue;
                    }
                    if matches!(element.name(), "br" | "p" | "div" | "li") {
                        push_collapsed(&mut out, " ");
                    }
                }
            }
            i += 1;
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// The raw text inside a script.
    pub(super) fn raw(&self, at: usize) -> &'a str {
        match self.nodes.get(at + 1).map(|n| n.kind) {
            Some(Kind::Text(text)) => text,
            _ => "",
        }
    }
}

/// The value of an attribute.
pub(super) fn attr<'a>(element: &'a node::Element, name: &str) -> Option<&'a str> {
    element.attrs().find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// Appends text with every run of white space as one space; a leading run is kept only between words.
pub(super) fn push_collapsed(out: &mut String, text: &str) {
    let mut pending = false;
    for (i, word) in text.split(|c: char| c.is_whitespace()).enumerate() {
        if i > 0 {
            pending = true;
        }
        if word.is_empty() {
            continue;
        }
        if pending && !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
        pending = false;
        out.push_str(word);
    }
    if pending && !out.is_empty() && !out.ends_with([' ', '\n']) {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_bounded(markup: &str) {
        let mut problems = Vec::new();
        let html = parse(markup, &mut problems);
        assert!(html.tree.values().len() < 3 * MAX_NODES, "{} nodes", html.tree.values().len());
        assert!(!problems.is_empty(), "a limit was met");
        Dom::of(&html);
    }

    #[test]
    fn made_pages_meet_a_limit() {
        check_bounded(&"<div>".repeat(100_000));
        check_bounded(&format!(
            "<div>{}</div>{}",
            (0..300).map(|i| format!("<b a{i}>")).collect::<String>(),
            "<p>x".repeat(50_000)
        ));
        check_bounded(&format!("<p {}>x", (0..100_000).map(|i| format!("a{i} ")).collect::<String>()));
        check_bounded(&format!("<p {}>x", (0..100_000).map(|i| format!("a{i}=\"\"")).collect::<String>()));
        check_bounded(&"x".repeat(MAX_MARKUP_BYTES + 10));
    }

    #[test]
    fn a_script_with_a_less_than_sign_is_no_tag() {
        let script = format!("<script>if (a<b {}) x()</script><p>after</p>", "c ".repeat(2000));
        assert_eq!(first_swollen_tag(&script), None);
    }

    #[test]
    fn text_is_collapsed() {
        let html = parse("<p>  one\n two<b> three</b><script>x</script></p>", &mut Vec::new());
        let dom = Dom::of(&html);
        assert_eq!(dom.text(0, 100), "one two three");
    }
}
