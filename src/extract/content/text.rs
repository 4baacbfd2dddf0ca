//! Plain text: comparison keys, and the paragraphs of a feed entry's HTML.
//!
//! In: text or an entry's HTML. Out: keys under which two wordings are equal; paragraphs. Not done here: whole pages.

use super::blocks::{Block, blocks};
use super::hints;
use crate::extract::markup::dom::{Dom, parse};
use crate::extract::wordings::phrases;

/// An entry's HTML beyond this is not read, bytes.
const MAX_FRAGMENT_BYTES: usize = 1024 * 1024;

/// The form under which two wordings are equal: letters and digits in lower case, nothing else.
pub(in crate::extract) fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            }
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// The paragraphs of an entry's summary or content: plain text without scripts, pictures, captions and share links.
///
/// HTML that was escaped twice is unescaped once more.
pub fn fragment_paragraphs(html: &str) -> Vec<String> {
    let html = &html[..html.floor_char_boundary(MAX_FRAGMENT_BYTES)];
    let once = fragment(html);
    let looks_escaped = once.iter().any(|p| ["<p>", "<p ", "<br", "<a ", "<img", "<div"].iter().any(|tag| p.contains(tag)));
    if looks_escaped { fragment(&once.join("\n")) } else { once }
}

fn fragment(html: &str) -> Vec<String> {
    let tree = parse(html, &mut Vec::new());
    let dom = Dom::of(&tree);
    let hints = hints::all(&dom);
    let skip: Vec<bool> =
        (0..dom.nodes.len()).map(|at| hints[at].is_hidden || matches!(dom.name(at), "figure" | "nav" | "form")).collect();
    blocks(&dom, &skip).into_iter().filter(is_fragment_text).map(|block| block.text).collect()
}

fn is_fragment_text(block: &Block) -> bool {
    // A paragraph that is nothing but a link is "read more", "share", "comments".
    let is_only_link = block.link_share() > 0.9 && block.letters < 80;
    block.letters > 0 && !is_only_link && !phrases::is_chrome(&block.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &[&str]) {
        assert_eq!(fragment_paragraphs(html), expected);
    }

    #[test]
    fn an_entry_becomes_plain_paragraphs() {
        check("Plain text &amp; more", &["Plain text & more"]);
        check("<p>One.</p><p>Two.</p><script>x()</script><img src=a>", &["One.", "Two."]);
        check("One.<br><br>Two.", &["One.", "Two."]);
        check("&lt;p&gt;Escaped twice.&lt;/p&gt;&lt;p&gt;Again.&lt;/p&gt;", &["Escaped twice.", "Again."]);
        check("<p>Text.</p><p><a href=x>Read more</a></p>", &["Text."]);
        check("5 < 6 and 7 > 6", &["5 < 6 and 7 > 6"]);
        check("", &[]);
    }

    #[test]
    fn depth_and_length_are_bounded() {
        assert!(fragment_paragraphs(&"<b>".repeat(200_000)).is_empty());
        assert_eq!(fragment_paragraphs(&"é".repeat(2_000_000)).len(), 1);
    }
}
