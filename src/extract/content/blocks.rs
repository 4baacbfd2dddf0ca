//! The page cut into blocks: paragraphs, headings, list items, cells.
//!
//! In: the flat view. Out: every block of text that stands in the page, with what is known of it. Not done here: which blocks are the article.

use crate::extract::markup::dom::{Dom, Kind, push_collapsed};

/// A block holds no more text than this, bytes: a paragraph that long is a data dump.
const MAX_BLOCK_BYTES: usize = 200_000;

/// The element a block's text stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum BlockKind {
    /// `p`, `pre`, `dd`.
    Paragraph,
    /// `h1` to `h6`, `dt`, `summary`.
    Heading(u8),
    /// `li`.
    Item,
    /// A table's row.
    Row,
    /// Text that stands directly in a container.
    Loose,
}

/// A block of text.
#[derive(Debug, Clone)]
pub(in crate::extract) struct Block {
    /// The place of its first text in the flat view.
    pub(in crate::extract) at: usize,
    /// The block-level element it stands in.
    pub(in crate::extract) element: usize,
    pub(in crate::extract) kind: BlockKind,
    /// Plain text, white space collapsed.
    pub(in crate::extract) text: String,
    /// Letters; an unspaced script's letter counts three, for it says as much.
    pub(in crate::extract) letters: usize,
    /// Letters inside links.
    pub(in crate::extract) link_letters: usize,
    /// True for one of several pieces of an element that `<br>` cut.
    pub(in crate::extract) is_piece: bool,
}

impl Block {
    /// The share of the letters that stand in links.
    pub(in crate::extract) fn link_share(&self) -> f32 {
        if self.letters == 0 { 0.0 } else { self.link_letters as f32 / self.letters as f32 }
    }

    /// True when the text ends as a sentence does.
    pub(in crate::extract) fn ends_sentence(&self) -> bool {
        self.text
            .trim_end_matches(['"', '”', '’', '\'', '»', ')', ']', '“', '」', '』', ' ', '\u{a0}', '\u{202f}', '*'])
            .ends_with(['.', '!', '?', '…', ':', ';', '。', '！', '？', '؟', '।', '：'])
    }

    pub(in crate::extract) fn is_heading(&self) -> bool {
        matches!(self.kind, BlockKind::Heading(_))
    }
}

/// How an element shapes the flow of text.
enum Flow {
    Inline,
    Break,
    Skip,
    Block(BlockKind),
}

fn flow(name: &str) -> Flow {
    match name {
        "a" | "span" | "b" | "strong" | "i" | "em" | "u" | "font" | "small" | "sub" | "sup" | "mark" | "abbr" | "time"
        | "cite" | "q" | "code" | "big" | "label" | "ins" | "del" | "s" | "bdi" | "bdo" | "kbd" | "samp" | "var" | "tt"
        | "wbr" | "data" | "acronym" | "dfn" | "img" | "ruby" | "rb" => Flow::Inline,
        "br" => Flow::Break,
        "p" | "pre" | "dd" => Flow::Block(BlockKind::Paragraph),
        "h1" => Flow::Block(BlockKind::Heading(1)),
        "h2" => Flow::Block(BlockKind::Heading(2)),
        "h3" => Flow::Block(BlockKind::Heading(3)),
        "h4" => Flow::Block(BlockKind::Heading(4)),
        "h5" | "dt" | "summary" => Flow::Block(BlockKind::Heading(5)),
        "h6" => Flow::Block(BlockKind::Heading(6)),
        "li" => Flow::Block(BlockKind::Item),
        "tr" => Flow::Block(BlockKind::Row),
        "script" | "style" | "noscript" | "template" | "iframe" | "svg" | "canvas" | "object" | "embed" | "audio" | "video"
        | "button" | "select" | "option" | "input" | "textarea" | "head" | "map" | "datalist" | "math" | "rt" | "rp"
        | "noframes" | "meter" | "progress" => Flow::Skip,
        _ => Flow::Block(BlockKind::Loose),
    }
}

/// An element that is open while the page is walked.
struct Open {
    at: usize,
    end: usize,
    flow: OpenFlow,
}

enum OpenFlow {
    Block(BlockKind),
    Link,
}

/// The text gathered since the last block ended.
#[derive(Default)]
struct Gathered {
    text: String,
    first: usize,
    letters: usize,
    link_letters: usize,
    /// `<br>` since the last letter.
    breaks: usize,
    is_piece: bool,
}

/// Cuts the page into blocks, in reading order; `skip[at]` leaves an element and all it holds out.
pub(in crate::extract) fn blocks(dom: &Dom<'_>, skip: &[bool]) -> Vec<Block> {
    let mut out = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut gathered = Gathered::default();
    let mut links = 0usize;
    let mut at = 0;
    while at < dom.nodes.len() {
        while open.last().is_some_and(|o| o.end <= at) {
            if let Some(closed) = open.pop() {
                match closed.flow {
                    OpenFlow::Block(kind) => flush(&mut out, &mut gathered, closed.at, kind),
                    OpenFlow::Link => links -= 1,
                }
            }
        }
        match dom.nodes[at].kind {
            Kind::Text(text) => gather(&mut out, &mut gathered, &open, at, text, links > 0),
            Kind::Element(element) => {
                if skip.get(at).copied().unwrap_or(false) {
                    at = dom.nodes[at].end;
                    continue;
                }
                let end = dom.nodes[at].end;
                match flow(element.name()) {
                    Flow::Skip => {
                        at = end;
                        continue;
                    }
                    Flow::Break => {
                        gathered.breaks += 1;
                        push_collapsed(&mut gathered.text, " ");
                    }
                    Flow::Inline => {
                        if element.name() == "a" {
                            links += 1;
                            open.push(Open { at, end, flow: OpenFlow::Link });
                        }
                    }
                    Flow::Block(kind) => {
                        let (element_at, outer) = innermost(&open);
                        flush(&mut out, &mut gathered, element_at, outer);
                        open.push(Open { at, end, flow: OpenFlow::Block(kind) });
                    }
                }
            }
        }
        at += 1;
    }
    while let Some(closed) = open.pop() {
        if let OpenFlow::Block(kind) = closed.flow {
            flush(&mut out, &mut gathered, closed.at, kind);
        }
    }
    out
}

fn innermost(open: &[Open]) -> (usize, BlockKind) {
    open.iter()
        .rev()
        .find_map(|o| match o.flow {
            OpenFlow::Block(kind) => Some((o.at, kind)),
            _ => None,
        })
        .unwrap_or((0, BlockKind::Loose))
}

fn gather(out: &mut Vec<Block>, gathered: &mut Gathered, open: &[Open], at: usize, text: &str, in_link: bool) {
    if text.trim().is_empty() {
        if !gathered.text.is_empty() {
            push_collapsed(&mut gathered.text, " ");
        }
        return;
    }
    if gathered.breaks >= 2 || (gathered.breaks == 1 && gathered.letters > 0 && single_break_ends(gathered, open)) {
        let (element, kind) = innermost(open);
        gathered.is_piece = true;
        flush(out, gathered, element, kind);
        gathered.is_piece = true;
    }
    gathered.breaks = 0;
    if gathered.text.len() > MAX_BLOCK_BYTES {
        return;
    }
    if gathered.letters == 0 {
        gathered.first = at;
    }
    push_collapsed(&mut gathered.text, text);
    let letters = letters(text);
    gathered.letters += letters;
    if in_link {
        gathered.link_letters += letters;
    }
}

/// A lone `<br>` ends a paragraph where text stands directly in a container and a sentence is complete; inside `p` it only breaks the line.
fn single_break_ends(gathered: &Gathered, open: &[Open]) -> bool {
    matches!(innermost(open).1, BlockKind::Loose | BlockKind::Row)
        && gathered.letters > 60
        && gathered.text.trim_end().ends_with(['.', '!', '?', '"', '”', '»', ':', '。', '…'])
}

/// Letters and digits; one of an unspaced script counts three.
pub(in crate::extract) fn letters(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(u8::is_ascii_alphanumeric).count();
    }
    text.chars()
        .map(|c| match c {
            '\0'..='\u{7f}' => usize::from(c.is_ascii_alphanumeric()),
            'À'..='ÿ' => usize::from(!matches!(c, '×' | '÷')),
            '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => 3,
            c if c.is_alphanumeric() => 1,
            _ => 0,
        })
        .sum()
}

fn flush(out: &mut Vec<Block>, gathered: &mut Gathered, element: usize, kind: BlockKind) {
    let done = std::mem::take(gathered);
    let text = done.text.trim();
    if text.is_empty() {
        return;
    }
    out.push(Block {
        at: done.first,
        element,
        kind,
        letters: done.letters,
        link_letters: done.link_letters,
        text: clean(text),
        is_piece: done.is_piece,
    });
}

/// Takes invisible characters out.
fn clean(text: &str) -> String {
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control()) {
        return text.to_owned();
    }
    text.chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{fffc}')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::markup::dom::parse;

    #[track_caller]
    fn check(markup: &str, expected: &[&str]) {
        let html = parse(markup, &mut Vec::new());
        let dom = Dom::of(&html);
        let got = blocks(&dom, &[]);
        assert_eq!(got.iter().map(|b| b.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn blocks_end_where_the_reader_sees_an_end() {
        check("<p>One <b>two</b> three.</p><p>Four", &["One two three.", "Four"]);
        check("<div>One<br><br>Two<div>Three</div>Four</div>", &["One", "Two", "Three", "Four"]);
        check("<p>A line<br>and its end</p>", &["A line and its end"]);
        check("<ul><li>a</li><li>b</li></ul><script>x</script>", &["a", "b"]);
        check("<p>soft\u{ad}ly</p>", &["softly"]);
    }
}
